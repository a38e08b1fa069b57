"""What people and programs read: results on standard output, everything else on standard error."""

import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress

from pydantic import ValidationError

from profile_studio.domain.errors import InvalidSettings, ProfileStudioError
from profile_studio.domain.validation import first_problem
from profile_studio.settings import Settings
from profile_studio.storage.faults import known_fault

Reply = dict[str, object]


def say(text: str) -> None:
    """A line of progress; lost where standard error is a file on a full disk."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)  # noqa: T201


def print_reply(reply: Reply, as_json: bool) -> int:
    """Prints a command's result; returns the exit code, 1 where standard output does not take it."""
    try:
        print(json.dumps(reply, ensure_ascii=False) if as_json else "\n".join(_lines(reply)), flush=True)  # noqa: T201
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python would try again when it ends
        nowhere = ProfileStudioError("The result cannot be written to standard output.", "Send it somewhere else.")
        say(str(known_fault(error) or nowhere))
        return 1
    return 0


def print_error(error: Exception, as_json: bool) -> int:
    """Says in one sentence what went wrong and how to mend it; returns the exit code."""
    known = error if isinstance(error, ProfileStudioError) else known_fault(error) or _unexpected(error)
    say(str(known))
    if as_json:
        print_reply({"error": {"kind": known.kind, "message": known.message, "fix": known.fix}}, as_json=True)
    return known.exit_code


def invalid_settings(error: ValidationError) -> InvalidSettings:
    """The first thing pydantic has to say, as an error for people."""
    setting, problem = first_problem(error)
    given = error.errors()[0]["input"]
    return InvalidSettings(
        "{setting}: {problem} (given: {given}).",
        "Change that value and try again.",
        setting=setting,
        problem=problem,
        given=repr(given),
    )


def _unexpected(error: Exception) -> ProfileStudioError:
    log = Settings().run_dir / "command-error.log"
    with suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return ProfileStudioError(
        "Something unexpected went wrong ({error}).",
        "Try again; {log} says where it happened.",
        error=type(error).__name__,
        log=str(log),
    )


def _lines(value: object, indent: str = "") -> list[str]:
    if isinstance(value, Mapping):
        return [line for name, part in value.items() for line in _named_lines(str(name), part, indent)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [line for part in value for line in _item_lines(part, indent)]
    return [f"{indent}{_text(value)}"]


def _named_lines(name: str, value: object, indent: str) -> list[str]:
    if isinstance(value, Mapping | list | tuple) and value:
        return [f"{indent}{name}:", *_lines(value, indent + "  ")]
    return [f"{indent}{name}: {_text(value)}"]


def _item_lines(value: object, indent: str) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{indent}- {', '.join(f'{name}: {_text(part)}' for name, part in value.items())}"]
    return [f"{indent}- {_text(value)}"]


def _text(value: object) -> str:
    if value is None or value in ([], (), {}, ""):
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
