"""What an import did, in sentences; the page and the command line say the same."""

from collections import Counter

from profile_studio.domain.datasets import Dataset, FileNote, FileReason, ImportReport, ReferencesReport
from profile_studio.ui.texts import PicturesTexts

_LOST_CAPTIONS = (
    FileReason.LIST_TOO_LARGE,
    FileReason.LIST_WITHOUT_CAPTIONS,
    FileReason.AMBIGUOUS_CAPTION,
    FileReason.CAPTION_WITHOUT_IMAGE,
)
"""Who brought captions need not hear that they are optional."""


def import_sentences(report: ImportReport, texts: PicturesTexts) -> list[str]:
    """The report in words: how many pictures and captions there are, and what became of the rest."""
    dataset = report.dataset
    if isinstance(report, ReferencesReport):
        added = texts.references_added.format(n=report.added, name=dataset.name)
        return [added, *_reason_sentences(report, texts), cost_sentence(dataset, texts)]
    sentences = [texts.kept.format(n=len(dataset.images), name=dataset.name)]
    if dataset.captioned:
        captioned = sum(bool(image.caption) for image in dataset.images)
        sentences.append(texts.have_captions.format(n=captioned, all=len(dataset.images)))
    elif not any(note.reason in _LOST_CAPTIONS for note in report.rejected):
        sentences.append(texts.no_captions_of_a_face if dataset.is_face_set else texts.no_captions)
    sentences += _reason_sentences(report, texts)
    sentences += [texts.face_detectors[detector] for detector in dataset.face_detectors]
    if dataset.held_out_images:
        held_out, training = len(dataset.held_out_images), len(dataset.training_images)
        sentences.append(texts.held_out.format(n=held_out, training=training, fold=texts.honest_check))
    return sentences


def cost_sentence(dataset: Dataset, texts: PicturesTexts) -> str:
    """How many pictures are kept from training, and how many are left for it."""
    return texts.cost.format(
        n=len(dataset.held_out_images), all=len(dataset.images), training=len(dataset.training_images)
    )


def _reason_sentences(report: ImportReport, texts: PicturesTexts) -> list[str]:
    notes = [
        note for note in (*report.rejected, *report.warnings) if note.reason is not FileReason.IMAGE_WITHOUT_CAPTION
    ]
    reasons = Counter(reason_words(note, texts) for note in notes)
    return [texts.reason_counts.format(n=count, reason=words) for words, count in reasons.items()]


def reason_words(note: FileNote, texts: PicturesTexts) -> str:
    """Why a file deserves a note, and what of it that is about."""
    words = texts.reasons[note.reason]
    return f"{words} ({note.detail})" if note.detail else words
