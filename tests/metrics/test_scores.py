"""Known answers of the scores of single pictures."""

import numpy as np
import torch

from profile_studio.metrics.metric import Features
from profile_studio.metrics.scores import (
    called_own_style,
    clip_scores,
    copies,
    style_similarities,
    varieties,
)


def on_circle(*degrees: float) -> Features:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_a_cosine_of_three_tenths_is_a_clip_score_of_thirty() -> None:
    texts = np.array([[1.0, 0.0], [1.0, 0.0]])
    pictures = np.array([[0.3, np.sqrt(1 - 0.09)], [-1.0, 0.0]])
    np.testing.assert_allclose(clip_scores(pictures, texts), [30.0, -100.0])


def test_clip_scores_are_torchmetrics_cosines() -> None:
    from torchmetrics.functional import pairwise_cosine_similarity

    generator = torch.Generator().manual_seed(0)
    pictures, texts = torch.randn(2, 5, 16, generator=generator, dtype=torch.float64)
    expected = 100 * pairwise_cosine_similarity(pictures, texts).diagonal()
    unit = [(x / x.norm(dim=1, keepdim=True)).numpy() for x in (pictures, texts)]
    np.testing.assert_allclose(clip_scores(*unit), expected.numpy())


def test_a_picture_on_the_centroid_has_similarity_one() -> None:
    reference = on_circle(-20, 20)
    np.testing.assert_allclose(style_similarities(on_circle(0, 60, 180), reference), [1.0, 0.5, -1.0])


def test_a_training_picture_is_a_copy_and_a_far_one_is_not() -> None:
    training = on_circle(0, 10, 20, 30)
    np.testing.assert_array_equal(copies(on_circle(10, 9, 5, 90), training), [1, 1, 1, 0])
    np.testing.assert_array_equal(copies(on_circle(41), training), [0])


def test_new_draws_from_the_training_distribution_are_rarely_copies() -> None:
    generator = np.random.default_rng(0)
    training, fresh = (generator.normal(size=(200, 8)) for _ in range(2))
    training, fresh = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (training, fresh))
    assert copies(fresh, training).mean() < 0.1


def test_variety_is_the_distance_between_the_pictures_of_one_prompt() -> None:
    np.testing.assert_allclose(varieties(on_circle(0, 60, 7, 7), n_prompts=2), [0.5, 0.5, 0, 0], atol=1e-12)


def test_a_picture_is_called_the_style_whose_centre_is_nearest() -> None:
    np.testing.assert_array_equal(
        called_own_style(on_circle(10, 40, 80, 200), on_circle(-10, 10), [on_circle(90), on_circle(180, 190)]),
        [1, 1, 0, 0],
    )
