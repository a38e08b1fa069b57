"""The safetensors file: checked and written by its library, its tensors as bytes, so that no number needs torch."""

import hashlib
import math
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, TensorSpec, safe_open, serialize, serialize_file

from profile_studio.domain.errors import InvalidAdapter

MAX_FILE_BYTES = 2**30  # a rank of 128 on all of SDXL, in fp16, is 870 MB
MAX_TENSORS = 20_000

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.unsignedinteger]


@dataclass(frozen=True)
class _NumberType:
    """What the library calls a type when it writes, its bytes, and numpy's name for it, if numpy knows it."""

    written_as: str
    n_bytes: int
    numpy: str = ""


_NUMBER_TYPES = {
    "F64": _NumberType("float64", 8, "<f8"),
    "F32": _NumberType("float32", 4, "<f4"),
    "F16": _NumberType("float16", 2, "<f2"),
    "BF16": _NumberType("bfloat16", 2),
    "F8_E4M3": _NumberType("float8_e4m3fn", 1),
    "F8_E5M2": _NumberType("float8_e5m2", 1),
    "I64": _NumberType("int64", 8, "<i8"),
    "I32": _NumberType("int32", 4, "<i4"),
    "I16": _NumberType("int16", 2, "<i2"),
    "I8": _NumberType("int8", 1, "i1"),
    "U8": _NumberType("uint8", 1, "u1"),
}


@dataclass(frozen=True)
class TensorInfo:
    """Where a tensor's bytes lie, `start` and `end` counted from the end of the header."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True)
class LoraHeader:
    """What a whole file holds: every tensor lies inside it, and nothing else does."""

    tensors: dict[str, TensorInfo]
    metadata: dict[str, str]
    data_start: int


@dataclass(frozen=True)
class RawTensor:
    """A tensor as its little-endian bytes; those of a file are read from the disk when they are looked at."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes | memoryview


def read_header(path: Path) -> LoraHeader:
    """The header of a safetensors file, checked by the library: no gap, no overlap, no tail.

    Raises:
        InvalidAdapter: it is no file, a pickle, not whole, too large, or holds numbers that cannot be read here.
    """
    if not path.is_file():
        raise InvalidAdapter("{file} is not a file.", "Choose a .safetensors file.", file=path.name)
    start = b""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(9)
        # An empty file is refused here: it cannot be mapped into memory, which the library would call an OSError.
        if len(start) < 9:
            raise _refusal(path, start)
        with safe_open(path, framework="np") as opened:
            metadata: dict[str, str] = opened.metadata() or {}
            slices = {name: opened.get_slice(name) for name in opened.offset_keys()}
            kinds = {name: (str(part.get_dtype()), tuple(part.get_shape())) for name, part in slices.items()}
    except SafetensorError as error:
        raise _refusal(path, start) from error
    except OSError as error:
        raise InvalidAdapter(
            "{file} cannot be opened.", "Check its permissions, or copy it again.", file=path.name
        ) from error
    if size > MAX_FILE_BYTES or len(kinds) > MAX_TENSORS:
        raise InvalidAdapter(
            "{file} has {size} MB in {parts} parts; a LoRA may have up to {max_size} MB and {max_parts} parts.",
            "Make it smaller where it was trained: a lower rank, or fp16.",
            file=path.name,
            size=f"{size / 2**20:.0f}",
            parts=len(kinds),
            max_size=MAX_FILE_BYTES // 2**20,
            max_parts=MAX_TENSORS,
        )
    return LoraHeader(_placed(path, kinds), metadata, 8 + struct.unpack("<Q", start[:8])[0])


def read_tensors(path: Path) -> dict[str, RawTensor]:
    """All tensors of a file.

    Raises:
        InvalidAdapter: as `read_header`.
    """
    return tensors_of(path, read_header(path))


def tensors_of(path: Path, header: LoraHeader) -> dict[str, RawTensor]:
    """All tensors of a file whose header was read."""
    with path.open("rb") as file:
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))[header.data_start :]
    return {
        name: RawTensor(info.dtype, info.shape, data[info.start : info.end]) for name, info in header.tensors.items()
    }


def tensors_hash(path: Path) -> str:
    """sha256 of a LoRA's numbers, 64 hex digits; what its header says may change without changing a picture.

    Automatic1111 and Civitai (AutoV3) know a file by the first twelve digits of it.

    Raises:
        OSError: the file is gone.
    """
    stat = path.stat()
    return _tensors_hash(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=256)
