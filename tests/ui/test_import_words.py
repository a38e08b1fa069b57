from pathlib import Path

import pytest

from profile_studio.domain.datasets import Consent, Dataset, DatasetImage, FileNote, FileReason, ImportReport
from profile_studio.ui.import_words import import_sentences
from profile_studio.ui.texts import ENGLISH


def image(number: int, caption: str = "") -> DatasetImage:
    return DatasetImage(f"i{number}", Path(f"i{number}.png"), f"{number}.png", caption, number == 3, 64, 64)


def test_one_picture_is_told_as_one() -> None:
    alone = Dataset("club", "abc", "", "", None, 0.0, (image(0, "a hat"),))
    sentences = import_sentences(ImportReport(alone, (), ()), ENGLISH.pictures)
    assert sentences == ["1 picture is in club.", "1 of 1 picture has a caption."]


@pytest.mark.parametrize(
    ("consent", "said"), [(None, "optional for a style"), (Consent.ME, "For a face, captions help")]
)
def test_a_set_without_captions_is_told_what_they_are_for(consent: Consent | None, said: str) -> None:
    bare = Dataset("club", "abc", "", "", consent, 0.0, (image(0),))
    assert said in import_sentences(ImportReport(bare, (), ()), ENGLISH.pictures)[1]


def test_an_import_is_told_in_words() -> None:
    images = tuple(image(number, "a hat" if number else "") for number in range(4))
    dataset = Dataset("club", "abc", "", "", None, 0.0, images)
    rejected = (FileNote("b.png", FileReason.DUPLICATE), FileNote("c.png", FileReason.DUPLICATE))
    warnings = (FileNote("IMG_7.HEIC", FileReason.CONVERTED), FileNote("0.png", FileReason.IMAGE_WITHOUT_CAPTION))

    sentences = import_sentences(ImportReport(dataset, rejected, warnings), ENGLISH.pictures)

    assert sentences == [
        "4 pictures are in club.",
        "3 of 4 pictures have a caption.",
        "2\u00d7: is a copy of another.",
        "1\u00d7: was converted from HEIC.",
        "1 of them is put aside to check the result and never trained on; training has 3. "
        "You can change that under \u201cAn honest check\u201d.",
    ]
