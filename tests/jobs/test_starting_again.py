"""A job whose memory was too small is taken up by a new process at once, and is no crash."""

import time
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook

from profile_studio.domain.jobs import JobStatus
from profile_studio.jobs.attempts import EXIT_START_AGAIN
from profile_studio.worker.job_process import EXIT_SETTLED, run_attempt
from tests.jobs.conftest import Home

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("supervised")
def test_a_training_that_runs_out_of_memory_asks_for_another_process(home: Home) -> None:
    job = home.submit("large", steps=4)
    calls = 0

    def hook(module: nn.Module, _inputs: Any, _output: Any) -> None:
        nonlocal calls
        calls += isinstance(module, nn.Conv2d) and module.out_channels == 4 and torch.is_grad_enabled()
        if calls == 3:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    def run() -> int:
        attempt = home.jobs.claim(job.id, time.time())
        assert attempt is not None
        return run_attempt(home.settings, job.id, attempt)

    handle = register_module_forward_hook(hook)
    try:
        asked = run()
    finally:
        handle.remove()

    assert (asked, home.jobs.get(job.id).status) == (EXIT_START_AGAIN, JobStatus.RUNNING)
    assert run() == EXIT_SETTLED
    completed = home.jobs.get(job.id)
    assert completed.status is JobStatus.COMPLETED
    assert (completed.result or {})["changes"] == [{"step": 2, "gradient_checkpointing": True}]
