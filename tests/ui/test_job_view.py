from dataclasses import replace

import pytest

from profile_studio.domain.jobs import Job, JobError, JobKind, JobStatus, LossPoint
from profile_studio.domain.sentences import Sentence
from profile_studio.ui.components.job_view import job_label, progress_words, renamed_words, status_line
from profile_studio.ui.components.markup import duration
from profile_studio.ui.components.training_progress import job_html, loss_table
from profile_studio.ui.korean import KOREAN
from profile_studio.ui.texts import ENGLISH

RUNNING = Job(
    id="j1", kind=JobKind.TRAIN, status=JobStatus.RUNNING, wish=None, attempt=1, step=62, steps=100, seconds_left=70.0,
    note="", spec={"adapter_name": "pixel-me"}, result=None, error=None, created_at=1.0, started_at=2.0,
    adapter_name="pixel-me", finished_at=None, heartbeat_at=3.0,
)  # fmt: skip


def test_the_bar_says_what_runs_how_far_and_how_long_still() -> None:
    assert "training pixel-me 62 %, 1:10 left" in status_line([RUNNING], True, ENGLISH)


def test_the_bar_counts_what_waits() -> None:
    waiting = replace(RUNNING, id="j2", status=JobStatus.QUEUED)
    assert "1 more waiting" in status_line([RUNNING, waiting], True, ENGLISH)


def test_the_bar_says_when_no_worker_is_there() -> None:
    assert ENGLISH.header.no_worker in status_line([], False, ENGLISH)


def test_the_bar_says_first_that_the_disk_is_full() -> None:
    assert ENGLISH.header.disk_full in status_line([], True, ENGLISH, disk_is_full=True)
    assert ENGLISH.header.disk_full in status_line([RUNNING], True, ENGLISH, disk_is_full=True)
    fault = JobError("disk_full", "The disk is full.", "Make room.")
    paused = replace(RUNNING, status=JobStatus.PAUSED, error=fault)
    assert "pixel-me is paused: The disk is full." in status_line([paused], True, ENGLISH)
    assert "The disk is full." in job_html(paused, ENGLISH)


def test_names_in_the_bar_are_escaped() -> None:
    evil = replace(RUNNING, adapter_name="<img src=x>")
    assert "<img" not in status_line([evil], True, ENGLISH)


def test_a_list_line_has_name_and_status() -> None:
    assert job_label(replace(RUNNING, status=JobStatus.FAILED), ENGLISH) == "pixel-me \u2014 failed 62 %"


@pytest.mark.parametrize("status", [JobStatus.PAUSED, JobStatus.FAILED])
def test_what_does_not_run_any_more_says_which_step_it_reached(status: JobStatus) -> None:
    error = JobError("k", "It broke.", "Mend it.") if status is JobStatus.FAILED else None
    html = job_html(replace(RUNNING, status=status, error=error), ENGLISH)
    assert f"step 62 of 100, {status.value}" in html
    assert ("It broke." in html) == (error is not None)


def test_a_job_before_its_first_step_is_getting_ready() -> None:
    words = progress_words(replace(RUNNING, step=0, seconds_left=None), ENGLISH.train.step, ENGLISH)
    assert words == "getting ready"


def test_a_receipt_says_when_the_lora_got_another_name() -> None:
    done = replace(RUNNING, status=JobStatus.COMPLETED)
    assert renamed_words(done, ENGLISH.train) == ""
    words = "It is called “pixel-me-2” because the name “pixel-me” was taken meanwhile."
    assert renamed_words(replace(done, adapter_name="pixel-me-2"), ENGLISH.train) == words


def test_a_receipt_says_what_was_other_than_asked_for_in_the_pages_language() -> None:
    remark = Sentence("The disk is full.")
    done = replace(RUNNING, status=JobStatus.COMPLETED, result={"remarks": [remark]})
    assert remark in job_html(done, ENGLISH)
    assert KOREAN.common.said(remark) in job_html(done, KOREAN) != job_html(done, ENGLISH)


def test_a_receipt_counts_in_minutes_and_hours() -> None:
    assert (duration(125), duration(3720)) == ("2:05", "1:02:00")


def test_the_curve_of_a_long_training_keeps_its_course_in_few_points() -> None:
    table = loss_table([LossPoint(step, 1 / step) for step in range(1, 5001)], ENGLISH.train)
    smooth = table[table["curve"] == ENGLISH.train.smooth]
    assert len(table) == 400
    assert (smooth["step"].iloc[0], smooth["step"].iloc[-1]) == (1, 4976)
    assert smooth["loss"].is_monotonic_decreasing
