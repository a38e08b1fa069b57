"""What long work will take, said before it starts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """What a job will take, and how sure that is, in a sentence."""

    seconds: float | None
    memory_bytes: int | None
    sentence: str


def in_words(seconds: float) -> str:
    """No finer than anyone may believe it.

    >>> in_words(147.0)
    'About 2 minutes'
    """
    if seconds < 90:
        return f"About {max(10, round(seconds, -1)):.0f} seconds"
    if seconds < 5400:
        return f"About {round(seconds / 60)} minutes"
    return f"About {seconds / 3600:.1f} hours"
