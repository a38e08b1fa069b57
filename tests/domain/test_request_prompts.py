"""What each picture of a request is asked with."""

from pathlib import Path

from profile_studio.domain.adapters import Adapter, WeightedAdapter
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.request_prompts import request_notes, request_prompts
from profile_studio.domain.training import AdapterKind


def adapter(name: str, trigger_word: str, weight: float) -> WeightedAdapter:
    facts = Adapter(name, Path(f"{name}.safetensors"), AdapterKind.STYLE, "starter", "", trigger_word, 4, 4, 0, "", "", False, 0)  # fmt: skip
    return WeightedAdapter(facts, weight)


def test_the_words_of_loras_that_are_on_enter_the_prompt_and_only_the_prompt() -> None:
    request = GenerationRequest(prompt="hat", negative_prompt="blurry")
    chosen = [adapter("pixel", "pxl", 0.5), adapter("ink", "inky", 0.0), adapter("wax", "", 1.0)]

    prompt, negative_prompt = request_prompts(request, 0, chosen, latin_only=True)

    assert (str(prompt), str(negative_prompt)) == ("pxl, hat", "blurry")


def test_picture_i_of_a_request_is_asked_with_what_its_own_seed_chooses() -> None:
    many = GenerationRequest(prompt="{red|blue} hair", seed=3, count=20)
    alone = GenerationRequest(prompt="{red|blue} hair", seed=9)

    words = [request_prompts(many, index, [], latin_only=True)[0].words for index in range(20)]

    assert words[6] == request_prompts(alone, 0, [], latin_only=True)[0].words
    assert set(words) == {"red hair", "blue hair"}


def test_a_negative_prompt_without_effect_is_told() -> None:
    assert "does nothing" in request_notes(GenerationRequest(prompt="a", negative_prompt="b", guidance_scale=1))[0]
    assert not request_notes(GenerationRequest(prompt="a", negative_prompt="b"))
    assert not request_notes(GenerationRequest(prompt="a", guidance_scale=1))
