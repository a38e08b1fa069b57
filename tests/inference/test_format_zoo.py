"""One LoRA in every spelling that programs have for it: what it adds to each module is the same."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from safetensors import TensorSpec, serialize_file

from profile_studio.services.adapters import AdapterService
from profile_studio.settings import Settings
from tests.inference.conftest import weighted

Values = npt.NDArray[np.float32]
RANK, ALPHA = 2, 0.5
BLOCK = "down_blocks.0.attentions.0.transformer_blocks.0"
UNET = {
    f"{BLOCK}.attn2.to_k": ((RANK, 32), (32, RANK)),
    f"{BLOCK}.attn1.to_out.0": ((RANK, 32), (32, RANK)),
    "mid_block.attentions.0.transformer_blocks.0.attn1.to_q": ((RANK, 64), (64, RANK)),
}
MORE_UNET = {
    "down_blocks.0.attentions.0.proj_in": ((RANK, 32, 1, 1), (32, RANK, 1, 1)),
    "mid_block.resnets.0.conv1": ((RANK, 64, 3, 3), (64, RANK, 1, 1)),
    "up_blocks.1.resnets.0.conv_shortcut": ((RANK, 96, 1, 1), (32, RANK, 1, 1)),
    "down_blocks.0.downsamplers.0.conv": ((RANK, 32, 3, 3), (32, RANK, 1, 1)),
    "up_blocks.0.upsamplers.0.conv": ((RANK, 64, 3, 3), (64, RANK, 1, 1)),
    "time_embedding.linear_1": ((RANK, 32), (128, RANK)),
}
# Without out_proj: a LoRA on queries and values only.
TEXT = {
    f"encoder.layers.{i}.self_attn.{name}": ((RANK, 32), (32, RANK)) for i in (0, 1) for name in ("q_proj", "v_proj")
}
ORIGINAL_UNET = {
    f"{BLOCK}.attn2.to_k": "input_blocks.1.1.transformer_blocks.0.attn2.to_k",
    f"{BLOCK}.attn1.to_out.0": "input_blocks.1.1.transformer_blocks.0.attn1.to_out.0",
    "mid_block.attentions.0.transformer_blocks.0.attn1.to_q": "middle_block.1.transformer_blocks.0.attn1.to_q",
    "down_blocks.0.attentions.0.proj_in": "input_blocks.1.1.proj_in",
    "mid_block.resnets.0.conv1": "middle_block.0.in_layers.2",
    "up_blocks.1.resnets.0.conv_shortcut": "output_blocks.3.0.skip_connection",
    "down_blocks.0.downsamplers.0.conv": "input_blocks.3.0.op",
    "up_blocks.0.upsamplers.0.conv": "output_blocks.2.1.conv",
    "time_embedding.linear_1": "time_embed.0",
}

Key = Callable[[str, str, str], str]
"""From component, module and half (A or B) to the key in a file."""


def kohya(component: str, layer: str, half: str, text: str = "te", unet: Mapping[str, str] | None = None) -> str:
    layer = unet.get(layer, layer) if unet and component == "unet" else layer
    name = layer if component == "unet" else f"text_model.{layer}"
    prefix = "unet" if component == "unet" else text
    return f"lora_{prefix}_{name.replace('.', '_')}.lora_{'down' if half == 'A' else 'up'}.weight"


def dotted(template: str, text_model: str = "text_model.") -> Key:
    """Keys such as `{component}.{layer}.lora_{half}.weight`; `{word}` is down or up."""

    def key(component: str, layer: str, half: str) -> str:
        layer = layer if component == "unet" else text_model + layer
        word = "down" if half == "A" else "up"
        return template.format(component=component, layer=layer, half=half, word=word)

    return key


def attention_processor(component: str, layer: str, half: str) -> str:
    """diffusers before 0.22."""
    word = "down" if half == "A" else "up"
    if component == "unet":
        block, name = re.fullmatch(r"(.+)\.(to_\w+)(?:\.0)?", layer).groups()  # type: ignore[union-attr]
        return f"unet.{block}.processor.{name}_lora.{word}.weight"
    return f"text_encoder.text_model.{layer}.lora_linear_layer.{word}.weight"


def old_text_encoder(component: str, layer: str, half: str) -> str:
    """diffusers 0.17, where text encoders had attention processors' names as well."""
    key = attention_processor(component, layer, half)
    return key.replace("q_proj.lora_linear_layer", "to_q_lora").replace("v_proj.lora_linear_layer", "to_v_lora")


