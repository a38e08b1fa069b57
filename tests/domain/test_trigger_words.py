import pytest

from profile_studio.domain.trigger_words import (
    in_ordinary_words,
    prompt_with_trigger,
    says_trigger,
)


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("a person with glasses", "pxl, a person with glasses"),
        ("pxl, a person with glasses", "pxl, a person with glasses"),
        ("", "pxl"),
        ("pxl", "pxl"),
        ("photo of pxl man, smiling", "photo of pxl man, smiling"),
        ("pxl man, red hair", "pxl man, red hair"),
        ("Pxl, standing", "Pxl, standing"),
        ("a pxls hat", "pxl, a pxls hat"),
        ("[trigger] person standing", "pxl person standing"),
        ("a hat, [Trigger]", "a hat, pxl"),
        ("pxl, [trigger] person", "pxl, pxl person"),
    ],
)
def test_the_trigger_word_stands_in_front_once(caption: str, expected: str) -> None:
    assert prompt_with_trigger("pxl", caption) == expected


def test_without_a_trigger_word_the_caption_stays() -> None:
    assert prompt_with_trigger("", "a person") == "a person"
    assert prompt_with_trigger("", "[trigger], a person") == "a person"


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("ink, a hat", True),
        ("photo of Ink++ in a (red)1.2 hat", True),
        ("(ink)1.3", True),
        ("a pink hat", False),
        ("an ink-drop", False),
        ("pen-ink drawing", False),
    ],
)
def test_a_trigger_word_counts_only_as_a_word_of_its_own(prompt: str, said: bool) -> None:
    assert says_trigger(prompt, "ink") is said


@pytest.mark.parametrize(
    ("prompt", "to_the_base"),
    [
        ("photo of sks on a beach", "photo of person on a beach"),
        ("photo of sks person on a beach", "photo of person on a beach"),
        ("SKS++, a red hat", "person++, a red hat"),
        ("(sks)1.3, a red hat", "(person)1.3, a red hat"),
        ("a red hat", "a red hat"),
    ],
)
def test_the_class_word_stands_where_the_trigger_word_stood(prompt: str, to_the_base: str) -> None:
    assert in_ordinary_words(prompt, {"sks": "person"}) == to_the_base


@pytest.mark.parametrize(
    ("prompt", "to_the_base"),
    [
        ("photo of sks on a beach", "photo of on a beach"),
        ("sks, a red hat", "a red hat"),
        ("a red hat, (sks)1.3, smiling", "a red hat, smiling"),
        ("sks--, a red hat", "a red hat"),
        ("sks", "sks"),
    ],
)
def test_without_a_class_word_the_trigger_word_is_left_out_with_its_weight(prompt: str, to_the_base: str) -> None:
    assert in_ordinary_words(prompt, {"sks": ""}) == to_the_base


def test_every_trigger_word_is_said_in_its_own_ordinary_word() -> None:
    assert in_ordinary_words("sks and mrmeow", {"sks": "a man", "mrmeow": "a cat"}) == "a man and a cat"
