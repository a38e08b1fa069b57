import pytest

from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.generation import SEED_LIMIT, GenerationRequest, change_word_weight


@pytest.mark.parametrize(
    ("prompt", "word", "steps", "expected"),
    [
        ("red hair, smile", "hair", 1, "red hair+, smile"),
        ("red hair+, smile", "hair", 1, "red hair++, smile"),
        ("red hair++, smile", "hair", -1, "red hair+, smile"),
        ("red hair+, smile", "hair", -1, "red hair, smile"),
        ("red hair, smile", "hair", -2, "red hair--, smile"),
        ("haircut and hair", "hair", 1, "haircut and hair+"),
        ("a.b", "a", 1, "a+.b"),
        ("smile", "hair", 1, "smile"),
    ],
)
def test_a_words_weight_changes_by_signs(prompt: str, word: str, steps: int, expected: str) -> None:
    assert change_word_weight(prompt, word, steps) == expected


def test_raising_and_lowering_a_word_gives_the_prompt_back() -> None:
    prompt = "portrait of a person, green background"
    assert change_word_weight(change_word_weight(prompt, "green", 3), "green", -3) == prompt


def test_every_picture_of_a_request_has_a_seed_that_can_be_asked_for() -> None:
    GenerationRequest(prompt="hair", seed=SEED_LIMIT - 2, count=3)

    with pytest.raises(InvalidSettings) as caught:
        GenerationRequest(prompt="hair", seed=SEED_LIMIT - 1, count=3)

    assert str(SEED_LIMIT) in caught.value.message
