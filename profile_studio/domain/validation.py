"""What pydantic finds wrong with a form, a command or a file, as a sentence."""

from typing import Any

from pydantic import ValidationError

from profile_studio.domain.sentences import Sentence, Value


def first_problem(error: ValidationError) -> tuple[str, Sentence]:
    """The first setting that is wrong, dotted where it lies inside another, and what is wrong with it.

    The sentence's template is `pydantic:` with pydantic's type of the problem, its values are the facts pydantic gives
    with it: the wording is pydantic's and may change with its version.
    """
    first = error.errors(include_url=False)[0]
    setting = ".".join(str(part) for part in first["loc"])
    values = {name: _shown(value) for name, value in first.get("ctx", {}).items()}
    return setting, Sentence.worded(first["msg"], f"pydantic:{first['type']}", values)


def _shown(value: Any) -> Value:
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return value if isinstance(value, int) else str(value)
