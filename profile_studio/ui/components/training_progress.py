"""How far a training is and what came out: in words, as a curve and as sample pictures."""

from collections.abc import Sequence
from typing import cast

import pandas as pd

from profile_studio.domain.jobs import Job, JobStatus, LossPoint
from profile_studio.domain.sentences import Sentence
from profile_studio.files.job_folder import Sample
from profile_studio.jobs.kinds import job_name
from profile_studio.ui.caption_words import cut_captions_of, cut_sentences
from profile_studio.ui.components.job_view import progress_html, renamed_words
from profile_studio.ui.components.markup import duration, escape, figure, figures, picture_source
from profile_studio.ui.components.notices import error_notice_of_job, good_news
from profile_studio.ui.texts import Texts, TrainTexts

_SMOOTHING = 0.9  # of the exponential mean under the loss curve
_CURVE_POINTS = 200  # all that a curve of this width can show; it is sent again at every look


def job_html(job: Job, texts: Texts, changes: Sequence[Sentence] = ()) -> str:
    """The chosen job: how far, what came out, or what went wrong.

    Args:
        changes: what it went on with after it failed; a receipt has them among its remarks.
    """
    if job.status is JobStatus.COMPLETED:
        return good_news(receipt(job, texts))
    told = "".join(f'<p class="quiet">{escape(texts.common.said(change))}</p>' for change in changes)
    trouble = error_notice_of_job(job.error, texts.common) if job.error else ""
    return progress_html(job, texts.train.step, texts) + told + trouble


def receipt(job: Job, texts: Texts) -> str:
    """What the training did, to hold against what was promised."""
    seconds = (job.finished_at or 0) - (job.started_at or 0)
    sentence = texts.train.receipt.format(name=job_name(job), steps=job.steps, time=duration(max(seconds, 0)))
    losses = (job.result or {}).get("loss")
    if isinstance(losses, dict) and losses.get("first") is not None and losses.get("last") is not None:
        sentence += " " + texts.train.receipt_loss.format(first=losses["first"], last=losses["last"])
    remarks = [texts.common.said(remark) for remark in cast(list[str], (job.result or {}).get("remarks", []))]
    cut = cut_sentences(cut_captions_of(job), texts.train)
    return " ".join(filter(None, [sentence, *remarks, cut, renamed_words(job, texts.train)]))


def loss_table(losses: Sequence[LossPoint], texts: TrainTexts) -> pd.DataFrame:
    """The curve as measured and its smoothed course, in long form; of a long training every so many steps."""
    measured = pd.DataFrame(
        {"step": [p.step for p in losses], "loss": [p.loss for p in losses], "curve": texts.each_step}
    )
    smooth = measured.assign(loss=measured["loss"].ewm(alpha=1 - _SMOOTHING).mean(), curve=texts.smooth)
    stride = max(1, -(-len(losses) // _CURVE_POINTS))
    return pd.concat([measured.iloc[::stride], smooth.iloc[::stride]], ignore_index=True)


def samples_html(samples: Sequence[Sample], texts: TrainTexts) -> str:
    """One row a face: what the base makes of it, then what the LoRA makes of it step by step."""
    if not samples:
        return ""
    rows: list[str] = []
    for index in sorted({sample.index for sample in samples}):
        row = [sample for sample in samples if sample.index == index]
        rows.append(figures([_sample_figure(sample, texts) for sample in row], "strip"))
    return f"<h3>{escape(texts.samples)}</h3>{''.join(rows)}"


def _sample_figure(sample: Sample, texts: TrainTexts) -> str:
    caption = texts.base_sample if sample.is_base else texts.sample_step.format(step=sample.step)
    return figure(picture_source(sample.path, max_side_px=256), caption)
