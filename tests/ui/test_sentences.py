import pytest

from profile_studio.domain.sentences import Sentence
from profile_studio.ui.sentences import Sentences

SENTENCES = Sentences(
    {
        "The disk is full.": "꽉 찼어요.",
        "There is no LoRA {name!r}.": "“{name}” 없음.",
        "A training of {name!r} is {status!s} already.": "“{name}” {status}.",
        "{what!s} is left.": "{what} 남음.",
        "{count} pictures": "사진 {count}장",
        "{file} is gone.": "{file} 사라짐.",
        "The file of {file} is gone.": "{file} 파일 사라짐.",
        "running": "진행 중",
    }
)


def test_a_sentence_without_holes_is_looked_up() -> None:
    assert SENTENCES.of("The disk is full.") == "꽉 찼어요."


def test_what_nobody_translated_stays_as_it_is() -> None:
    assert SENTENCES.of("The disk is nearly full.") == "The disk is nearly full."
    assert Sentences({}).of("The disk is full.") == "The disk is full."


def test_what_is_filled_in_is_kept_and_loses_the_quotation_marks_of_repr() -> None:
    assert SENTENCES.of(f"There is no LoRA {'ink'!r}.") == "“ink” 없음."
    assert SENTENCES.of(f"There is no LoRA {chr(39) + 'ink'!r}.") == "“'ink” 없음."


def test_only_holes_that_ask_for_it_are_translated_inside() -> None:
    assert SENTENCES.of("A training of 'running' is running already.") == "“running” 진행 중."


def test_a_list_is_translated_part_by_part() -> None:
    assert SENTENCES.of("3 pictures, running, ink is left.") == "사진 3장, 진행 중, ink 남음."


def test_the_template_that_says_most_is_the_one() -> None:
    assert SENTENCES.of("The file of ink is gone.") == "ink 파일 사라짐."
    assert SENTENCES.of("ink is gone.") == "ink 사라짐."


def test_text_that_looks_like_a_pattern_or_a_hole_is_only_text() -> None:
    assert SENTENCES.of("There is no LoRA '{0} (.*)'.") == "“{0} (.*)” 없음."


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (Sentence("There is no LoRA {name!r}.", name="it's"), "“it's” 없음."),
        (Sentence("{file} is gone.", file="The file of ink"), "The file of ink 사라짐."),
        (Sentence("{file} is gone.", file="{file}"), "{file} 사라짐."),
        (
            Sentence("{what!s} is left.", what=[Sentence("{count} pictures", count=3), "running"]),
            "사진 3장, running 남음.",
        ),
        (Sentence("{what!s} is left.", what=Sentence("running")), "진행 중 남음."),
        (Sentence("running"), "진행 중"),
        (Sentence("{file} is here.", file="ink"), "ink is here."),
    ],
)
def test_a_sentence_is_looked_up_by_its_template(sentence: Sentence, words: str) -> None:
    assert SENTENCES.of(sentence) == words
