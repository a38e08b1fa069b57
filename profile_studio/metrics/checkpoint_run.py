"""Which step of a training to keep, as a job: losses of every kept step, pictures of the few that are left, advice."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from safetensors import SafetensorError

from profile_studio.base_models import BaseModel, find_base_model
from profile_studio.domain.compared_models import ComparedModel, ComparedModels
from profile_studio.domain.comparison import (
    BASE,
    Certainty,
    ComparisonConfig,
    ComparisonReport,
    ComparisonRow,
    Interval,
    MetricValue,
    Verdict,
)
from profile_studio.domain.datasets import Dataset
from profile_studio.domain.jobs import Interrupted, JobContext, ProgressReport
from profile_studio.domain.names import BASE_NAME
from profile_studio.domain.power import LEVEL
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.families import pick_device
from profile_studio.families.registry import load_family
from profile_studio.files.atomic import write_json
from profile_studio.files.job_folder import JobFolder
from profile_studio.inference.adapters import AdapterRack
from profile_studio.metrics.advice import surely_copies
from profile_studio.metrics.checkpoint_choice import (
    SMALLEST_VARIETY,
    Chosen,
    choose,
    only_by_heart,
    worth_drawing,
)
from profile_studio.metrics.measure import SeenPictures
from profile_studio.metrics.membership import gains, membership_auc
from profile_studio.metrics.metric import BASE_MODEL, PerPicture, PictureMetric
from profile_studio.metrics.picture_losses import learned_pictures, picture_losses, put_aside_pictures
from profile_studio.metrics.registry import METRICS
from profile_studio.metrics.run import Outcome, draw_and_measure
from profile_studio.metrics.uncertainty import PairedMeans, mean_with_interval
from profile_studio.settings import Settings
from profile_studio.training.cache import TrainingSet, load_training_set

FEWEST_PUT_ASIDE = 4  # pictures; the losses of fewer say too little of a step


@dataclass(frozen=True)
class FinishedTraining:
    """A training whose kept steps are compared; `dataset` is None where it was deleted."""

    config: LoraTrainingConfig
    folder: JobFolder
    dataset: Dataset | None


@dataclass(frozen=True)
class Losses:
    """What each model loses on pictures it learned and on pictures that were put aside.

    Args:
        learned, put_aside: by SPEC, the base among them; no SPEC where too few pictures were put aside.
    """

    learned: Mapping[str, PerPicture]
    put_aside: Mapping[str, PerPicture]

    def membership(self) -> dict[str, Interval]:
        """By SPEC how surely the gain from the base tells which pictures were learned."""
        learned, put_aside = self.learned, self.put_aside
        return {
            spec: membership_auc(gains(learned[BASE_NAME], learned[spec]), gains(put_aside[BASE_NAME], put_aside[spec]))
            for spec in put_aside
            if spec != BASE_NAME
        }

    def by_heart(self) -> set[str]:
        """SPECs that know what they learned and nothing else."""
        membership, put_aside = self.membership(), self.put_aside
        return {spec for spec, area in membership.items() if only_by_heart(area, put_aside[spec], put_aside[BASE_NAME])}


def run_checkpoints(
    config: ComparisonConfig,
    compared: ComparedModels,
    training: FinishedTraining,
    context: JobContext,
    settings: Settings,
) -> dict[str, object]:
    """Measures losses, draws the steps that are left, writes the report with all steps; returns the job's result.

    Raises:
        Interrupted: a wish was seen; losses and finished pictures are kept.
        ProfileStudioError: as `draw_and_measure`.
    """
    steps = {model.spec.checkpoint_step or 0: model for model in compared.models if model.adapters}
    losses = _kept_losses(compared.models, training, find_base_model(config.base, settings), context)
    by_step = {step: model.spec.text for step, model in steps.items()}
    by_heart = losses.by_heart()
    left = worth_drawing(
        sorted(steps),
        {step: losses.put_aside[spec] for step, spec in by_step.items() if losses.put_aside},
        {step for step, spec in by_step.items() if spec in by_heart},
    )
    drawn = [by_step[step] for step in left]
    models = tuple(model for model in compared.models if not model.adapters or model.spec.text in drawn)
    narrowed = config.model_copy(update={"models": (BASE, *(steps[step].spec for step in left))})
    outcome = draw_and_measure(narrowed, replace(compared, models=models), context, settings)
    report = _advised(outcome, {spec: step for step, spec in by_step.items()})
    rows = _with_losses(config, report.rows, losses)
    notes = _notes(drawn, by_heart, losses)
    report = replace(report, rows=rows, sentences=(*notes, *report.sentences))
    return replace(outcome, report=report).write(context.folder, narrowed)


# Losses


def _kept_losses(
    models: Sequence[ComparedModel], training: FinishedTraining, base: BaseModel, context: JobContext
) -> Losses:
    """Those of an earlier attempt, or new ones."""
    file = JobFolder(context.folder).losses
    if not file.is_file():
        write_json(file, _measure_losses(models, training, base, context))
    kept: dict[str, dict[str, list[float]]] = json.loads(file.read_text(encoding="utf-8"))
    learned, put_aside = (
        {spec: np.array(row) for spec, row in kept[side].items()} for side in ("learned", "put_aside")
    )
    return Losses(learned, put_aside)


def _measure_losses(
    models: Sequence[ComparedModel], training: FinishedTraining, base: BaseModel, context: JobContext
) -> dict[str, dict[str, list[float]]]:
    training_set = _training_set(training.folder)
    nothing: dict[str, dict[str, list[float]]] = {"learned": {}, "put_aside": {}}
    if training_set is None or training.dataset is None or len(training.dataset.held_out_images) < FEWEST_PUT_ASIDE:
        return nothing
    device = pick_device()
    family = load_family(base, device, torch.float16 if device.type == "cuda" else torch.float32)
    sides = {
        "learned": learned_pictures(training_set),
        "put_aside": put_aside_pictures(family, training.dataset, training.config, training_set),
    }
    if len(sides["put_aside"]) < FEWEST_PUT_ASIDE:
        return nothing
    rack = AdapterRack(family)
    losses = nothing
    for model in models:
        if wish := context.wish():
            raise Interrupted(wish)
        context.yield_device()
        note = Sentence("measures the loss of {model}", model=model.spec.text)
        context.report(ProgressReport(0, context.job.steps, None, note))
        rack.attach(model.adapters)
        for side, pictures in sides.items():
            measured = picture_losses(family, pictures, training.config.min_snr_gamma)
            losses[side][model.spec.text] = measured.tolist()
    return losses


def _training_set(folder: JobFolder) -> TrainingSet | None:
    try:
        return load_training_set(folder.cache)
    except (OSError, ValueError, KeyError, SafetensorError):
        return None


def _with_losses(
    config: ComparisonConfig,
    rows: Sequence[ComparisonRow],
    losses: Losses,
) -> tuple[ComparisonRow, ...]:
    """A row for every kept step, those that were drawn with what their pictures showed."""
    membership = losses.membership()
    drawn = {row.model: row.metrics for row in rows}
    every = [spec.text for spec in config.models]
    return tuple(
        ComparisonRow(spec, {**drawn.get(spec, {}), **_loss_cells(spec, losses, membership)}) for spec in every
    )


def _loss_cells(spec: str, losses: Losses, membership: Mapping[str, Interval]) -> dict[str, MetricValue]:
    if spec not in losses.put_aside:
        return {}
    values, base = losses.put_aside[spec], losses.put_aside[BASE_NAME]
    n = len(values)
    difference = None if spec == BASE_NAME else PairedMeans(values, base, n).interval(LEVEL)
    cells = {"held_out_loss": _cell(mean_with_interval(values, n), n, difference)}
    if spec in membership:
        cells["membership_auc"] = _cell(membership[spec], n + len(losses.learned[spec]), None)
    return cells


def _cell(value: Interval, n: int, difference: Interval | None) -> MetricValue:
    return MetricValue(value.value, value.low, value.high, n, BASE_MODEL, False, None, difference)


# Advice


def _advised(outcome: Outcome, step_of: Mapping[str, int]) -> ComparisonReport:
    """The report with the step to keep in place of the model to take."""
    rows = {row.model: row for row in outcome.measured.rows}
    reasons = {spec: why for spec, row in rows.items() if spec != BASE_NAME and (why := _gate(row, rows[BASE_NAME]))}
    closeness = _closeness(outcome.seen, {spec: step_of[spec] for spec in rows if spec in step_of})
    if not closeness:
        reason = Sentence("Closeness to a style was not measured, so no step is recommended.")
        return replace(outcome.report, recommended=None, reason=reason)
    refusals = tuple(
        Sentence("{model} is not recommended: {why}.", model=spec, why=why) for spec, why in reasons.items()
    )
    sound = {step: values for step, values in closeness.items() if _spec(step, step_of) not in reasons}
    sentences = (*refusals, *outcome.report.sentences)
    if not sound:
        reason = Sentence("No step is recommended: each one that was drawn has a fault.")
        return replace(outcome.report, recommended=None, reason=reason, sentences=sentences)
    chosen = choose(sound)
    return replace(
        outcome.report,
        recommended=_spec(chosen.step, step_of),
        reason=_reason(chosen, step_of),
        verdict=chosen.certainty,
        sentences=sentences,
    )


def _closeness(seen: SeenPictures, steps: Mapping[str, int]) -> dict[int, PerPicture]:
    """By step, in order, each prompt's mean closeness to the style; nothing where there is no style."""
    metric = METRICS["style_similarity"]
    assert isinstance(metric, PictureMetric)
    found: dict[int, PerPicture] = {}
    for spec, step in sorted(steps.items(), key=lambda item: item[1]):
        if (style := seen.style_for(spec)) is not None:
            values = metric.compute(seen.of(metric, [spec], style))
            found[step] = values.reshape(seen.n_prompts, -1).mean(axis=1)
    return found


