"""What is refused of a base model's folder before anything is queued."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from profile_studio.base_models import find_base_model, missing_files
from profile_studio.domain.errors import BaseModelMissing, BaseNotFetched
from profile_studio.families.registry import load_family
from profile_studio.settings import Settings
from tests.hub import put_into_cache

LFS_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3438167536\n"
UNET = "unet/diffusion_pytorch_model.safetensors"
TEXT_ENCODER = "text_encoder/model.safetensors"


def is_pointer(file: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).write_text(LFS_POINTER)


def is_gone(file: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).unlink()


def is_cut(file: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).write_bytes((folder / file).read_bytes()[:-1])


def is_called(file: str, name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).rename((folder / file).with_name(name))


def says(file: str, **values: object) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        config = folder / file
        config.write_text(json.dumps({**json.loads(config.read_text()), **values}))

    return change


def in_half_precision(*files: str) -> Callable[[Path], object]:
    def save(folder: Path) -> None:
        for path in (folder / file for file in files):
            tensors = {name: tensor.half() for name, tensor in load_file(path).items()}
            path.unlink()
            save_file(tensors, path.with_name(f"{path.stem}.fp16{path.suffix}"), {"format": "pt"})

    return save


def in_shards(file: str, lost: str = "") -> Callable[[Path], object]:
    def save(folder: Path) -> None:
        path = folder / file
        tensors = load_file(path)
        path.unlink()
        shard_of = {name: f"{path.stem}-0000{1 + i % 2}-of-00002.safetensors" for i, name in enumerate(tensors)}
        for shard in set(shard_of.values()) - {lost}:
            its_own = {name: tensor for name, tensor in tensors.items() if shard_of[name] == shard}
            save_file(its_own, path.with_name(shard), {"format": "pt"})
        index = {"metadata": {"total_size": 0}, "weight_map": shard_of}
        path.with_name(f"{path.name}.index.json").write_text(json.dumps(index))

    return save


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (is_pointer(UNET), f"{UNET} of the base model {{!r}} is a git-LFS pointer instead of the file itself."),
        (
            is_pointer("text_encoder/model.safetensors"),
            "text_encoder/model.safetensors of the base model {!r} is a git-LFS pointer instead of the file itself.",
        ),
        (
            is_pointer("tokenizer/tokenizer.json"),
            "tokenizer/tokenizer.json of the base model {!r} is a git-LFS pointer instead of the file itself.",
        ),
        (is_pointer("model_index.json"), "model_index.json of the base model {!r} cannot be read."),
        (
            in_shards("text_encoder/model.safetensors", lost="model-00002-of-00002.safetensors"),
            "The base model {!r} has no text_encoder/model-00002-of-00002.safetensors.",
        ),
        (
            is_called(UNET, "diffusion_pytorch_model.bin"),
            "The base model {!r} has its weights in a pickle (unet/diffusion_pytorch_model.bin), which can run programs when it is opened.",
        ),
        (is_cut(UNET), f"{UNET} of the base model {{!r}} is cut short or damaged."),
        (is_cut(TEXT_ENCODER), f"{TEXT_ENCODER} of the base model {{!r}} is cut short or damaged."),
        (is_gone("model_index.json"), "The folder {!r} has no model_index.json, so it is no base model in diffusers layout."),
        (lambda folder: (folder / "model_index.json").write_text("[]"), "model_index.json of the base model {!r} cannot be read."),
        (lambda folder: shutil.rmtree(folder / "text_encoder"), "The base model {!r} has no text_encoder/config.json."),
        (says("vae/config.json", latent_channels=16), "The VAE of the base model {!r} makes 16 channels, but its unet reads 4."),
        (says("unet/config.json", in_channels=9), "The VAE of the base model {!r} makes 4 channels, but its unet reads 9."),
        (
            says("text_encoder/config.json", hidden_size=48),
            "The text encoders of the base model {!r} give 48 numbers for a word, but its unet reads 32.",
        ),
        (
            says("unet/config.json", sample_size=None),
            "The parts of the base model {!r} are not described as those of Stable Diffusion 1.x are.",
        ),
        (
            lambda folder: shutil.rmtree(folder / "tokenizer"),
            "The base model {!r} has no tokenizer/tokenizer_config.json.",
        ),
        (is_gone("tokenizer/tokenizer.json"), "The base model {!r} has no tokenizer/vocab.json."),
        (is_gone("vae/config.json"), "The base model {!r} has no vae/config.json."),
        (
            is_gone("vae/diffusion_pytorch_model.safetensors"),
            "The base model {!r} has no vae/diffusion_pytorch_model.safetensors.",
        ),
        (lambda folder: (folder / "unet/config.json").write_text("{"), "unet/config.json of the base model {!r} cannot be read."),
    ],
)  # fmt: skip
def test_a_folder_that_cannot_be_used_is_refused_naming_the_file(
    tiny_base: Path, tmp_path: Path, settings: Settings, break_it: Callable[[Path], object], sentence: str
) -> None:
    folder = shutil.copytree(tiny_base, tmp_path / "base")
    break_it(folder)

    with pytest.raises(BaseModelMissing) as refusal:
        find_base_model(str(folder), settings)

    assert refusal.value.message == sentence.format(str(folder))


def test_a_vocabulary_with_its_merges_is_a_tokenizer(tiny_base: Path, tmp_path: Path, settings: Settings) -> None:
    folder = shutil.copytree(tiny_base, tmp_path / "base")
    (folder / "tokenizer/tokenizer.json").unlink()
    (folder / "tokenizer/vocab.json").write_text("{}")
    with pytest.raises(BaseModelMissing, match=r"has no tokenizer/merges\.txt"):
        find_base_model(str(folder), settings)

    (folder / "tokenizer/merges.txt").write_text("#version: 0.2\n")

    assert find_base_model(str(folder), settings).native_size == 64


@pytest.mark.parametrize(("text_width", "family"), [(768, "sd1"), (1024, "sd2"), (32, "sd1")])
def test_stable_diffusion_2_is_told_from_1_by_the_width_of_its_text(
    tiny_base: Path, tmp_path: Path, text_width: int, family: str
) -> None:
    folder = Path(shutil.copytree(tiny_base, tmp_path / "base"))
    says("unet/config.json", cross_attention_dim=text_width)(folder)
    says("text_encoder/config.json", hidden_size=text_width)(folder)

    assert find_base_model(str(folder), Settings()).family.name == family


@pytest.mark.parametrize(
    ("text_encoder", "is_fitting"), [("text_encoder", True), ("text_encoder_2", True), ("text_encoder_2", False)]
)
def test_sdxl_reads_both_its_text_encoders_together(
    tiny_sdxl: Path, tmp_path: Path, settings: Settings, text_encoder: str, is_fitting: bool
) -> None:
    folder = Path(shutil.copytree(tiny_sdxl, tmp_path / "base"))
    says(f"{text_encoder}/config.json", hidden_size=32 if is_fitting else 48)(folder)

    if is_fitting:
        assert find_base_model(str(folder), settings).family.name == "sdxl"
        return
    with pytest.raises(BaseModelMissing, match="give 80 numbers for a word, but its unet reads 64"):
        find_base_model(str(folder), settings)


@pytest.mark.parametrize(
    ("rewrite", "tolerance"),
    [
        (in_half_precision(UNET, TEXT_ENCODER, "vae/diffusion_pytorch_model.safetensors"), 1e-2),
        (in_half_precision(UNET), 1e-2),
        (in_shards(TEXT_ENCODER), 0.0),
        (in_shards(UNET), 0.0),
    ],
)
def test_weights_in_half_precision_or_in_shards_are_the_same_model(
    tiny_base: Path, tmp_path: Path, rewrite: Callable[[Path], object], tolerance: float
) -> None:
    folder = shutil.copytree(tiny_base, tmp_path / "base")
    rewrite(folder)

    parts = load_family(find_base_model(str(folder), Settings()), torch.device("cpu"), torch.float32).parts
    usual = load_family(find_base_model(str(tiny_base), Settings()), torch.device("cpu"), torch.float32).parts

    for name, part in usual.items():
        for key, tensor in part.state_dict().items():
            torch.testing.assert_close(parts[name].state_dict()[key], tensor, atol=tolerance, rtol=0)


@pytest.mark.parametrize("base", ["sd15", "someone/a-model"])
def test_what_the_hub_has_is_used_only_once_it_is_wholly_on_this_disk(
    tiny_base: Path, hub_cache: Path, settings: Settings, base: str
) -> None:
    hub_id = "stable-diffusion-v1-5/stable-diffusion-v1-5" if base == "sd15" else base
    with pytest.raises(BaseNotFetched) as nothing:
        find_base_model(base, settings)
    snapshot = put_into_cache(hub_cache, hub_id, tiny_base)
    half = (snapshot / UNET).rename(snapshot / "aside")
    with pytest.raises(BaseNotFetched) as part:
        find_base_model(base, settings)
    missing = missing_files(base, snapshot)
    half.rename(snapshot / UNET)

    assert nothing.value.message == f"The base model {base!r} is not on this disk yet."
    assert part.value.message == f"Only a part of the base model {base!r} is on this disk."
    assert f"`bases fetch {base}`" in nothing.value.fix
    assert missing == [UNET]
    assert find_base_model(base, settings).folder == snapshot


def test_a_base_in_shards_is_another_when_any_of_them_changes(tiny_base: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_base, tmp_path / "base"))
    in_shards(UNET)(folder)
    before = find_base_model(str(folder), Settings()).hash
    (last,) = (folder / "unet").glob("*-00002-of-00002.safetensors")
    tensors = {name: tensor + 1 for name, tensor in load_file(last).items()}
    save_file(tensors, last, {"format": "pt"})

    assert find_base_model(str(folder), Settings()).hash != before
