"""Comparisons: accept them, read their reports."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from profile_studio.base_models import STARTER, find_base_model
from profile_studio.domain.comparison import (
    METRICS,
    SECONDS_A_STEP_KEY,
    ComparisonConfig,
    ComparisonReport,
    parse_model_spec,
)
from profile_studio.domain.errors import InvalidModelSpec, InvalidPrompt, InvalidSettings, JobNotAllowed, UnknownDataset
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.domain.names import BASE_NAME
from profile_studio.domain.prompts import prepare_prompt
from profile_studio.domain.sentences import Sentence
from profile_studio.jobs.queue import enqueue
from profile_studio.lora_files import check_base
from profile_studio.services.demo import check_comparison_for_demo
from profile_studio.services.promises import Promise, in_words
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository
from profile_studio.storage.models import WeightedAdapter, resolve_model
from profile_studio.storage.references import style_reference

MAXIMUM_PICTURES = 5000
MAXIMUM_PROMPT_CHARACTERS = 2000
STARTER_SECONDS_A_STEP = 0.071  # two laptop cores: a picture of 20 steps in 1.42 s
SECONDS_BESIDE_STEPS = 30.0  # loading, judging and writing the table: 96 pictures took 167 s
_ONLY_INCEPTION = {"fid": "fd_judge or kid_judge", "inception_score": "variety"}

DEFAULT_PROMPTS = (
    "portrait of a woman, long brown hair, smiling, blue shirt, yellow background",
    "portrait of a man, short black hair, glasses, calm, red shirt, white background",
    "portrait of a person, curly red hair, surprised, green shirt, purple background",
    "portrait of a man, bald, beard, smiling, black shirt, teal background",
    "portrait of a woman, blond bob, sunglasses, smiling, pink shirt, gray background",
    "portrait of a person, brown hair in a bun, sad, yellow shirt, green background",
    "portrait of a man, spiky blond hair, angry, purple shirt, orange background",
    "portrait of a woman, black ponytail, glasses, calm, white shirt, pink background",
    "portrait of a man, brown hair, moustache, calm, teal shirt, yellow background",
    "portrait of a person, pink hair, smiling, black shirt, white background",
    "portrait of a woman, gray bun, surprised, red shirt, blue background",
    "portrait of a man, short red hair, beard, sad, green shirt, gray background",
    "portrait of a person, blue mohawk, sunglasses, angry, yellow shirt, purple background",
    "portrait of a woman, long blond hair, sad, purple shirt, teal background",
    "portrait of a man, hat, glasses, smiling, blue shirt, orange background",
    "portrait of a woman, afro, calm, orange shirt, green background",
)


class ComparisonService:
    """Everything the page and the command line do with comparisons."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._jobs = JobRepository(database)
        self._datasets = DatasetRepository(database, settings.datasets_dir)

    def promise(self, config: ComparisonConfig) -> Promise:
        """How long this comparison will take: measured on this machine if one of the same base was done here before."""
        models = len({BASE_NAME, *(text.strip() for text in config.models)})
        n_steps = models * len(config.prompts) * config.seeds * config.num_inference_steps
        measured = self._measured_seconds_a_step(config.base)
        if measured is not None:
            seconds = n_steps * measured + SECONDS_BESIDE_STEPS
            return Promise(
                seconds, None, Sentence("{time}, as measured in earlier comparisons here.", time=in_words(seconds))
            )
        if config.base == STARTER:
            seconds = n_steps * STARTER_SECONDS_A_STEP + SECONDS_BESIDE_STEPS
            return Promise(
                seconds,
                None,
                Sentence("{time} on a laptop; a guess until the first comparison.", time=in_words(seconds)),
            )
        return Promise(None, None, Sentence("How long it takes shows after the first pictures."))

    def submit(self, config: ComparisonConfig) -> Job:
        """Queues a comparison. The base is added; without a data set, the one the first LoRA was trained on is taken.

        Raises:
            InvalidModelSpec, UnknownAdapter, InvalidAdapter: a model cannot be made, or is for another base.
            InvalidSettings, InvalidPrompt, UnknownDataset, BaseModelMissing: what else is wrong.
        """
        models = tuple(dict.fromkeys([BASE_NAME, *(text.strip() for text in config.models)]))
        if len(models) < 2:
            raise InvalidModelSpec("There is nothing to compare the base with.", "Choose at least one LoRA.")
        _check_metrics(config.metrics)
        _check_prompts(config.prompts, config.base)
        pictures = len(models) * len(config.prompts) * config.seeds
        if pictures > MAXIMUM_PICTURES:
            raise InvalidSettings(
                "This would be {count} pictures; at most {limit} are allowed.",
                "Choose fewer models, prompts or seeds.",
                count=pictures,
                limit=MAXIMUM_PICTURES,
            )
        unfinished = [status for status in JobStatus if not status.is_finished]
        check_comparison_for_demo(pictures, len(self._jobs.find(unfinished, JobKind.COMPARE)), self._settings)
        adapters = self._check_models(models, config.base)
        dataset = config.dataset or self._dataset_of(adapters)
        if dataset is not None:
            style_reference(dataset, self._settings, self._datasets)
        accepted = config.model_copy(update={"models": models, "dataset": dataset})
        job = self._jobs.create(JobKind.COMPARE, accepted.model_dump(mode="json"), pictures, time.time())
        enqueue(self._settings, job.id)
        return job

    def report(self, job_id: str) -> ComparisonReport:
        """The finished table; file names in it are relative to `folder`.

        Raises:
            UnknownJob: there is no such job.
            JobNotAllowed: it is no comparison, or has no report (yet).
        """
        job = self._jobs.get(job_id)
        if job.kind is not JobKind.COMPARE:
            raise JobNotAllowed("The job {job!r} is not a comparison.", "Take the id of a comparison.", job=job_id)
        if job.status is not JobStatus.COMPLETED:
            raise JobNotAllowed(
                "The comparison {job!r} is {status}.",
                "Wait until it is completed.",
                job=job_id,
                status=Sentence(job.status.value),
            )
        content = self._settings.job_folder(job_id).report.read_bytes()
        return TypeAdapter(ComparisonReport).validate_json(content)

    def folder(self, job_id: str) -> Path:
        """Where a comparison's tables and pictures lie."""
        return self._settings.job_folder(job_id).path

    def default_prompts(self) -> tuple[str, ...]:
        """Sixteen varied prompts in words that every base model knows, the starter too."""
        return DEFAULT_PROMPTS

    def _measured_seconds_a_step(self, base: str) -> float | None:
        measured = [
            float(str(seconds))
            for job in self._jobs.find([JobStatus.COMPLETED], JobKind.COMPARE)
            if job.spec.get("base") == base and (seconds := (job.result or {}).get(SECONDS_A_STEP_KEY)) is not None
        ]
        return statistics.median(measured) if measured else None

    def _check_models(self, models: Sequence[str], base: str) -> list[WeightedAdapter]:
        base_model = find_base_model(base, self._settings)
        adapters = [
            part for text in models for part in resolve_model(parse_model_spec(text), self._settings, self._jobs)
        ]
        for part in adapters:
            check_base(part.adapter, base, base_model.hash)
        return adapters

    def _dataset_of(self, adapters: Sequence[WeightedAdapter]) -> str | None:
        for part in adapters:
            try:
                style_reference(part.adapter.dataset, self._settings, self._datasets)
            except UnknownDataset:
                continue
            return part.adapter.dataset
        return None


def _check_metrics(metrics: Sequence[str]) -> None:
    for metric in metrics:
        if instead := _ONLY_INCEPTION.get(metric):
            raise InvalidSettings(
                "{metric} needs the Inception network, which does not ship with this studio.",
                "Use {instead}.",
                metric=metric,
                instead=instead,
            )
        if metric not in METRICS:
            raise InvalidSettings(
                "There is no metric {metric!r}.", "There are: {names}.", metric=metric, names=", ".join(sorted(METRICS))
            )


def _check_prompts(prompts: Sequence[str], base: str) -> None:
    for prompt in prompts:
        if not prompt.strip():
            raise InvalidPrompt("One of the prompts is empty.", "Delete it, or write what it should show.")
        if len(prompt) > MAXIMUM_PROMPT_CHARACTERS:
            raise InvalidPrompt(
                "A prompt may have {limit} characters; one has {count}.",
                "Shorten it.",
                limit=MAXIMUM_PROMPT_CHARACTERS,
                count=len(prompt),
            )
        prepare_prompt(prompt, latin_only=base == STARTER)
