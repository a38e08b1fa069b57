"""How large the starter's pictures are, and how what was asked for in their former size is read.

A latent of the starter stands for 16 x 16 pixels of what it was trained on and for 32 x 32 of what its decoder draws.
Before the decoder drew so large, everything was asked for at half today's size.
"""

from collections.abc import Mapping, Sequence
from typing import Any

SIDE_PX = 256
FORMER_SIDE_PX = 128


def is_former_size(values: Mapping[str, Any], sides: Sequence[str]) -> bool:
    """Whether a form, a recipe or a job asks the starter for its former size.

    Args:
        values: what was said, checked or not.
        sides: keys of `values` that hold a side in pixels; of a rectangle one side says so.
    """
    is_starter = values.get("base", "starter") == "starter"
    return is_starter and any(str(values.get(side)) == str(FORMER_SIDE_PX) for side in sides)


def in_current_size(values: Any, sides: Sequence[str]) -> Any:
    """The same values with each side doubled where they ask for the former size; for pydantic's validators."""
    if not isinstance(values, dict) or not is_former_size(values, sides):
        return values
    return {**values, **{side: 2 * int(values[side]) for side in sides if values.get(side)}}


FORMER_SIZE_TOLD = f"The starter draws {SIDE_PX} px now: {FORMER_SIDE_PX} px is read as that."
