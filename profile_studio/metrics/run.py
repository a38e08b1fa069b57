"""The compare job: draw the same prompts and seeds with every model, look at them, write the table."""

import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from profile_studio import __version__
from profile_studio.base_models import BaseModel, find_base_model
from profile_studio.domain.comparison import (
    SECONDS_A_STEP_KEY,
    SPREADS_KEY,
    ComparisonConfig,
    ComparisonReport,
    parse_model_spec,
)
from profile_studio.domain.errors import InputError, InvalidAdapter, NotFinite
from profile_studio.domain.generation import AdapterWeight, GenerationRequest
from profile_studio.domain.jobs import Interrupted, JobContext, ProgressReport
from profile_studio.domain.names import BASE_NAME
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.trigger_words import in_ordinary_words, prompt_with_trigger
from profile_studio.families import pick_device
from profile_studio.inference.adapters import ChosenAdapter
from profile_studio.inference.studio_pipeline import StudioPipeline
from profile_studio.metrics.advice import recommend, sentences
from profile_studio.metrics.critic import Critic
from profile_studio.metrics.features import Features, Judge
from profile_studio.metrics.measure import Measured, SeenFaces, SeenPictures, SeenStyle, measure
from profile_studio.metrics.report_files import FILES, write_report
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository
from profile_studio.storage.models import WeightedAdapter, resolve_model
from profile_studio.storage.pictures import save_with_recipe
from profile_studio.storage.references import StyleReference, style_reference

_WEIGHT_SIGNS = re.compile(r"(?<=[\w)])[+-]+(?![\w])|\)\d*\.?\d*|\(")


@dataclass(frozen=True)
class ComparedModel:
    """A model of the comparison; `slug` is its folder of pictures."""

    spec: str
    slug: str
    adapters: tuple[WeightedAdapter, ...]

    def prompt(self, text: str, class_words: Mapping[str, str]) -> str:
        """The prompt with the trigger words of the model's own adapters; ordinary words for those of others.

        Args:
            class_words: trigger word to class word, of every adapter that is compared.
        """
        own = [part.adapter.trigger_word for part in self.adapters]
        text = in_ordinary_words(text, {word: plain for word, plain in class_words.items() if word not in own})
        for word in reversed(own):
            text = prompt_with_trigger(word, text)
        return text


@dataclass(frozen=True)
class _Picture:
    """One picture to draw. `name` is relative to the job's folder."""

    model: ComparedModel
    prompt: str
    seed: int
    name: str


def run_comparison(config: ComparisonConfig, context: JobContext, settings: Settings) -> dict[str, object]:
    """Draws what is missing, measures, and writes report.json, table.csv, table.json, table.md and report.html.

    A model whose pictures become NaN is not measured; the report says why.

    Raises:
        Interrupted: a wish was seen; finished pictures are kept.
        NotFinite: the base's pictures, or those of every other model, become NaN.
        ProfileStudioError: a model, data set, the judge or the critic is not there (any more).
    """
    database = Database(settings.resolved_database_url)
    base = find_base_model(config.base, settings)
    models = resolve_models(config, settings, JobRepository(database))
    style = (
        style_reference(config.dataset, settings, DatasetRepository(database, settings.datasets_dir))
        if config.dataset
        else None
    )
    # Before hours of drawing: a missing judge or critic is said at once.
    judge = Judge(settings.judge_dir, str(pick_device()))
    critic = Critic(settings.critic_dir, str(pick_device())) if "face_score" in config.metrics else None
    class_words = {
        part.adapter.trigger_word: part.adapter.class_word
        for model in models
        for part in model.adapters
        if part.adapter.trigger_word
    }
    pictures = {model.spec: list(_pictures_of(model, config, class_words)) for model in models}
    seconds_a_step, failed = _draw_missing(pictures, config, base, context)
    pictures = {spec: row for spec, row in pictures.items() if spec not in failed}
    if failed and len(pictures) == 1:
        raise next(iter(failed.values()))
    context.yield_device()
    # Every model is asked for the same: the trigger word, which only adapters know, is not part of the question.
    questions = [_WEIGHT_SIGNS.sub("", in_ordinary_words(prompt, class_words)) for prompt in config.prompts]
    seen = _see(pictures, judge.read(questions), config, style, judge, critic, context.folder)
    measured = measure(seen, config.metrics)
    report = _report(measured, style, pictures, failed, _fingerprint(config, base, models, judge, critic))
    write_report(context.folder, config, report)
    return {
        "files": list(report.files),
        "recommended": report.recommended,
        "fingerprint": report.fingerprint,
        SECONDS_A_STEP_KEY: seconds_a_step,
        SPREADS_KEY: dict(measured.spreads),
    }


def resolve_models(config: ComparisonConfig, settings: Settings, jobs: JobRepository) -> tuple[ComparedModel, ...]:
    """The base and every model of the config, each once; an adapter of weight 0 is none."""
    specs = dict.fromkeys([BASE_NAME, *(text.strip() for text in config.models)])
    parts = {text: resolve_model(parse_model_spec(text), settings, jobs) for text in specs}
    return tuple(
        ComparedModel(text, _slug(text), tuple(part for part in parts[text] if part.weight > 0)) for text in specs
    )


