"""What the torch-free counting of tokens says, held against the tokenizer that the trainer uses."""

import shutil
from pathlib import Path

import pytest

from profile_studio.prompt_tokens import CutCaptions, cut_captions
from profile_studio.settings import Settings
from tests.clip_tokenizer import save_clip_tokenizer

TEXTS = (
    "portrait of a woman, red hair, glasses",
    "It's  a\nwoman's hat; they'll wear 2024 of them!! (sure?)",
    "짧은 머리의 여자, 안경을 쓰고 웃고 있음",
    "\u1112\u1161\u11ab\u1100\u1173\u11af Café ÄÖ 東京 \U0001f469\u200d\U0001f3a4",
    "<|endoftext|> words",
)


@pytest.fixture(params=["tokenizer.json", "vocabulary"])
def layout(request: pytest.FixtureRequest) -> str:
    """What of a tokenizer lies in its folder: one file as in new folders, or the two of older ones."""
    return request.param


@pytest.fixture(scope="session")
def tokenizers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The starter's tokenizer and Stable Diffusion's."""
    return {
        "starter": Settings().starter_dir / "tokenizer",
        "CLIP": save_clip_tokenizer(tmp_path_factory.mktemp("clip")),
    }


@pytest.fixture(params=["starter", "CLIP"])
def folder(request: pytest.FixtureRequest, layout: str, tokenizers: dict[str, Path], tmp_path: Path) -> Path:
    folder = shutil.copytree(tokenizers[request.param], tmp_path / "tokenizer")
    if layout == "vocabulary":
        (folder / "tokenizer.json").unlink()
    return folder


@pytest.mark.parametrize("text", TEXTS)
def test_a_caption_is_cut_exactly_where_the_trainer_would_cut_it(folder: Path, text: str) -> None:
    from transformers import CLIPTokenizer

    tokenizer = CLIPTokenizer.from_pretrained(folder)
    word = f"{text} "
    most = 75 // len(tokenizer(text, add_special_tokens=False).input_ids)
    for repeats in (most, most + 1):
        tokens = len(tokenizer(word * repeats, add_special_tokens=False).input_ids)
        assert cut_captions([word * repeats], folder).n == (tokens > 75)


def test_what_is_cut_is_counted_and_korean_apart(folder: Path) -> None:
    captions = ["hair", "hair " * 76, "안경을 쓴 여자가 웃고 있음 " * 10, "여자", "hair " * 75]
    assert cut_captions(captions, folder) == CutCaptions(n=2, n_korean=1, window=75)
