"""What Train does: fills the form for a set, promises, starts, shows what is learned."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import gradio as gr

from profile_studio.domain.bases import STARTER
from profile_studio.domain.datasets import Consent
from profile_studio.domain.errors import BaseModelMissing, InvalidDataset, NotInDemo
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.domain.names import numbered, suggest_name
from profile_studio.domain.presets import Thoroughness, with_steps
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig, Targets
from profile_studio.jobs.kinds import job_name
from profile_studio.services.base_fit import LOSES_FROM
from profile_studio.ui.caption_words import cut_sentences
from profile_studio.ui.components.job_panel import JobPanelHandlers
from profile_studio.ui.components.job_view import newest_first
from profile_studio.ui.components.markup import escape
from profile_studio.ui.components.notices import Updates, good_news, parse_form, told
from profile_studio.ui.components.training_progress import job_html, loss_table, samples_html
from profile_studio.ui.components.training_view import fit_html, versions_html
from profile_studio.ui.page import Page, Part
from profile_studio.ui.tabs.train_parts import NUMBER_FIELDS, TrainParts


class TrainHandlers:
    """The tab's handlers; each returns updates by component.

    `fields` are the form by the names of a training, see `TrainParts.fields`.
    """

    def __init__(self, page: Page, parts: TrainParts) -> None:
        self._page = page
        self._parts = parts
        self._studio = page.studio
        self._texts = page.texts.train
        self.panel = JobPanelHandlers(page, parts.panel, self._texts, JobKind.TRAIN, Part.TRAININGS, self.shows_job)

    def shown(self, job_id: str | None, carried: str | None, chosen: str | None) -> Updates:
        """The tab as the disk has it, with the set a person came with, or chose before, or the first."""
        parts = self._parts
        sets = [found.name for found in self._studio.datasets.list()]
        opened = carried or chosen
        opened = opened if opened in sets else next(iter(sets), None)
        return {
            parts.empty: gr.update(visible=not sets),
            parts.form.card: gr.update(visible=bool(sets)),
            parts.form.dataset: gr.update(choices=sets, value=opened),
            self._page.carried_dataset: None,
            **self.panel.looks_again(job_id),
        }

    def fills_new(self, filled: str | None, dataset: str | None, *choices: Any) -> Updates:
        """The form for a set it is not filled for yet; otherwise what a person typed stays."""
        if dataset is None or dataset == filled:
            return {self._parts.form.filled_for: filled}
        return self.fills_all(dataset, *choices)

    def fills_all(self, dataset: str, base: str, kind: str, how: str) -> Updates:
        """A free name and every number, for a set that was just chosen."""
        form = self._parts.form
        learns_face: Updates = {}  # sent only where it changes: its echo would take back a choice made meanwhile
        if self._studio.datasets.get(dataset).is_face_set and kind != AdapterKind.FACE.value:
            kind = AdapterKind.FACE.value
            learns_face = {form.kind: kind}
        name = self._free_name(dataset, AdapterKind(kind))
        filled = self.fills_numbers(name, dataset, base, kind, how)
        return {form.filled_for: dataset, **learns_face, form.name: name, **filled}

    def fills_again(
        self, filled: tuple[str, str] | None, name: str, dataset: str | None, base: str, *words: str
    ) -> Updates:
        """The numbers for what a person chose while the form was being filled for something else."""
        return {} if filled in (None, words) else self.fills_numbers(name, dataset, base, *words)

    def fills_numbers(self, name: str, dataset: str | None, base: str, kind: str, how: str) -> Updates:
        """Every number that the words stand for."""
        if dataset is None:  # the tab is still opening; `fills_new` comes after it
            return {}
        form, training = self._parts.form, self._studio.training
        opened = self._studio.datasets.get(dataset)
        config = training.preset(AdapterKind(kind), base, dataset, name, Thoroughness(how))
        values = {form.numbers[field]: _form_value(getattr(config, field)) for field in NUMBER_FIELDS}
        asks = AdapterKind(kind) is AdapterKind.FACE and opened.consent is None
        return {**values, form.filled_by: (kind, how), form.consent: gr.update(visible=asks, value=None)}

    def promises(self, filled_for: str | None, **fields: Any) -> Updates:
        """What the form will do; nothing while it is being filled."""
        if filled_for is None or filled_for != fields["dataset"] or not fields["adapter_name"]:
            return {}
        return {self._parts.form.promise: told(promise_html(self._page, self.config_of(fields)))}

    def starts(self, consent: str | None, **fields: Any) -> Updates:
        """A training in the queue, and a free name for the next one."""
        self._settle_consent(fields, consent)
        job = self._studio.training.submit(self.config_of(fields))
        news = good_news(self._texts.started.format(name=job_name(job)))
        next_name = self._free_name(fields["dataset"], AdapterKind(fields["kind"]))
        return {
            self._parts.form.consent: gr.update(visible=False),
            self._parts.panel.shown_job: job.id,
            self._parts.form.name: next_name,
            self._parts.notice: told(news),
            **self.panel.looks_again(job.id),
        }

    def shows_versions(self, picture: int, **fields: Any) -> Updates:
        """One picture of the set in all its versions, once there is more than one."""
        versions = self._parts.form.versions
        config = self.config_of(fields)
        if config.augmentation.versions == 1:
            return {versions.shown: "", versions.another: gr.update(visible=False)}
        images = self._studio.datasets.get(config.dataset).training_images
        try:
            seen = self._studio.training.view(config, images[picture % len(images)])
        except (BaseModelMissing, NotInDemo):
            return {versions.shown: "", versions.another: gr.update(visible=False)}
        return {versions.shown: versions_html(seen, self._texts), versions.another: gr.update(visible=True)}

    def looks_at_fit(self, dataset: str | None, base: str) -> Updates:
        """What the base keeps of the pictures."""
        if dataset is None:
            return {}
        found = self._studio.base_fit.look(base, dataset)
        unknown = f'<p class="quiet">{escape(self._texts.fit_unknown)}</p>'
        return {self._parts.form.fit: fit_html(found, self._page.texts) if found else unknown}

    def opens_where_much_is_lost(self, dataset: str | None, base: str) -> Updates:
        """The starter, which is loaded anyway, is asked unbidden; a larger base only where a person opens the fold."""
        found = self._studio.base_fit.look(base, dataset) if dataset and base == STARTER else None
        is_open = found is not None and found.mean >= LOSES_FROM
        return {
            self._parts.form.fit: fit_html(found, self._page.texts) if found else "",
            self._parts.form.fit_fold: gr.update(open=is_open),
        }

    def shows_job(self, job: Job) -> Updates:
        """How far a training is, and what it has made so far."""
        parts, jobs = self._parts, self._studio.jobs
        losses = jobs.losses(job.id)
        return {
            parts.panel.progress: job_html(job, self._page.texts, jobs.changes(job.id)),
            parts.result.finished: gr.update(visible=job.status is JobStatus.COMPLETED),
            parts.result.loss: gr.update(value=loss_table(losses, self._texts), visible=len(losses) > 1),
            parts.result.samples: samples_html(jobs.samples(job.id), self._texts),
        }

    def brings_file(self, job_id: str) -> Updates:
        """A copy where Gradio may take it from: it serves nothing out of the home."""
        adapter = self._studio.adapters.get(job_name(self._studio.jobs.get(job_id)))
        copied = Path(shutil.copy(adapter.path, tempfile.mkdtemp(prefix="profile-studio-")))
        return {self._parts.result.link: str(copied), self._parts.result.taken_copy: str(copied)}

    def config_of(self, fields: dict[str, Any]) -> LoraTrainingConfig:
        """The form as a training.

        Raises:
            InvalidDataset: no set is chosen.
            InvalidSettings: a number is out of its bounds.
        """
        if not fields["dataset"]:
            raise InvalidDataset(self._texts.empty, self._texts.to_pictures)
        offered = self._studio.training.preset(
            AdapterKind(fields["kind"]), fields["base"], fields["dataset"], fields["dataset"]
        )
        # What the form does not show is as the preset has it.
        fields = {**offered.model_dump(), **fields}
        config = parse_form(LoraTrainingConfig, fields, self._texts.fields, self._page.texts.common)
        # Who lowers the steps need not know what a warm-up is; one that a person chose is refused where it is too long.
        if config.num_train_steps < config.lr_warmup_steps == offered.lr_warmup_steps:
            shorter = with_steps(offered, config.num_train_steps)
            return config.model_copy(update={"lr_warmup_steps": shorter.lr_warmup_steps})
        return config

    def _settle_consent(self, fields: dict[str, Any], consent: str | None) -> None:
        """Remembers who is in the pictures before a face is learned from them.

        Raises:
            InvalidDataset: nobody has said.
        """
        dataset, datasets = fields["dataset"], self._studio.datasets
        if not dataset or fields["kind"] != AdapterKind.FACE.value or datasets.get(dataset).consent is not None:
            return
        if not consent:
            raise InvalidDataset(self._texts.consent_missing, self._texts.consent_missing_fix)
        datasets.set_consent(dataset, Consent(consent))

    def _free_name(self, dataset: str, kind: AdapterKind) -> str:
        """A name that neither a LoRA nor a training has."""
        jobs = newest_first(self._studio.jobs.list(), JobKind.TRAIN)
        taken = {adapter.name for adapter in self._studio.adapters.list()} | {job_name(job) for job in jobs}
        says_kind = kind is AdapterKind.STYLE or dataset.split("-")[-1] == kind.value
        name = suggest_name(dataset if says_kind else f"{dataset}-{kind.value}")
        return next(free for free in [name, *(numbered(name, n) for n in range(2, 1000))] if free not in taken)


def _form_value(value: object) -> object:
    return value.value if isinstance(value, Targets) else value


def promise_html(page: Page, config: LoraTrainingConfig) -> str:
    """What will happen, how long it takes and what it needs, before anything happens."""
    texts, promise = page.texts.train, page.studio.training.promise(config)
    n_images = len(page.studio.datasets.get(config.dataset).training_images)
    words = texts.promise.format(n=n_images, steps=config.num_train_steps, name=config.adapter_name)
    number = config.augmentation.versions
    versions = [texts.promise_versions.format(n=number)] if number > 1 else []
    memory = texts.memory.format(gib=promise.memory_bytes / 2**30) if promise.memory_bytes else ""
    cut = cut_sentences(page.studio.training.cut_captions(config), texts)
    parts = [words, *versions, page.texts.common.said(promise.sentence), memory, cut]
    advice = page.studio.training.base_advice(config)
    warned = f'<p class="promise">{escape(page.texts.common.said(advice))}</p>' if advice else ""
    return f'{warned}<p class="promise">{escape(" ".join(filter(None, parts)))}</p>'
