"""What LoRA files say about themselves, read once a file."""

from functools import lru_cache
from pathlib import Path

from profile_studio.domain.adapters import Adapter
from profile_studio.lora_files import read_adapter

MOST_REMEMBERED = 1024


def shelved_adapter(path: Path, *, ships: bool = False) -> Adapter:
    """`lora_files.read_adapter`, remembered until the file is written anew.

    Raises:
        InvalidAdapter: the file is broken, gone, or for a base model this studio does not know.
    """
    try:
        stat = path.stat()
    except OSError:
        return read_adapter(path, ships=ships)  # which says what is wrong with it
    return _read(path, ships, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=MOST_REMEMBERED)
def _read(path: Path, ships: bool, _mtime_ns: int, _size: int) -> Adapter:
    return read_adapter(path, ships=ships)