def original(component: str, layer: str, half: str) -> str:
    """ComfyUI: the original U-Net's names with dots."""
    if component == "unet":
        return f"diffusion_model.{ORIGINAL_UNET[layer]}.lora_{half}.weight"
    return dotted("{component}.{layer}.lora_{half}.weight")(component, layer, half)


def without_prefix(component: str, layer: str, half: str) -> str:
    return f"{'' if component == 'unet' else 'text_model.'}{layer}.lora_{half}.weight"


@dataclass(frozen=True)
class Spelling:
    """How a file is written; `alpha` says where the strength is: beside the halves, or in diffusers' metadata."""

    key: Key
    alpha: str = "beside"
    dtype: str = "F32"
    layers: tuple[str, ...] = (*UNET, *MORE_UNET)


ATTENTION_ONLY = tuple(UNET)
ZOO = {
    "kohya": Spelling(kohya),
    "kohya in bf16": Spelling(kohya, dtype="bfloat16"),
    "kohya in fp16": Spelling(kohya, dtype="float16"),
    "kohya in e4m3": Spelling(kohya, dtype="float8_e4m3fn"),
    "kohya in e5m2": Spelling(kohya, dtype="float8_e5m2"),
    "kohya, text encoder te1": Spelling(lambda *names: kohya(*names, text="te1")),
    "kohya, the original U-Net's names": Spelling(lambda *names: kohya(*names, unet=ORIGINAL_UNET)),
    "the original U-Net's names": Spelling(original),
    "diffusers": Spelling(dotted("{component}.{layer}.lora_{half}.weight"), alpha="metadata"),
    "diffusers, a newer text encoder": Spelling(dotted("{component}.{layer}.lora_{half}.weight", ""), alpha="metadata"),
    "diffusers with alphas": Spelling(dotted("{component}.{layer}.lora_{half}.weight")),
    "lora.down": Spelling(dotted("{component}.{layer}.lora.{word}.weight")),
    "lora_down with dots": Spelling(dotted("{component}.{layer}.lora_{word}.weight")),
    "lora_linear_layer": Spelling(dotted("{component}.{layer}.lora_linear_layer.{word}.weight")),
    "an adapter called default": Spelling(dotted("{component}.{layer}.lora_{half}.default.weight"), alpha="metadata"),
    "an adapter called my_lora": Spelling(dotted("{component}.{layer}.lora_{half}.my_lora.weight")),
    "wrapped by peft": Spelling(dotted("{component}.base_model.model.{layer}.lora_{half}.default.weight")),
    "wrapped by peft as a whole": Spelling(dotted("base_model.model.{component}.{layer}.lora_{half}.weight")),
    "compiled": Spelling(dotted("{component}._orig_mod.{layer}.lora_{half}.weight")),
    "processor, lora.down": Spelling(
        lambda *names: re.sub(
            r"\.(to_\w+)", r".processor.\1", dotted("{component}.{layer}.lora.{word}.weight")(*names)
        ),
        layers=ATTENTION_ONLY,
    ),
    "attention processors": Spelling(attention_processor, layers=ATTENTION_ONLY),
    "attention processors of text encoders": Spelling(old_text_encoder, layers=ATTENTION_ONLY),
    "no prefix": Spelling(without_prefix),
}


