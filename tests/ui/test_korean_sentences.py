"""Every sentence the studio's inner parts can say has its Korean one.

The sentences are read from the code that makes them: whoever writes a new one is told here.
"""

import ast
import math
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from profile_studio.domain import errors
from profile_studio.domain.errors import ProfileStudioError
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig
from profile_studio.settings import REPOSITORY_ROOT
from profile_studio.ui.korean import KOREAN
from profile_studio.ui.tabs.train import NUMBER_FIELDS

_HANGUL = re.compile(r"[\uac00-\ud7a3]")
PACKAGE = REPOSITORY_ROOT / "profile_studio"
NOT_OF_THE_PAGE = ("starter", "cli", "__main__.py")
ERRORS = {
    name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, ProfileStudioError)
} | {"JobError"}
FORWARDED = {
    "jobs/attempts.py",
    "storage/jobs.py",
    "worker/job_process.py",
    "services/generation.py",
    "services/jobs.py",
    "ui/components/notices.py",
    "ui/tabs/blend.py",
    "ui/tabs/compare.py",
    "ui/tabs/storage.py",
    "ui/tabs/train.py",
}
"""Where an error is made of sentences that were written elsewhere."""

MAKERS = {"domain/sentences.py", "domain/errors.py", "domain/counting.py"}
"""Where sentences are made of what others wrote."""

SPOKEN: dict[str, tuple[str, ...]] = {
    "services/coverage.py": (
        "coverage_advice", "_count_advice", "_light_advice", "_variety_advice", "_untold", "_GROUPS", "_people_advice",
    ),
    "services/datasets.py": (
        "set_caption", "edit_captions", "undo_captions", "set_trigger_word", "keep", "set_aside", "hold_out", "delete",
        "add_references", "_WRITE_ANEW",
    ),
    "services/found_again.py": ("FOUND_AGAIN",),
    "services/jobs.py": ("pause", "resume", "cancel"),
    "services/traces.py": ("remove_from_trainings", "remove_adapters"),
    "services/comparison.py": ("promise",),
    "services/promises.py": ("in_words",),
    "services/training.py": ("promise",),
    "worker/job_process.py": ("WAITING_FOR_DEVICE", "WAITING_FOR_PICTURE"),
}  # fmt: skip
"""Functions and constants whose texts a person reads: advice, promises, notes, names of changes."""
SOUGHT = {"from the side", "side view", "looking away", "from above", "from below"}  # in captions, by the advice


