import re

from profile_studio.domain.korean_words import KOREAN_WORDS, foreign_words, in_english
from profile_studio.domain.starter_words import (
    BACKGROUNDS,
    FACIAL_HAIR,
    GLASSES,
    HAIR_COLOURS,
    HAIR_WORDS,
    MOODS,
    SHIRT_COLOURS,
    SKIN_TONES,
    STYLES,
)


def test_every_english_word_is_one_the_starter_was_taught() -> None:
    attributes = (BACKGROUNDS, HAIR_COLOURS, HAIR_WORDS, SHIRT_COLOURS, SKIN_TONES, GLASSES, FACIAL_HAIR, MOODS)
    taught = {word for words in (*attributes, STYLES.values()) for phrase in words for word in phrase.split()}
    taught |= {"style", "shirt", "background", "portrait", "person", "woman", "man"}
    assert {word for english in KOREAN_WORDS.values() for word in english.split()} <= taught


def test_known_phrases_are_found_with_their_particles_and_however_they_are_spaced() -> None:
    assert foreign_words("빨간머리를 한 여자가 웃는").known == (
        ("빨간머리를", "red hair"),
        ("여자가", "woman"),
        ("웃는", "smiling"),
    )


def test_the_longest_phrase_counts() -> None:
    assert foreign_words("안경 없는 남자").known == (("안경 없는", "no glasses"), ("남자", "man"))
    assert foreign_words("노란 배경").known == (("노란 배경", "yellow background"),)


def test_what_has_no_word_is_named_whatever_script_it_is_in() -> None:
    found = foreign_words("portrait, 우주선, кот, café, glasses")
    assert (found.known, found.unknown) == ((), ("우주선", "кот"))


def test_a_part_of_another_word_is_not_a_word() -> None:
    assert foreign_words("안경점").unknown == ("안경점",)


def test_english_words_take_their_place_in_the_list() -> None:
    prompt = "빨간 머리 안경, 노란 배경"
    while known := foreign_words(prompt).known:
        prompt = in_english(prompt, *known[0])
    assert prompt == "red hair, glasses, yellow background"


def test_english_words_join_the_sentence_around_them() -> None:
    assert in_english("portrait of a 여자", "여자", "woman") == "portrait of a woman"
    assert in_english("portrait", "여자", "woman") == "portrait"


def test_no_phrase_hides_another_spelling() -> None:
    closed_up: dict[str, str] = {}
    for korean, english in KOREAN_WORDS.items():
        assert closed_up.setdefault(re.sub(r"\s", "", korean), english) == english
