"""Numbers of things in sentences."""


def counted(count: int, one: str) -> str:
    """A number with what it counts.

    >>> counted(1, "picture"), counted(2, "picture")
    ('1 picture', '2 pictures')
    """
    return f"{count} {one}" if count == 1 else f"{count} {one}s"
