from pathlib import Path

import pytest

from profile_studio.domain.datasets import Consent, Dataset, DatasetImage, FileNote, FileReason, ImportReport
from profile_studio.ui.components.import_news import import_news
from profile_studio.ui.import_words import import_sentences
from profile_studio.ui.korean import KOREAN
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


def test_a_list_is_told_with_its_columns_its_lines_and_its_encoding() -> None:
    bare = Dataset("club", "abc", "", "", None, 0.0, (image(0),))
    rejected = (FileNote("metadata.csv", FileReason.LIST_WITHOUT_CAPTIONS, detail="file_name, width"),)
    warnings = (
        FileNote("captions.csv", FileReason.UNREAD_ROW, line=4),
        FileNote("captions.csv", FileReason.UNREAD_ROW, line=9),
        FileNote("captions.csv", FileReason.OLDER_ENCODING, detail="CP949"),
    )
    report = ImportReport(bare, rejected, warnings)

    sentences = import_sentences(report, ENGLISH.pictures)
    assert "(file_name, width)" in sentences[1]  # and not that captions are optional
    assert sentences[2:] == [
        "2\u00d7: cannot be read as a row of a caption list.",
        "1\u00d7: is not in UTF-8 and was read in an older encoding; if its letters look wrong, save it as UTF-8 "
        "(CP949).",
    ]
    assert "captions.csv (line 4), captions.csv (line 9)" in import_news(report, ENGLISH.pictures)
    assert "captions.csv (4번째 줄)" in import_news(report, KOREAN.pictures)
