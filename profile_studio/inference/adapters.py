"""Which LoRA files are attached to a pipeline, and how strongly."""

import warnings
from collections import OrderedDict
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

# The functions beneath those of a pipeline, which pass over Stable Diffusion 3's T5.
from diffusers.utils.peft_utils import delete_adapter_layers, set_adapter_layers, set_weights_and_activate_adapters
from peft.tuners.lora import LoraLayer as PeftLayer
from torch import Tensor

from profile_studio.domain.adapters import Adapter, WeightedAdapter
from profile_studio.domain.blending import BlendMethodName
from profile_studio.domain.errors import InvalidAdapter, InvalidSettings
from profile_studio.domain.training import AdapterKind
from profile_studio.families.base import Family
from profile_studio.inference.blending import BlendPart, blend_methods
from profile_studio.inference.lora_layers import attach_lora
from profile_studio.lora_files import base_label, check_base, check_numbers, described, read_lora

MAX_LOADED_BYTES = 2**30  # of files; in fp32 the same numbers of an fp16 file take twice as much
BYTES_BESIDE_A_FILE = 2**24  # so that small ones end as well: peft looks at all that are loaded, layer by layer

TextEncoderState = tuple[tuple[str, float], ...]
"""Sorted (peft id, weight) of the attached adapters that change the text encoder, and how they are blended; an id never
means two files."""


@dataclass(frozen=True)
class _LoadedAdapter:
    """`fingerprint` is (modification time in ns, bytes): a file written anew is loaded anew."""

    peft_id: str
    fingerprint: tuple[int, int]
    layers: Mapping[tuple[str, str], Any]
    downs: Mapping[tuple[str, str], Tensor]

    @property
    def changes_text_encoder(self) -> bool:
        return any(_is_text_encoder(part) for part, _ in self.layers)


class AdapterRack:
    """Loads LoRA files into one base model when they are first chosen, and keeps the latest, up to `MAX_LOADED_BYTES`."""

    def __init__(self, family: Family) -> None:
        self._parts = family.parts
        self._base = family.base
        self._loaded: OrderedDict[Path, _LoadedAdapter] = OrderedDict()
        self._ids = count()
        self._methods = blend_methods()
        self._method = self._methods["sum"]
        self._attached: list[BlendPart] = []
        self._weights: list[float] = []

    def attach(self, chosen: Sequence[WeightedAdapter], method: BlendMethodName = "sum") -> TextEncoderState:
        """Attaches exactly these adapters at exactly these weights, where 0 is not at all; the order does not matter.

        Args:
            method: see `inference/blending/`.
        Raises:
            InvalidAdapter: a file is broken, or for another base model; what was attached before stays loaded.
            InvalidSettings: an adapter is chosen twice, or they are more than `MAX_LOADED_BYTES` together.
        """
        wanted = sorted((each for each in chosen if each.weight != 0), key=lambda each: each.adapter.name)
        _check_choice(wanted)
        loaded = [self._load(each.adapter) for each in wanted]
        self._evict(keep=len(wanted))
        parts = [
            BlendPart(each.peft_id, chosen.weight, chosen.adapter.kind is AdapterKind.FACE, each.layers, each.downs)
            for each, chosen in zip(loaded, wanted, strict=True)
        ]
        self._activate(parts)
        for part in parts:
            for place, down in part.downs.items():
                part.set_down(place, down)
        self._method = self._methods[method]
        self._weights = self._method.attach(parts) if parts else []
        self._scale(self._weights, text_encoders=True)
        state = [
            (adapter.peft_id, weight)
            for adapter, weight in zip(loaded, self._weights, strict=True)
            if adapter.changes_text_encoder
        ]
        return (*state, (method, 1.0)) if state else ()

    def begin_step(self, step: int, steps: int) -> None:
        """Gives the attached adapters the weights that their method wants in one step, counted from 0."""
        if self._attached and (curve := self._method.curve) is not None:
            factors = curve(self._attached, step, steps)
            weights = [weight * factor for weight, factor in zip(self._weights, factors, strict=True)]
            self._scale(weights, text_encoders=False)

    def _activate(self, parts: list[BlendPart]) -> None:
        """Switches exactly these on; where they were on already, nothing is looked through."""
        if not parts:
            self._detach_all()
        elif [part.peft_id for part in parts] != [part.peft_id for part in self._attached]:
            for model in self._parts.values():
                set_adapter_layers(model, enabled=True)
                set_weights_and_activate_adapters(model, [part.peft_id for part in parts], [1.0] * len(parts))
        self._attached = parts

    def _scale(self, weights: Sequence[float], *, text_encoders: bool) -> None:
        for part, weight in zip(self._attached, weights, strict=True):
            for (model, _), layer in part.layers.items():
                if text_encoders or not _is_text_encoder(model):
                    layer.set_scale(part.peft_id, weight)

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
        self._attached = []  # peft switches the new one on, and what was on off
        try:
            with without_peft_warnings():
                changed = attach_lora(self._parts, lora, peft_id, path.name, base_label(self._base.name))
        except BaseException:
            self._remove(peft_id)
            raise
        layers: dict[tuple[str, str], Any] = {
            (part, name): module
            for part in sorted(changed)
            for name, module in self._parts[part].named_modules()
            if isinstance(module, PeftLayer) and peft_id in module.lora_A
        }
        downs = {place: layer.lora_A[peft_id].weight.data for place, layer in layers.items()}
        self._loaded[path] = _LoadedAdapter(peft_id, fingerprint, layers, downs)
        return self._loaded[path]

    def _evict(self, keep: int) -> None:
        while len(self._loaded) > keep and sum(map(_loaded_bytes, self._loaded.values())) > MAX_LOADED_BYTES:
            self._unload(next(iter(self._loaded)))

    def _unload(self, path: Path) -> None:
        self._remove(self._loaded.pop(path).peft_id)

    def _remove(self, peft_id: str) -> None:
        self._attached = [part for part in self._attached if part.peft_id != peft_id]
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


def _is_text_encoder(part: str) -> bool:
    return part.startswith("text_encoder")


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
