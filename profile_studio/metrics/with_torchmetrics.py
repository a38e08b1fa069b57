"""FID, KID and Inception score of stored features, by torchmetrics.

Imported from where they are defined: the package hides them where torch-fidelity is not installed. They look at pictures
by a module; ours hands on the features it is given.
"""

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.inception import InceptionScore
from torchmetrics.image.kid import KernelInceptionDistance

from profile_studio.metrics.metric import Features

_SUBSETS = 100


class _AsTheyAre(nn.Module):
    """Stands where the network would: the features are there already."""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.num_features = num_features

    def forward(self, features: Tensor) -> Tensor:
        return features


def fid(pictures: Features, reference: Features) -> float:
    """Frechet distance of two sets of features, shape (n, d); takes half a minute for d = 2048."""
    with _repeatable():
        metric = FrechetInceptionDistance(feature=_AsTheyAre(pictures.shape[1]))
        return float(_compared(metric, pictures, reference))


def kid(pictures: Features, reference: Features) -> float:
    """Kernel distance of two sets of features, shape (n, d); of sets of different sizes by parts of the smaller's size."""
    smaller = min(len(pictures), len(reference))
    subsets = 1 if len(pictures) == len(reference) else _SUBSETS
    with _repeatable():
        metric = KernelInceptionDistance(feature=_AsTheyAre(pictures.shape[1]), subsets=subsets, subset_size=smaller)
        mean, _ = _compared(metric, pictures, reference)
        return float(mean)


def inception_score(probabilities: Features) -> float:
    """Inception score of one part, so with no spread; at most the number of pictures."""
    with _repeatable():
        metric = InceptionScore(feature=_AsTheyAre(probabilities.shape[1]), splits=1)
        metric.update(torch.from_numpy(probabilities).clamp_min(torch.finfo(torch.float64).tiny).log())
        mean, _ = metric.compute()
        return float(mean)


def _compared(metric: Any, pictures: Features, reference: Features) -> Any:
    metric.update(torch.from_numpy(reference), real=True)
    metric.update(torch.from_numpy(pictures), real=False)
    return metric.compute()


@contextmanager
def _repeatable() -> Generator[None]:
    """The same parts are drawn each time, and nothing is said of memory and of the spread of one part."""
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        torch.manual_seed(0)
        warnings.simplefilter("ignore", UserWarning)
        yield
