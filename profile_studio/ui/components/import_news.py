"""What an import tells at its end: sentences, and the files it left out by reason."""

from collections import defaultdict
from collections.abc import Sequence

from profile_studio.domain.datasets import FileNote, FileReason, ImportReport
from profile_studio.ui.components.markup import details, escape
from profile_studio.ui.components.notices import good_news
from profile_studio.ui.import_words import import_sentences
from profile_studio.ui.texts import PicturesTexts

_SHOWN_FILES = 12  # of each reason; the sentence says how many more there are


def import_news(report: ImportReport, texts: PicturesTexts) -> str:
    """What an import did, in sentences; the files it left out by reason."""
    sentences = import_sentences(report, texts)
    folds = [
        details(title.format(n=len(notes)), _files_by_reason(notes, texts))
        for title, notes in ((texts.rejected, report.rejected), (texts.warned, report.warnings))
        if notes
    ]
    return good_news(" ".join(sentences), "".join(folds))


def _files_by_reason(notes: Sequence[FileNote], texts: PicturesTexts) -> str:
    by_reason: dict[FileReason, list[str]] = defaultdict(list)
    for note in notes:
        by_reason[note.reason].append(note.file)
    items = "".join(
        f"<li>{escape(_some(files, texts))} {escape(texts.reasons[reason])}</li>" for reason, files in by_reason.items()
    )
    return f"<ul>{items}</ul>"


def _some(files: Sequence[str], texts: PicturesTexts) -> str:
    shown = ", ".join(files[:_SHOWN_FILES])
    more = len(files) - _SHOWN_FILES
    return f"{shown} {texts.and_more.format(n=more)}" if more > 0 else shown
