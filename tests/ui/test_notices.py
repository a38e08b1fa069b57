import errno
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import gradio as gr
import pytest
from pydantic import BaseModel, Field

from profile_studio.domain.errors import DatabaseDamaged, InvalidSettings, UnknownAdapter
from profile_studio.domain.jobs import JobError
from profile_studio.settings import REPOSITORY_ROOT
from profile_studio.ui.components.notices import (
    Updates,
    error_notice,
    error_notice_of_job,
    leaves_faults_to_the_bar,
    notice_area,
    parse_form,
    tells_errors,
)
from profile_studio.ui.texts import ENGLISH


class Form(BaseModel):
    rank: int = Field(ge=1)


def test_a_message_escapes_what_a_person_wrote() -> None:
    html = error_notice(UnknownAdapter("There is no LoRA <script>.", "Choose another."), ENGLISH.common)
    assert "<script>" not in html
    assert "There is no LoRA &lt;script&gt;." in html


def test_an_error_of_ours_becomes_a_message_with_its_fix() -> None:
    notice = notice_area()

    @tells_errors(notice, ENGLISH.common)
    def handler() -> Updates:
        raise UnknownAdapter("There is no LoRA 'x'.", "Choose another.")

    shown = handler()[notice]
    assert shown["visible"]
    assert "Choose another." in shown["value"]


@pytest.mark.parametrize(
    ("fault", "is_told_above"),
    [
        (DatabaseDamaged("The database is damaged.", "Run doctor."), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (KeyError("step"), False),  # our own mistake, which a log must have
    ],
)
def test_a_look_that_nobody_asked_for_leaves_a_fault_to_the_bar(fault: Exception, is_told_above: bool) -> None:
    @leaves_faults_to_the_bar
    def look(_seen: str) -> Updates:
        raise fault

    with nullcontext() if is_told_above else pytest.raises(type(fault)):
        assert look("before") == {}


def test_no_fold_tells_where_things_lie(tmp_path: Path) -> None:
    notice = notice_area()
    errors: list[Exception] = [FileNotFoundError(2, "No such file", str(tmp_path / "face.png"))]
    try:
        raise UnknownAdapter("There is no LoRA 'x'.", "Choose another.") from errors[0]
    except UnknownAdapter as error:
        errors.append(error)
    job_error = JobError("crashed", "It crashed.", "Try again.", f"no {tmp_path / 'face.png'}")  # of an older row
    folds = [error_notice_of_job(job_error, ENGLISH.common)]
    for raised in errors:

        @tells_errors(notice, ENGLISH.common)
        def handler(error: Exception = raised) -> Updates:
            raise error

        folds.append(handler()[notice]["value"])
    for fold in folds:
        assert "face.png" in fold
        assert str(tmp_path) not in fold and str(REPOSITORY_ROOT) not in fold


def test_an_unexpected_error_hides_its_traceback_in_the_fold() -> None:
    notice = notice_area()

    @tells_errors(notice, ENGLISH.common)
    def handler() -> Updates:
        raise ZeroDivisionError

    before_fold, fold = handler()[notice]["value"].split("<details>")
    assert ENGLISH.common.unexpected in before_fold
    assert "ZeroDivisionError" not in before_fold
    assert "ZeroDivisionError" in fold


def test_an_error_in_the_middle_of_live_work_keeps_what_was_shown() -> None:
    notice, stage = notice_area(), gr.HTML()

    @tells_errors(notice, ENGLISH.common)
    def handler() -> Iterator[Updates]:
        yield {stage: "half a picture"}
        raise UnknownAdapter("Gone.", "Choose another.")

    cleared, half, error = list(handler())
    assert not cleared[notice]["visible"]
    assert half == {stage: "half a picture"}
    assert set(error) == {notice}


def test_a_number_out_of_bounds_is_named_as_the_page_names_it() -> None:
    try:
        parse_form(Form, {"rank": 0}, {"rank": "Rank"}, ENGLISH.common)
    except InvalidSettings as error:
        message = error.message
    assert message == "Rank: Input should be greater than or equal to 1."
