"""Waiting for what other processes do."""

import time
from collections.abc import Callable

PATIENCE_S = 400.0
"""Far above what anything takes: a busy machine is slow, not wrong."""


def wait_until(fact: Callable[[], bool]) -> None:
    """Polls until a fact about other processes holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not fact():
        assert time.monotonic() < deadline, "the awaited fact did not come"
        time.sleep(0.02)
