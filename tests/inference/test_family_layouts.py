"""One LoRA for each family in every layout: plain diffusers' classes draw the same picture with all of them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from diffusers import DiffusionPipeline
from diffusers.loaders.single_file_utils import (
    convert_ldm_unet_checkpoint,
    convert_sd3_transformer_checkpoint_to_diffusers,
)
from peft import PeftModel
from peft.tuners.lora import LoraLayer as PeftLayer
from safetensors.torch import load_file
from torch import nn

from profile_studio.base_models import BaseModel, find_base_model
from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.errors import InvalidAdapter
from profile_studio.domain.families import family_facts
from profile_studio.domain.generation import GenerationRequest
from profile_studio.inference.adapters import AdapterRack
from profile_studio.inference.lora_layers import attach_lora
from profile_studio.inference.studio_pipeline import StudioPipeline
from profile_studio.lora_files import (
    FAMILY_KEY,
    LayerName,
    Lora,
    LoraLayer,
    RawTensor,
    kohya_name,
    layer_name,
    numbers,
    read_lora,
    read_lora_folder,
    write_diffusers,
    write_kohya,
    write_peft,
    write_tensors,
)
from profile_studio.lora_files.original_names import (
    from_original_transformer,
    three_in_one,
    to_original_transformer,
    to_original_unet,
)
from profile_studio.services.adapters import AdapterService
from profile_studio.settings import Settings
from tests.inference.conftest import weighted
from tests.tiny_base import build_tiny_base, build_tiny_sd3, build_tiny_sdxl

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning", "ignore:.*is_gradient_checkpointing:FutureWarning"
)
Picture = npt.NDArray[np.float32]
FAMILIES = ("sd1", "sdxl", "sd3")
ENCODERS = ("text_encoder", "text_encoder_2", "text_encoder_3")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("families")
    return {
        "sd1": build_tiny_base(home / "sd1"),
        "sdxl": build_tiny_sdxl(home / "sdxl"),
        "sd3": build_tiny_sd3(home / "sd3", with_t5=True),
    }


def load(folder: Path) -> Any:
    pipeline = DiffusionPipeline.from_pretrained(folder, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.safety_checker = None
    return pipeline


def draw(pipeline: Any) -> Picture:
    denoiser = parts(pipeline)[0][1]
    latents = np.random.RandomState(0).standard_normal((1, denoiser.config.in_channels, 8, 8))
    start = torch.from_numpy(latents).float()
    return pipeline("red hair", num_inference_steps=2, latents=start, output_type="np").images[0]


def parts(pipeline: Any) -> list[tuple[str, Any]]:
    """The denoiser first, then the text encoders."""
    named = [(name, getattr(pipeline, name, None)) for name in ("unet", "transformer", *ENCODERS)]
    return [(name, part) for name, part in named if part is not None]


def attachable(pipeline: Any) -> Iterator[tuple[LayerName, nn.Module]]:
    """Every linear and convolutional module, each of which some program trains."""
    for component, part in parts(pipeline):
        for name, module in part.named_modules():
            if isinstance(module, nn.Linear | nn.Conv2d):
                yield LayerName(component, name.removeprefix("text_model.")), module


def random_lora(
    pipeline: Any,
    family: str,
    wanted: Callable[[LayerName], bool] = lambda _: True,
    alphas: Sequence[float] = (0.5, 1.0, 2.0),
) -> Lora:
    """Numbers for some modules of the denoiser and all of text encoders.

    Ranks and alphas differ, as kohya's block weights make them.
    """
    random = np.random.default_rng(0)
    layers: dict[LayerName, LoraLayer] = {}
    for name, module in attachable(pipeline):
        if wanted(name) and (name.component in ENCODERS or random.random() < 0.4):
            weight = module.weight
            rank = int(random.integers(1, 4))
            down = random.normal(size=(rank, *weight.shape[1:]), scale=0.2).astype("<f4")
            up = random.normal(size=(weight.shape[0], rank, *(1 for _ in weight.shape[2:])), scale=0.2).astype("<f4")
            layers[name] = LoraLayer(raw(down), raw(up), float(random.choice(alphas)))
    return Lora(layers, {FAMILY_KEY: family})


def raw(values: Any) -> RawTensor:
    values = np.ascontiguousarray(values, "<f4")
    return RawTensor("F32", values.shape, values.tobytes())


def drawn_with(folder: Path, lora: Lora) -> Picture:
    pipeline = load(folder)
    attach_lora(dict(parts(pipeline)), lora, "a", "a.safetensors", "tiny")
    return draw(pipeline)


def written(write: Callable[[Path, Lora], None], path: Path, lora: Lora) -> Lora:
    """A LoRA as it is read again from one of our layouts."""
    if write is write_peft:
        path.mkdir()
        write(path, lora)
        return read_lora_folder(path)
    write(path, lora)
    return read_lora(path)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_layout_that_is_written_draws_the_same_picture(
    folders: dict[str, Path], tmp_path: Path, family: str
) -> None:
    folder = folders[family]
    lora = random_lora(load(folder), family)
    expected = drawn_with(folder, lora)

    assert np.abs(expected - draw(load(folder))).max() > 0.05
    for write in (write_kohya, write_diffusers, write_peft):
        again = written(write, tmp_path / write.__name__, lora)
        assert again.layers.keys() == lora.layers.keys()
        np.testing.assert_allclose(drawn_with(folder, again), expected, atol=1e-4, err_msg=write.__name__)


@pytest.mark.parametrize(
    ("family", "write"),
    [("sd1", write_diffusers), ("sd1", write_kohya), ("sdxl", write_diffusers), ("sdxl", write_kohya), ("sd3", write_diffusers)],
)  # fmt: skip
def test_plain_diffusers_draws_the_same_with_what_is_written(
    folders: dict[str, Path], tmp_path: Path, family: str, write: Any
) -> None:
    """Of the modules that diffusers' own importers know; it has none for Stable Diffusion 3 in kohya's layout.

    In that layout it gives all layers one alpha, whatever the file says.
    """
    pipeline = load(folders[family])
    # Its importer takes no projection of a text encoder, and in kohya's layout no convolution of 3 x 3 pixels.
    known = re.compile(r".*(?:attn\d?\.|\.ff(?:_context)?\.net|self_attn|mlp|proj_in|proj_out$)")
    lora = random_lora(
        pipeline,
        family,
        lambda name: name.component != "text_encoder_3" and bool(known.match(name.layer)),
        alphas=[0.5] if write is write_kohya else [0.5, 1.0, 2.0],
    )
    write(tmp_path / "a.safetensors", lora)

    pipeline.load_lora_weights(tmp_path / "a.safetensors")

    np.testing.assert_allclose(draw(pipeline), drawn_with(folders[family], lora), atol=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_peft_itself_opens_the_folders_that_are_written(folders: dict[str, Path], tmp_path: Path, family: str) -> None:
    pipeline = load(folders[family])
    lora = random_lora(pipeline, family)
    write_peft(tmp_path, lora)

    for component, part in parts(pipeline):
        setattr(pipeline, component, PeftModel.from_pretrained(part, tmp_path / f"{component}_lora").merge_and_unload())

    np.testing.assert_allclose(draw(pipeline), drawn_with(folders[family], lora), atol=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_layer_survives_the_name_it_is_saved_under(folders: dict[str, Path], family: str) -> None:
    names = [name for name, _ in attachable(load(folders[family]))]

    assert [layer_name(kohya_name(*name, family)) for name in names] == names
    assert len({kohya_name(*name, family) for name in names}) == len(names)


def test_the_original_names_of_sdxl_are_those_that_diffusers_converts(folders: dict[str, Path]) -> None:
    pipeline = load(folders["sdxl"])
    names = [name for component, name in dict(attachable(pipeline)) if component == "unet"]
    checkpoint = {
        f"model.diffusion_model.{to_original_unet(name)}.{kind}": f"{name}.{kind}"
        for name in names
        for kind in ("weight", "bias")
    }

    converted = convert_ldm_unet_checkpoint(checkpoint, dict(pipeline.unet.config))

    assert {key: converted[key] for key in converted if converted[key]} == {key: key for key in checkpoint.values()}


@pytest.fixture(scope="module")
def original_transformer(folders: dict[str, Path]) -> tuple[Any, dict[str, torch.Tensor]]:
    """The tiny Stable Diffusion 3.5's transformer, and its weights under their original names, three in one."""
    transformer = load(folders["sd3"]).transformer
    state = transformer.state_dict()
    thirds: dict[str, dict[str, torch.Tensor]] = {}
    original: dict[str, torch.Tensor] = {"pos_embed": state["pos_embed.pos_embed"]}
    for block in range(3):
        for ours, theirs in (("norm_q", "x_block.attn.ln_q"), ("norm_k", "x_block.attn.ln_k"),
                             ("norm_added_q", "context_block.attn.ln_q"), ("norm_added_k", "context_block.attn.ln_k")):  # fmt: skip
            original[f"joint_blocks.{block}.{theirs}.weight"] = state[f"transformer_blocks.{block}.attn.{ours}.weight"]
    for letter in "qk":
        original[f"joint_blocks.0.x_block.attn2.ln_{letter}.weight"] = state[
            f"transformer_blocks.0.attn2.norm_{letter}.weight"
        ]
    for name, module in transformer.named_modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            three = three_in_one(name)
            for kind in ("weight", "bias"):
                key = f"{to_original_transformer(three[0] if three else name)}.{kind}"
                value = getattr(module, kind)
                if "adaLN" in key and len(value) == 2 * transformer.inner_dim:
                    value = torch.cat(value.chunk(2)[::-1])
                thirds.setdefault(key, {})[three[1] if three else ""] = value
    original |= {
        key: torch.cat([third for _, third in sorted(found.items(), key=lambda item: "qkv".find(item[0]))])
        for key, found in thirds.items()
    }
    return transformer, original