def the_lora(layers: tuple[str, ...]) -> dict[tuple[str, str], tuple[Values, Values]]:
    """Halves of each module, of numbers that every type can hold."""
    shapes = {("unet", name): (UNET | MORE_UNET)[name] for name in layers}
    shapes |= {("text_encoder", name): pair for name, pair in TEXT.items()}
    generator = np.random.default_rng(0)
    return {
        name: tuple(generator.choice(np.float32([-1, -0.5, 0.5, 1]), size=shape) for shape in pair)  # type: ignore[misc]
        for name, pair in shapes.items()
    }


def expected_deltas(layers: tuple[str, ...]) -> dict[str, Values]:
    return {
        name: ALPHA / RANK * (up.reshape(up.shape[:2]) @ down.reshape(RANK, -1)).reshape(-1, *down.shape[1:])
        for (_, name), (down, up) in the_lora(layers).items()
    }


def save(path: Path, tensors: Mapping[str, Values], metadata: Mapping[str, str], dtype: str = "F32") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {key: as_type(values, dtype) for key, values in tensors.items()}
    name = "float32" if dtype == "F32" else dtype
    serialize_file(
        {
            key: TensorSpec(dtype=name, shape=list(tensors[key].shape), data_ptr=data.ctypes.data, data_len=data.nbytes)
            for key, data in kept.items()
        },
        path,
        metadata=dict(metadata),
    )


def as_type(values: Values, dtype: str) -> npt.NDArray[Any]:
    import torch

    if dtype == "F32":
        return np.ascontiguousarray(values)
    converted = torch.from_numpy(np.array(values)).to(getattr(torch, dtype))
    return converted.reshape(-1).view(torch.uint8).numpy()


def write(path: Path, spelling: Spelling) -> Path:
    tensors: dict[str, Values] = {}
    for (component, layer), (down, up) in the_lora(spelling.layers).items():
        for half, values in (("A", down), ("B", up)):
            tensors[spelling.key(component, layer, half)] = values
        if spelling.alpha == "beside":
            stem = re.sub(
                r"\.lora_(?:[AB]|down|up)(?:\.\w+)?\.weight$|\.lora\.\w+\.weight$|\.lora_linear_layer\.\w+\.weight$|_lora\.\w+\.weight$",
                "",
                spelling.key(component, layer, "A"),
            )
            tensors[f"{stem}.alpha"] = np.float32(ALPHA).reshape(())
    config = {"r": RANK, "lora_alpha": ALPHA, "a_later_option": True}
    told = {f"{part}.{key}": value for part in ("unet", "text_encoder") for key, value in config.items()}
    metadata = {"lora_adapter_metadata": json.dumps(told)} if spelling.alpha == "metadata" else {}
    save(path, tensors, metadata, spelling.dtype)
    return path


def attached_deltas(studio_pipeline: Any, path: Path) -> dict[str, Values]:
    """What the modules of the pipeline gain from a file at weight 1."""
    from peft.tuners.lora import LoraLayer

    studio_pipeline._adapters.attach([weighted(path, 1.0)])
    pipeline = studio_pipeline.family.pipeline
    return {
        name.removeprefix("text_model."): module.get_delta_weight(active).detach().numpy()
        for model in (pipeline.unet, pipeline.text_encoder)
        for name, module in model.named_modules()
        if isinstance(module, LoraLayer)
        for active in module.active_adapters
        if active in module.lora_A
    }


