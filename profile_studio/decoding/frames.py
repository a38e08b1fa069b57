"""How the decoding processes and we speak: a line of JSON, then the bytes it announces. No pickle crosses."""

import json
from collections.abc import Mapping, Sequence
from typing import IO, Any

MAXIMUM_HEADER_BYTES = 65_536
MAXIMUM_PART_BYTES = 64_000_000


def write_frame(stream: IO[bytes], facts: Mapping[str, object], parts: Sequence[bytes] = ()) -> None:
    """Sends facts and byte strings."""
    stream.write(json.dumps({**facts, "sizes": [len(part) for part in parts]}).encode() + b"\n")
    for part in parts:
        stream.write(part)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """What `write_frame` sent.

    Raises:
        EOFError: the other side is gone.
        ValueError: what came is no frame.
    """
    line = stream.readline(MAXIMUM_HEADER_BYTES)
    if not line.endswith(b"\n"):
        raise EOFError
    facts = json.loads(line)
    parts: list[bytes] = []
    for size in facts.pop("sizes"):
        if not 0 <= size <= MAXIMUM_PART_BYTES:
            raise ValueError(f"a part of {size} bytes")
        part = stream.read(size)
        if len(part) != size:
            raise EOFError
        parts.append(part)
    return facts, parts
