"""A byte-level BPE ``CLIPTokenizer`` of our own: few merges, yet any text has tokens."""

import json
import random
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split
from tokenizers.trainers import BpeTrainer
from transformers import CLIPTokenizer

from profile_studio.starter.captions import caption
from profile_studio.starter.portraits import Attributes

MAX_TOKENS = 77
_WORD_END = "</w>"
_START, _END = "<|startoftext|>", "<|endoftext|>"
_WORDS = Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")
_VOCABULARY = 1024


def train_tokenizer(shown: Iterable[Attributes], folder: Path) -> None:
    """Writes to ``folder`` a tokenizer whose merges come from captions of these pictures."""
    rng = random.Random(0)
    trained = Tokenizer(BPE(end_of_word_suffix=_WORD_END))
    trained.normalizer = Lowercase()
    trained.pre_tokenizer = Sequence(
        [Split(_WORDS, behavior="removed", invert=True), ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    alphabet = sorted(ByteLevel.alphabet())
    trainer = BpeTrainer(
        vocab_size=_VOCABULARY,
        min_frequency=8,
        initial_alphabet=alphabet,
        end_of_word_suffix=_WORD_END,
        show_progress=False,
    )
    trained.train_from_iterator((caption(attributes, rng) for attributes in shown), trainer)
    merges = [tuple(pair) for pair in json.loads(trained.to_str())["model"]["merges"]]
    symbols = [
        *alphabet,
        *(symbol + _WORD_END for symbol in alphabet),
        *dict.fromkeys("".join(pair) for pair in merges),
        _START,
        _END,
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(
        json.dumps({symbol: index for index, symbol in enumerate(dict.fromkeys(symbols))})
    )
    (folder / "merges.txt").write_text(
        "#version: 0.2\n" + "\n".join(f"{left} {right}" for left, right in merges) + "\n"
    )
    tokenizer = CLIPTokenizer(
        vocab=str(folder / "vocab.json"),
        merges=str(folder / "merges.txt"),
        model_max_length=MAX_TOKENS,
        bos_token=_START,
        eos_token=_END,
        unk_token=_END,
        pad_token=_END,
    )
    tokenizer.save_pretrained(folder)
