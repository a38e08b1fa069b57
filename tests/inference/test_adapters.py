"""Which LoRA files shape a picture, and how strongly."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from profile_studio.base_models import BaseModel
from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.errors import InvalidAdapter, InvalidSettings
from profile_studio.inference.adapters import BYTES_BESIDE_A_FILE
from tests.inference.conftest import ATTENTION, CONV, SHAPES, TEXT, WriteLora, small_request, weighted

Pixels = npt.NDArray[np.uint8]


def draw(pipeline: Any, base: BaseModel, adapters: Sequence[WeightedAdapter]) -> Pixels:
    (picture,) = pipeline.draw(small_request(base), adapters)
    return np.asarray(picture.image)


def test_weight_zero_is_the_base_itself(studio_pipeline: Any, base: BaseModel, write_lora: WriteLora) -> None:
    path = write_lora("style", layers=(ATTENTION, CONV, TEXT))
    plain = draw(studio_pipeline, base, [])

    styled = draw(studio_pipeline, base, [weighted(path, 1.0)])
    at_zero = draw(studio_pipeline, base, [weighted(path, 0.0)])

    assert not np.array_equal(styled, plain)
    assert np.array_equal(at_zero, plain)


def test_a_weight_scales_every_layer(studio_pipeline: Any, base: BaseModel, write_lora: WriteLora) -> None:
    from peft.tuners.lora import LoraLayer

    path = write_lora("style", layers=(ATTENTION, CONV, TEXT))

    draw(studio_pipeline, base, [weighted(path, 0.6)])

    pipeline = studio_pipeline.family.pipeline
    layers = [
        m for model in (pipeline.unet, pipeline.text_encoder) for m in model.modules() if isinstance(m, LoraLayer)
    ]
    active = [m.scaling[name] for m in layers for name in m.active_adapters if name in m.lora_A]
    assert active == pytest.approx([0.6 * 1 / 2] * 3)  # alpha 1, rank 2


def test_the_order_of_adapters_does_not_matter(studio_pipeline: Any, base: BaseModel, write_lora: WriteLora) -> None:
    style = weighted(write_lora("style", 1), 0.7)
    face = weighted(write_lora("face", 2, layers=(ATTENTION, TEXT)), 0.4)

    assert np.array_equal(draw(studio_pipeline, base, [style, face]), draw(studio_pipeline, base, [face, style]))


def test_a_blend_is_the_sum_of_its_parts(studio_pipeline: Any, base: BaseModel, write_lora: WriteLora) -> None:
    import torch

    chosen = [weighted(write_lora("a", 1), 0.7), weighted(write_lora("b", 2), 0.4)]
    studio_pipeline._adapters.attach(chosen)
    layer = studio_pipeline.family.pipeline.unet.get_submodule(ATTENTION)
    features = torch.randn(1, 5, 32, generator=torch.Generator().manual_seed(0))

    with torch.no_grad():
        blended = layer(features) - layer.base_layer(features)
        parts = [
            weight * 0.5 * layer.lora_B[name](layer.lora_A[name](features))
            for name, weight in zip(layer.active_adapters, (0.7, 0.4), strict=True)
        ]

    torch.testing.assert_close(blended, parts[0] + parts[1], atol=1e-5, rtol=1e-4)


def test_a_file_that_was_written_anew_is_loaded_anew(
    studio_pipeline: Any, base: BaseModel, write_lora: WriteLora
) -> None:
    path = write_lora("style", 1)
    before = draw(studio_pipeline, base, [weighted(path, 1.0)])

    write_lora("style", 2)
    os.utime(path, ns=(1, 1))
    after = draw(studio_pipeline, base, [weighted(path, 1.0)])

    other = write_lora("other", 2)
    assert not np.array_equal(before, after)
    assert np.array_equal(after, draw(studio_pipeline, base, [weighted(other, 1.0)]))


def test_the_latest_adapters_stay_loaded_up_to_a_number_of_bytes(
    studio_pipeline: Any, base: BaseModel, write_lora: WriteLora, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [weighted(write_lora(f"a{index}", index), 1.0) for index in range(5)]
    a_file = chosen[0].adapter.path.stat().st_size
    limit = 3 * (a_file + BYTES_BESIDE_A_FILE)
    monkeypatch.setattr("profile_studio.inference.adapters.MAX_LOADED_BYTES", limit)
    rack = studio_pipeline._adapters

    for each in chosen:
        rack.attach([each])
    assert len(rack._loaded) == len(studio_pipeline.family.pipeline.unet.peft_config) == 3

    rack.attach(chosen)  # what is wanted now stays, whatever it adds up to in memory
    assert len(rack._loaded) == 5


def test_more_bytes_of_adapters_than_fit_are_refused(
    studio_pipeline: Any, base: BaseModel, write_lora: WriteLora, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [weighted(write_lora(f"a{index}", index), 1.0) for index in range(2)]
    monkeypatch.setattr("profile_studio.inference.adapters.MAX_LOADED_BYTES", chosen[0].adapter.path.stat().st_size)

    with pytest.raises(InvalidSettings, match="These 2 LoRAs are"):
        draw(studio_pipeline, base, chosen)


def test_an_adapter_of_another_base_is_refused(studio_pipeline: Any, base: BaseModel, write_lora: WriteLora) -> None:
    path = write_lora("style", **{"profile_studio.base_hash": "0" * 64})

    with pytest.raises(InvalidAdapter) as caught:
        draw(studio_pipeline, base, [weighted(path, 1.0)])

    assert "no longer fits" in caught.value.message


def test_a_layer_that_finds_no_place_is_refused_and_leaves_nothing_attached(
    studio_pipeline: Any, base: BaseModel, write_lora: WriteLora, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = draw(studio_pipeline, base, [])
    missing = "down_blocks.5.attentions.0.transformer_blocks.0.attn2.to_k"
    monkeypatch.setitem(SHAPES, missing, ((2, 32), (32, 2)))
    path = write_lora("style", layers=(ATTENTION, missing))

    with pytest.raises(InvalidAdapter) as caught:
        draw(studio_pipeline, base, [weighted(path, 1.0)])

    assert "fit the base model" in caught.value.message
    assert np.array_equal(draw(studio_pipeline, base, []), plain)


def test_a_wrong_shape_is_refused(
    studio_pipeline: Any, base: BaseModel, write_lora: WriteLora, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = draw(studio_pipeline, base, [])
    monkeypatch.setitem(SHAPES, ATTENTION, ((2, 48), (32, 2)))
    path = write_lora("style")

    with pytest.raises(InvalidAdapter):
        draw(studio_pipeline, base, [weighted(path, 1.0)])

    assert np.array_equal(draw(studio_pipeline, base, []), plain)


def test_the_same_adapter_twice_is_refused(studio_pipeline: Any, base: BaseModel, write_lora: WriteLora) -> None:
    chosen = weighted(write_lora("style"), 0.5)

    with pytest.raises(InvalidSettings):
        draw(studio_pipeline, base, [chosen, chosen])
