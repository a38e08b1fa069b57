"""What it looks like when a graphics card is of no more use to a process: only a new process can have it again."""

from profile_studio.domain.out_of_memory import is_out_of_memory

_PHRASES = ("cuda error:", "hip error:", "cudnn_status_execution_failed", "cudnn_status_internal_error")


def is_device_lost(error: BaseException) -> bool:
    """Whether every later call to the card would fail as well, as after an illegal memory access.

    The driver keeps such a fault for the rest of the process and may tell it at any later call. Too little memory is no
    such fault, and neither is anything that says nothing of the card.
    """
    is_of_the_card = type(error).__name__ == "AcceleratorError" or any(
        phrase in str(error).lower() for phrase in _PHRASES
    )
    return isinstance(error, RuntimeError) and is_of_the_card and not is_out_of_memory(error)
