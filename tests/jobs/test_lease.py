"""The device lease across processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from profile_studio.jobs.lease import DeviceLease
from tests.waiting import wait_until

HOLD = """
import sys
from pathlib import Path
from profile_studio.jobs.lease import DeviceLease
with getattr(DeviceLease(Path(sys.argv[1]), "here"), sys.argv[2])():
    print("held", flush=True)
    sys.stdin.read()
"""


def hold_in_another_process(run_dir: Path, how: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(run_dir), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def read_held(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: "subprocess.Popen[str]") -> None:
    with process:
        process.kill()


@pytest.mark.slow
def test_a_killed_holder_frees_the_device(tmp_path: Path) -> None:
    holder = hold_in_another_process(tmp_path, "for_picture")
    assert read_held(holder) == "held"
    lease = DeviceLease(tmp_path, "here")
    assert lease.picture_is_wanted()

    end(holder)

    with lease.for_job():
        assert not lease.picture_is_wanted()


@pytest.mark.slow
def test_a_job_hands_the_device_to_a_waiting_picture_and_takes_it_back(tmp_path: Path) -> None:
    lease = DeviceLease(tmp_path, "here")
    events: list[str] = []
    with lease.for_job():
        picture = hold_in_another_process(tmp_path, "for_picture")
        wait_until(lease.picture_is_wanted)

        def let_the_picture_finish() -> None:
            events.append(read_held(picture))
            assert picture.stdin is not None
            picture.stdin.close()

        lease.yield_to_picture(let_the_picture_finish)

        events.append("job goes on")
        end(picture)
    assert events == ["held", "job goes on"]


def test_without_a_waiting_picture_nothing_happens(tmp_path: Path) -> None:
    lease = DeviceLease(tmp_path, "here")
    with lease.for_job():
        lease.yield_to_picture(lambda: pytest.fail("nobody waits"))


def test_each_device_has_a_lease_of_its_own(tmp_path: Path) -> None:
    with DeviceLease(tmp_path, "here.0").for_picture(), DeviceLease(tmp_path, "there.0").for_job():
        assert DeviceLease(tmp_path, "here.0").picture_is_wanted()
        assert not DeviceLease(tmp_path, "here.1").picture_is_wanted()
