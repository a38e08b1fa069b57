"""What an import tells: how far it is; at its end sentences, and the files it left out by reason."""

from collections import defaultdict
from collections.abc import Sequence

from profile_studio.domain.datasets import FileNote, ImportReport
from profile_studio.services.background_import import BackgroundImport
from profile_studio.ui.components.markup import details, duration, escape, progress_bar
from profile_studio.ui.components.notices import good_news
from profile_studio.ui.import_words import import_sentences, reason_words
from profile_studio.ui.texts import PicturesTexts, Texts

_SHOWN_FILES = 12  # of each reason; the sentence says how many more there are


def import_progress(now: BackgroundImport, texts: Texts) -> str:
    """Which set is being brought in, how far that is, and how long still."""
    words = texts.pictures.adding_references if now.adds_references else texts.pictures.importing
    what = f"<p>{escape(words.format(name=now.name))}</p>"
    return what + progress_bar(texts.common.progress, now.fraction, _progress_words(now, texts))


def _progress_words(now: BackgroundImport, texts: Texts) -> str:
    if now.is_stopping:
        return texts.common.canceling
    if now.progress is None or now.progress.seconds_left is None:
        return texts.common.preparing
    left = texts.common.seconds_left.format(time=duration(now.progress.seconds_left))
    return f"{texts.pictures.picture_step.format(step=now.progress.done, steps=now.progress.total)}, {left}"


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
    by_reason: dict[str, list[str]] = defaultdict(list)
    for note in notes:
        place = texts.in_line.format(file=note.file, line=note.line) if note.line else note.file
        by_reason[reason_words(note, texts)].append(place)
    items = "".join(f"<li>{escape(_some(files, texts))} {escape(words)}</li>" for words, files in by_reason.items())
    return f"<ul>{items}</ul>"


def _some(files: Sequence[str], texts: PicturesTexts) -> str:
    shown = ", ".join(files[:_SHOWN_FILES])
    more = len(files) - _SHOWN_FILES
    return f"{shown} {texts.and_more.format(n=more)}" if more > 0 else shown
