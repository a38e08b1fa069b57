"""Loads the encoders that metrics name."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from profile_studio.metrics.critic import Critic
from profile_studio.metrics.encoder import Encoder
from profile_studio.metrics.encoder_places import ENCODER_PLACES
from profile_studio.metrics.features import Judge
from profile_studio.metrics.inception import Inception, InceptionClasses
from profile_studio.settings import Settings

ENCODERS: Mapping[str, Callable[[Path, str], Encoder]] = {
    "judge": Judge,
    "critic": Critic,
    "clip": Judge,
    "inception": Inception,
    "inception_classes": InceptionClasses,
}
"""What loads each from its folder, onto a device."""


def load_encoders(names: Iterable[str], settings: Settings, device: str) -> dict[str, Encoder]:
    """Each of these encoders once.

    Raises:
        JudgeMissing, CriticMissing, EvaluatorMissing: its weights are not there.
    """
    return {name: ENCODERS[name](ENCODER_PLACES[name].folder(settings), device) for name in dict.fromkeys(names)}