def _tensors_hash(path: Path, _mtime_ns: int, _size: int) -> str:
    with path.open("rb") as file:
        (header_bytes,) = struct.unpack("<Q", file.read(8))
        file.seek(8 + header_bytes)
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_tensors(path: Path, tensors: Mapping[str, RawTensor], metadata: Mapping[str, str]) -> None:
    """Writes a safetensors file; the metadata gets `modelspec.hash_sha256`, the hash of all bytes behind the header."""
    buffers = {name: np.frombuffer(tensor.data, np.uint8) for name, tensor in tensors.items()}
    specs = {
        name: TensorSpec(
            dtype=_NUMBER_TYPES[tensor.dtype].written_as,
            shape=list(tensor.shape),
            data_ptr=buffers[name].ctypes.data,
            data_len=len(tensor.data),
        )
        for name, tensor in tensors.items()
    }
    whole = memoryview(serialize(specs))
    data = whole[8 + struct.unpack("<Q", whole[:8])[0] :]
    told = {**metadata, "modelspec.hash_sha256": f"0x{hashlib.sha256(data).hexdigest()}"}
    serialize_file(specs, path, metadata=told)


def numbers(tensor: RawTensor) -> Floats:
    """A tensor's values, in its shape; what is too large for fp32 becomes infinite.

    Source: the OCP 8-bit floating point specification for F8, where E5M2 is the upper half of an fp16; a BF16 is the
    upper half of an fp32. numpy knows none of them.
    """
    match tensor.dtype:
        case "BF16":
            values = (np.frombuffer(tensor.data, "<u2").astype("<u4") << 16).view("<f4")
        case "F8_E5M2":
            values = (np.frombuffer(tensor.data, "u1").astype("<u2") << 8).view("<f2")
        case "F8_E4M3":
            values = _E4M3[np.frombuffer(tensor.data, "u1")]
        case dtype:
            values = np.frombuffer(tensor.data, _NUMBER_TYPES[dtype].numpy)
    with np.errstate(over="ignore", invalid="ignore"):
        return values.astype(np.float32).reshape(tensor.shape)


def codes(tensor: RawTensor) -> Codes:
    """A tensor's values as their bits, in its shape: for moving them about, whatever their type."""
    return np.frombuffer(tensor.data, f"<u{_NUMBER_TYPES[tensor.dtype].n_bytes}").reshape(tensor.shape)


def _e4m3_values() -> Floats:
    """The 256 values of F8_E4M3: 4 bits of exponent, 3 of fraction, no infinity."""
    code = np.arange(256)
    exponent, fraction = (code >> 3) & 15, (code & 7) / 8
    size = np.where(exponent == 0, fraction * 2.0**-6, (1 + fraction) * 2.0 ** (exponent - 7))
    size[code & 127 == 127] = np.nan
    return np.where(code < 128, size, -size).astype(np.float32)


_E4M3 = _e4m3_values()


def _placed(path: Path, kinds: Mapping[str, tuple[str, tuple[int, ...]]]) -> dict[str, TensorInfo]:
    """Tensors in the order of their bytes, which the library has found to follow each other without a gap."""
    tensors: dict[str, TensorInfo] = {}
    end = 0
    for name, (dtype, shape) in kinds.items():
        if dtype not in _NUMBER_TYPES:
            raise InvalidAdapter(
                "{file} has values of the dtype {dtype}, which this studio cannot read.",
                "Export it as fp16 or fp32 where it was made.",
                file=path.name,
                dtype=dtype,
            )
        start, end = end, end + math.prod(shape) * _NUMBER_TYPES[dtype].n_bytes
        tensors[name] = TensorInfo(dtype, shape, start, end)
    return tensors


def _refusal(path: Path, start: bytes) -> InvalidAdapter:
    """Says pickle only where no safetensors header stands: the length of one can begin with the same bytes."""
    looks_like_one = start.startswith((b"\x80", b"PK")) or path.suffix.lower() in (
        ".pt",
        ".pth",
        ".ckpt",
        ".bin",
        ".pkl",
    )
    if looks_like_one and start[8:] != b"{":
        return InvalidAdapter(
            "{file} is a pickle, a kind of file that can run programs when it is opened.",
            "Ask for the same LoRA as a .safetensors file.",
            file=path.name,
        )
    return InvalidAdapter(
        "{file} is truncated, damaged or not a .safetensors file.", "Download or export it again.", file=path.name
    )
