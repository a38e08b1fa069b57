"""Prompt embeddings, kept as long as nothing that shapes them changes."""

from collections import OrderedDict

import torch

from profile_studio.domain.prompts import ReadPrompt
from profile_studio.families.base import Family
from profile_studio.families.conditioning import Conditioning
from profile_studio.inference.adapters import TextEncoderState

MAX_CACHED_PROMPTS = 64


EncodedPrompts = tuple[Conditioning, Conditioning]
"""A prompt and its negative, one row each."""


class PromptEncoder:
    """Encodes weighted prompts for one base model, and remembers them."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self._cache: OrderedDict[tuple[ReadPrompt, ReadPrompt, TextEncoderState], EncodedPrompts] = OrderedDict()

    def encode(
        self, prompt: ReadPrompt, negative_prompt: ReadPrompt, text_encoder_state: TextEncoderState
    ) -> EncodedPrompts:
        """Both prompts.

        Args:
            text_encoder_state: which adapters change the text encoder, and how much: the same words mean
                something else under another state.
        """
        key = (prompt, negative_prompt, text_encoder_state)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        with torch.inference_mode():
            encoded = self._family.encode_weighted(prompt, negative_prompt)
        self._cache[key] = encoded
        if len(self._cache) > MAX_CACHED_PROMPTS:
            self._cache.popitem(last=False)
        return encoded