def test_the_original_names_of_stable_diffusion_3_are_those_that_diffusers_converts(
    original_transformer: tuple[Any, dict[str, torch.Tensor]],
) -> None:
    transformer, original = original_transformer

    converted = convert_sd3_transformer_checkpoint_to_diffusers(dict(original))

    state = transformer.state_dict()
    assert converted.keys() == state.keys()
    assert all(torch.equal(converted[key], state[key]) for key in state)


KOHYA = "lora_unet_{underscored}.lora_{half}.weight"
COMFYUI = "diffusion_model.{name}.lora_{half}.weight"
ORIGINAL = "model.diffusion_model.{name}.lora_{AB}.weight"


@pytest.mark.parametrize("template", [KOHYA, COMFYUI, ORIGINAL])
@pytest.mark.parametrize("layout", ["one rank", "split_qkv"])
def test_a_foreign_lora_for_stable_diffusion_3_adds_what_it_adds_to_the_original(
    folders: dict[str, Path],
    original_transformer: tuple[Any, dict[str, torch.Tensor]],
    tmp_path: Path,
    template: str,
    layout: str,
) -> None:
    """Added to the original weights and converted by diffusers, it is the same as read here and attached."""
    transformer, original = original_transformer
    random = torch.Generator().manual_seed(0)
    tensors: dict[str, RawTensor] = {}
    changed = dict(original)
    for key, weight in original.items():
        name, _, kind = key.rpartition(".")
        if kind != "weight" or ".ln_" in name:
            continue
        down = torch.randn(3, *weight.shape[1:], generator=random)
        up = torch.randn(weight.shape[0], 3, *(1 for _ in weight.shape[2:]), generator=random)
        if layout == "split_qkv" and name.endswith("qkv"):
            up = up * torch.eye(3).repeat_interleave(len(up) // 3, dim=0)
        for half, word, values in (("A", "down", down), ("B", "up", up)):
            spelled = template.format(name=name, underscored=name.replace(".", "_"), half=word, AB=half)
            tensors[spelled] = raw(values.numpy())
        tensors[re.sub(r"\.lora_\w+\.weight$", ".alpha", spelled)] = raw(np.float32(0.6))
        changed[key] = weight + 0.2 * (up.flatten(1) @ down.flatten(1)).reshape(weight.shape)
    write_tensors(tmp_path / "a.safetensors", tensors, {})
    pipeline = load(folders["sd3"])

    lora = read_lora(tmp_path / "a.safetensors")
    attach_lora(dict(parts(pipeline)), lora, "a", "a.safetensors", "tiny")

    expected = convert_sd3_transformer_checkpoint_to_diffusers(changed)
    assert {layer.rank for (_, name), layer in lora.layers.items() if three_in_one(name)} == (
        {1} if layout == "split_qkv" else {3}
    )
    for name, module in pipeline.transformer.named_modules():
        if hasattr(module, "get_delta_weight"):
            actual = module.base_layer.weight + module.get_delta_weight("a")
            torch.testing.assert_close(actual, expected[f"{name}.weight"], atol=1e-4, rtol=1e-4, msg=name)
    assert sum(isinstance(m, nn.Linear | nn.Conv2d) for m in transformer.modules()) == len(lora.layers)


@pytest.mark.parametrize("letters", ["q", "qv", "kv"])
def test_one_or_two_of_three_are_written_and_read_as_such(
    folders: dict[str, Path], tmp_path: Path, letters: str
) -> None:
    pipeline = load(folders["sd3"])
    lora = random_lora(pipeline, "sd3", lambda name: bool(re.search(rf"attn2?\.(to|add)_[{letters}]", name.layer)))

    again = written(write_kohya, tmp_path / "a.safetensors", lora)

    assert again.layers.keys() == lora.layers.keys()
    assert all("qkv" in key for key in load_file(tmp_path / "a.safetensors"))
    for name, layer in lora.layers.items():
        np.testing.assert_allclose(delta(again.layers[name]), delta(layer), atol=1e-6)


def delta(layer: LoraLayer) -> npt.NDArray[np.float32]:
    return layer.network_alpha / layer.rank * (numbers(layer.up) @ numbers(layer.down))


FOREIGN: Mapping[str, tuple[str, str]] = {
    "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q": (
        "unet", "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"),
    "lora_unet_input_blocks_8_1_transformer_blocks_9_ff_net_0_proj": (
        "unet", "down_blocks.2.attentions.1.transformer_blocks.9.ff.net.0.proj"),
    "lora_unet_output_blocks_2_1_transformer_blocks_3_attn2_to_out_0": (
        "unet", "up_blocks.0.attentions.2.transformer_blocks.3.attn2.to_out.0"),
    "lora_unet_output_blocks_5_2_conv": ("unet", "up_blocks.1.upsamplers.0.conv"),
    "lora_unet_input_blocks_6_0_op": ("unet", "down_blocks.1.downsamplers.0.conv"),
    "lora_unet_middle_block_1_proj_in": ("unet", "mid_block.attentions.0.proj_in"),
    "lora_unet_middle_block_2_emb_layers_1": ("unet", "mid_block.resnets.1.time_emb_proj"),
    "lora_unet_label_emb_0_2": ("unet", "add_embedding.linear_2"),
    "lora_unet_out_2": ("unet", "conv_out"),
    "unet.label_emb.0.0": ("unet", "add_embedding.linear_1"),
    "diffusion_model.input_blocks.4.1.transformer_blocks.1.attn2.to_v": (
        "unet", "down_blocks.1.attentions.0.transformer_blocks.1.attn2.to_v"),
    "lycoris_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q": (
        "unet", "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"),
    "lora_te1_text_model_encoder_layers_11_mlp_fc1": ("text_encoder", "encoder.layers.11.mlp.fc1"),
    "lora_te2_text_model_encoder_layers_31_self_attn_out_proj": ("text_encoder_2", "encoder.layers.31.self_attn.out_proj"),
    "lora_te2_text_projection": ("text_encoder_2", "text_projection"),
    "clip_g.text_projection": ("text_encoder_2", "text_projection"),
    "text_encoders.clip_g.transformer.text_model.encoder.layers.3.mlp.fc2": ("text_encoder_2", "encoder.layers.3.mlp.fc2"),
    "text_encoders.clip_l.transformer.text_model.encoder.layers.3.mlp.fc2": ("text_encoder", "encoder.layers.3.mlp.fc2"),
    "text_encoder_2.text_model.encoder.layers.0.self_attn.q_proj": ("text_encoder_2", "encoder.layers.0.self_attn.q_proj"),
    "lora_te3_encoder_block_0_layer_0_SelfAttention_q": ("text_encoder_3", "encoder.block.0.layer.0.SelfAttention.q"),
    "lora_te3_encoder_block_2_layer_1_DenseReluDense_wi_0": (
        "text_encoder_3", "encoder.block.2.layer.1.DenseReluDense.wi_0"),
    "text_encoders.t5xxl.transformer.encoder.block.0.layer.0.SelfAttention.o": (
        "text_encoder_3", "encoder.block.0.layer.0.SelfAttention.o"),
    "t5.encoder.block.0.layer.0.SelfAttention.o": ("text_encoder_3", "encoder.block.0.layer.0.SelfAttention.o"),
    "lora_unet_joint_blocks_4_x_block_mlp_fc2": ("transformer", "transformer_blocks.4.ff.net.2"),
    "lora_unet_joint_blocks_4_context_block_adaLN_modulation_1": ("transformer", "transformer_blocks.4.norm1_context.linear"),
    "lora_unet_x_embedder_proj": ("transformer", "pos_embed.proj"),
    "lora_unet_context_embedder": ("transformer", "context_embedder"),
    "lora_unet_final_layer_linear": ("transformer", "proj_out"),
    "diffusion_model.joint_blocks.23.x_block.attn.proj": ("transformer", "transformer_blocks.23.attn.to_out.0"),
    "transformer.joint_blocks.0.x_block.attn2.qkv.1": ("transformer", "transformer_blocks.0.attn2.to_k"),
    "transformer.joint_blocks.0.context_block.attn.qkv.2": ("transformer", "transformer_blocks.0.attn.add_v_proj"),
    "lora_transformer_transformer_blocks_0_attn_add_k_proj": ("transformer", "transformer_blocks.0.attn.add_k_proj"),
    "lora_transformer_time_text_embed_timestep_embedder_linear_1": (
        "transformer", "time_text_embed.timestep_embedder.linear_1"),
    "lycoris_transformer_blocks_7_ff_context_net_0_proj": ("transformer", "transformer_blocks.7.ff_context.net.0.proj"),
    "base_model.model.transformer_blocks.0.attn.to_add_out": ("transformer", "transformer_blocks.0.attn.to_add_out"),
    "transformer.transformer_blocks.0.attn2.to_out.0": ("transformer", "transformer_blocks.0.attn2.to_out.0"),
}  # fmt: skip


@pytest.mark.parametrize(("spelling", "module"), FOREIGN.items(), ids=FOREIGN)
def test_a_name_of_another_program_means_its_module(spelling: str, module: tuple[str, str]) -> None:
    assert layer_name(spelling) == module


def test_a_lora_of_another_family_is_refused_before_anything_is_attached(folders: dict[str, Path]) -> None:
    for own in FAMILIES:
        lora = random_lora(load(folders[own]), own, lambda name: name.component in ("unet", "transformer"))
        for other in set(FAMILIES) - {own}:
            pipeline = load(folders[other])
            with pytest.raises(InvalidAdapter, match="fit"):
                attach_lora(dict(parts(pipeline)), lora, "a", "a.safetensors", "tiny")
            assert not any("lora" in name for _, part in parts(pipeline) for name, _ in part.named_modules())


@pytest.mark.parametrize("component", ["transformer", *ENCODERS])
def test_a_weight_reaches_every_part_of_a_base(folders: dict[str, Path], tmp_path: Path, component: str) -> None:
    """T5 too, which the `set_adapters` of diffusers' own pipelines passes over."""
    pipeline = load(folders["sd3"])
    lora = random_lora(pipeline, "sd3", lambda name: name.component == component)
    write_kohya(tmp_path / "a.safetensors", replace(lora, metadata={"profile_studio.base": "mix"}))
    base = BaseModel(
        "b", folders["sd3"], family_facts("sd3"), 64, 16, (folders["sd3"] / "transformer" / "config.json",)
    )
    family: Any = SimpleNamespace(parts=dict(parts(pipeline)), pipeline=pipeline, base=base)
    rack = AdapterRack(family)

    state = rack.attach([weighted(tmp_path / "a.safetensors", 0.5)])

    modules = [m for part in family.parts.values() for m in part.modules() if isinstance(m, PeftLayer)]
    assert len(modules) == len(lora.layers)
    assert all(m.scaling == {"adapter_0": 0.5 * m.lora_alpha["adapter_0"] / m.r["adapter_0"]} for m in modules)
    assert bool(state) == component.startswith("text_encoder")
    assert rack.attach([]) == ()
    assert all(m.disable_adapters for m in modules)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_studio_draws_the_same_with_every_export_of_an_imported_file(
    folders: dict[str, Path], settings: Settings, tmp_path: Path, family: str
) -> None:
    pipeline, folder = load(folders[family]), str(folders[family])
    studio = StudioPipeline.load(find_base_model(folder, settings))
    service = AdapterService(settings)
    lora = random_lora(pipeline, family, lambda name: name.component != "text_encoder_3")
    write_kohya(tmp_path / "mine.safetensors", replace(lora, metadata={}))
    request = GenerationRequest(prompt="red hair", base=folder, num_inference_steps=2, seed=3)

    service.import_file(tmp_path / "mine.safetensors", base=folder)
    for layout in ("diffusers", "kohya", "peft"):
        service.import_file(service.export("mine", layout, tmp_path / layout), f"again-{layout}")

    adapters = service.list(folder)
    assert {(adapter.family, adapter.base) for adapter in adapters} == {(family, folders[family].name)}
    plain, *drawn = (
        np.asarray(next(studio.draw(request, chosen)).image).astype(int)
        for chosen in ([], *([WeightedAdapter(adapter, 1.0)] for adapter in adapters))
    )
    assert len(drawn) == 4
    assert np.abs(drawn[0] - plain).max() > 10
    assert all(np.abs(picture - drawn[0]).max() <= 1 for picture in drawn)


def test_three_in_one_that_cannot_be_parted_is_refused(tmp_path: Path) -> None:
    stem = "lora_unet_joint_blocks_0_x_block_attn_qkv"
    tensors = {f"{stem}.lora_down.weight": raw(np.ones((2, 4))), f"{stem}.lora_up.weight": raw(np.ones((8, 2)))}
    write_tensors(tmp_path / "a.safetensors", tensors, {})

    with pytest.raises(InvalidAdapter, match="mismatched shapes"):
        read_lora(tmp_path / "a.safetensors")


def test_no_original_name_is_invented() -> None:
    assert from_original_transformer("joint_blocks.0.x_block.attn3.qkv") is None
    assert from_original_transformer("double_blocks.0.img_attn.qkv") is None
