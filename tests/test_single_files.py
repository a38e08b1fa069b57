"""A base model that is one file of weights, with the names that other programs give them."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from profile_studio.base_models import find_base_model, tokenizer_folder
from profile_studio.domain.errors import BaseModelMissing, BaseNotFetched
from profile_studio.domain.fetching import FetchConfig
from profile_studio.families.registry import load_family
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.storage.base_folders import folder_of, remember_folder
from profile_studio.worker.fetching import fetch_base
from tests.hub import Hub, put_into_cache
from tests.original_checkpoint import write_checkpoint
from tests.tiny_base import build_tiny_sdxl
from tests.training.helpers import RecordingContext

SD15 = "stable-diffusion-v1-5/stable-diffusion-v1-5"
SDXL = "stabilityai/stable-diffusion-xl-base-1.0"

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def tiny_sdxl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny SDXL whose second text encoder is the wider one, by which diffusers tells them apart in one file."""
    return build_tiny_sdxl(tmp_path_factory.mktemp("bases") / "tiny-sdxl", second_width=64)


@pytest.fixture(params=["sd1", "sdxl"])
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(family: str, tiny_base: Path, tiny_sdxl: Path) -> Path:
    return tiny_base if family == "sd1" else tiny_sdxl


@pytest.fixture
def checkpoint(folder: Path, tmp_path: Path) -> Path:
    return write_checkpoint(folder, tmp_path / "my model.safetensors")


@pytest.fixture
def sd1_file(tiny_base: Path, tmp_path: Path) -> Path:
    return write_checkpoint(tiny_base, tmp_path / "sd1.safetensors")


@pytest.fixture
def fetched(hub_cache: Path, tiny_base: Path, tiny_sdxl: Path) -> Path:
    """What fetched bases have besides weights: configurations and vocabularies."""
    for hub_id, base in ((SD15, tiny_base), (SDXL, tiny_sdxl)):
        for weights in put_into_cache(hub_cache, hub_id, base).rglob("*.safetensors"):
            weights.unlink()
    return hub_cache


@pytest.mark.usefixtures("fetched")
def test_its_pictures_equal_those_of_its_folder(
    family: str, folder: Path, checkpoint: Path, settings: Settings
) -> None:
    base = find_base_model(str(checkpoint), settings)
    usual = find_base_model(str(folder), settings)
    assert (base.family.name, base.native_size, base.bucket_step) == (family, usual.native_size, usual.bucket_step)
    assert base.hash == hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    assert base.prediction_type == usual.prediction_type

    def draw(base_model: Any) -> Any:
        pipeline = load_family(base_model, torch.device("cpu"), torch.float32).pipeline
        noise = torch.Generator().manual_seed(0)
        return pipeline("a hat", num_inference_steps=3, output_type="np", generator=noise).images[0]

    assert np.abs(draw(base) - draw(usual)).max() <= 1e-4


@pytest.mark.usefixtures("fetched")
def test_a_checkpoint_that_lacks_a_tensor_is_refused_when_it_is_loaded(sd1_file: Path, settings: Settings) -> None:
    save_file(without(r".*mid\.block_1\.conv1\.bias")(load_file(sd1_file)), sd1_file)

    with pytest.raises(BaseModelMissing, match=r"sd1.safetensors lacks some of the tensors"):
        load_family(find_base_model(str(sd1_file), settings), torch.device("cpu"), torch.float32)


@pytest.mark.usefixtures("fetched")
def test_a_picture_finds_its_checkpoint_again_by_its_hash(sd1_file: Path, settings: Settings) -> None:
    base = find_base_model(str(sd1_file), settings)
    remember_folder(base, settings)

    assert folder_of(base.hash, settings) == str(sd1_file)
    assert tokenizer_folder(str(sd1_file), settings) == base.tokenizer


def test_the_vocabulary_is_fetched_and_nothing_else(
    hub: Hub, family: str, folder: Path, checkpoint: Path, settings: Settings, tmp_path: Path, tiny_configs: None
) -> None:
    del tiny_configs
    hub_id = SD15 if family == "sd1" else SDXL
    hub.models[hub_id] = folder
    with pytest.raises(BaseNotFetched, match="has no vocabulary in it"):
        find_base_model(str(checkpoint), settings)
    assert Studio.open(settings).bases.fetch(str(checkpoint)).spec["base"] == str(checkpoint)

    told = fetch_base(FetchConfig(base=str(checkpoint)), RecordingContext(tmp_path / "job"), settings)

    assert (told["folder"], told["family"]) == (str(checkpoint), family)
    assert {name.split("/")[0] for name, _ in hub.sent} == {"tokenizer", *(["tokenizer_2"] if family == "sdxl" else [])}
    with pytest.raises(BaseNotFetched):
        find_base_model("sd15" if family == "sd1" else "sdxl", settings)


