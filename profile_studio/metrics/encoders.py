"""The encoders that metrics name, and where their weights lie."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from profile_studio.metrics.critic import Critic
from profile_studio.metrics.encoder import Encoder
from profile_studio.metrics.features import Judge
from profile_studio.settings import Settings

ENCODERS: Mapping[str, tuple[Callable[[Path, str], Encoder], Callable[[Settings], Path]]] = {
    "judge": (Judge, lambda settings: settings.judge_dir),
    "critic": (Critic, lambda settings: settings.critic_dir),
}
"""Name to what loads it, and from where."""


def load_encoders(names: Iterable[str], settings: Settings, device: str) -> dict[str, Encoder]:
    """Each of these encoders once.

    Raises:
        JudgeMissing, CriticMissing: its weights are not there.
    """
    loaded: dict[str, Encoder] = {}
    for name in dict.fromkeys(names):
        load, folder = ENCODERS[name]
        loaded[name] = load(folder(settings), device)
    return loaded
