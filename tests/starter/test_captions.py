"""Captions tell the truth: what they name is in the pixels, what the pixels ignore they leave out."""

import random
import re

import numpy as np
import pytest

from profile_studio.domain.starter_words import BACKGROUNDS, HAIR_COLOURS, HAIR_WORDS, SHIRT_COLOURS, STYLES
from profile_studio.starter.captions import caption, content_caption, with_made_up_word
from profile_studio.starter.portraits import choose_portrait, draw
from profile_studio.starter.variants import BASE, UNDYED_WORDS, Vocabulary

NAMEABLE = [(style, words) for style, words in BASE.items() if words.hair_colour_option]


def hair_variants(words: Vocabulary) -> list[tuple[str, str]]:
    return sorted({(word, variant) for word, variants in words.hair.items() for variant in variants})


def changed_share(style: str, option: str, first: str, second: str, options: dict[str, str | int]) -> float:
    pictures = [draw(style, {**options, option: colour}).astype(int) for colour in (first, second)]
    return float((np.abs(pictures[0] - pictures[1]).max(axis=-1) > 24).mean())


def hair_options(style: str, words: Vocabulary, variant: str) -> dict[str, str | int]:
    front, _, rear = variant.partition("+")
    options: dict[str, str | int] = {
        "seed": "fixed",
        "size": 128,
        **words.fixed,
        f"{words.hair_component}Variant": front,
    }
    if words.facial_hair:
        options[f"{words.facial_hair_component}Probability"] = 0
    if style == "toon-head":
        options |= {"rearHairProbability": 100 if rear else 0} | ({"rearHairVariant": rear} if rear else {})
    return options


@pytest.mark.parametrize(("style", "words"), NAMEABLE, ids=[style for style, _ in NAMEABLE])
def test_hair_whose_colour_is_named_changes_with_the_dye(style: str, words: Vocabulary) -> None:
    for word, variant in hair_variants(words):
        if word in UNDYED_WORDS or (words.dyeable is not None and variant not in words.dyeable):
            continue
        share = changed_share(
            style, words.hair_colour_option, "#ff0000", "#0000ff", hair_options(style, words, variant)
        )
        assert share > 0.01, f"{style} {variant} ignores the dye"


def test_ink_hair_that_cannot_be_dyed_is_called_black() -> None:
    words = BASE["open-peeps"]
    assert words.dyeable is not None
    for word, variant in hair_variants(words):
        if word not in UNDYED_WORDS and variant not in words.dyeable:
            options = {**hair_options("open-peeps", words, variant), "clothingColor": "#ffffff"}
            assert changed_share("open-peeps", words.hair_colour_option, "#ff0000", "#0000ff", options) == 0, variant


@pytest.mark.parametrize("style", [style for style, words in BASE.items() if words.shirt_option])
def test_named_shirts_and_skins_change_pixels(style: str) -> None:
    words = BASE[style]
    options = choose_portrait(style, "fixed").options
    for option in (words.shirt_option, words.skin_option):
        assert changed_share(style, option, "#ff0000", "#0000ff", options) > 0.01


@pytest.mark.parametrize("style", STYLES)
def test_the_top_corners_have_the_named_background(style: str) -> None:
    for index in range(10):
        portrait = choose_portrait(style, f"corner-{index}")
        expected = [int(BACKGROUNDS[portrait.attributes.background][start : start + 2], 16) for start in (1, 3, 5)]
        assert draw(style, portrait.options)[0, 0].tolist() == expected


def test_a_caption_names_only_what_is_shown() -> None:
    for index in range(200):
        shown = choose_portrait(list(STYLES)[index % 5], f"truth-{index}").attributes
        text = caption(shown, random.Random(index))
        for other in set(BACKGROUNDS) - {shown.background}:
            assert f"{other} background" not in text
        for other in set(SHIRT_COLOURS) - {shown.shirt}:
            assert not re.search(rf"\b{other} (shirt|clothes)", text)
        for other in set(HAIR_COLOURS) - {shown.hair_colour}:
            assert f"{other} hair" not in text


def test_a_made_up_word_stands_before_the_caption_and_says_nothing() -> None:
    words = {with_made_up_word("portrait, blue background", random.Random(seed)).split(", ")[0] for seed in range(200)}
    assert len(words) > 150
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", word) for word in words)
    assert not words & {*BACKGROUNDS, *HAIR_COLOURS, *STYLES.values()}


def test_content_captions_leave_the_style_out() -> None:
    for index in range(50):
        shown = choose_portrait("pixel-art", f"content-{index}").attributes
        assert "pixel" not in content_caption(shown, random.Random(index))


def test_the_same_seed_gives_the_same_picture() -> None:
    first, second = (draw("micah", choose_portrait("micah", "again").options) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_every_style_draws_only_words_of_the_vocabulary() -> None:
    assert all(set(words.hair) <= set(HAIR_WORDS) for words in BASE.values())
