"""From words to embeddings."""

from typing import Any

import pytest

from profile_studio.domain.prompt_syntax import read_prompt
from profile_studio.inference.prompts import PromptEncoder


@pytest.fixture
def encoder(studio_pipeline: Any) -> PromptEncoder:
    studio_pipeline._adapters.attach([])
    return PromptEncoder(studio_pipeline.family)


def test_an_unweighted_prompt_is_what_plain_diffusers_makes_of_it(studio_pipeline: Any, encoder: PromptEncoder) -> None:
    positive, negative = encoder.encode(read_prompt("a woman, red hair"), read_prompt("hat"), ())

    plain, plain_negative = studio_pipeline.family.pipeline.encode_prompt("a woman, red hair", "cpu", 1, True, "hat")
    assert positive.prompt_embeds.equal(plain)
    assert negative.prompt_embeds.equal(plain_negative)


@pytest.mark.parametrize(("one", "other"), [("red hair++", "red hair"), ("(red hair)1.3", "red hair")])
def test_a_weight_changes_what_a_word_means(encoder: PromptEncoder, one: str, other: str) -> None:
    assert not encoder.encode(read_prompt(one), read_prompt(""), ())[0].prompt_embeds.equal(
        encoder.encode(read_prompt(other), read_prompt(""), ())[0].prompt_embeds
    )


def test_the_weights_of_other_programs_mean_the_same(encoder: PromptEncoder) -> None:
    (ours, _), (theirs, _) = (
        encoder.encode(read_prompt(prompt), read_prompt(""), ()) for prompt in ("a (cat)1.3", "a (cat:1.3)")
    )

    assert ours.prompt_embeds.equal(theirs.prompt_embeds)


def test_a_long_prompt_is_not_cut(encoder: PromptEncoder) -> None:
    words = "a " * 100
    (long, negative), (longer, _) = (
        encoder.encode(read_prompt(words + end), read_prompt(""), ()) for end in ("b", "c")
    )

    assert long.prompt_embeds.shape[1] % 77 == 0
    assert negative.prompt_embeds.shape == long.prompt_embeds.shape
    assert not long.prompt_embeds.equal(longer.prompt_embeds)


def test_equal_words_are_encoded_once_as_long_as_the_text_encoder_stays_the_same(encoder: PromptEncoder) -> None:
    first = encoder.encode(read_prompt("red hair"), read_prompt(""), ())

    assert encoder.encode(read_prompt("red hair"), read_prompt(""), ()) is first
    assert encoder.encode(read_prompt("red hair"), read_prompt(""), (("adapter_0", 0.5),)) is not first
