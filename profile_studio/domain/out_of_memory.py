"""What it looks like when memory runs out: the one place that tells it from other faults."""

import errno

_PHRASES = ("out of memory", "outofmemory", "not enough memory", "can't allocate memory", "cannot allocate memory", "_alloc_failed")  # fmt: skip


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the machine's or the graphics card's memory is too small.

    Libraries raise classes of their own for it, or say it in the text of a plain `RuntimeError`. An illegal memory
    access, a damaged file or a wrong shape may name memory too; they are something else.
    """
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return isinstance(error, MemoryError) or says_out_of_memory(f"{type(error).__name__}: {error}")


def says_out_of_memory(log: str) -> bool:
    """Whether what a process printed ends in such an error."""
    text = log.lower()
    return any(phrase in text for phrase in _PHRASES)
