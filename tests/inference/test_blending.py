"""How several LoRAs act in one picture."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profile_studio.base_models import BaseModel
from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.blending import BlendMethodName
from profile_studio.lora_files import RawTensor, blended, kohya_name, read_lora, write_kohya, write_tensors
from tests.inference.conftest import ATTENTION, CONV, SHAPES, TEXT, small_request, weighted

PLACES = (("unet", ATTENTION), ("unet", CONV), ("text_encoder", TEXT))


def write(
    path: Path, base: BaseModel, seed: int, rank: int, alpha: float, kind: str = "style", rows: slice | None = None
) -> WeightedAdapter:
    """A random LoRA of three kinds of layers; `rows` are the only inputs that it reads."""
    generator = np.random.default_rng(seed)
    tensors: dict[str, RawTensor] = {}
    for part, layer in PLACES:
        stem = kohya_name(part, layer)
        for half, shape in zip(("lora_down", "lora_up"), SHAPES[layer], strict=True):
            sides = (rank, *shape[1:]) if half == "lora_down" else (shape[0], rank, *shape[2:])
            values = generator.normal(size=sides, scale=0.3).astype("<f4")
            if rows is not None and half == "lora_down":
                kept = np.zeros_like(values)
                kept[:, rows] = 1.0 / np.sqrt(np.prod(shape[1:]))  # all updates equally large
                values = kept
            elif rows is not None:
                values = np.ones_like(values)
            tensors[f"{stem}.{half}.weight"] = RawTensor("F32", sides, values.tobytes())
        tensors[f"{stem}.alpha"] = RawTensor("F32", (), np.float32(alpha).tobytes())
    facts = {"base": base.folder.name, "base_hash": base.hash, "kind": kind}
    write_tensors(path, tensors, {f"profile_studio.{key}": value for key, value in facts.items()})
    return weighted(path, 1.0)


def layer_of(pipeline: Any, place: tuple[str, str]) -> Any:
    model = pipeline.family.parts[place[0]]
    names = {name.removeprefix("text_model."): name for name, _ in model.named_modules()}
    return model.get_submodule(names[place[1]])


def answers(pipeline: Any, place: tuple[str, str], features: Any) -> Any:
    import torch

    with torch.no_grad():
        return layer_of(pipeline, place)(features)


def random_features(place: tuple[str, str]) -> Any:
    import torch

    shape = (1, 64, 5, 5) if place[1] == CONV else (1, 5, 32)
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("place", PLACES)
def test_a_sum_is_what_float64_makes_of_it_whatever_rank_and_alpha(
    studio_pipeline: Any, base: BaseModel, tmp_path: Path, place: tuple[str, str]
) -> None:
    import torch

    chosen = [
        WeightedAdapter(write(tmp_path / f"a{rank}.safetensors", base, rank, rank, alpha).adapter, weight)
        for rank, alpha, weight in ((1, 1.0, 0.7), (3, 2.0, 0.4), (6, 12.0, 1.5))
    ]
    studio_pipeline._adapters.attach(chosen)
    layer, features = layer_of(studio_pipeline, place), random_features(place)

    plain = layer.base_layer
    weight = plain.weight.double()
    for name, each in zip(layer.active_adapters, chosen, strict=True):
        down, up = layer.lora_A[name].weight.double(), layer.lora_B[name].weight.double()
        delta = (up.flatten(1) @ down.flatten(1)).reshape(weight.shape)
        weight = weight + each.weight * each.adapter.network_alpha / each.adapter.rank * delta
    with torch.no_grad():
        if place[1] == CONV:
            expected = torch.nn.functional.conv2d(features.double(), weight, plain.bias.double(), padding=1)
        else:
            bias = None if plain.bias is None else plain.bias.double()
            expected = torch.nn.functional.linear(features.double(), weight, bias)

    torch.testing.assert_close(answers(studio_pipeline, place, features).double(), expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("rows", "scale"),
    [
        ([slice(0, 8)], 1.0),
        ([slice(0, 8), slice(8, 16)], 2**-0.5),
        ([slice(8 * i, 8 * i + 8) for i in range(4)], 0.5),
        ([slice(0, 8), slice(0, 8)], 0.5),
    ],
)
def test_a_balanced_blend_is_as_large_as_one(
    studio_pipeline: Any, base: BaseModel, tmp_path: Path, rows: list[slice], scale: float
) -> None:
    chosen = [write(tmp_path / f"a{i}.safetensors", base, i, 1, 1.0, rows=each) for i, each in enumerate(rows)]

    studio_pipeline._adapters.attach(chosen, "balanced")

    layer = layer_of(studio_pipeline, PLACES[0])
    assert [layer.scaling[name] for name in layer.active_adapters] == pytest.approx([scale] * len(rows))


@pytest.mark.parametrize("place", PLACES)
def test_where_the_face_reads_a_layer_answers_as_with_the_face_alone(
    studio_pipeline: Any, base: BaseModel, tmp_path: Path, place: tuple[str, str]
) -> None:
    import torch

    style = write(tmp_path / "style.safetensors", base, 1, 4, 4.0)
    face = write(tmp_path / "face.safetensors", base, 2, 2, 2.0, kind="face")
    features = random_features(place)
    rack = studio_pipeline._adapters
    rack.attach([face])
    layer = layer_of(studio_pipeline, place)
    (name,) = layer.active_adapters
    read = layer.lora_A[name].weight[:1].detach()  # one direction that the face reads
    if place[1] == CONV:
        read_features = torch.zeros(1, 64, 3, 3)
        read_features[0] = read[0]
    else:
        read_features = read[None]
    alone = answers(studio_pipeline, place, read_features)

    rack.attach([style, face], "sum")
    mixed, summed = answers(studio_pipeline, place, read_features), answers(studio_pipeline, place, features)
    rack.attach([style, face], "face-first")
    protected, both = answers(studio_pipeline, place, read_features), answers(studio_pipeline, place, features)

    middle = (0, slice(None), 1, 1) if place[1] == CONV else (0,)
    torch.testing.assert_close(protected[middle], alone[middle], atol=1e-4, rtol=1e-4)
    assert (mixed[middle] - alone[middle]).abs().max() > 1e-2
    assert (both - summed).abs().max() > 1e-2
    rack.attach([style, face], "sum")
    assert torch.equal(answers(studio_pipeline, place, features), summed)


def test_adapters_at_right_angles_stay_as_they_are_beside_a_face(
    studio_pipeline: Any, base: BaseModel, tmp_path: Path
) -> None:
    import torch

    style = write(tmp_path / "style.safetensors", base, 1, 1, 1.0, rows=slice(0, 8))
    face = write(tmp_path / "face.safetensors", base, 2, 1, 1.0, kind="face", rows=slice(8, 16))
    features = random_features(PLACES[0])

    studio_pipeline._adapters.attach([style, face], "sum")
    summed = answers(studio_pipeline, PLACES[0], features)
    studio_pipeline._adapters.attach([style, face], "face-first")

    torch.testing.assert_close(answers(studio_pipeline, PLACES[0], features), summed, atol=1e-6, rtol=1e-6)


def test_weights_follow_the_steps_where_a_method_says_so(studio_pipeline: Any, base: BaseModel, tmp_path: Path) -> None:
    style = write(tmp_path / "a-style.safetensors", base, 1, 2, 2.0)
    face = write(tmp_path / "face.safetensors", base, 2, 2, 2.0, kind="face")
    rack = studio_pipeline._adapters

    def seen(method: BlendMethodName, place: tuple[str, str]) -> list[list[float]]:
        rack.attach([style, face], method)
        layer = layer_of(studio_pipeline, place)
        steps: list[list[float]] = []
        for step in range(5):
            rack.begin_step(step, 5)
            steps.append([layer.scaling[name] for name in layer.active_adapters])
        return steps

    assert seen("time-split", PLACES[0]) == [[0, 1], [0.5, 1], [1, 1], [1, 0.5], [1, 0]]
    assert seen("switch", PLACES[0]) == [[1, 0], [0, 1], [1, 0], [0, 1], [1, 0]]
    assert seen("time-split", PLACES[2]) == seen("sum", PLACES[0]) == [[1, 1]] * 5


def test_one_adapter_alone_is_drawn_alike_by_every_method(
    studio_pipeline: Any, base: BaseModel, tmp_path: Path
) -> None:
    chosen = [write(tmp_path / "style.safetensors", base, 1, 2, 1.0)]
    methods: tuple[BlendMethodName, ...] = ("sum", "balanced", "face-first", "time-split", "switch")

    first, *others = (
        np.asarray(next(studio_pipeline.draw(small_request(base, method=method), chosen)).image) for method in methods
    )

    assert all(np.array_equal(first, other) for other in others)


def test_a_blend_saved_as_one_lora_draws_the_same(studio_pipeline: Any, base: BaseModel, tmp_path: Path) -> None:
    import torch

    chosen = [
        WeightedAdapter(write(tmp_path / f"a{rank}.safetensors", base, rank, rank, alpha).adapter, weight)
        for rank, alpha, weight in ((2, 1.0, 0.7), (3, 6.0, 0.4))
    ]
    facts = {"profile_studio.base": base.folder.name, "profile_studio.base_hash": base.hash}
    one, error = blended([(read_lora(each.adapter.path), each.weight) for each in chosen], facts, None)
    write_kohya(tmp_path / "one.safetensors", one)
    saved = [weighted(tmp_path / "one.safetensors", 1.0)]

    def drawn(adapters: list[WeightedAdapter]) -> Any:
        (picture,) = studio_pipeline.draw(small_request(base), adapters)
        return np.asarray(picture.image).astype(int), [
            answers(studio_pipeline, place, random_features(place)) for place in PLACES
        ]

    (several, parts), (single, whole) = drawn(chosen), drawn(saved)
    assert error == 0
    for part, one_layer in zip(parts, whole, strict=True):
        torch.testing.assert_close(one_layer, part, atol=1e-4, rtol=1e-4)
    assert np.abs(several - single).max() <= 1