@pytest.fixture
def tiny_configs(tiny_base: Path, tiny_sdxl: Path, hub_cache: Path) -> None:
    """Configurations of the tiny bases in the cache, without any vocabulary."""
    for hub_id, base in ((SD15, tiny_base), (SDXL, tiny_sdxl)):
        snapshot = put_into_cache(hub_cache, hub_id, base)
        for path in [*snapshot.rglob("*.safetensors")]:
            path.unlink()
        for tokenizer in snapshot.glob("tokenizer*"):
            shutil.rmtree(tokenizer)


def only(pattern: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda tensors: {name: tensor for name, tensor in tensors.items() if re.match(pattern, name)}


def without(pattern: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda tensors: {name: tensor for name, tensor in tensors.items() if not re.match(pattern, name)}


def plus(**more: tuple[int, ...]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda tensors: {**tensors, **{name: torch.zeros(shape) for name, shape in more.items()}}


def named(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda _tensors: {name: torch.zeros(4, 4) for name in names}


def for_inpainting(tensors: dict[str, Any]) -> dict[str, Any]:
    name = "model.diffusion_model.input_blocks.0.0.weight"
    return {**tensors, name: torch.zeros(tensors[name].shape[0], 9, 3, 3)}


@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (named("lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight"), "is a LoRA, not a base model."),
        (named("transformer.transformer_blocks.0.attn.to_q.lora_A.weight"), "is a LoRA, not a base model."),
        (named("lora_unet_mid_block_attentions_0_proj_in.hada_w1_a"), "is a LoRA, not a base model."),
        (named("unet.down_blocks.0.attentions.0.processor.to_q_lora.down.weight"), "is one part of a base model"),
        (only(r"first_stage_model\."), "is a VAE alone, not a base model."),
        (named("encoder.conv_in.weight", "decoder.conv_in.weight"), "is a VAE alone, not a base model."),
        (named("down_blocks.0.resnets.0.conv1.weight"), "is one part of a base model in diffusers layout."),
        (named("model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight"), "come without the text encoders."),
        (named("double_blocks.0.img_attn.qkv.weight"), "holds no Stable Diffusion that the studio knows"),
        (without(r"first_stage_model\."), "has no VAE in it."),
        (without(r"cond_stage_model\."), "has no text encoder in it."),
        (for_inpainting, "is a base for inpainting or for editing"),
        (plus(v_pred=(0,)), "is a base that predicts velocity"),
        (without(r"model\.diffusion_model\.output_blocks\.3\."), "has layers of other sizes than Stable Diffusion 1.x"),
    ],
)
def test_what_is_no_whole_checkpoint_is_refused_as_what_it_is(
    sd1_file: Path, settings: Settings, change: Callable[[dict[str, Any]], dict[str, Any]], message: str
) -> None:
    save_file(change(load_file(sd1_file)), sd1_file)

    with pytest.raises(BaseModelMissing) as refused:
        find_base_model(str(sd1_file), settings)

    assert message in refused.value.message


@pytest.mark.parametrize(
    ("name", "message"), [("v1-5.ckpt", "is a pickle"), ("cut.safetensors", "is truncated, damaged or not")]
)
def test_a_file_that_is_not_opened_is_refused(tmp_path: Path, settings: Settings, name: str, message: str) -> None:
    (tmp_path / name).write_bytes(b"\x80x")

    with pytest.raises(BaseModelMissing, match=message):
        find_base_model(str(tmp_path / name), settings)


@pytest.mark.parametrize(
    ("family", "part", "class_name", "millions"),
    [
        ("sd1", "unet", "UNet2DConditionModel", 859.520964),
        ("sd1", "vae", "AutoencoderKL", 83.653863),
        ("sd1", "text_encoder", "CLIPTextModel", 123.060480),
        ("sdxl", "unet", "UNet2DConditionModel", 2567.463684),
        ("sdxl", "text_encoder_2", "CLIPTextModelWithProjection", 694.659840),
    ],
)
def test_the_configurations_that_ship_are_those_of_the_real_bases(
    settings: Settings, family: str, part: str, class_name: str, millions: float
) -> None:
    import diffusers
    import transformers

    folder = settings.configs_dir / family / part
    with torch.device("meta"):
        if part.startswith("text_encoder"):
            model = getattr(transformers, class_name)(transformers.CLIPTextConfig.from_pretrained(folder))
        else:
            model = getattr(diffusers, class_name).from_config(json.loads((folder / "config.json").read_text()))

    assert sum(each.numel() for each in model.parameters()) == round(millions * 1e6)
