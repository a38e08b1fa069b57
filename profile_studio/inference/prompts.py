"""Prompt embeddings with compel's weights, kept as long as nothing that shapes them changes."""

from collections import OrderedDict
from collections.abc import Iterator

import torch
from compel.prompt_parser import Blend, Conjunction, FlattenedPrompt, Prompt, PromptParser
from pyparsing import ParseBaseException

from profile_studio.domain.errors import InvalidPrompt
from profile_studio.domain.prompts import WORD_WEIGHT_LIMIT, prepare_prompt
from profile_studio.families.base import Family
from profile_studio.families.conditioning import Conditioning
from profile_studio.inference.adapters import TextEncoderState

MAX_CACHED_PROMPTS = 64


EncodedPrompts = tuple[Conditioning, Conditioning]
"""A prompt and its negative, one row each."""


class PromptEncoder:
    """Encodes weighted prompts for one base model, and remembers them.

    Args:
        latin_only: the base model learned English words only, other scripts are refused.
    """

    def __init__(self, family: Family, *, latin_only: bool) -> None:
        self._family = family
        self._latin_only = latin_only
        self._cache: OrderedDict[tuple[str, str, TextEncoderState], EncodedPrompts] = OrderedDict()

    def encode(self, prompt: str, negative_prompt: str, text_encoder_state: TextEncoderState) -> EncodedPrompts:
        """Both prompts.

        Args:
            text_encoder_state: which adapters change the text encoder, and how much: the same words mean
                something else under another state.
        Raises:
            InvalidPrompt: one of them cannot be read.
        """
        key = (prompt, negative_prompt, text_encoder_state)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        texts = [prepare_prompt(text, latin_only=self._latin_only) for text in (prompt, negative_prompt)]
        for text in texts:
            check_prompt_syntax(text)
        with torch.inference_mode():
            encoded = self._family.encode_weighted(*texts)
        self._cache[key] = encoded
        if len(self._cache) > MAX_CACHED_PROMPTS:
            self._cache.popitem(last=False)
        return encoded


def check_prompt_syntax(prompt: str) -> None:
    """Makes sure that compel can read a prepared prompt.

    Raises:
        InvalidPrompt: it cannot, or a weight is beyond `WORD_WEIGHT_LIMIT`.
    """
    try:
        conjunction = PromptParser().parse_conjunction(prompt)
    # compel lets the errors of its own operators through: a missing weight is a ValueError or an IndexError.
    except (PromptParser.ParsingException, ParseBaseException, ValueError, LookupError, RecursionError) as error:
        raise InvalidPrompt(
            "The weights in the prompt cannot be read.",
            'Write word++ or (some words)1.3; to mix prompts, ("one", "two").blend(0.6, 0.4).',
        ) from error
    weights = [abs(weight) for weight in [*conjunction.weights, *_weights(conjunction)]]
    if max(weights, default=0.0) > WORD_WEIGHT_LIMIT:
        raise InvalidPrompt(
            "A word of the prompt has the weight {weight}, which gives only noise.",
            "Stay below {limit}; 0.5 to 1.5 works best.",
            weight=f"{max(weights):.3g}",
            limit=f"{WORD_WEIGHT_LIMIT:g}",
        )


def _weights(node: Conjunction | Blend | FlattenedPrompt | Prompt) -> Iterator[float]:
    if isinstance(node, FlattenedPrompt):
        yield from (fragment.weight for fragment in node.children)
        return
    if isinstance(node, Blend):
        yield from node.weights
    if isinstance(node, Prompt):
        return  # parse_conjunction flattens all of these
    for prompt in node.prompts:
        yield from _weights(prompt)
