"""One file from a network: goes on where it broke off, and is checked at its end."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast


def in_part(path: Path, pin: str) -> Path:
    """Where a file lies until it is whole.

    Args:
        pin: tells its contents from another state of the same file: a commit, or a hash.
    """
    return path.with_name(f".{path.name}.{pin[:16]}.incomplete")


def download(
    url: str,
    part: Path,
    size: int | None,
    sha256: str | None,
    on_bytes: Callable[[int], None],
    token: str | bool | None = False,
) -> None:
    """Fetches the rest of a file.

    Args:
        part: what an earlier fetch got, if it got anything; it has all when this returns.
        sha256: of the whole file; None where nobody knows it.
        on_bytes: told how many more have arrived, many times; what it raises ends the fetch.
        token: as the hub's client takes it: False says nothing of who asks, None what the client itself knows.
    Raises:
        ConnectionError: it arrived damaged, and is gone again. What the hub's client raises besides.
    """
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers

    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab") as file:
        # The client's own download begins anew, and its Xet one cannot be stopped between two chunks.
        http_get(
            url,
            file,
            resume_size=file.tell(),
            headers=build_hf_headers(token=token),
            expected_size=size,
            tqdm_class=cast(Any, lambda **_facts: _Counter(on_bytes)),
        )
    if sha256 and not _is_whole(part, sha256):
        part.unlink()
        raise ConnectionError("the file arrived damaged")


class _Counter:
    """What the hub's client takes for a progress bar."""

    def __init__(self, on_bytes: Callable[[int], None]) -> None:
        self.update = on_bytes

    def __enter__(self) -> "_Counter":
        return self

    def __exit__(self, *_error: object) -> None:
        return


def _is_whole(part: Path, sha256: str) -> bool:
    with part.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