def same(actual: Mapping[str, Values], layers: tuple[str, ...]) -> None:
    expected = expected_deltas(layers)
    assert actual.keys() == expected.keys()
    for name, delta in expected.items():
        np.testing.assert_allclose(actual[name], delta, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("spelling", ZOO.values(), ids=ZOO)
def test_every_spelling_adds_the_same(
    settings: Settings, tiny_base: Path, studio_pipeline: Any, tmp_path: Path, spelling: Spelling
) -> None:
    path = write(tmp_path / "zoo.safetensors", spelling)

    imported = AdapterService(settings).import_file(path, base=str(tiny_base))

    assert (imported.rank, imported.network_alpha) == (RANK, ALPHA)
    same(attached_deltas(studio_pipeline, imported.path), spelling.layers)


def test_a_convolution_of_one_pixel_may_be_written_as_a_linear_layer(
    settings: Settings, tiny_base: Path, studio_pipeline: Any, tmp_path: Path
) -> None:
    proj = "down_blocks.0.attentions.0.proj_in"
    down, up = the_lora((proj,))["unet", proj]
    tensors = {kohya("unet", proj, "A"): down[..., 0, 0], kohya("unet", proj, "B"): up[..., 0, 0]}
    save(tmp_path / "a.safetensors", tensors, {})

    imported = AdapterService(settings).import_file(tmp_path / "a.safetensors", base=str(tiny_base))

    expected = (up[..., 0, 0] @ down[..., 0, 0])[..., None, None]
    np.testing.assert_allclose(attached_deltas(studio_pipeline, imported.path)[proj], expected)


@pytest.mark.parametrize(
    ("unet_folder", "text_folder"),
    [("unet_lora", "text_encoder_lora"), ("unet", "text_encoder"), (".", "text_encoder")],
)
@pytest.mark.parametrize(
    "config",
    [
        {"lora_alpha": ALPHA},
        {"lora_alpha": ALPHA / RANK**0.5, "use_rslora": True},
        {"lora_alpha": 7, "alpha_pattern": {name.split(".", 1)[1]: ALPHA for name in (*UNET, *MORE_UNET, *TEXT)}},
    ],
    ids=["alpha", "rslora", "pattern"],
)
def test_folders_as_peft_writes_them_add_the_same(
    settings: Settings,
    tiny_base: Path,
    studio_pipeline: Any,
    tmp_path: Path,
    unet_folder: str,
    text_folder: str,
    config: dict[str, object],
) -> None:
    folder = tmp_path / "anime"
    for component, name in (("unet", unet_folder), ("text_encoder", text_folder)):
        tensors = {
            f"base_model.model.{layer}.lora_{half}.weight": values
            for (part, layer), halves in the_lora((*UNET, *MORE_UNET)).items()
            for half, values in zip("AB", halves, strict=True)
            if part == component
        }
        save(folder / name / "adapter_model.safetensors", tensors, {})
        (folder / name / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": RANK, **config}))

    imported = AdapterService(settings).import_file(folder, base=str(tiny_base))

    assert imported.name == "anime"
    same(attached_deltas(studio_pipeline, imported.path), (*UNET, *MORE_UNET))


LAYOUTS = {
    "kohya": re.compile(r"lora_(unet|te)_[a-z0-9_]+\.(lora_(down|up)\.weight|alpha)"),
    "diffusers": re.compile(r"(unet|text_encoder)\.[a-z0-9_.]+\.lora_[AB]\.weight"),
    "peft": re.compile(r"base_model\.model\.[a-z0-9_.]+\.lora_[AB]\.weight"),
}


@pytest.mark.parametrize("spelling", ["kohya", "diffusers", "attention processors", "kohya in bf16"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_export_is_in_its_layout_and_comes_back_as_the_same(
    settings: Settings, tiny_base: Path, studio_pipeline: Any, tmp_path: Path, spelling: str, layout: Any
) -> None:
    from safetensors import safe_open

    service = AdapterService(settings)
    service.import_file(write(tmp_path / "zoo.safetensors", ZOO[spelling]), base=str(tiny_base))

    exported = service.export("zoo", layout, tmp_path / "out")
    again = service.import_file(exported, "again")

    files = [exported] if exported.is_file() else sorted(exported.rglob("*.safetensors"))
    keys = [key for file in files for key in safe_open(file, "np").keys()]  # noqa: SIM118  # no mapping
    assert [key for key in keys if not LAYOUTS[layout].fullmatch(key)] == []
    assert layout != "peft" or [file.parent.name for file in files] == ["text_encoder_lora", "unet_lora"]
    assert again.base_hash == service.get("zoo").base_hash != ""
    same(attached_deltas(studio_pipeline, again.path), ZOO[spelling].layers)
