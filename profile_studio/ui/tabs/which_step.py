"""Which step of a training to keep: a fold of Compare, and the choice below what it found."""

from dataclasses import dataclass

import gradio as gr

from profile_studio.domain.comparison import ComparisonConfig, ComparisonReport
from profile_studio.domain.jobs import Job
from profile_studio.ui.components.job_view import job_name
from profile_studio.ui.components.markup import escape
from profile_studio.ui.components.notices import Updates, good_news, told
from profile_studio.ui.page import Page


@dataclass(frozen=True)
class WhichStepForm:
    """What a person chooses before the steps are compared."""

    fold: gr.Accordion
    training: gr.Dropdown
    promise: gr.HTML
    start: gr.Button


@dataclass(frozen=True)
class KeptStep:
    """Below a comparison of steps: the one to keep, the recommended one if nothing else is chosen."""

    row: gr.Row
    step: gr.Dropdown
    use: gr.Button


def which_step_form(page: Page) -> WhichStepForm:
    """The fold; it shows while there is a training that kept several steps."""
    texts = page.texts.compare
    with gr.Accordion(texts.which_step, open=False, visible=False, elem_id="which-step") as fold:
        gr.HTML(f'<p class="quiet">{escape(texts.which_step_info)}</p>')
        training = gr.Dropdown([], label=texts.training, elem_id="which-training")
        promise = gr.HTML()
        start = gr.Button(texts.find_step, elem_id="find-step")
    return WhichStepForm(fold, training, promise, start)


def kept_step(page: Page) -> KeptStep:
    """The choice of a step."""
    texts = page.texts.compare
    with gr.Row(visible=False, elem_classes="job-buttons") as row:
        step = gr.Dropdown([], label=texts.step_to_keep, elem_id="step-to-keep")
        use = gr.Button(texts.use_step, variant="primary", elem_id="use-step")
    return KeptStep(row, step, use)


class WhichStepHandlers:
    """What the fold and the choice do; each returns updates by component."""

    def __init__(self, page: Page, form: WhichStepForm, kept: KeptStep) -> None:
        self._page = page
        self._form = form
        self._kept = kept
        self._checkpoints = page.studio.checkpoints
        self._texts = page.texts.compare

    def shown(self, chosen: str | None) -> Updates:
        """The trainings there are, with the one that was chosen or the newest."""
        trainings = self._checkpoints.trainings()
        ids = [job.id for job in trainings]
        choices = [(job_name(job), job.id) for job in trainings]
        kept = chosen if chosen in ids else next(iter(ids), None)
        offered = gr.update(choices=choices) if kept == chosen else gr.update(choices=choices, value=kept)
        return {self._form.fold: gr.update(visible=bool(trainings)), self._form.training: offered}

    def promises(self, training: str | None) -> Updates:
        """How long it will take to find the step."""
        if not training:
            return {}
        promise = self._page.studio.comparison.promise(self._checkpoints.comparison(training))
        words = escape(self._page.texts.common.said(promise.sentence))
        return {self._form.promise: told(f'<p class="promise">{words}</p>')}

    def starts(self, training: str) -> Job:
        """The comparison of a training's steps, in the queue."""
        return self._page.studio.comparison.submit(self._checkpoints.comparison(training))

    def offers(self, config: ComparisonConfig, report: ComparisonReport) -> Updates:
        """The steps to choose from below a comparison of steps; nothing below any other."""
        if config.checkpoints is None:
            return {self._kept.row: gr.update(visible=False)}
        steps = [spec.text for spec in config.models if spec.adapters]
        return {
            self._kept.row: gr.update(visible=not self._page.is_demo),
            self._kept.step: gr.update(choices=steps, value=report.recommended or steps[-1]),
        }

    def keeps(self, job_id: str, step: str) -> str:
        """Makes the chosen step the LoRA; what a person is told."""
        config = ComparisonConfig.model_validate(self._page.studio.jobs.get(job_id).spec)
        spec = next(spec for spec in config.models if spec.text == step)
        assert config.checkpoints is not None and spec.checkpoint_step is not None
        adapter = self._checkpoints.keep(config.checkpoints, spec.checkpoint_step)
        return good_news(self._texts.step_is_kept.format(name=adapter.name, step=spec.checkpoint_step))
