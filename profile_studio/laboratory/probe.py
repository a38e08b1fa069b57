"""A linear probe: the features stay as they are, only a last layer learns the classes."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from profile_studio.metrics.metric import Features

LEARNING_RATE = 0.001
MOMENTUM = 0.9
BATCH_SIZE = 4


@dataclass(frozen=True)
class Examples:
    """Features of pictures, and the number of each one's class; shapes (n, d) and (n,)."""

    features: Features
    classes: NDArray[np.int64]


def train_probe(train: Examples, n_classes: int, epochs: int, seed: int) -> nn.Linear:
    """A last layer by cross-entropy and SGD, rate 0.001 and momentum 0.9, batches of four in an order of the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layer = nn.Linear(train.features.shape[1], n_classes)
        optimizer = torch.optim.SGD(layer.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)
        features, classes = torch.from_numpy(train.features).float(), torch.from_numpy(train.classes)
        for _ in range(epochs):
            for batch in torch.randperm(len(classes)).split(BATCH_SIZE):
                optimizer.zero_grad()
                nn.functional.cross_entropy(layer(features[batch]), classes[batch]).backward()
                optimizer.step()
    return layer


@torch.inference_mode()
def predictions(layer: nn.Linear, features: Features) -> NDArray[np.int64]:
    """The class that each picture is taken for, shape (n,)."""
    return layer(torch.from_numpy(features).float()).argmax(dim=1).numpy()


def standardised(train: Features, test: Features) -> tuple[Features, Features]:
    """Both in units of the training pictures' spread: the judge's rows have length 1, on which this rate learns nothing."""
    centre, spread = train.mean(axis=0), train.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return (train - centre) / spread, (test - centre) / spread


def confusion(truth: NDArray[np.int64], predicted: NDArray[np.int64], n_classes: int) -> NDArray[np.int64]:
    """How often a picture of each class (rows) was taken for each class (columns)."""
    table = np.zeros((n_classes, n_classes), dtype=np.int64)
    np.add.at(table, (truth, predicted), 1)
    return table
