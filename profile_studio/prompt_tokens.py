"""How much of a text a base model's text encoder reads, counted without torch."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_SPECIAL_TOKENS = 2  # start and end of text lie in the window, too
_HANGUL = re.compile("[\uac00-\ud7a3]")
_WORDS = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


@dataclass(frozen=True)
class CutCaptions:
    """How many captions are longer than the `window` of tokens that is read; `n_korean` of these `n` hold Hangul."""

    n: int
    n_korean: int
    window: int


def cut_captions(captions: Sequence[str], tokenizer_folder: Path) -> CutCaptions:
    """Counts the captions whose end the text encoder never sees.

    Args:
        tokenizer_folder: the `tokenizer` of a base model in diffusers layout.
    """
    config = tokenizer_folder / "tokenizer_config.json"
    window = int(json.loads(config.read_text(encoding="utf-8"))["model_max_length"]) - _SPECIAL_TOKENS
    tokenizer = _tokenizer(tokenizer_folder, config.stat().st_mtime_ns)
    encodings = tokenizer.encode_batch(list(captions), add_special_tokens=False)
    cut = [text for text, encoding in zip(captions, encodings, strict=True) if len(encoding.ids) > window]
    return CutCaptions(len(cut), sum(_HANGUL.search(text) is not None for text in cut), window)


@lru_cache(maxsize=2)
def _tokenizer(folder: Path, _mtime_ns: int) -> "Tokenizer":
    # Imported here: the page starts without it.
    from tokenizers import Tokenizer

    if (file := folder / "tokenizer.json").is_file():
        tokenizer = Tokenizer.from_file(str(file))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer
    return _of_vocabulary(folder)


def _of_vocabulary(folder: Path) -> "Tokenizer":
    """CLIP's tokenizer from `vocab.json` and `merges.txt`, all that older folders have.

    Source: transformers, `CLIPTokenizer`.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    vocabulary: dict[str, int] = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    lines = (folder / "merges.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split() for line in lines if not line.startswith("#version")]
    merges = [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]
    model = models.BPE(vocabulary, merges, end_of_word_suffix="</w>", unk_token="<|endoftext|>")  # noqa: S106
    tokenizer = Tokenizer(model)
    tokenizer.add_special_tokens(["<|startoftext|>", "<|endoftext|>"])
    tokenizer.normalizer = normalizers.Sequence(  # pyright: ignore[reportAttributeAccessIssue]
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(  # pyright: ignore[reportAttributeAccessIssue]
        [pre_tokenizers.Split(Regex(_WORDS), "removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    return tokenizer
