"""Every sentence the studio's inner parts can say has its Korean one.

The templates are read from the code that makes sentences of them: whoever writes a new one is told here.
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
from profile_studio.domain.captions import CaptionEdit
from profile_studio.domain.datasets import FileReason
from profile_studio.domain.errors import ProfileStudioError
from profile_studio.domain.jobs import JobStatus
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig
from profile_studio.domain.validation import first_problem
from profile_studio.metrics.registry import METRICS
from profile_studio.settings import REPOSITORY_ROOT
from profile_studio.ui.korean import KOREAN
from profile_studio.ui.tabs.train_parts import NUMBER_FIELDS

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
    "ui/tabs/blend_handlers.py",
    "ui/tabs/compare_handlers.py",
    "ui/tabs/storage.py",
    "ui/tabs/train_handlers.py",
}
"""Where an error is made of sentences that were written elsewhere."""
MAKERS = {"domain/sentences.py", "domain/errors.py", "domain/counting.py", "storage/datasets.py"}
"""Where sentences are made of what others wrote."""
WORDS_OF_OTHERS = {
    "words.better if is_better else words.worse",
    "edit.value",
    "job.status.value",
    "status.value",
    "what",
    "error.strerror or str(error)",
}
"""Sentences that are named elsewhere: what a metric claims, states, kinds of edits, what a demo refuses, what the system says of a file."""


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def texts_of(node: ast.expr, module: ast.Module) -> list[str] | None:
    """The sentences that an argument can be; None if that cannot be read from the code."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.Call(func=ast.Name(id="Sentence")):
            return texts_of(node.args[0], module)
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


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(NOT_OF_THE_PAGE):
            yield name, parsed(path)


def calls_of(names: set[str]) -> Iterator[tuple[str, ast.Module, ast.Call]]:
    for name, module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in names:
                yield name, module, node


def templates_of(call: ast.Call) -> list[ast.expr]:
    match ast.unparse(call.func):
        case "Sentence":
            return call.args[:1]
        case "JobError":
            return call.args[1:3]
        case _:
            return call.args[:2]


def of_errors() -> Iterator[tuple[str, str]]:
    for name, module, call in calls_of(ERRORS):
        for argument in templates_of(call):
            texts = texts_of(argument, module)
            assert texts or name in FORWARDED, f"{name}:{call.lineno}: {ast.unparse(argument)} cannot be looked up"
            yield from ((f"{name}:{call.lineno}", text) for text in texts or [])


def of_sentences() -> Iterator[tuple[str, str]]:
    for name, module, call in calls_of({"Sentence"}):
        texts = texts_of(call.args[0], module)
        if not texts and (name in MAKERS or ast.unparse(call.args[0]) in WORDS_OF_OTHERS):
            continue
        assert texts, f"{name}:{call.lineno}: {ast.unparse(call)} cannot be looked up"
        yield from ((f"{name}:{call.lineno}", text) for text in texts)


def of_words_of_others() -> Iterator[tuple[str, str]]:
    yield from (("domain/jobs.py", status.value) for status in JobStatus)
    yield from (("domain/captions.py", edit.value) for edit in CaptionEdit)


def of_metrics() -> Iterator[tuple[str, str]]:
    for metric in METRICS.values():
        yield from (
            (f"metrics/entries/{metric.name}.py", text) for text in (metric.said("en").better, metric.said("en").worse)
        )


def of_counts() -> Iterator[tuple[str, str]]:
    for name, _, call in calls_of({"counted"}):
        one = ast.literal_eval(call.args[1])
        yield from ((f"{name}:{call.lineno}", text) for text in (f"1 {one}", f"{{count}} {one}s"))
    yield from (("domain/counting.py", f"{{count}} {reason.value.replace('_', ' ')}") for reason in FileReason)


def of_demo_refusals() -> Iterator[tuple[str, str]]:
    for name, module, call in calls_of({"refuse_in_demo"}):
        yield from ((name, text) for text in texts_of(call.args[1], module) or [])


def of_number_fields() -> Iterator[tuple[str, str]]:
    for field in NUMBER_FIELDS:
        if words := LoraTrainingConfig.model_fields[field].description:
            yield "domain/training.py", words


OF_THE_SYSTEM = {"No space left on device", "Permission denied", "Try again; if it stays, run `doctor`."}
"""What Python says of a file, and the fix an error has by itself."""

SOURCES: list[Callable[[], Iterator[tuple[str, str]]]] = [
    of_errors,
    of_sentences,
    of_words_of_others,
    of_metrics,
    of_counts,
    of_demo_refusals,
    of_number_fields,
]
TRANSLATED = KOREAN.common.sentences.templates


@pytest.mark.parametrize("source", SOURCES)
def test_every_sentence_has_a_korean_one(source: Callable[[], Iterator[tuple[str, str]]]) -> None:
    found = list(source())
    assert len(found) > 5
    missing = [f"{place}: {text}" for place, text in found if text not in TRANSLATED]
    assert missing == []


def test_no_korean_sentence_is_left_of_one_that_nobody_says() -> None:
    said = {text for source in SOURCES for _, text in source()}
    strange = [key for key in TRANSLATED if key not in said and not key.startswith("pydantic:")]
    assert set(strange) == OF_THE_SYSTEM


def everywhere() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {*ERRORS, "Sentence"}:
                yield f"{path.relative_to(PACKAGE).as_posix()}:{node.lineno}", node


def test_no_sentence_is_made_of_an_f_string() -> None:
    made = [
        place
        for place, call in everywhere()
        for argument in templates_of(call)
        if any(isinstance(part, ast.JoinedStr | ast.BinOp) for part in ast.walk(argument))
    ]
    assert [place for place in made if not place.startswith("domain/counting.py")] == []


def test_every_hole_of_a_sentence_is_filled() -> None:
    wrong: list[str] = []
    for place, call in everywhere():
        arguments = [part for argument in templates_of(call) for part in _literals(argument)]
        holes = {name for text in arguments for _, name, _, _ in Formatter().parse(text) if name}
        given = {keyword.arg for keyword in call.keywords}
        if arguments and holes != given and None not in given:
            wrong.append(f"{place}: {holes ^ given}")
    assert wrong == []


def _literals(argument: ast.expr) -> list[str]:
    """The templates that a call fills itself."""
    match argument:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp():
            return [*_literals(argument.body), *_literals(argument.orelse)]
        case _:
            return []


def test_a_korean_sentence_has_the_holes_of_its_english_one() -> None:
    for key, words in TRANSLATED.items():
        if key.startswith("pydantic:"):
            continue  # its facts are the next test's
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
    setting, problem = first_problem(caught.value)
    assert setting in filled_in
    assert problem == caught.value.errors()[0]["msg"]
    assert _HANGUL.search(KOREAN.common.said(problem)), problem.template


def test_a_bound_is_said_as_it_is() -> None:
    with pytest.raises(ValidationError) as caught:
        Form(alpha=0)
    assert KOREAN.common.said(first_problem(caught.value)[1]) == "0보다 커야 해요"


def test_a_default_fix_is_translated_too() -> None:
    assert KOREAN.common.said(ProfileStudioError("Something.").fix) != ProfileStudioError("Something.").fix
