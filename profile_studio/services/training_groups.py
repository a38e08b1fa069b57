"""Trainings that differ in one number or two, of the same pictures, and the comparison that shows which was best."""

import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from profile_studio.domain.comparison import BASE, ComparisonConfig, parse_model_spec
from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.jobs import Job
from profile_studio.domain.names import suggest_name
from profile_studio.domain.training import TUNABLE_KEYS, LoraTrainingConfig
from profile_studio.jobs.queue import accept
from profile_studio.services.comparison import DEFAULT_PROMPTS
from profile_studio.services.training import TrainingService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository

MOST_KEYS = 2
MOST_TRAININGS = 16
VARIED_KEYS = tuple(sorted({*TUNABLE_KEYS, "network_alpha", "num_train_steps", "rank", "seed", "targets"}))


@dataclass(frozen=True)
class TrainingGroup:
    """Accepted trainings in their order, and the comparison that waits behind them."""

    trainings: tuple[Job, ...]
    comparison: Job


def read_varied(texts: Sequence[str]) -> list[dict[str, str]]:
    """Every combination of what `KEY=A,B,C` says, by key.

    Raises:
        InvalidSettings: a key is not there or there twice, a value is there twice, or it is too much.
    """
    varied: dict[str, list[str]] = {}
    for text in texts:
        key, separator, listed = text.partition("=")
        values = [value.strip() for value in listed.split(",") if value.strip()]
        if not separator or key not in VARIED_KEYS or key in varied or not values or len(set(values)) < len(values):
            raise InvalidSettings(
                "--vary {text!r} is not one setting with different values.",
                "Write --vary KEY=A,B,C with KEY one of: {names}.",
                text=text,
                names=list(VARIED_KEYS),
            )
        varied[key] = values
    combinations = [dict(zip(varied, values, strict=True)) for values in itertools.product(*varied.values())]
    if len(varied) > MOST_KEYS or len(combinations) > MOST_TRAININGS:
        raise InvalidSettings(
            "--vary asks for {count} trainings of {keys} settings; at most {most} of {most_keys} are one group.",
            "Vary fewer settings, or give fewer values.",
            count=len(combinations),
            keys=len(varied),
            most=MOST_TRAININGS,
            most_keys=MOST_KEYS,
        )
    return combinations


def varied_name(name: str, values: Mapping[str, str]) -> str:
    """What the LoRA of a combination is called: "club" with rank 4 becomes "club-rank-4"."""
    return suggest_name("-".join([name, *(f"{key}-{value}" for key, value in values.items())]))


class TrainingGroupService:
    """Accepts groups; a worker does their trainings one after the other."""

    def __init__(self, settings: Settings, database: Database, training: TrainingService) -> None:
        self._settings = settings
        self._jobs = JobRepository(database)
        self._training = training

    def submit(self, configs: Sequence[LoraTrainingConfig]) -> TrainingGroup:
        """Queues all trainings and their comparison, or nothing.

        Args:
            configs: of one base, each with a name of its own.

        Raises:
            InvalidSettings: two trainings would make LoRAs of one name.
            ProfileStudioError: as `TrainingService.submit`.
        """
        names = [config.adapter_name for config in configs]
        if len(set(names)) < len(names):
            raise InvalidSettings("Two trainings of this group would make LoRAs of one name.", "Choose a shorter name.")
        for config in configs:
            self._training.check(config)
        accepted: list[Job] = []
        try:
            for config in configs:
                accepted.append(self._training.submit(config))
        except Exception:
            for job in accepted:
                self._jobs.ask_cancel(job.id, time.time())
            raise
        comparison = ComparisonConfig(
            models=(BASE, *map(parse_model_spec, names)),
            base=configs[0].base,
            prompts=DEFAULT_PROMPTS,
            trainings=tuple(job.id for job in accepted),
        )
        pictures = len(comparison.models) * len(comparison.prompts) * comparison.seeds
        return TrainingGroup(tuple(accepted), accept(self._settings, self._jobs, comparison, pictures))
