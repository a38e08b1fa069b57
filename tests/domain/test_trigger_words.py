import pytest

from profile_studio.domain.errors import InvalidPrompt
from profile_studio.domain.prompt_syntax import read_prompt
from profile_studio.domain.trigger_words import (
    LONGEST_OF_HEADER,
    as_folder,
    check_class_word,
    check_trigger_word,
    in_ordinary_words,
    prompt_with_trigger,
    says_trigger,
    suggest_trigger_word,
    word_of_header,
)

NO_WORDS = [
    "((((", "[a", "{a}", "<lora:a>", "a+", "a-", "a,b", 'a"b', "a:1", "../../a", "a/b", "a\\b", "..", "-", "_", "a*", "a|b",
    "a\0b", "a\x7fb", "half\ud83c", "x" * 65, "x" * 1_000_000,
]  # fmt: skip


@pytest.mark.parametrize("word", ["", "pxl", " pxl ", "pixel-art-style", "sks_2", "한글", "v1.5", "it's", "x" * 64])
def test_a_word_is_kept_as_it_is_typed(word: str) -> None:
    assert check_trigger_word(word) == check_class_word(word) == word.strip()


@pytest.mark.parametrize("word", NO_WORDS)
def test_what_prompts_or_folders_would_read_as_more_than_a_word_is_refused_in_short(word: str) -> None:
    for check in (check_trigger_word, check_class_word):
        with pytest.raises(InvalidPrompt) as error:
            check(word)
        assert len(str(error.value)) < 400
        assert "at most 64 characters" in error.value.fix


def test_only_a_class_word_may_be_of_several_words() -> None:
    assert check_class_word("  old   man ") == "old man"
    with pytest.raises(InvalidPrompt):
        check_trigger_word("old man")


@pytest.mark.parametrize("word", NO_WORDS)
def test_a_foreign_word_never_spoils_a_prompt_or_a_folder(word: str) -> None:
    kept = word_of_header(word)
    assert len(kept) <= LONGEST_OF_HEADER
    said = read_prompt("a hat").with_trigger_words([kept])
    assert said.words.endswith("a hat")
    assert read_prompt(str(said)) == said
    assert not set(as_folder(word)) & set('/\\:*?"<>|\0') and len(as_folder(word)) < 200


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


@pytest.mark.parametrize(("name", "word"), [("My club", "myclub"), ("4 friends!", "4friends"), ("동아리", "untitled")])
def test_a_word_is_suggested_that_may_call_up_a_set(name: str, word: str) -> None:
    assert check_trigger_word(suggest_trigger_word(name)) == word
