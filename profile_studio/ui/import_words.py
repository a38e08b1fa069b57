"""What an import did, in sentences; the page and the command line say the same."""

from collections import Counter

from profile_studio.domain.datasets import FileReason, ImportReport
from profile_studio.ui.texts import PicturesTexts


def import_sentences(report: ImportReport, texts: PicturesTexts) -> list[str]:
    """The report in words: how many pictures and captions there are, and what became of the rest."""
    dataset = report.dataset
    sentences = [texts.kept.format(n=len(dataset.images), name=dataset.name)]
    if dataset.captioned:
        captioned = sum(bool(image.caption) for image in dataset.images)
        sentences.append(texts.have_captions.format(n=captioned, all=len(dataset.images)))
    else:
        sentences.append(texts.no_captions)
    reasons = Counter(note.reason for note in (*report.rejected, *report.warnings))
    told_apart = (FileReason.IMAGE_WITHOUT_CAPTION,)
    sentences += [
        texts.reason_counts.format(n=count, reason=texts.reasons[reason])
        for reason, count in reasons.items()
        if reason not in told_apart
    ]
    if dataset.face_detector is not None:
        sentences.append(texts.face_detectors[dataset.face_detector])
    if dataset.held_out_images:
        sentences.append(texts.held_out.format(n=len(dataset.held_out_images)))
    return sentences
