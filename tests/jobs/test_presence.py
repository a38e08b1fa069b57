"""Who works on the jobs of a home that several machines share."""

import time

import pytest

from profile_studio.jobs.presence import SILENT_AFTER_S, living_executors, supervisor_is_there, supervisor_presence
from profile_studio.settings import Settings


def on(machine: str, settings: Settings) -> Settings:
    return Settings(home=settings.home, machine=machine)


@pytest.mark.parametrize(("silent_for_s", "lives"), [(1.0, True), (SILENT_AFTER_S + 1, False)])
def test_a_supervisor_on_another_machine_lives_as_long_as_its_heart_beats(
    settings: Settings, silent_for_s: float, lives: bool
) -> None:
    here, there = on("here", settings), on("there", settings)
    with supervisor_presence(there).hold():
        supervisor_presence(there).tell({"pid": 1, "executor": "other", "heartbeat": time.time() - silent_for_s})
        assert supervisor_is_there(here) is lives
        assert living_executors(here) == ({"other"} if lives else set())
        with supervisor_presence(here).hold():  # one a machine
            assert supervisor_is_there(here)


def test_one_that_was_killed_on_this_machine_is_gone_at_once(settings: Settings) -> None:
    supervisor_presence(settings).tell({"pid": 1, "executor": "mine", "heartbeat": time.time()})
    assert not supervisor_is_there(settings)


def test_a_machines_name_is_fit_for_files(settings: Settings) -> None:
    named = Settings(home=settings.home, machine="../my: machine", visible_devices="0,1")
    assert named.device_name == "..-my--machine.0,1"
    assert supervisor_presence(named).facts() == {}
