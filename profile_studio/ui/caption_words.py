"""What an automatic captioning left, in a sentence; the page and the command line say the same."""

from collections.abc import Mapping
from typing import cast

from profile_studio.ui.texts import Texts


def left_sentence(result: Mapping[str, object] | None, texts: Texts) -> str:
    """How many photographs got no caption, why, and what to do; empty if all that were asked for are written."""
    if not result or not result.get("left"):
        return ""
    because = [texts.common.said(sentence) for sentence in cast(list[str], result["left_because"])]
    return " ".join([texts.pictures.photographs_left.format(n=result["left"]), *because])
