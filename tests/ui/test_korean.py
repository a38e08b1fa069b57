"""The Korean page says everything the English one does, in Korean."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from string import Formatter
from typing import Any

import pytest

from profile_studio.ui.components.words import WORD_GROUPS
from profile_studio.ui.korean import KOREAN
from profile_studio.ui.sentences import Sentences
from profile_studio.ui.texts import ENGLISH

_HANGUL = re.compile(r"[\uac00-\ud7a3]")
WITHOUT_HANGUL = {
    "language",  # its tag
    "header.title",  # the product's name
    "common.out_of_range",  # a field and what is wrong with it
    "blend.prompt_value",  # a prompt
    "blend.loras",  # "LoRA"
    "compare.interval",  # two numbers
}


def leaves(texts: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every sentence with its path in `Texts`."""
    if isinstance(texts, str):
        yield path, texts
    elif isinstance(texts, dict):
        for key, value in texts.items():  # pyright: ignore[reportUnknownVariableType]
            yield from leaves(value, f"{path}.{key}")
    elif is_dataclass(texts):
        for each in fields(texts):
            yield from leaves(getattr(texts, each.name), f"{path}.{each.name}".lstrip("."))
    else:
        assert isinstance(texts, Sentences)


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


ENGLISH_LEAVES, KOREAN_LEAVES = dict(leaves(ENGLISH)), dict(leaves(KOREAN))


def test_both_languages_have_the_same_sentences() -> None:
    assert ENGLISH_LEAVES.keys() == KOREAN_LEAVES.keys()


@pytest.mark.parametrize("path", ENGLISH_LEAVES)
def test_a_korean_sentence_is_korean_and_leaves_the_same_to_fill_in(path: str) -> None:
    assert holes(KOREAN_LEAVES[path]) == holes(ENGLISH_LEAVES[path])
    assert bool(_HANGUL.search(KOREAN_LEAVES[path])) != (path in WITHOUT_HANGUL)


def test_every_word_of_the_base_has_a_label_in_both_languages() -> None:
    words = {choice for choices in WORD_GROUPS.values() for choice in choices}
    assert ENGLISH.blend.word_choices.keys() == KOREAN.blend.word_choices.keys() == words


def test_no_particle_touches_what_is_filled_in() -> None:
    """Which particle is right depends on the last letter before it, and nobody knows that one."""
    particle = re.compile(r"\}[\u201d\u2019]?(은|는|이|가|을|를|과|와|으로|로|이에요|예요)(?![\uac00-\ud7a3])")
    sentences = [*KOREAN_LEAVES.values(), *KOREAN.common.sentences.templates.values()]
    assert [sentence for sentence in sentences if particle.search(sentence)] == []
