import pytest

from profile_studio.domain.sentences import Sentence
from profile_studio.ui.sentences import Sentences

SENTENCES = Sentences(
    {
        "The disk is full.": "꽉 찼어요.",
        "There is no LoRA {name!r}.": "“{name}” 없음.",
        "A training of {name!r} is {status} already.": "“{name}” {status}.",
        "{what} is left.": "{what} 남음.",
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


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (Sentence("There is no LoRA {name!r}.", name="it's"), "“it's” 없음."),
        (Sentence("{file} is gone.", file="The file of ink"), "The file of ink 사라짐."),
        (Sentence("{file} is gone.", file="{file}"), "{file} 사라짐."),
        (
            Sentence("{what} is left.", what=[Sentence("{count} pictures", count=3), "running"]),
            "사진 3장, running 남음.",
        ),
        (Sentence("{what} is left.", what=Sentence("running")), "진행 중 남음."),
        (Sentence("running"), "진행 중"),
        (Sentence("{file} is here.", file="ink"), "ink is here."),
    ],
)
def test_a_sentence_is_looked_up_by_its_template(sentence: Sentence, words: str) -> None:
    assert SENTENCES.of(sentence) == words
