"""Weighted words for families that compel does not know: each token's embedding is scaled away from the empty prompt's."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from compel.prompt_parser import Blend, Conjunction, FlattenedPrompt, Fragment, PromptParser
from torch import Tensor

from profile_studio.domain.errors import InvalidPrompt
from profile_studio.families.conditioning import Conditioning

Encode = Callable[[Sequence[str]], Conditioning]
Window = tuple[Any, int]
"""A tokenizer, and how many rows of the embeddings its tokens take."""


def encode_by_token(prompt: str, encode: Encode, windows: Sequence[Window]) -> Conditioning:
    """One row, of a prompt in compel's syntax: weights and blends.

    Args:
        encode: plain prompts, as `Family.encode_prompts`.
        windows: of the prompt's rows, in their order.
    Raises:
        InvalidPrompt: it swaps words or joins prompts, which takes a base model with one text encoder.
    """
    conjunction: Conjunction = PromptParser().parse_conjunction(prompt)
    if len(conjunction.prompts) != 1:
        raise _not_here(".and()")
    (part,) = conjunction.prompts
    if isinstance(part, Blend):
        return _blended(part, encode, windows)
    assert isinstance(part, FlattenedPrompt), "parse_conjunction flattens prompts"
    return _weighted(part, encode, windows)


def _blended(blend: Blend, encode: Encode, windows: Sequence[Window]) -> Conditioning:
    total = sum(blend.weights) if blend.normalize_weights else 1.0
    prompts = [prompt for prompt in blend.prompts if isinstance(prompt, FlattenedPrompt)]
    parts = [_weighted(prompt, encode, windows) for prompt in prompts]
    shares = [weight / total for weight in blend.weights]

    def mixed(name: str) -> Tensor:
        return torch.stack([share * part.tensors()[name] for share, part in zip(shares, parts, strict=True)]).sum(dim=0)

    return Conditioning(**{name: mixed(name) for name in parts[0].tensors()})


def _weighted(prompt: FlattenedPrompt, encode: Encode, windows: Sequence[Window]) -> Conditioning:
    fragments = [fragment for fragment in prompt.children if isinstance(fragment, Fragment)]
    if len(fragments) != len(prompt.children):
        raise _not_here(".swap()")
    plain = encode([" ".join(fragment.text for fragment in fragments)])
    if all(fragment.weight == 1 for fragment in fragments):
        return plain
    empty = encode([""]).prompt_embeds
    weights = torch.cat([_row_weights(fragments, *window) for window in windows])
    rest = plain.prompt_embeds.shape[1] - len(weights)  # rows of an encoder that is not there
    weights = torch.cat([weights, torch.ones(rest)]).to(empty)[None, :, None]
    return Conditioning(empty + weights * (plain.prompt_embeds - empty), plain.pooled_prompt_embeds)


def _row_weights(fragments: Sequence[Fragment], tokenizer: Any, rows: int) -> Tensor:
    """The weight of each row; marks and padding weigh 1, and tokens beyond the window have none."""
    begins_with_a_mark = tokenizer("a").input_ids[0] != tokenizer("a", add_special_tokens=False).input_ids[0]
    weights = [1.0] if begins_with_a_mark else []
    for fragment in fragments:
        tokens = tokenizer(fragment.text, add_special_tokens=False).input_ids
        weights += [float(fragment.weight)] * len(tokens)
    weights = weights[: rows - 1]  # the last row is the mark of the end
    return torch.tensor(weights + [1.0] * (rows - len(weights)))


def _not_here(operator: str) -> InvalidPrompt:
    return InvalidPrompt(
        "This base model does not read {operator} in a prompt.",
        'Weight words with word++ or (some words)1.3, or mix prompts with ("one", "two").blend(0.6, 0.4).',
        operator=operator,
    )
