"""Numbers of things in sentences."""

from collections import Counter
from collections.abc import Iterable

from profile_studio.domain.sentences import Sentence


def counted(count: int, one: str) -> Sentence:
    """A number with what it counts.

    >>> counted(1, "picture"), counted(2, "picture")
    ('1 picture', '2 pictures')
    """
    return Sentence(f"1 {one}") if count == 1 else Sentence(f"{{count}} {one}s", count=count)


def left_out_words(reasons: Iterable[str]) -> Sentence | str:
    """How many files are left out for which reason, in brackets behind a blank; empty if none is.

    >>> left_out_words(["blurred", "not_an_image", "blurred"])
    ' (left out: 2 blurred, 1 not an image)'
    """
    counts = sorted(Counter(reasons).items())
    parts = [Sentence(f"{{count}} {reason.replace('_', ' ')}", count=count) for reason, count in counts]
    return Sentence(" (left out: {reasons})", reasons=parts) if parts else ""
