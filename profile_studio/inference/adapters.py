"""Which LoRA files are attached to a pipeline, and how strongly."""

import warnings
from collections import OrderedDict
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

# The functions beneath those of a pipeline, which pass over Stable Diffusion 3's T5.
from diffusers.utils.peft_utils import delete_adapter_layers, set_adapter_layers, set_weights_and_activate_adapters

from profile_studio.domain.adapters import Adapter, WeightedAdapter
from profile_studio.domain.errors import InvalidAdapter, InvalidSettings
from profile_studio.families.base import Family
from profile_studio.inference.lora_layers import attach_lora
from profile_studio.lora_files import base_label, check_base, check_numbers, described, read_lora

MAX_LOADED_BYTES = 2**30  # of files; in fp32 the same numbers of an fp16 file take twice as much
BYTES_BESIDE_A_FILE = 2**24  # so that small ones end as well: peft looks at all that are loaded, layer by layer

TextEncoderState = tuple[tuple[str, float], ...]
"""Sorted (peft id, weight) of the attached adapters that change the text encoder; an id never means two files."""


@dataclass(frozen=True)
class _LoadedAdapter:
    """`fingerprint` is (modification time in ns, bytes): a file written anew is loaded anew."""

    peft_id: str
    fingerprint: tuple[int, int]
    changes_text_encoder: bool


class AdapterRack:
    """Loads LoRA files into one base model when they are first chosen, and keeps the latest, up to `MAX_LOADED_BYTES`."""

    def __init__(self, family: Family) -> None:
        self._parts = family.parts
        self._base = family.base
        self._loaded: OrderedDict[Path, _LoadedAdapter] = OrderedDict()
        self._ids = count()

    def attach(self, chosen: Sequence[WeightedAdapter]) -> TextEncoderState:
        """Attaches exactly these adapters at exactly these weights, where 0 is not at all; the order does not matter.

        Raises:
            InvalidAdapter: a file is broken, or for another base model; what was attached before stays loaded.
            InvalidSettings: an adapter is chosen twice, or they are more than `MAX_LOADED_BYTES` together.
        """
        wanted = sorted((each for each in chosen if each.weight != 0), key=lambda each: each.adapter.name)
        _check_choice(wanted)
        loaded = [self._load(each.adapter) for each in wanted]
        self._evict(keep=len(wanted))
        if not wanted:
            self._detach_all()
            return ()
        weights = [each.weight for each in wanted]
        for part in self._parts.values():
            set_adapter_layers(part, enabled=True)
            set_weights_and_activate_adapters(part, [adapter.peft_id for adapter in loaded], weights)
        return tuple(
            (adapter.peft_id, weight)
            for adapter, weight in zip(loaded, weights, strict=True)
            if adapter.changes_text_encoder
        )

    def _detach_all(self) -> None:
        for part in self._parts.values():
            set_adapter_layers(part, enabled=False)

    def _load(self, adapter: Adapter) -> _LoadedAdapter:
        path = adapter.path.resolve()
        try:
            stat = path.stat()
        except OSError as error:
            raise InvalidAdapter(
                "The file of {name} is gone.", "Import or train it again.", name=adapter.name
            ) from error
        fingerprint = (stat.st_mtime_ns, stat.st_size)
        known = self._loaded.get(path)
        if known and known.fingerprint == fingerprint:
            self._loaded.move_to_end(path)
            return known
        lora = read_lora(path)
        check_base(described(lora, path), base_label(self._base.name), self._base.hash, self._base.family.name)
        check_numbers(lora, path.name)
        if known:
            self._unload(path)
        peft_id = f"adapter_{next(self._ids)}"  # file names may hold what peft's module names must not
        try:
            with without_peft_warnings():
                changed = attach_lora(self._parts, lora, peft_id, path.name, base_label(self._base.name))
        except BaseException:
            self._remove(peft_id)
            raise
        self._loaded[path] = _LoadedAdapter(
            peft_id, fingerprint, any(part.startswith("text_encoder") for part in changed)
        )
        return self._loaded[path]

    def _evict(self, keep: int) -> None:
        while len(self._loaded) > keep and sum(map(_loaded_bytes, self._loaded.values())) > MAX_LOADED_BYTES:
            self._unload(next(iter(self._loaded)))

    def _unload(self, path: Path) -> None:
        self._remove(self._loaded.pop(path).peft_id)

    def _remove(self, peft_id: str) -> None:
        with without_peft_warnings():
            for part in self._parts.values():
                if peft_id in getattr(part, "peft_config", {}):
                    delete_adapter_layers(part, peft_id)


@contextmanager
def without_peft_warnings() -> Generator[None]:
    """Keeps peft quiet where several adapters on one model, or taking one away while it is active, are meant."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Already found a `peft_config`")
        warnings.filterwarnings("ignore", message="Adapter .* was active which is now deleted")
        yield


def _check_choice(wanted: Sequence[WeightedAdapter]) -> None:
    names = [each.adapter.name for each in wanted]
    if len(set(names)) < len(names):
        raise InvalidSettings("The same LoRA is chosen twice.", "Choose each LoRA once and set its weight.")
    file_bytes = sum(each.adapter.path.stat().st_size for each in wanted if each.adapter.path.is_file())
    if file_bytes > MAX_LOADED_BYTES:
        raise InvalidSettings(
            "These {count} LoRAs are {size} GB together; at most {limit} GB work at once.",
            "Choose fewer or smaller ones.",
            count=len(names),
            size=f"{file_bytes / 2**30:.1f}",
            limit=f"{MAX_LOADED_BYTES / 2**30:.1f}",
        )


def _loaded_bytes(adapter: _LoadedAdapter) -> int:
    return adapter.fingerprint[1] + BYTES_BESIDE_A_FILE