def shape(template: str) -> str:
    """A sentence with its holes, whatever they are called."""
    return re.sub(r"\{\w+(?:!s)?\}", "{}", re.sub(r"\{\w+!r\}", "{!r}", template))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def texts_of(node: ast.expr, module: ast.Module) -> list[str] | None:
    """The sentences that an argument can be; None if that cannot be read from the code."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr():
            return ["".join(_part(part) for part in node.values)]
        case ast.IfExp():
            both = [texts_of(node.body, module), texts_of(node.orelse, module)]
            return None if None in both else [text for texts in both for text in texts or []]
        case ast.Name(id=name):
            values = [
                each.value
                for each in module.body
                if isinstance(each, ast.Assign) and name in [ast.unparse(target) for target in each.targets]
            ]
            return texts_of(values[0], module) if values else None
        case _:
            return None


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    return "{!r}" if isinstance(part, ast.FormattedValue) and part.conversion == ord("r") else "{}"


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(NOT_OF_THE_PAGE):
            yield name, parsed(path)


def sentences_of_errors() -> Iterator[tuple[str, str]]:
    for name, module in modules():
        for node in ast.walk(module):
            if not isinstance(node, ast.Call) or ast.unparse(node.func).split(".")[-1] not in ERRORS:
                continue
            given = node.args[1:3] if ast.unparse(node.func) == "JobError" else node.args[:2]
            for argument in given:
                texts = texts_of(argument, module)
                assert texts or name in FORWARDED, f"{name}:{node.lineno}: {ast.unparse(argument)} cannot be looked up"
                yield from ((f"{name}:{node.lineno}", text) for text in texts or [])


def spoken_sentences() -> Iterator[tuple[str, str]]:
    for name, wanted in SPOKEN.items():
        module = parsed(PACKAGE / name)
        found = {
            part: each
            for each in ast.walk(module)
            for part in _names(each)
            if part in wanted and isinstance(each, ast.FunctionDef | ast.Assign | ast.AnnAssign)
        }
        assert set(found) == set(wanted), f"{name} has no {set(wanted) - set(found)} any more"
        for node in found.values():
            yield from ((name, text) for text in _texts_inside(node) if " " in text and text not in SOUGHT)


def _names(node: ast.AST) -> list[str]:
    match node:
        case ast.FunctionDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [ast.unparse(target) for target in targets]
        case ast.AnnAssign(target=target):
            return [ast.unparse(target)]
        case _:
            return []


def _texts_inside(node: ast.AST) -> Iterator[str]:
    """All texts but docstrings and those inside calls of errors, which are found elsewhere."""
    inside_errors = {
        id(part)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in {*ERRORS, "join"}
        for part in ast.walk(call)
    }
    docstrings = {id(each.value) for each in ast.walk(node) if isinstance(each, ast.Expr)}
    joined = {id(part) for each in ast.walk(node) if isinstance(each, ast.JoinedStr) for part in each.values}
    for each in ast.walk(node):
        if id(each) in inside_errors | docstrings | joined:
            continue
        if isinstance(each, ast.JoinedStr):
            yield "".join(_part(part) for part in each.values)
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def of_sentences() -> Iterator[tuple[str, str]]:
    for name, module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Sentence" and name not in MAKERS:
                texts = texts_of(node.args[0], module)
                assert texts, f"{name}:{node.lineno}: {ast.unparse(node)} cannot be looked up"
                yield from ((f"{name}:{node.lineno}", text) for text in texts)


def of_counts() -> Iterator[tuple[str, str]]:
    for name, module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "counted":
                one = ast.literal_eval(node.args[1])
                yield from ((f"{name}:{node.lineno}", text) for text in (f"1 {one}", f"{{count}} {one}s"))


def of_demo_refusals() -> Iterator[tuple[str, str]]:
    for name, module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "refuse_in_demo":
                yield from ((name, text) for text in texts_of(node.args[1], module) or [])


def of_number_fields() -> Iterator[tuple[str, str]]:
    for field in NUMBER_FIELDS:
        if words := LoraTrainingConfig.model_fields[field].description:
            yield "domain/training.py", words


SOURCES: list[Callable[[], Iterator[tuple[str, str]]]] = [
    sentences_of_errors,
    spoken_sentences,
    of_sentences,
    of_counts,
    of_demo_refusals,
    of_number_fields,
]
TRANSLATED = {shape(key) for key in KOREAN.common.sentences.templates}


@pytest.mark.parametrize("source", SOURCES)
def test_every_sentence_has_a_korean_one(source: Callable[[], Iterator[tuple[str, str]]]) -> None:
    found = list(source())
    assert len(found) > 5
    missing = [f"{place}: {text}" for place, text in found if shape(text) not in TRANSLATED]
    assert missing == []


def test_a_korean_sentence_has_the_holes_of_its_english_one() -> None:
    for key, words in KOREAN.common.sentences.templates.items():
        wanted = {name for _, name, _, _ in Formatter().parse(key) if name is not None}
        assert {name for _, name, _, _ in Formatter().parse(words) if name is not None} <= wanted, key


class Form(BaseModel, extra="forbid"):
    rank: int = Field(default=1, ge=1, le=8)
    alpha: float = Field(default=1.0, gt=0, lt=8, allow_inf_nan=False)
    name: str = Field(default="a", min_length=1, max_length=4)
    models: tuple[str, ...] = Field(default=("a",), min_length=1, max_length=2)
    precision: Literal["fp32", "fp16"] = "fp32"
    kind: AdapterKind = AdapterKind.STYLE


@pytest.mark.parametrize(
    "filled_in",
    [
        {"rank": 0}, {"rank": 9}, {"rank": 1.5}, {"rank": "x"}, {"rank": None}, {"alpha": 0}, {"alpha": 8},
        {"alpha": "x"}, {"alpha": None}, {"alpha": math.inf}, {"name": ""}, {"name": "abcde"}, {"name": None},
        {"models": ()}, {"models": ("a", "b", "c")}, {"models": None}, {"precision": "fp8"}, {"kind": "x"}, {"x": 1},
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_form_is_said_in_korean(filled_in: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        Form(**filled_in)
    assert _HANGUL.search(KOREAN.common.said(caught.value.errors()[0]["msg"]))


def test_a_default_fix_is_translated_too() -> None:
    assert KOREAN.common.said(ProfileStudioError("Something.").fix) != ProfileStudioError("Something.").fix
