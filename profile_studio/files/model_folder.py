"""Whether the files in a base model's folder are whole; no tensor is read."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from profile_studio.domain.errors import BaseModelMissing

_LFS_POINTER = b"version https://git-lfs"
_PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl")


def is_pickle(path: Path) -> bool:
    """Whether a file is of a kind that can run programs when it is opened, going by its name."""
    return path.suffix.lower() in _PICKLES


def check_file(folder: Path, file: str, base: str) -> None:
    """Makes sure that a file is there and whole.

    Args:
        file: relative to the folder.
        base: what the base model is called where something is wrong with it.
    Raises:
        BaseModelMissing: it is not.
    """
    path = folder / file
    if not path.is_file():
        raise _no_file(folder, file, base)
    with path.open("rb") as opened:
        is_pointer = opened.read(len(_LFS_POINTER)) == _LFS_POINTER
    if is_pointer:
        raise BaseModelMissing(
            "{file} of the base model {base!r} is a git-LFS pointer instead of the file itself.",
            "Run `git lfs pull` in its folder, or download it again.",
            file=file,
            base=base,
        )
    stat = path.stat()
    if path.suffix == ".safetensors" and not _is_whole(path, stat.st_mtime_ns, stat.st_size):
        raise BaseModelMissing(
            "{file} of the base model {base!r} is cut short or damaged.",
            "Download it again; a download that was broken off can be gone on with.",
            file=file,
            base=base,
        )


@lru_cache(maxsize=64)
def _is_whole(path: Path, _mtime_ns: int, _size: int) -> bool:
    """Whether the library finds every tensor that the header names inside the file; none is read."""
    try:
        with safe_open(path, framework="np"):
            return True
    except (SafetensorError, OSError):
        return False


def _no_file(folder: Path, file: str, base: str) -> BaseModelMissing:
    wanted = folder / file
    pickles = [path for path in sorted(wanted.parent.glob("*")) if is_pickle(path)]
    if wanted.suffix == ".safetensors" and pickles:
        return BaseModelMissing(
            "The base model {base!r} has its weights in a pickle ({file}), which can run programs when it is opened.",
            "Download it again with .safetensors weights.",
            base=base,
            file=pickles[0].relative_to(folder).as_posix(),
        )
    return BaseModelMissing(
        "The base model {base!r} has no {file}.",
        "Download its folder again, whole and with .safetensors weights.",
        base=base,
        file=file,
    )


def read_json(folder: Path, file: str, base: str) -> dict[str, Any]:
    """An object of JSON.

    Raises:
        BaseModelMissing: the file is gone, or holds something else.
    """
    try:
        values: object = json.loads((folder / file).read_text(encoding="utf-8"))
        if isinstance(values, dict):
            return values  # pyright: ignore[reportUnknownVariableType]  # JSON has no other keys than words
        raise ValueError("no object")
    except (ValueError, OSError) as error:
        raise BaseModelMissing(
            "{file} of the base model {base!r} cannot be read.", "Download its folder again.", file=file, base=base
        ) from error
