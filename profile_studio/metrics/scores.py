"""Numbers for single pictures; all features are rows of length 1, so a product is a cosine."""

from collections.abc import Sequence

import numpy as np

from profile_studio.metrics.metric import Features, PerPicture

_BACKGROUND_PERCENTILE = 95


def clip_scores(pictures: Features, texts: Features) -> PerPicture:
    """100 x cosine of each picture and its own text; higher: the picture shows what the prompt says.

    Args:
        pictures, texts: shape (n, d), row i belongs to row i.
    Source: Hessel et al. 2021, arXiv:2104.08718, at torchmetrics' scale, without its clamp of the mean at 0.
    """
    return 100 * np.einsum("nd,nd->n", pictures, texts)


def style_similarities(pictures: Features, reference: Features) -> PerPicture:
    """Cosine of each picture with the centroid of the reference pictures, in [-1, 1]; higher: closer to the style.

    The centroid is brought to length 1, so the number does not fall when the reference set is varied.
    """
    centroid = reference.mean(axis=0)
    return pictures @ (centroid / np.linalg.norm(centroid))


def called_own_style(pictures: Features, own: Features, others: Sequence[Features]) -> PerPicture:
    """1 for each picture that is nearer to the centroid of its own style than to any other's, else 0."""
    nearness = np.stack([style_similarities(pictures, reference) for reference in (own, *others)])
    return (nearness[0] > nearness[1:].max(axis=0)).astype(np.float64)


def copies(pictures: Features, training: Features) -> PerPicture:
    """1 for each picture that is suspiciously near to a training picture, else 0; the mean is the copy risk.

    Suspicious: more alike to its nearest training picture than 95 % of the training pictures are to theirs. A model
    that draws the style without copying comes to about 0.05.

    Args:
        training: shape (n, d), n >= 2.
    """
    among_themselves = training @ training.T
    np.fill_diagonal(among_themselves, -np.inf)
    threshold = np.percentile(among_themselves.max(axis=1), _BACKGROUND_PERCENTILE)
    return ((pictures @ training.T).max(axis=1) > threshold).astype(np.float64)


def varieties(pictures: Features, n_prompts: int) -> PerPicture:
    """How different the pictures of one prompt are: for each picture, its mean cosine distance to the prompt's others.

    Args:
        pictures: shape (n_prompts * n_seeds, d) in prompt-seed order, n_seeds >= 2.
    """
    by_prompt = pictures.reshape(n_prompts, -1, pictures.shape[1])
    n_seeds = by_prompt.shape[1]
    cosines = np.einsum("psd,ptd->pst", by_prompt, by_prompt)
    # The diagonal is a picture with itself: cosine 1.
    return (1 - (cosines.sum(axis=2) - 1) / (n_seeds - 1)).reshape(-1)
