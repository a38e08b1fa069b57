"""Names that are safe as file names, in commands and in model specs."""

import re
from typing import Annotated

from pydantic import AfterValidator

from profile_studio.domain.errors import InvalidName

MOST_CHARACTERS = 64
NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
BASE_NAME = "base"  # in comparisons: the model without any adapter


def shown(text: str) -> str:
    """What somebody wrote, short enough for a sentence that refuses it."""
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}\u2026"


def check_name(name: str) -> str:
    """Returns the name if data sets and adapters may carry it.

    Raises:
        InvalidName: it is not `[a-z0-9][a-z0-9-]{0,63}`, or it is reserved.
    """
    if not NAME_PATTERN.fullmatch(name):
        raise InvalidName(
            "{name!r} is not a valid name.",
            "Use 1 to 64 small letters, digits and hyphens, starting with a letter or digit.",
            name=shown(name),
        )
    if name == BASE_NAME:
        raise InvalidName("{name!r} is reserved for the model without an adapter.", "Choose another name.", name=name)
    return name


Name = Annotated[str, AfterValidator(check_name)]
"""A field of a pydantic model that holds a name; its validation raises `InvalidName`, which pydantic lets through."""


def name_from(text: str) -> str:
    """What a person wrote as a name, as a valid one: "My Café 2" becomes "my-caf-2".

    Raises:
        InvalidName: nothing of it can be part of a name.
    """
    if not re.search("[a-z0-9]", text.lower()):
        raise InvalidName(
            "{name!r} cannot name a file.",
            "Write a name with letters from a to z or with digits.",
            name=shown(text.strip()),
        )
    return suggest_name(text)


def numbered(name: str, number: int) -> str:
    """Another name beside one that is taken: "mine" and 2 become "mine-2"; a long one is cut to make room."""
    suffix = f"-{number}"
    return name[: MOST_CHARACTERS - len(suffix)].rstrip("-") + suffix


def suggest_name(text: str) -> str:
    """Turns any text into a valid name: "My Café 2" becomes "my-caf-2", nothing usable becomes "untitled"."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:MOST_CHARACTERS].rstrip("-")
    return name if name and name != BASE_NAME else "untitled"
