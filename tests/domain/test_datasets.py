import pytest

from profile_studio.domain.datasets import prompt_with_trigger


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("a person with glasses", "pxl, a person with glasses"),
        ("pxl, a person with glasses", "pxl, a person with glasses"),
        ("", "pxl"),
        ("pxl", "pxl"),
    ],
)
def test_the_trigger_word_stands_in_front_once(caption: str, expected: str) -> None:
    assert prompt_with_trigger("pxl", caption) == expected


def test_without_a_trigger_word_the_caption_stays() -> None:
    assert prompt_with_trigger("", "a person") == "a person"
