"""What is to be said about captions, in sentences; the page and the command line say the same."""

from collections.abc import Mapping
from typing import cast

from profile_studio.domain.jobs import Job
from profile_studio.prompt_tokens import CutCaptions
from profile_studio.ui.texts import Texts, TrainTexts


def left_sentence(result: Mapping[str, object] | None, texts: Texts) -> str:
    """How many photographs got no caption, why, and what to do; empty if all that were asked for are written."""
    if not result or not result.get("left"):
        return ""
    because = [texts.common.said(sentence) for sentence in cast(list[str], result["left_because"])]
    return " ".join([texts.pictures.photographs_left.format(n=result["left"]), *because])


def cut_sentences(cut: CutCaptions | None, texts: TrainTexts) -> str:
    """How many captions are too long for the base model, and what to do; empty if none is or nobody knows."""
    if cut is None or not cut.n:
        return ""
    korean = [texts.cut_korean.format(n=cut.n_korean)] if cut.n_korean else []
    return " ".join([texts.cut_captions.format(n=cut.n, window=cut.window), *korean])


def cut_captions_of(job: Job) -> CutCaptions | None:
    """What a finished training says of its captions; None for one that counted none."""
    facts = (job.result or {}).get("cut_captions")
    return CutCaptions(**cast(dict[str, int], facts)) if facts else None
