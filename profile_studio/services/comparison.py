"""Comparisons: accept them, read their reports."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter

from profile_studio.base_models import STARTER, find_base_model
from profile_studio.domain.compared_models import ComparedModel, ComparedModels, class_words
from profile_studio.domain.comparison import (
    MOST_SPOKEN_METRICS,
    SECONDS_A_STEP_KEY,
    SPREADS_KEY,
    ComparisonConfig,
    ComparisonReport,
    ModelSpec,
)
from profile_studio.domain.errors import InvalidModelSpec, InvalidPrompt, InvalidSettings, JobNotAllowed
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.domain.power import FEWEST_TO_FORESEE, fewest_prompts, shown_by
from profile_studio.domain.prompt_choices import has_choices
from profile_studio.domain.prompt_syntax import read_prompt
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.styles import StyleReference
from profile_studio.jobs.queue import accept
from profile_studio.lora_files import check_base, check_numbers, read_lora
from profile_studio.metrics.encoder_places import ENCODER_PLACES
from profile_studio.metrics.metric import CheckpointMetric
from profile_studio.metrics.registry import METRICS, in_digits
from profile_studio.services.demo import check_comparison_for_demo
from profile_studio.services.promises import Promise, in_words
from profile_studio.settings import Settings
from profile_studio.storage.compared_models import compared_models
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository

MAXIMUM_PICTURES = 5000
MAXIMUM_PROMPT_CHARACTERS = 2000
STARTER_SECONDS_A_STEP = 0.071  # two laptop cores: a picture of 20 steps in 1.42 s
SECONDS_BESIDE_STEPS = 30.0  # loading, judging and writing the table: 96 pictures took 167 s

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
        config = config.unified()
        n_steps = config.n_drawn * len(config.prompts) * config.seeds * config.num_inference_steps
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

    def foresight(self, config: ComparisonConfig, language: str = "en") -> Sentence | None:
        """What this comparison will be able to show, from how far prompts differed in earlier ones of the same base.

        None where nothing was measured yet: a guess would promise what it cannot know.

        Args:
            language: of the metric's name.
        """
        config = config.unified()
        spoken = config.metrics[:MOST_SPOKEN_METRICS]
        questions = (config.n_drawn - 1) * len(spoken)
        n = len(config.prompts)
        if n < (fewest := max(fewest_prompts(questions), FEWEST_TO_FORESEE)):
            return Sentence(
                "With {n} prompts nothing can be called sure, however many pictures each has: give at least {fewest}.",
                n=n,
                fewest=fewest,
            )
        for name in spoken:
            if (spread := self._measured_spread(config, name)) is not None:
                half = self.promise(config.model_copy(update={"prompts": _numbered(4 * n)}))
                return Sentence(
                    "It can show a change of {difference} in “{metric}”; for half of that give {count} prompts. {time}",
                    difference=in_digits(name, shown_by(n, spread, questions)),
                    metric=METRICS[name].said(language).label,
                    count=4 * n,
                    time=half.sentence,
                )
        return None

    def submit(self, config: ComparisonConfig) -> Job:
        """Queues a comparison. The base is added, and what was asked for twice is taken once.

        Raises:
            InvalidModelSpec, UnknownAdapter, InvalidAdapter: a model cannot be made, or is for another base.
            InvalidSettings, InvalidPrompt, UnknownDataset, BaseModelMissing: what else is wrong.
        """
        config = config.unified()
        if len(config.models) < 2:
            raise InvalidModelSpec("There is nothing to compare the base with.", "Choose at least one LoRA.")
        for spec in config.models:
            _check_each_once(spec)
        n_pictures = len(config.prompts) * config.seeds
        _check_metrics(config.metrics, n_pictures, self._settings)
        pictures = config.n_drawn * n_pictures
        if pictures > MAXIMUM_PICTURES:
            raise InvalidSettings(
                "This would be {count} pictures; at most {limit} are allowed.",
                "Choose fewer models, prompts or seeds.",
                count=pictures,
                limit=MAXIMUM_PICTURES,
            )
        unfinished = [status for status in JobStatus if not status.is_finished]
        check_comparison_for_demo(pictures, len(self._jobs.find(unfinished, JobKind.COMPARE)), self._settings)
        compared = compared_models(config, self._settings, self._jobs, self._datasets)
        self._check_files(compared, config.base)
        _check_styles(config.metrics, compared.styles.values())
        _check_prompts(config, compared.models)
        accepted = config.model_copy(update={"dataset": config.dataset or _only(compared.styles)})
        return accept(self._settings, self._jobs, accepted, pictures)

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

    def _measured_spread(self, config: ComparisonConfig, metric: str) -> float | None:
        spreads = [
            found[metric]
            for job in self._jobs.find([JobStatus.COMPLETED], JobKind.COMPARE)
            if (job.spec.get("base"), job.spec.get("seeds")) == (config.base, config.seeds)
            and metric in (found := _spreads_of(job))
        ]
        return statistics.median(spreads) if spreads else None

    def _check_files(self, compared: ComparedModels, base: str) -> None:
        base_model = find_base_model(base, self._settings)
        adapters = {part.adapter.path: part.adapter for model in compared.models for part in model.adapters}
        for path, adapter in adapters.items():
            check_base(adapter, base, base_model.hash, base_model.family.name)
            check_numbers(read_lora(path), path.name)


def _spreads_of(job: Job) -> dict[str, float]:
    found = (job.result or {}).get(SPREADS_KEY)
    return TypeAdapter(dict[str, float]).validate_python(found) if found else {}


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(count)))


def _only(styles: Mapping[str, object]) -> str | None:
    return next(iter(styles)) if len(styles) == 1 else None


def _check_each_once(spec: ModelSpec) -> None:
    names = [part.adapter_name for part in spec.adapters]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InvalidModelSpec(
            "{name} is twice in {text!r}.", "Name it once, with the sum of its weights.", name=twice, text=spec.text
        )


def _check_metrics(metrics: Sequence[str], n_pictures: int, settings: Settings) -> None:
    for name in metrics:
        if (metric := METRICS.get(name)) is None or isinstance(metric, CheckpointMetric):
            names = sorted(each.name for each in METRICS.values() if not isinstance(each, CheckpointMetric))
            raise InvalidSettings(
                "There is no metric {metric!r}.", "There are: {names}.", metric=name, names=", ".join(names)
            )
        place = ENCODER_PLACES[metric.encoder]
        if not place.is_there(settings):
            raise InvalidSettings(
                "{metric} needs {network}, which is not on this computer.",
                "Fetch it by `evaluators fetch {evaluator}`, or leave the metric out.",
                metric=name,
                network=place.words,
                evaluator=place.folder(settings).name,
            )
        if n_pictures < metric.fewest_pictures:
            raise InvalidSettings(
                "{metric} takes at least {fewest} pictures of each model; these prompts and seeds make {count}.",
                "Leave it out, or ask for more prompts or seeds.",
                metric=name,
                fewest=metric.fewest_pictures,
                count=n_pictures,
            )


def _check_styles(metrics: Sequence[str], styles: Iterable[StyleReference]) -> None:
    smallest = min((len(style.reference) for style in styles), default=0)
    for metric in (METRICS[name] for name in metrics):
        if metric.is_of_a_style and 0 < smallest < metric.fewest_pictures:
            raise InvalidSettings(
                "{metric} takes at least {fewest} pictures of the style; there are {count}.",
                "Leave it out, or choose a data set with more pictures that were never trained on.",
                metric=metric.name,
                fewest=metric.fewest_pictures,
                count=smallest,
            )


def _check_prompts(config: ComparisonConfig, models: Sequence[ComparedModel]) -> None:
    plain = class_words(models)
    for prompt in config.prompts:
        if not prompt:
            raise InvalidPrompt("One of the prompts is empty.", "Delete it, or write what it should show.")
        read_prompt(prompt, latin_only=config.base == STARTER)
        if has_choices(prompt):
            raise InvalidPrompt(
                "“{prompt}” asks for other words in each picture, so no two models would draw the same.",
                "Write one prompt for each of them.",
                prompt=prompt[:60],
            )
        # As each model gets it: the trigger words may make it too long.
        longest = max((len(model.prompt(prompt, plain)) for model in models), default=0)
        if longest > MAXIMUM_PROMPT_CHARACTERS:
            raise InvalidPrompt(
                "A prompt may have {limit} characters, trigger words included; one has {count}.",
                "Shorten it.",
                limit=MAXIMUM_PROMPT_CHARACTERS,
                count=longest,
            )