def _slug(spec: str) -> str:
    plain = re.sub(r"[^a-z0-9-]+", "-", spec)
    return plain if plain == spec else f"{plain[:48]}-{hashlib.sha256(spec.encode()).hexdigest()[:8]}"


def _pictures_of(model: ComparedModel, config: ComparisonConfig, class_words: Mapping[str, str]) -> Iterator[_Picture]:
    for index, prompt in enumerate(config.prompts):
        for seed in range(config.seeds):
            name = f"pictures/{model.slug}/prompt-{index:03d}-seed-{seed:02d}.png"
            yield _Picture(model, model.prompt(prompt, class_words), seed, name)


def _draw_missing(
    pictures: Mapping[str, list[_Picture]], config: ComparisonConfig, base: BaseModel, context: JobContext
) -> tuple[float | None, dict[str, InputError]]:
    """Seconds that a step of a picture took, or None if nothing was left to draw; and SPECs that cannot be drawn."""
    everything = [picture for row in pictures.values() for picture in row]
    missing = [picture for picture in everything if not (context.folder / picture.name).is_file()]
    context.report(ProgressReport(len(everything) - len(missing), len(everything)))
    if not missing:
        return None, {}
    pipeline = StudioPipeline.load(base)
    failed: dict[str, InputError] = {}
    started_at = time.monotonic()
    for done, picture in enumerate(missing):
        if wish := context.wish():
            raise Interrupted(wish)
        context.yield_device()
        if picture.model.spec not in failed:
            try:
                _draw(picture, config, pipeline, context)
            except (NotFinite, InvalidAdapter) as error:
                if picture.model.spec == BASE_NAME:
                    raise
                failed[picture.model.spec] = error
        left = len(missing) - done - 1
        seconds_left = (time.monotonic() - started_at) / (done + 1) * left
        context.report(ProgressReport(len(everything) - left, len(everything), seconds_left, picture.model.spec))
    drawn = sum(picture.model.spec not in failed for picture in missing)
    seconds = time.monotonic() - started_at
    return (seconds / (drawn * config.num_inference_steps) if drawn else None), failed


def _draw(picture: _Picture, config: ComparisonConfig, pipeline: StudioPipeline, context: JobContext) -> None:
    parts = picture.model.adapters
    request = GenerationRequest(
        prompt=picture.prompt,
        base=config.base,
        adapters=tuple(AdapterWeight(adapter_name=part.adapter.name, weight=part.weight) for part in parts),
        num_inference_steps=config.num_inference_steps,
        guidance_scale=config.guidance_scale,
        seed=picture.seed,
    )
    chosen = [ChosenAdapter(part.adapter.name, part.adapter.path, part.weight) for part in parts]
    (drawn,) = pipeline.draw(request, chosen, lambda _step: context.yield_device())
    save_with_recipe(context.folder / picture.name, drawn.image, drawn.recipe)


def _see(
    pictures: Mapping[str, list[_Picture]],
    texts: Features,
    config: ComparisonConfig,
    style: StyleReference | None,
    judge: Judge,
    critic: Critic | None,
    folder: Path,
) -> SeenPictures:
    files = {spec: [folder / picture.name for picture in row] for spec, row in pictures.items()}
    faces = {spec: critic.score(row) for spec, row in files.items()} if critic else {}
    return SeenPictures(
        models={spec: judge.see(row) for spec, row in files.items()},
        texts=texts.repeat(config.seeds, axis=0),
        n_prompts=len(config.prompts),
        style=SeenStyle(judge.see(style.reference), judge.see(style.training)) if style else None,
        encoder=judge.encoder,
        faces=SeenFaces(faces, critic.encoder) if critic else None,
    )


def _report(
    measured: Measured,
    style: StyleReference | None,
    pictures: Mapping[str, list[_Picture]],
    failed: Mapping[str, InputError],
    fingerprint: str,
) -> ComparisonReport:
    recommended, reason = recommend(measured)
    return ComparisonReport(
        rows=measured.rows,
        recommended=recommended,
        reason=reason,
        sentences=(
            *(text for spec, error in failed.items() for text in (_not_measured(spec, error), error.fix)),
            *sentences(measured),
            *([style.note] if style else []),
        ),
        fingerprint=fingerprint,
        files=FILES,
        pictures={spec: tuple(picture.name for picture in row) for spec, row in pictures.items()},
        failed={spec: str(error) for spec, error in failed.items()},
    )


def _not_measured(spec: str, error: InputError) -> Sentence:
    return Sentence("{model} was not measured. {reason}", model=spec, reason=error.message)


def _fingerprint(
    config: ComparisonConfig,
    base: BaseModel,
    models: tuple[ComparedModel, ...],
    judge: Judge,
    critic: Critic | None,
) -> str:
    """Equal fingerprints mean equal pictures and numbers: everything that decides them is in it."""
    files = {part.adapter.path for model in models for part in model.adapters}
    facts = {
        "config": config.model_dump(mode="json"),
        "base": base.hash,
        "adapters": sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in files),
        "judge": judge.encoder,
        "critic": critic.encoder if critic else "",
        "version": __version__,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
