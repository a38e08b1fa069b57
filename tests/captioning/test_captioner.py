"""Captions say what a portrait shows, in the base's own words, and leave out what cannot be told."""

from pathlib import Path

import pytest
from PIL import Image

from profile_studio.captioning.starter import StarterCaptioner, write_caption
from profile_studio.domain.errors import JudgeMissing
from profile_studio.settings import Settings
from profile_studio.starter.portraits import choose_portrait, draw


def test_a_caption_names_what_is_there_and_not_what_is_absent() -> None:
    answers = {
        "style": "micah",
        "hair": "long hair",
        "hair_colour": "red",
        "glasses": "no glasses",
        "facial_hair": "no beard",
        "shirt": "teal",
        "background": "blue",
    }
    assert write_caption(answers) == "portrait of a person, long red hair, teal shirt, blue background"


@pytest.mark.parametrize(
    ("hair", "colour", "words"),
    [
        ("bun", "brown", "portrait of a person, brown bun"),
        ("bald", "black", "portrait of a person, bald"),
        (None, "gray", "portrait of a person, gray hair"),
        ("curly hair", None, "portrait of a person, curly hair"),
        (None, None, "portrait of a person"),
    ],
)
def test_hair_reads_as_a_person_would_write_it(hair: str | None, colour: str | None, words: str) -> None:
    told = {name: answer for name, answer in (("hair", hair), ("hair_colour", colour)) if answer is not None}
    assert write_caption(told) == words


def test_the_shipped_judge_tells_backgrounds_and_shirts_of_portraits_it_never_saw(tmp_path: Path) -> None:
    portraits = [
        choose_portrait(style, f"captioner-{index}") for style in ("micah", "toon-head") for index in range(10)
    ]
    pictures: list[Path] = []
    for index, portrait in enumerate(portraits):
        pictures.append(tmp_path / f"{index}.png")
        Image.fromarray(draw(portrait.attributes.style, portrait.options)).save(pictures[-1])
    captioner = StarterCaptioner(Settings().judge_dir)
    told = captioner.answers(pictures)
    for attribute in ("background", "shirt"):
        truths = [getattr(portrait.attributes, attribute) for portrait in portraits]
        right = sum(answers.get(attribute) == truth for answers, truth in zip(told, truths, strict=True))
        assert right >= 17, attribute
    assert all(caption.startswith("portrait of a person, ") for caption in captioner.caption(pictures))


def test_without_a_judge_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(JudgeMissing) as caught:
        StarterCaptioner(tmp_path)
    assert "cannot be read" in str(caught.value)
