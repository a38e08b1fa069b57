"""What a captioning left, in words."""

import pytest

from profile_studio.domain.sentences import Sentence
from profile_studio.ui.caption_words import left_sentence
from profile_studio.ui.korean import KOREAN
from profile_studio.ui.texts import ENGLISH, Texts

BECAUSE = [
    Sentence("The captioner for photographs is not on this computer ({model}).", model="blip"),
    "Connect to the network.",
]


@pytest.mark.parametrize(
    ("texts", "start"),
    [
        (ENGLISH, "4 photographs are left without a caption. The captioner for photographs is not on this computer"),
        (KOREAN, "사진 4장에는 설명을 쓰지 못했어요. 사진 설명을 쓰는 모델이"),
    ],
)
def test_photographs_that_are_left_are_counted_with_the_reason(texts: Texts, start: str) -> None:
    assert left_sentence({"captioned": 9, "left": 4, "left_because": BECAUSE}, texts).startswith(start)


def test_one_is_told_as_one_and_nothing_left_is_nothing_to_say() -> None:
    one = left_sentence({"left": 1, "left_because": BECAUSE}, ENGLISH)
    assert one.startswith("1 photograph is left without a caption.")
    assert [left_sentence(result, ENGLISH) for result in ({"captioned": 9, "left": 0}, {"captioned": 9}, None)] == [
        ""
    ] * 3
