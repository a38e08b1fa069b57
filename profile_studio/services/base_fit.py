"""Whether a base model fits the pictures it is to learn from, said before anything is spent on it."""

import statistics
from contextlib import closing
from dataclasses import dataclass

from profile_studio.base_models import STARTER, find_base_model
from profile_studio.domain.datasets import Dataset
from profile_studio.domain.sentences import Sentence, from_json
from profile_studio.services.generation import error_of_kind
from profile_studio.services.live import EngineConnection, LiveLane
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository

PHOTOGRAPHS_BELOW = 0.28
"""Median flatness of a set. Measured on 16 pictures each, or 22 photographs and 88 parts of them: photographs 0.05, four drawn
styles of the examples 0.33 to 1.0, fourteen of fifteen by other artists 0.82 to 1.0; only soft gradients without a line (0.21) pass
for photographs. The drawings' own measure, `DRAWING_FLATNESS`, takes watercolours (0.33 to 0.40) for photographs."""


def base_advice(base: str, dataset: Dataset) -> Sentence | None:
    """What to choose instead where a base cannot draw what a set shows; None where nothing is to be said."""
    flatness = [image.measures.flatness for image in dataset.training_images if image.measures is not None]
    drawn_by_pixel = any(image.measures.is_pixel_art for image in dataset.training_images if image.measures)
    if base != STARTER or not flatness or drawn_by_pixel or statistics.median(flatness) >= PHOTOGRAPHS_BELOW:
        return None
    return Sentence(
        "These look like photographs, and the starter draws illustrated portraits: a LoRA of it can only draw them. "
        "For photographs choose Stable Diffusion 1.5 as the base model (`--base sd15`)."
    )


LOSES_FROM = 12.0
"""Mean error of a set, of 255. On the starter, 16 pictures each: the examples 4.7 to 10.0, eleven drawn styles 5.9 to 9.6; thin
ink 14.2, small blocks 15.9 and photographs 13.6 come back without what makes them."""


_KEPT = 16


@dataclass(frozen=True)
class BaseFit:
    """What came back of some pictures through a base model's VAE.

    Args:
        mean: of the pictures' errors, each the mean difference of its values, 0 to 255.
        error: that of the worst, which `sent` and `returned` show as WebP in base64.
    """

    n: int
    mean: float
    error: float
    sent: str
    returned: str

    @property
    def sentence(self) -> Sentence:
        """What it means, and what to do."""
        if self.mean < LOSES_FROM:
            return Sentence(
                "This base model keeps your pictures: {mean} of 255 is lost on the mean of {n}.",
                mean=f"{self.mean:.1f}",
                n=self.n,
            )
        return Sentence(
            "This base model loses much of your pictures, {mean} of 255 on the mean of {n}: thin lines and small things will "
            "not be learned. Choose a larger base model, such as Stable Diffusion 1.5.",
            mean=f"{self.mean:.1f}",
            n=self.n,
        )


class BaseFitService:
    """Asks the engine what a base model keeps of a set's pictures, once for each pair."""

    def __init__(self, settings: Settings, database: Database, lane: LiveLane | None = None) -> None:
        self._settings = settings
        self._datasets = DatasetRepository(database, settings.datasets_dir)
        self._lane = lane or EngineConnection(settings)
        self._seen: dict[tuple[str, str], BaseFit] = {}

    def look(self, base: str, dataset: str) -> BaseFit | None:
        """What came back; None where no engine of this home answers.

        Raises:
            BaseModelMissing: the base model cannot be used.
            UnknownDataset: there is no such data set.
            ProfileStudioError: what the engine says.
        """
        if self._settings.is_demo or self._settings.zero_gpu or not self._lane.is_there():
            return None
        key = find_base_model(base, self._settings).hash, self._datasets.get(dataset).version
        if key not in self._seen:
            with closing(self._lane.ask({"op": "look_at_fit", "base": base, "dataset": dataset})) as replies:
                reply = next(replies, None)
            if reply is None:
                return None
            if reply["event"] == "error":
                raise error_of_kind(reply["kind"], from_json(reply["message"]), from_json(reply["fix"]))
            if len(self._seen) >= _KEPT:
                self._seen.clear()
            self._seen[key] = BaseFit(reply["n"], reply["mean"], reply["error"], *reply["images"])
        return self._seen[key]
