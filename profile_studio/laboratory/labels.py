"""Probabilities of a picture over words."""

import numpy as np

from profile_studio.metrics.metric import Features, PerPicture


def label_probabilities(picture: Features, words: Features, sharpness: float) -> PerPicture:
    """Probability of each word for one picture, adding up to 1: softmax over sharpened cosines.

    Args:
        picture: shape (1, d), words: shape (words, d); rows of length 1.
        sharpness: what the two towers were trained to multiply cosines with.
    Source: Radford et al. 2021, arXiv:2103.00020, section 3.1.
    """
    logits = sharpness * (words @ picture[0])
    odds = np.exp(logits - logits.max())
    return odds / odds.sum()
