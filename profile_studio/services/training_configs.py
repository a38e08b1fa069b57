"""Trainings as files: every number of one, to be kept, passed on and trained with again."""

import json
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.domain.validation import first_problem
from profile_studio.files.atomic import write_atomically

FORMAT_KEY = "profile_studio_training"
VERSION = 1
_OF_ONE_TRAINING = {"dataset", "dataset_version", "adapter_name", "noise_version"}


def portable_config(config: LoraTrainingConfig) -> dict[str, Any]:
    """What a file says of a training: all but its pictures and its name, and no folder of this computer."""
    values = config.model_dump(mode="json", exclude=_OF_ONE_TRAINING)
    if Path(config.base).is_absolute():
        del values["base"]
    return {FORMAT_KEY: VERSION, **values}


def write_config_file(file: Path, config: LoraTrainingConfig) -> None:
    """Writes a training as a file."""
    with write_atomically(file) as temporary:
        temporary.write_text(json.dumps(portable_config(config), indent=2) + "\n", encoding="utf-8")


def read_config_file(file: Path) -> dict[str, Any]:
    """The fields of a training that a file states, as they are checked.

    Raises:
        InvalidSettings: it is no such file, a newer version of the studio wrote it, or a value is out of bounds.
    """
    try:
        read: object = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise _no_config(file) from error
    if not isinstance(read, dict) or FORMAT_KEY not in read:
        raise _no_config(file)
    values = cast(dict[str, Any], read)
    version = values.pop(FORMAT_KEY)
    if version != VERSION or not values.keys() <= LoraTrainingConfig.model_fields.keys() - _OF_ONE_TRAINING:
        raise InvalidSettings(
            "{file} was written by a newer version of the studio.",
            "Update the studio, or write the file again with this version.",
            file=file.name,
        )
    try:
        LoraTrainingConfig.model_validate({"dataset": "any", "adapter_name": "any", **values})
    except ValidationError as error:
        setting, problem = first_problem(error)
        raise InvalidSettings(
            "{file} says something of {setting} that cannot be: {problem}.",
            "Change that value and try again.",
            file=file.name,
            setting=setting,
            problem=problem,
        ) from error
    return values


def _no_config(file: Path) -> InvalidSettings:
    return InvalidSettings(
        "{file} is not a training that the studio wrote.",
        "Take a file that `jobs config ID --out FILE` wrote.",
        file=file.name,
    )
