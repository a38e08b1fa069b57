"""One picture is not "1 pictures", whatever is said about it."""

import re
from string import Formatter

import pytest

from profile_studio.domain.captions import caption_advice
from profile_studio.domain.counting import counted
from profile_studio.domain.sentences import Sentence
from profile_studio.ui.counted import Counted
from profile_studio.ui.korean import KOREAN
from profile_studio.ui.texts import ENGLISH
from tests.ui.test_korean import leaves

NEVER_ONE = {
    "blend.some_before",  # one is told by another sentence
    "blend.which_base",  # names a file
    "pictures.counts",  # said of what counts several times
    "pictures.measured_shipped",  # said from eight on
    "pictures.measured_unseen",
    "pictures.next",  # a set that is ready has two
    "pictures.numbers",  # the smallest picture has 16 pixels a side
    "pictures.seen",
    "train.promise_versions",  # said where there are several
}
TEXTS = {path: text for path, text in leaves(ENGLISH) if path not in NEVER_ONE}


@pytest.mark.parametrize(
    ("count", "sentence"), [(0, "0 files are left"), (1, "1 file is left"), (2, "2 files are left")]
)
def test_a_sentence_agrees_with_its_number(count: int, sentence: str) -> None:
    assert Counted("{n} {n:file is|files are} left").format(n=count) == sentence


def test_no_sentence_of_the_page_counts_one_as_many() -> None:
    wrong: dict[str, str] = {}
    for path, text in TEXTS.items():
        said = text.format(**{name: 1 for _, name, _, _ in Formatter().parse(text) if name})
        if re.search(r"\b1 (?!is |as )[a-z]+s\b", said) or re.search(r"\b1 \w+ are\b", said):
            wrong[path] = said
    assert wrong == {}


def test_what_is_counted_elsewhere_is_translated_too() -> None:
    assert (counted(1, "caption"), counted(3, "picture")) == ("1 caption", "3 pictures")
    advice = caption_advice(["a man with brown eyes"], True, "")
    assert "(1 caption)" in advice[0]
    assert "(설명 1개)" in KOREAN.common.said(advice[0])
    what = Sentence("set aside: {pictures} with several faces", pictures=counted(1, "picture"))
    assert KOREAN.common.said(what) == "뺌: 얼굴이 여럿인 사진 1장"
