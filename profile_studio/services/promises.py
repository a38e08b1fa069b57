"""What long work will take, said before it starts."""

from dataclasses import dataclass

from profile_studio.domain.sentences import Sentence


@dataclass(frozen=True)
class Promise:
    """What a job will take, and how sure that is, in a sentence."""

    seconds: float | None
    memory_bytes: int | None
    sentence: Sentence


def in_words(seconds: float) -> Sentence:
    """No finer than anyone may believe it.

    >>> in_words(147.0)
    'About 2 minutes'
    """
    if seconds < 90:
        return Sentence("About {n} seconds", n=f"{max(10, round(seconds, -1)):.0f}")
    if seconds < 5400:
        return Sentence("About {n} minutes", n=round(seconds / 60))
    return Sentence("About {n} hours", n=f"{seconds / 3600:.1f}")
