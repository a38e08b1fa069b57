"""What this machine computes with, asked of torch in a process of its own: this one stays free of it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

PROBE_TIMEOUT_S = 120
_PROBE = """
import json, torch
cuda = torch.cuda.is_available()
mps = torch.backends.mps.is_available()
name = torch.cuda.get_device_name(0) if cuda else "Apple GPU" if mps else f"CPU, {torch.get_num_threads()} threads"
print(json.dumps({"kind": "cuda" if cuda else "mps" if mps else "cpu", "name": name}))
"""


@dataclass(frozen=True)
class Device:
    """`kind` is cuda, mps or cpu."""

    kind: str
    name: str


@cache
def probe_device() -> Device:
    """What torch finds; takes seconds the first time.

    Raises:
        subprocess.SubprocessError, OSError, ValueError, IndexError: torch cannot be loaded, or not in time.
    """
    probe = subprocess.run(
        [sys.executable, "-c", _PROBE], capture_output=True, text=True, timeout=PROBE_TIMEOUT_S, check=True
    )
    return Device(**json.loads(probe.stdout.strip().splitlines()[-1]))
