"""What captions say that a trigger word should stand for, and which words can be one."""

import pytest

from profile_studio.domain.captions import caption_advice, clean_caption, names_of_person, trigger_word_advice


def face(*captions: str, trigger_word: str = "sks", set_name: str = "friend") -> list[str]:
    return caption_advice(captions, is_face=True, trigger_word=trigger_word, set_name=set_name)


def style(*captions: str, trigger_word: str = "pxl") -> list[str]:
    return caption_advice(captions, is_face=False, trigger_word=trigger_word)


def test_a_trigger_word_that_means_something_or_is_taken_is_pointed_out() -> None:
    assert trigger_word_advice("pixelme", {}, {"hat"}) == []
    assert "made-up word" in trigger_word_advice("Portrait", {}, ())[0]
    assert "made-up word" in trigger_word_advice("Hat", {}, {"hat"})[0]
    assert "very short" in trigger_word_advice("px", {}, ())[0]
    assert "already calls up the LoRA other" in trigger_word_advice("PixelMe", {"pixelme": "other"}, ())[0]


def test_what_never_changes_in_a_face_is_pointed_out_and_what_does_is_suggested() -> None:
    (advice,) = face("round face, smiling", "Round face, calm", "hat")
    assert "round face\u201d (2 captions)" in advice
    assert "hair, expression, light and angle" in advice


@pytest.mark.parametrize("words", ["green eyes", "freckles", "dark skin", "34 years old"])
def test_eyes_skin_and_age_never_change(words: str) -> None:
    assert words in face(f"a person with {words}, outdoors", "smiling")[0]


def test_captions_that_name_the_person_are_pointed_out() -> None:
    (advice,) = face("a photo of Anna, smiling", "portrait of Anna in a park", "a hat")
    assert "\u201cAnna\u201d (2 captions) names the person" in advice
    (advice,) = face("anna smiling", "a hat", "a scarf", "a park", set_name="anna-2024")
    assert "\u201cAnna\u201d (1 caption)" in advice


def test_capitals_at_the_start_and_now_and_then_are_no_names() -> None:
    captions = ["Smiling person. Wearing a hat", "Smiling, T-shirt", "Smiling in Paris", "Smiling at night"]
    assert names_of_person(captions, "sks", "friend") == {}


def test_the_trigger_word_and_common_words_in_the_sets_name_are_no_names() -> None:
    assert names_of_person(["a photo of Anna", "Anna, a hat, my friend"], "anna", "my-friend-anna") == {}


def test_how_a_style_looks_is_pointed_out_when_half_of_the_captions_say_it() -> None:
    (advice,) = style("Watercolor painting of a dog", "watercolor painting, a cat", "a house", "a car")
    assert "watercolor painting\u201d (2 captions) is how the pictures look" in advice
    assert "comic style" in style("a dog in comic style", "comic style, a cat")[0]
    assert style("a painting on the wall", "a dog", "a cat") == []


def test_the_trigger_word_may_be_named_after_the_look() -> None:
    assert style("watercolor, a dog", "watercolor, a cat", trigger_word="watercolor-style") == []


def test_a_part_that_is_in_every_caption_is_said_once() -> None:
    (advice,) = style(*(f"on a table, {n}" for n in range(4)))
    assert "Every caption says \u201con a table\u201d" in advice
    assert len(style(*(f"pixel art, {n}" for n in range(4)))) == 1
    assert style(*(f"[trigger], {n}" for n in range(4))) == []


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (" a  red\n hat ", "a red hat"),
        ("a party \ud83c", "a party"),
        ("a\0 hat\x1b", "a hat"),
        ("\ufeffa\u2028hat", "a hat"),
        ("👩‍🎨 모자", "👩‍🎨 모자"),
    ],
)
def test_a_clean_caption_can_be_stored_anywhere(text: str, clean: str) -> None:
    assert clean_caption(text) == clean
