"""Weighted words for families that compel does not know: each token's embedding is scaled away from the empty prompt's."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from profile_studio.domain.errors import InvalidPrompt
from profile_studio.domain.prompts import Clause, Joined, ReadPrompt, clause_text
from profile_studio.families.conditioning import Conditioning

Encode = Callable[[Sequence[str]], Conditioning]
Window = tuple[Any, int]
"""A tokenizer, and how many rows of the embeddings its tokens take."""


def encode_by_token(prompt: ReadPrompt, encode: Encode, windows: Sequence[Window]) -> Conditioning:
    """One row, of a prompt with weights and blends.

    Args:
        encode: plain prompts, as `Family.encode_prompts`.
        windows: of the prompt's rows, in their order.
    Raises:
        InvalidPrompt: it chains clauses, which takes a base model whose text encoder reads several windows.
    """
    parts = [_weighted(clause, encode, windows) for clause in prompt.clauses]
    if prompt.joined is Joined.CHAINED:
        if prompt.weights != (1.0,):
            raise InvalidPrompt(
                "This base model does not read {operator} in a prompt.",
                'Weight words with word++ or (some words)1.3, or mix prompts with ("one", "two").blend(0.6, 0.4).',
                operator="BREAK, AND, .and()",
            )
        return parts[0]
    total = sum(prompt.weights) if prompt.joined is Joined.MIXED else 1.0
    shares = [weight / total for weight in prompt.weights]

    def mixed(name: str) -> Tensor:
        return torch.stack([share * part.tensors()[name] for share, part in zip(shares, parts, strict=True)]).sum(dim=0)

    return Conditioning(**{name: mixed(name) for name in parts[0].tensors()})


def _weighted(clause: Clause, encode: Encode, windows: Sequence[Window]) -> Conditioning:
    plain = encode([clause_text(clause)])
    if all(words.weight == 1 for words in clause):
        return plain
    empty = encode([""]).prompt_embeds
    weights = torch.cat([_row_weights(clause, *window) for window in windows])
    rest = plain.prompt_embeds.shape[1] - len(weights)  # rows of an encoder that is not there
    weights = torch.cat([weights, torch.ones(rest)]).to(empty)[None, :, None]
    return Conditioning(empty + weights * (plain.prompt_embeds - empty), plain.pooled_prompt_embeds)


def _row_weights(clause: Clause, tokenizer: Any, rows: int) -> Tensor:
    """The weight of each row; marks and padding weigh 1, and tokens beyond the window have none."""
    begins_with_a_mark = tokenizer("a").input_ids[0] != tokenizer("a", add_special_tokens=False).input_ids[0]
    weights = [1.0] if begins_with_a_mark else []
    for words in clause:
        tokens = tokenizer(words.text, add_special_tokens=False).input_ids
        weights += [words.weight] * len(tokens)
    weights = weights[: rows - 1]  # the last row is the mark of the end
    return torch.tensor(weights + [1.0] * (rows - len(weights)))
