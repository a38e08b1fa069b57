"""What a person may type as a prompt."""

import pytest

from profile_studio.domain.errors import InvalidPrompt
from profile_studio.domain.prompts import prepare_prompt


@pytest.mark.parametrize(
    "prompt",
    [
        "portrait of a woman, red hair++, (blue background)1.3, smiling",
        'a "quoted" word',
        r"a smile \(wide\)",
        '("red hair", "blue hair").and()',
        '("red hair", "blue hair").blend(1, -0.5)',
        '("red hair", "blue hair").blend(1, -1, no_normalize)',
        "café, naïve, Ærø",
        "",
    ],
)
def test_a_readable_prompt_stays_as_it_is(prompt: str) -> None:
    assert prepare_prompt(prompt, latin_only=True) == prompt


@pytest.mark.parametrize(
    ("typed", "prepared"),
    [
        ("a (cat:1.3), smiling", "a (cat)1.3, smiling"),
        ("((cat:1.2) hat:.8)", "((cat)1.2 hat).8"),
        ("a [cat]", "a (cat)0.9"),
    ],
)
def test_weights_of_other_programs_are_turned_into_ours(typed: str, prepared: str) -> None:
    assert prepare_prompt(typed, latin_only=True) == prepared


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("a (cat", "opens a parenthesis that is never closed"),
        ("a cat) hat", "closes a parenthesis that was never opened"),
        ('a "cat', "quotation mark that is never closed"),
        ("a () cat", "nothing inside"),
        ("((((((cat))))))", "nests more than 5"),
        ("cat <lora:pixel-art:0.8>", "does nothing here"),
        ("cat.swap(dog)", "not supported"),
        ("[cat:dog:0.5]", "square brackets"),
        ("(at 10:30)", "is not a weight"),
        ('("a", "b").blend(1, -1)', "cancel each other out"),
        ('("a", "b").blend(0, 0)', "cancel each other out"),
        ('("a", "b") .blend(-.5,.5)', "cancel each other out"),
        ('("a", "b", "c").blend(0.1, 0.2, -0.3)', "cancel each other out"),
        ('("a", "b").blend(1, -0.999)', "cancel each other out"),
        ("고양이", "reads English words only and cannot read “고양이”"),
        ("portrait, синий фон", "“синий фон”"),
        ("portrait, 蓝色背景", "“蓝色背景”"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(prompt: str, sentence: str) -> None:
    with pytest.raises(InvalidPrompt) as caught:
        prepare_prompt(prompt, latin_only=True)
    assert sentence in caught.value.message
    assert caught.value.fix


def test_a_base_that_knows_other_scripts_may_read_them() -> None:
    assert prepare_prompt("고양이", latin_only=False) == "고양이"