def _gate(row: ComparisonRow, base: ComparisonRow) -> Sentence | None:
    """Why a step may not be kept, however close to the style it is."""
    if surely_copies(row):
        return Sentence("it repeats training pictures")
    variety, of_base = row.metrics.get("variety"), base.metrics.get("variety")
    if variety and of_base and variety.value < SMALLEST_VARIETY * of_base.value:
        share = f"{variety.value / of_base.value:.0%}"
        return Sentence("its pictures of one prompt differ only {share} as much as the base's", share=share)
    followed = row.metrics.get("clip_score")
    if followed and followed.different_from_base is Verdict.WORSE:
        return Sentence("it follows the prompts surely less well than the base")
    return None


def _reason(chosen: Chosen, step_of: Mapping[str, int]) -> Sentence:
    model = _spec(chosen.step, step_of)
    rival = _spec(chosen.rival, step_of) if chosen.rival is not None else model
    match chosen.certainty:
        case Certainty.CLEAR:
            return Sentence(
                "Clear: {model} is the earliest of the drawn steps that comes as close to your style as the best.",
                model=model,
            )
        case Certainty.LIKELY:
            return Sentence(
                "Likely: {model} is the earliest of the drawn steps that comes as close to your style as the best; with other "
                "prompts it may be {rival}.",
                model=model,
                rival=rival,
            )
        case Certainty.CANNOT_TELL:
            return Sentence(
                "Cannot tell: look at the pictures of {model} and {rival}. These prompts do not show which is closer to "
                "your style.",
                model=model,
                rival=rival,
            )


def _notes(drawn: Sequence[str], by_heart: Collection[str], losses: Losses) -> list[Sentence]:
    if not losses.put_aside:
        return [
            Sentence(
                "Too few pictures were put aside before the training, so losses could not say which steps to draw: drawn "
                "were {models}.",
                models=list(drawn),
            )
        ]
    notes = [Sentence("The losses of pictures that were put aside chose what to draw: {models}.", models=list(drawn))]
    if known := [spec for spec in losses.put_aside if spec in by_heart and spec not in drawn]:
        notes.append(
            Sentence(
                "Not drawn, because they know the learned pictures by heart and others no better than the base: {models}.",
                models=known,
            )
        )
    return notes


def _spec(step: int, step_of: Mapping[str, int]) -> str:
    return next(spec for spec, each in step_of.items() if each == step)
