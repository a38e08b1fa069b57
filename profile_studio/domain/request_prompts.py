"""The one place where trigger words enter a prompt: below page, command line, programs and comparisons."""

from collections.abc import Sequence

from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.prompt_syntax import read_prompt
from profile_studio.domain.prompts import ReadPrompt
from profile_studio.domain.sentences import Sentence


def request_prompts(
    request: GenerationRequest, index: int, adapters: Sequence[WeightedAdapter], *, latin_only: bool
) -> tuple[ReadPrompt, ReadPrompt]:
    """Prompt and negative prompt of one picture, as a base model is given them.

    Args:
        index: which picture of the request, from 0.
        adapters: the request's, whose trigger words the prompt says where they are on.
        latin_only: the base model learned English words in Latin letters only.
    Raises:
        InvalidPrompt: one of them cannot be read.
    """
    prompt, negative_prompt = (
        read_prompt(text, seed=request.seed + index, latin_only=latin_only)
        for text in (request.prompt, request.negative_prompt)
    )
    words = [
        word.strip()
        for each in adapters
        if each.weight != 0
        for word in each.adapter.trigger_word.split(",")  # a blend has those of its parts
    ]
    return prompt.with_trigger_words(words), negative_prompt


def request_notes(request: GenerationRequest) -> list[Sentence]:
    """What a person should know of a request that is drawn as it is."""
    if request.negative_prompt and request.guidance_scale == 1:
        return [Sentence("At guidance 1 the negative prompt does nothing: raise the guidance to keep things out.")]
    return []
