"""What an import did, in sentences; the page and the command line say the same."""

from collections import Counter

from profile_studio.domain.datasets import Dataset, FileReason, ImportReport, ReferencesReport
from profile_studio.ui.texts import PicturesTexts


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
    else:
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
    reasons = Counter(note.reason for note in (*report.rejected, *report.warnings))
    told_apart = (FileReason.IMAGE_WITHOUT_CAPTION,)
    return [
        texts.reason_counts.format(n=count, reason=texts.reasons[reason])
        for reason, count in reasons.items()
        if reason not in told_apart
    ]
