"""Which base model a LoRA is for: as kohya, ComfyUI, OneTrainer and Civitai name its layers and fill its header."""

from pathlib import Path

import numpy as np
import pytest

from profile_studio.domain.errors import BaseNotTold, InvalidAdapter
from profile_studio.lora_files import (
    RawTensor,
    check_base,
    described,
    read_adapter,
    read_lora,
    told_base,
    told_family,
    write_tensors,
)
from profile_studio.services.adapters import AdapterService
from profile_studio.settings import Settings

CIVITAI_SDXL = {
    "ss_base_model_version": "sdxl_base_v1-0",
    "ss_sd_model_name": "ponyDiffusionV6XL.safetensors",
    "modelspec.architecture": "stable-diffusion-xl-v1-base/lora",
}
KOHYA_SD1 = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"
KOHYA_XL = "lora_unet_input_blocks_4_1_transformer_blocks_1_attn2_to_v"
KOHYA_SD3 = "lora_unet_joint_blocks_0_x_block_attn2_qkv"
TEXT = "text_model_encoder_layers_0_mlp_fc1"


def layers(**widths: int) -> dict[str, RawTensor]:
    """Whole layers in kohya's layout, of rank 1: name to the number of its inputs."""
    tensors: dict[str, RawTensor] = {}
    for name, width in widths.items():
        tensors[f"{name}.lora_down.weight"] = RawTensor("F32", (1, width), np.ones(width, "<f4").tobytes())
        tensors[f"{name}.lora_up.weight"] = RawTensor("F32", (6, 1), np.ones(6, "<f4").tobytes())
    return tensors


@pytest.mark.parametrize(
    ("widths", "metadata", "family", "base"),
    [
        ({KOHYA_SD1: 768}, {}, "sd1", "sd15"),
        ({KOHYA_SD1: 768}, CIVITAI_SDXL, "sd1", "sd15"),
        ({KOHYA_SD1: 32}, {"ss_base_model_version": "sd_v1"}, "sd1", None),
        ({KOHYA_SD1: 32}, {}, None, None),
        ({f"lora_te_{TEXT}": 768}, {}, None, None),
        ({f"lora_te_{TEXT}": 768}, {"ss_base_model_version": "sd_v1"}, "sd1", "sd15"),
        ({"lora_unet_conv_in": 4}, {"modelspec.architecture": "stable-diffusion-v1/lora"}, "sd1", "sd15"),
        ({"lora_unet_conv_in": 4}, {"ss_base_model_version": "None"}, None, None),
        ({KOHYA_SD1: 1024}, {}, "sd2", None),
        ({"lora_unet_conv_in": 4}, {"ss_base_model_version": "sd_v2"}, "sd2", None),
        ({KOHYA_XL: 2048}, {}, "sdxl", "sdxl"),
        ({"unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k": 2048}, {}, "sdxl", "sdxl"),
        ({"diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k": 2048}, {}, "sdxl", "sdxl"),
        ({KOHYA_XL.replace("attn2", "attn1"): 640}, {}, "sdxl", "sdxl"),
        ({"lora_unet_label_emb_0_0": 2816}, {}, "sdxl", "sdxl"),
        ({"lora_unet_conv_in": 4, f"lora_te2_{TEXT}": 1280}, {}, "sdxl", "sdxl"),
        ({"lora_unet_conv_in": 4}, CIVITAI_SDXL, "sdxl", "sdxl"),
        ({f"lora_te2_{TEXT}": 1280}, CIVITAI_SDXL, "sdxl", "sdxl"),
        ({f"lora_te2_{TEXT}": 1280}, {}, None, None),
        ({KOHYA_XL: 64}, {}, "sdxl", None),
        ({KOHYA_SD3: 1536}, {}, "sd3", "sd35-medium"),
        ({"diffusion_model.joint_blocks.3.context_block.attn.qkv": 1536}, {}, "sd3", "sd35-medium"),
        ({"transformer.transformer_blocks.3.attn.add_q_proj": 1536}, {}, "sd3", "sd35-medium"),
        ({"lora_transformer_transformer_blocks_0_attn_to_q": 1536}, {}, "sd3", "sd35-medium"),
        ({"base_model.model.transformer_blocks.3.attn.to_out.0": 1536}, {}, "sd3", "sd35-medium"),
        ({"lora_te3_encoder_block_0_layer_0_SelfAttention_q": 4096}, {}, "sd3", "sd35-medium"),
        ({f"lora_te1_{TEXT}": 768}, {"modelspec.architecture": "stable-diffusion-3-medium/lora"}, "sd3", "sd35-medium"),
        ({KOHYA_SD3: 32}, {}, "sd3", None),
        ({KOHYA_SD1: 32}, {"profile_studio.family": "sd1"}, "sd1", None),
        ({KOHYA_SD1: 32}, {"profile_studio.family": "sd9"}, None, None),
    ],
)
def test_the_family_is_told_by_names_and_shapes_first_and_words_then(
    tmp_path: Path, widths: dict[str, int], metadata: dict[str, str], family: str | None, base: str | None
) -> None:
    path = tmp_path / "a.safetensors"
    write_tensors(path, layers(**widths), metadata)
    lora = read_lora(path)

    assert (told_family(lora, path.name), told_base(lora, path.name)) == (family, base)


