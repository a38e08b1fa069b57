"""Read prompts as compel embeds them: its weights and blends, without its parser, which takes `C++` apart."""

from typing import Any, cast

import torch
from compel import Compel
from compel.prompt_parser import Blend, Conjunction, FlattenedPrompt
from torch import Tensor

from profile_studio.domain.prompts import Joined, ReadPrompt, clause_text


def encode_by_compel(compel: Compel, prompt: ReadPrompt, negative_prompt: ReadPrompt) -> tuple[Tensor, Tensor]:
    """Both prompts, shape (1, tokens, features) each and as many tokens as the other.

    Args:
        compel: of one text encoder; long prompts take several windows.
    """
    both = [compel.build_conditioning_tensor_for_conjunction(_as_compel(each))[0] for each in (prompt, negative_prompt)]
    first, second = compel.pad_conditioning_tensors_to_same_length(both)
    return first, second


def pooled_by_compel(compel: Compel, prompt: ReadPrompt) -> Tensor:
    """The pooled vector of a prompt's words, shape (1, features): of blends their mean or sum, without other weights."""
    device, provider = compel.device, cast(Any, compel.conditioning_provider)  # whose type says less than it does
    if prompt.joined is Joined.CHAINED:
        return provider.get_pooled_embeddings([prompt.words], device=device)
    total = sum(prompt.weights) if prompt.joined is Joined.MIXED else 1.0
    shares = [weight / total for weight in prompt.weights]
    texts = [clause_text(clause) for clause in prompt.clauses]
    pooled = [provider.get_pooled_embeddings([text], device=device) for text in texts]
    return torch.stack([share * each for share, each in zip(shares, pooled, strict=True)]).sum(dim=0)


def _as_compel(prompt: ReadPrompt) -> Conjunction:
    clauses = [FlattenedPrompt([(words.text, float(words.weight)) for words in clause]) for clause in prompt.clauses]
    if prompt.joined is Joined.CHAINED:
        return Conjunction(clauses, list(prompt.weights))  # pyright: ignore[reportArgumentType]
    return Conjunction([Blend(clauses, list(prompt.weights), prompt.joined is Joined.MIXED)])
