"""Numbers of things in sentences."""

from profile_studio.domain.sentences import Sentence


def counted(count: int, one: str) -> Sentence:
    """A number with what it counts.

    >>> counted(1, "picture"), counted(2, "picture")
    ('1 picture', '2 pictures')
    """
    return Sentence(f"1 {one}") if count == 1 else Sentence(f"{{count}} {one}s", count=count)
