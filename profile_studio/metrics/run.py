"""The compare job: draw the same prompts and seeds with every model, look at them, write the table."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from profile_studio.base_models import BaseModel, find_base_model
from profile_studio.domain.compared_models import ComparedModel, ComparedModels, class_words
from profile_studio.domain.comparison import SECONDS_A_STEP_KEY, SPREADS_KEY, ComparisonConfig, ComparisonReport
from profile_studio.domain.errors import InputError, InvalidAdapter, NotFinite
from profile_studio.domain.generation import AdapterWeight, GenerationRequest
from profile_studio.domain.jobs import Interrupted, JobContext, ProgressReport
from profile_studio.domain.names import BASE_NAME
from profile_studio.domain.prompt_words import prompt_words
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.trigger_words import in_ordinary_words
from profile_studio.families import pick_device
from profile_studio.files.job_folder import JobFolder
from profile_studio.files.pictures import save_with_recipe
from profile_studio.inference.studio_pipeline import StudioPipeline
from profile_studio.metrics.advice import recommend, sentences
from profile_studio.metrics.encoder import Encoder, ReadsTexts
from profile_studio.metrics.encoders import load_encoders
from profile_studio.metrics.feature_store import FeatureStore
from profile_studio.metrics.fingerprint import fingerprint
from profile_studio.metrics.measure import Measured, SeenByEncoder, SeenPictures, measure
from profile_studio.metrics.metric import Features, SeenStyle
from profile_studio.metrics.registry import METRICS
from profile_studio.metrics.report_files import FILES, write_report
from profile_studio.settings import Settings


@dataclass(frozen=True)
class _Picture:
    """One picture to draw. `name` is relative to the job's folder."""

    model: ComparedModel
    prompt: str
    seed: int
    name: str


@dataclass(frozen=True)
class Outcome:
    """What was drawn and measured, what may be said of it, and what the job's row remembers beside the report."""

    seen: SeenPictures
    measured: Measured
    report: ComparisonReport
    facts: Mapping[str, object]

    def write(self, folder: Path, config: ComparisonConfig) -> dict[str, object]:
        """Writes report.json, table.csv, table.json, table.md and report.html; returns the job's result."""
        write_report(folder, config, self.report)
        report = self.report
        return {
            "files": list(report.files),
            "recommended": report.recommended,
            "fingerprint": report.fingerprint,
            **self.facts,
        }


def run_comparison(
    config: ComparisonConfig, compared: ComparedModels, context: JobContext, settings: Settings
) -> dict[str, object]:
    """Draws what is missing, measures and writes the report; what is raised is told at `draw_and_measure`."""
    return draw_and_measure(config, compared, context, settings).write(context.folder, config)


def draw_and_measure(
    config: ComparisonConfig, compared: ComparedModels, context: JobContext, settings: Settings
) -> Outcome:
    """Draws what is missing and measures everything.

    A model whose pictures become NaN is not measured; the report says why.

    Raises:
        Interrupted: a wish was seen; finished pictures are kept.
        NotFinite: the base's pictures, or those of every other model, become NaN.
        ProfileStudioError: the base model or an encoder is not there (any more).
    """
    base = find_base_model(config.base, settings)
    # Before hours of drawing: a missing judge or critic is said at once.
    encoders = load_encoders((METRICS[name].encoder for name in config.metrics), settings, str(pick_device()))
    plain = class_words(compared.models)
    pictures = {model.spec.text: list(_pictures_of(model, config, plain, context)) for model in compared.models}
    seconds_a_step, failed = _draw_missing(pictures, config, base, context)
    pictures = {spec: row for spec, row in pictures.items() if spec not in failed}
    if failed and len(pictures) == 1:
        raise next(iter(failed.values()))
    context.yield_device()
    store = FeatureStore(settings.features_dir)
    # Every model is asked for the same: the trigger word, which only adapters know, is not part of the question.
    questions = [prompt_words(in_ordinary_words(prompt, plain)) for prompt in config.prompts]
    files = {spec: [context.folder / picture.name for picture in row] for spec, row in pictures.items()}
    seen = _see(files, questions, config, compared, encoders, store)
    measured = measure(seen, config.metrics)
    cut = [question for question in questions if any(_is_cut(encoder, question) for encoder in encoders.values())]
    report = ComparisonReport(
        rows=measured.rows,
        recommended=(advice := recommend(measured))[0],
        reason=advice[1],
        sentences=_sentences(measured, config, compared, failed, cut),
        fingerprint=fingerprint(config, base, compared, encoders),
        files=FILES,
        pictures={spec: tuple(picture.name for picture in row) for spec, row in pictures.items()},
        failed={spec: str(error) for spec, error in failed.items()},
    )
    facts = {
        "encoded": store.encoded,
        SECONDS_A_STEP_KEY: seconds_a_step,
        SPREADS_KEY: dict(measured.spreads),
    }
    return Outcome(seen, measured, report, facts)