@pytest.mark.parametrize(
    ("widths", "metadata", "word"),
    [
        ({KOHYA_SD3: 2432}, {}, "Stable Diffusion 3.5 large"),
        ({f"lora_te2_{TEXT}": 1280}, {"modelspec.architecture": "stable-diffusion-3.5-large/lora"}, "3.5 large"),
        ({KOHYA_XL: 1280}, {}, "refiner"),
        ({"lora_unet_double_blocks_0_img_attn_qkv": 3072}, {}, "Flux"),
        ({"diffusion_model.single_blocks.0.linear1": 3072}, {}, "Flux"),
        ({"transformer.single_transformer_blocks.0.attn.to_q": 3072}, {}, "Flux"),
        ({"transformer.transformer_blocks.0.attn.to_q": 3072}, {}, "Flux"),
        ({f"lora_te1_{TEXT}": 768}, {"modelspec.architecture": "flux-1-dev/lora"}, "Flux"),
        ({"transformer.transformer_blocks.0.attn1.to_q": 1152}, {}, "does not know"),
    ],
)
def test_a_lora_for_another_kind_of_base_is_refused_as_what_it_is(
    tmp_path: Path, widths: dict[str, int], metadata: dict[str, str], word: str
) -> None:
    path = tmp_path / "a.safetensors"
    write_tensors(path, layers(**widths), metadata)

    with pytest.raises(InvalidAdapter) as refusal:
        read_adapter(path)

    assert word in refusal.value.message


@pytest.mark.parametrize(("widths", "word"), [({KOHYA_SD1: 1024}, "Stable Diffusion 2"), ({KOHYA_SD1: 32}, "not tell")])
def test_a_file_that_tells_no_base_says_what_it_tells(tmp_path: Path, widths: dict[str, int], word: str) -> None:
    path = tmp_path / "a.safetensors"
    write_tensors(path, layers(**widths), {})

    with pytest.raises(BaseNotTold) as refusal:
        read_adapter(path)

    assert word in refusal.value.message


WIDE = {"sd1": {KOHYA_SD1: 768}, "sd2": {KOHYA_SD1: 1024}, "sdxl": {KOHYA_XL: 2048}, "sd3": {KOHYA_SD3: 1536}}


@pytest.mark.parametrize("own", WIDE)
@pytest.mark.parametrize("other", WIDE)
def test_a_foreign_lora_fits_the_bases_of_its_family_only(tmp_path: Path, own: str, other: str) -> None:
    path = tmp_path / "mine.safetensors"
    write_tensors(path, layers(**WIDE[own]), {"profile_studio.base": "somebodys-mix"})
    adapter = described(read_lora(path), path)

    if own == other:
        check_base(adapter, "nice-base", "ab" * 32, other)
        return
    with pytest.raises(InvalidAdapter) as refusal:
        check_base(adapter, "nice-base", "ab" * 32, other)

    assert "mine is a LoRA for" in refusal.value.message
    assert "nice-base" in refusal.value.message


@pytest.mark.parametrize("family", ["sd2", "sdxl", "sd3"])
def test_a_lora_of_another_family_is_refused_when_a_person_names_the_base(
    settings: Settings, tiny_base: Path, tmp_path: Path, family: str
) -> None:
    path = tmp_path / "mine.safetensors"
    write_tensors(path, layers(**WIDE[family]), {})

    for base in (str(tiny_base), "sd15"):
        with pytest.raises(InvalidAdapter) as refusal:
            AdapterService(settings).import_file(path, base=base)

        assert "Stable Diffusion 1.x" in refusal.value.message
    assert list(settings.user_loras_dir.iterdir()) == []


@pytest.mark.parametrize("base", ["sdxl", "sd35-medium"])
def test_a_named_base_need_not_be_on_the_disk(settings: Settings, tmp_path: Path, base: str) -> None:
    widths = {KOHYA_XL: 64} if base == "sdxl" else {KOHYA_SD3: 64}
    write_tensors(tmp_path / "mine.safetensors", layers(**widths), {})

    imported = AdapterService(settings).import_file(tmp_path / "mine.safetensors", base=base)

    assert (imported.base, imported.base_hash, imported.family) == (base, "", "sdxl" if base == "sdxl" else "sd3")
