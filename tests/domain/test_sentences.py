"""A sentence is text that knows its template and values, wherever it goes."""

import copy
import json
import pickle
from collections.abc import Callable
from dataclasses import asdict, dataclass

import pytest
from pydantic import TypeAdapter

from profile_studio.domain.errors import UnknownAdapter
from profile_studio.domain.sentences import Sentence, Value, from_json, to_json

RUNNING = Sentence("running")
STATUS = Sentence("A training of {name!r} is {status} already.", name="ink", status=RUNNING)
PARTS = Sentence("{what} left", what=[Sentence("{count} pictures", count=3), "ink"])


@pytest.mark.parametrize(
    ("sentence", "text", "values"),
    [
        (RUNNING, "running", {}),
        (Sentence(r"Write \( or {braces}."), r"Write \( or {braces}.", {}),
        (Sentence("No LoRA {name!r}.", name="it's"), 'No LoRA "it\'s".', {"name": "it's"}),
        (Sentence("No LoRA {name}.", name="{x}", unused=1), "No LoRA {x}.", {"name": "{x}"}),
        (Sentence("{template} of {n}", template=1, n=2.5), "1 of 2.5", {"template": 1, "n": 2.5}),
        (STATUS, "A training of 'ink' is running already.", {"name": "ink", "status": RUNNING}),
        (PARTS, "3 pictures, ink left", {"what": ["3 pictures", "ink"]}),
    ],
)
def test_a_sentence_is_its_text_and_keeps_what_it_was_made_of(
    sentence: Sentence, text: str, values: dict[str, Value]
) -> None:
    assert sentence == text
    assert sentence.values == values


@dataclass(frozen=True)
class Report:
    said: Sentence


def through_rows(sentence: Sentence) -> Sentence:
    return from_json(json.loads(json.dumps(to_json({"message": [sentence]}))))["message"][0]


def through_pydantic(sentence: Sentence) -> Sentence:
    report = TypeAdapter(Report)
    return report.validate_json(report.dump_json(Report(sentence))).said


@pytest.mark.parametrize(
    "carry", [copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each)), through_rows, through_pydantic]
)
def test_templates_and_values_survive_the_way(carry: Callable[[Sentence], Sentence]) -> None:
    carried = carry(STATUS)
    assert (carried, carried.template, carried.values) == (STATUS, STATUS.template, STATUS.values)
    inner = carried.values["status"]
    assert isinstance(inner, Sentence)
    assert inner.template == "running"


def test_programs_get_plain_text() -> None:
    assert json.dumps(asdict(Report(STATUS))) == '{"said": "A training of \'ink\' is running already."}'


@pytest.mark.parametrize("known", [None, 1, "text", {"text": "a"}, {"a": [{"b": "{c}"}]}])
def test_other_json_stays_as_it_is(known: object) -> None:
    assert from_json(to_json(known)) == known
    assert TypeAdapter(Report).validate_python({"said": "before"}).said.template == "before"


def test_an_error_fills_message_and_fix_with_the_same_values() -> None:
    error = UnknownAdapter("There is no LoRA {name!r}.", "Write {name} otherwise, or import it.", name="ink")
    assert str(error) == "There is no LoRA 'ink'. Write ink otherwise, or import it."
    again = UnknownAdapter(error.message, error.fix)
    assert (again.message.template, again.fix.values) == ("There is no LoRA {name!r}.", {"name": "ink"})


def test_braces_of_a_person_are_text() -> None:
    assert UnknownAdapter("There is no {x}.").message == "There is no {x}."
    assert UnknownAdapter("There is no {name}.", name="{0} {name}").message == "There is no {0} {name}."