def _pictures_of(
    model: ComparedModel, config: ComparisonConfig, plain: Mapping[str, str], context: JobContext
) -> Iterator[_Picture]:
    folder = JobFolder(context.folder)
    for index, prompt in enumerate(config.prompts):
        for seed in range(config.seeds):
            path = folder.compared_picture(model.folder, index, seed)
            asked = prompt if config.is_trigger_free else model.prompt(prompt, plain)
            yield _Picture(model, asked, seed, path.relative_to(folder.path).as_posix())


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
        if picture.model.spec.text not in failed:
            try:
                _draw(picture, config, pipeline, context)
            except (NotFinite, InvalidAdapter) as error:
                if picture.model.spec.text == BASE_NAME:
                    raise
                failed[picture.model.spec.text] = error
        left = len(missing) - done - 1
        seconds_left = (time.monotonic() - started_at) / (done + 1) * left
        context.report(ProgressReport(len(everything) - left, len(everything), seconds_left, picture.model.spec.text))
    drawn = sum(picture.model.spec.text not in failed for picture in missing)
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
    (drawn,) = pipeline.draw(request, parts, lambda _step: context.yield_device())
    save_with_recipe(context.folder / picture.name, drawn.image, drawn.recipe)


def _see(
    files: Mapping[str, Sequence[Path]],
    questions: Sequence[str],
    config: ComparisonConfig,
    compared: ComparedModels,
    encoders: Mapping[str, Encoder],
    store: FeatureStore,
) -> SeenPictures:
    by_encoder: dict[str, SeenByEncoder] = {}
    for name, encoder in encoders.items():
        metrics = [METRICS[metric] for metric in config.metrics if METRICS[metric].encoder == name]
        styles = compared.styles if any(metric.is_of_a_style for metric in metrics) else {}
        by_encoder[name] = SeenByEncoder(
            encoder.encoder,
            {spec: store.see(encoder, row) for spec, row in files.items()},
            _texts(encoder, questions, config.seeds),
            {
                style: SeenStyle(store.see(encoder, reference.reference), store.see(encoder, reference.training))
                for style, reference in styles.items()
            },
        )
    style_of = {spec: style for spec, style in compared.style_of.items() if spec in files}
    return SeenPictures(by_encoder, tuple(files), len(config.prompts), config.seeds, style_of)


def _texts(encoder: Encoder, questions: Sequence[str], seeds: int) -> Features | None:
    return encoder.read(questions).repeat(seeds, axis=0) if isinstance(encoder, ReadsTexts) else None


def _is_cut(encoder: Encoder, text: str) -> bool:
    return isinstance(encoder, ReadsTexts) and encoder.is_cut(text)


def _sentences(
    measured: Measured,
    config: ComparisonConfig,
    compared: ComparedModels,
    failed: Mapping[str, InputError],
    cut: Sequence[str],
) -> tuple[Sentence, ...]:
    notes = [text for spec, error in failed.items() for text in (_not_measured(spec, error), error.fix)]
    ends = [
        Sentence("Asked for twice and measured once: {what}.", what=list(config.repeated)),
    ] * bool(config.repeated)
    ends += [Sentence("The end of this prompt is too long to be scored: {prompt}", prompt=text) for text in cut]
    return (*notes, *sentences(measured), *ends, *_notes_on_styles(compared))


def _notes_on_styles(compared: ComparedModels) -> list[Sentence]:
    if len(compared.styles) < 2:
        return [style.note for style in compared.styles.values()]
    return [
        Sentence(
            "{models}, held against {dataset}: {note}",
            models=[spec for spec, name in compared.style_of.items() if name == dataset],
            dataset=dataset,
            note=style.note,
        )
        for dataset, style in compared.styles.items()
    ]


def _not_measured(spec: str, error: InputError) -> Sentence:
    return Sentence("{model} was not measured. {reason}", model=spec, reason=error.message)
