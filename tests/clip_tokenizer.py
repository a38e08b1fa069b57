"""CLIP's own tokenizer, of 49,408 tokens, made from the vocabulary that `make dev` fetched."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from profile_studio.settings import REPOSITORY_ROOT
from tests.tiny_base import byte_vocabulary

if TYPE_CHECKING:
    from transformers import CLIPTokenizer

_VOCABULARY = REPOSITORY_ROOT / ".build" / "clip" / "bpe_simple_vocab_16e6.txt.gz"
_MERGES = 49_152 - 256 - 2  # the file holds more than CLIP uses
_BYTES = 512  # inside and at the end of a word


@cache
def clip_tokenizer() -> "CLIPTokenizer":
    """The tokenizer of CLIP and Stable Diffusion.

    Source: openai/CLIP, simple_tokenizer.py.
    """
    # Imported here: most tests never need transformers.
    from transformers import CLIPTokenizer

    vocabulary, merges = _vocabulary()
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77)


def save_clip_tokenizer(folder: Path) -> Path:
    """Writes the tokenizer as the folders of base models have it: one file, and the two of older ones."""
    vocabulary, merges = _vocabulary()
    clip_tokenizer().save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    lines = ["#version: 0.2", *map(" ".join, merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@cache
def _vocabulary() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Tokens with their ids, and the pairs that are merged, commonest first.

    Raises:
        FileNotFoundError: nobody fetched it.
    """
    if not _VOCABULARY.is_file():
        raise FileNotFoundError("CLIP's vocabulary is not here: run `make dev`, or scripts/fetch_clip_vocabulary.sh.")
    lines = gzip.decompress(_VOCABULARY.read_bytes()).decode().split("\n")[1 : _MERGES + 1]
    merges = [(first, second) for first, second in map(str.split, lines)]
    characters, special = list(byte_vocabulary())[:_BYTES], list(byte_vocabulary())[_BYTES:]
    tokens = [*characters, *(f"{first}{second}" for first, second in merges), *special]
    return {token: number for number, token in enumerate(tokens)}, merges
