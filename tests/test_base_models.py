"""What is refused of a base model's folder before anything is queued."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from profile_studio.base_models import find_base_model
from profile_studio.domain.errors import BaseModelMissing
from profile_studio.settings import Settings

LFS_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3438167536\n"
UNET = "unet/diffusion_pytorch_model.safetensors"


def is_pointer(file: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).write_text(LFS_POINTER)


def is_gone(file: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).unlink()


def is_fp16(file: str) -> Callable[[Path], object]:
    path = Path(file)
    return lambda folder: (folder / file).rename(folder / path.with_name(f"{path.stem}.fp16{path.suffix}"))


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
        (is_fp16(UNET), f"The base model {{!r}} has unet/diffusion_pytorch_model.fp16.safetensors but no {UNET}."),
        (
            is_fp16("text_encoder/model.safetensors"),
            "The base model {!r} has text_encoder/model.fp16.safetensors but no text_encoder/model.safetensors.",
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
    config = folder / "unet" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "cross_attention_dim": text_width}))

    assert find_base_model(str(folder), Settings()).family.name == family
