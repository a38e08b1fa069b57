"""From words to embeddings."""

from typing import Any

import pytest

from profile_studio.domain.errors import InvalidPrompt
from profile_studio.inference.prompts import PromptEncoder, check_prompt_syntax


@pytest.fixture
def encoder(studio_pipeline: Any) -> PromptEncoder:
    studio_pipeline._adapters.attach([])
    return PromptEncoder(studio_pipeline.family, latin_only=True)


def test_an_unweighted_prompt_is_what_plain_diffusers_makes_of_it(studio_pipeline: Any, encoder: PromptEncoder) -> None:
    positive, negative = encoder.encode("a woman, red hair", "hat", ())

    plain, plain_negative = studio_pipeline.family.pipeline.encode_prompt("a woman, red hair", "cpu", 1, True, "hat")
    assert positive.prompt_embeds.equal(plain)
    assert negative.prompt_embeds.equal(plain_negative)


@pytest.mark.parametrize(("one", "other"), [("red hair++", "red hair"), ("(red hair)1.3", "red hair")])
def test_a_weight_changes_what_a_word_means(encoder: PromptEncoder, one: str, other: str) -> None:
    assert not encoder.encode(one, "", ())[0].prompt_embeds.equal(encoder.encode(other, "", ())[0].prompt_embeds)


def test_the_weights_of_other_programs_mean_the_same(encoder: PromptEncoder) -> None:
    (ours, _), (theirs, _) = (encoder.encode(prompt, "", ()) for prompt in ("a (cat)1.3", "a (cat:1.3)"))

    assert ours.prompt_embeds.equal(theirs.prompt_embeds)


def test_a_long_prompt_is_not_cut(encoder: PromptEncoder) -> None:
    words = "a " * 100
    (long, negative), (longer, _) = (encoder.encode(words + end, "", ()) for end in ("b", "c"))

    assert long.prompt_embeds.shape[1] % 77 == 0
    assert negative.prompt_embeds.shape == long.prompt_embeds.shape
    assert not long.prompt_embeds.equal(longer.prompt_embeds)


def test_equal_words_are_encoded_once_as_long_as_the_text_encoder_stays_the_same(encoder: PromptEncoder) -> None:
    first = encoder.encode("red hair", "", ())

    assert encoder.encode("red hair", "", ()) is first
    assert encoder.encode("red hair", "", (("adapter_0", 0.5),)) is not first


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ('("a", "b").blend(1)', "weights in the prompt cannot be read"),
        ('("a", "b").blend(x, y)', "weights in the prompt cannot be read"),
        ("(cat)9", "gives only noise"),
        ("((cat)2 hat)2", "gives only noise"),
    ],
)
def test_weights_that_make_no_sense_are_refused(prompt: str, sentence: str) -> None:
    with pytest.raises(InvalidPrompt) as caught:
        check_prompt_syntax(prompt)
    assert sentence in caught.value.message


def test_words_in_another_script_are_refused(encoder: PromptEncoder) -> None:
    with pytest.raises(InvalidPrompt) as caught:
        encoder.encode("파란 머리", "", ())
    assert "English" in caught.value.message
