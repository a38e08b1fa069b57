"""The LoRA files of a person and those that ship: listing, importing, exporting."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from profile_studio.base_models import find_base_model
from profile_studio.domain.adapters import Adapter, UnreadableAdapter, cover_path
from profile_studio.domain.errors import BaseModelMissing, InvalidAdapter, InvalidName, UnknownAdapter
from profile_studio.domain.names import check_name, suggest_name
from profile_studio.lora_files import (
    STARTER,
    RawTensor,
    check_base,
    layer_alphas,
    layer_name,
    read_adapter,
    read_header,
    read_tensors,
    write_tensors,
)
from profile_studio.services.demo import refuse_in_demo
from profile_studio.settings import Settings
from profile_studio.storage.adapter_names import adapter_exists, placing_adapter
from profile_studio.storage.files import create_folder_atomically, write_atomically
from profile_studio.storage.jobs import JobRepository
from profile_studio.storage.models import find_adapter

ExportFormat = Literal["diffusers", "kohya", "peft"]
_PEFT_HALVES = {"lora_down.weight": "lora_A.weight", "lora_up.weight": "lora_B.weight"}


class AdapterService:
    """Adapters lie in the home's `loras`; those that ship are read-only. A name of the home comes first.

    Args:
        jobs: whose trainings have reserved names; not needed to read.
    """

    def __init__(self, settings: Settings, jobs: JobRepository | None = None) -> None:
        self._settings = settings
        self._jobs = jobs

    def list(self, base: str | None = None) -> "list[Adapter]":
        """All readable adapters by name; with `base` only those that fit this base model."""
        adapters = {found.name: found for found in self._found() if isinstance(found, Adapter)}
        by_name = [adapters[name] for name in sorted(adapters)]
        return by_name if base is None else [adapter for adapter in by_name if self._fits(adapter, base)]

    def unreadable(self) -> "list[UnreadableAdapter]":
        """What `list` leaves out, by file name."""
        found = [found for found in self._found() if isinstance(found, UnreadableAdapter)]
        return sorted(found, key=lambda entry: entry.file)

    def get(self, name: str) -> Adapter:
        """The adapter of this name.

        Raises:
            InvalidName: no LoRA can be called that.
            UnknownAdapter: there is none.
            InvalidAdapter: its file is broken.
        """
        return find_adapter(name, self._settings)

    def import_file(self, path: Path, name: str | None = None) -> Adapter:
        """Copies a LoRA file in, after its header was checked.

        Raises:
            InvalidAdapter: it is no file, a pickle, broken, no LoRA, or for a base model that is not here any more.
            InvalidName: the name is taken or not allowed.
        """
        refuse_in_demo(self._settings, "Adding LoRA files is")
        adapter = read_adapter(path)
        if adapter.base == STARTER:
            check_base(adapter, STARTER, find_base_model(STARTER, self._settings).hash)
        name = check_name(name) if name else suggest_name(path.stem)
        target = self._settings.user_loras_dir / f"{name}.safetensors"
        with placing_adapter(self._settings):
            self._refuse_taken(name)
            with write_atomically(target) as temporary:
                shutil.copyfile(path, temporary)
        return read_adapter(target)

    def delete(self, name: str) -> None:
        """Deletes one of the home's adapters.

        Raises:
            UnknownAdapter: there is none.
            InvalidAdapter: it ships with the studio.
        """
        refuse_in_demo(self._settings, "Deleting is")
        path = self._settings.user_loras_dir / f"{check_name(name)}.safetensors"
        if not path.is_file():
            if (self._settings.shipped_loras_dir / path.name).is_file():
                raise InvalidAdapter(f"{name!r} ships with the studio and stays.", "Delete only your own LoRAs.")
            raise UnknownAdapter(f"There is no LoRA {name!r}.", "`adapters list` shows the ones there are.")
        path.unlink()
        cover_path(path).unlink(missing_ok=True)

    def export(self, name: str, format: ExportFormat, out: Path) -> Path:
        """Writes an adapter for other programs.

        Args:
            out: for `diffusers` and `kohya` a file, or a folder to put it into; for `peft` a folder that is made.
        Returns: what was written.
        Raises:
            InvalidAdapter: the file is in a layout that this export does not know, or `out` is there already.
        """
        adapter = self.get(name)
        if format == "peft":
            _export_peft(adapter, out)
            return out
        target = out / f"{name}.safetensors" if out.suffix != ".safetensors" else out
        with write_atomically(target) as temporary:
            if format == "kohya":
                shutil.copyfile(adapter.path, temporary)
            else:
                _write_diffusers(adapter, temporary)
        return target

    def _found(self) -> "Iterator[Adapter | UnreadableAdapter]":
        """Everything in both folders, those of the person last."""
        for folder, ships in ((self._settings.shipped_loras_dir, True), (self._settings.user_loras_dir, False)):
            for path in folder.glob("[!.]*.safetensors"):
                try:
                    check_name(path.stem)
                    yield read_adapter(path, ships=ships)
                except (InvalidAdapter, InvalidName) as error:
                    yield UnreadableAdapter(path.name, error.message)

    def _fits(self, adapter: Adapter, base: str) -> bool:
        try:
            check_base(adapter, base, find_base_model(base, self._settings).hash)
        except (InvalidAdapter, BaseModelMissing):
            return False
        return True

    def _refuse_taken(self, name: str) -> None:
        if self._jobs is not None:  # before the files: what a training ends with in between is one of them
            self._jobs.check_free(name)
        if adapter_exists(name, self._settings):
            raise InvalidName(f"There is already a LoRA called {name!r}.", "Give it another name.")


def _write_diffusers(adapter: Adapter, path: Path) -> None:
    """Writes `unet.<layer>.lora_A.weight` keys, and the config that diffusers reads rank and alpha from."""
    tensors: dict[str, RawTensor] = {}
    config: dict[str, object] = {}
    for component, layers in _by_component(adapter).items():
        tensors |= {
            f"{component}.{layer}.{half}": tensor for layer, halves in layers.items() for half, tensor in halves.items()
        }
        config |= {f"{component}.{key}": value for key, value in _peft_config(adapter, component, layers).items()}
    metadata = {**read_header(adapter.path).metadata, "lora_adapter_metadata": json.dumps(config, sort_keys=True)}
    write_tensors(path, tensors, metadata)


def _export_peft(adapter: Adapter, folder: Path) -> None:
    """Writes a folder that `PeftModel.from_pretrained(unet, folder)` opens; text encoder layers go into a subfolder."""
    if folder.exists():
        raise InvalidAdapter(f"{folder.name} is there already.", "Choose a folder that does not exist yet.")
    with create_folder_atomically(folder) as temporary:
        for component, layers in _by_component(adapter).items():
            part = temporary if component == "unet" else temporary / component
            part.mkdir(exist_ok=True)
            tensors = {
                f"base_model.model.{layer}.{half}": tensor
                for layer, halves in layers.items()
                for half, tensor in halves.items()
            }
            write_tensors(part / "adapter_model.safetensors", tensors, {"format": "pt"})
            config = {"peft_type": "LORA", "bias": "none", **_peft_config(adapter, component, layers)}
            (part / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True))


def _by_component(adapter: Adapter) -> dict[str, dict[str, dict[str, RawTensor]]]:
    """Component to layer to its two halves by peft's names.

    Layers of the text encoder lose the `text_model.` in front: newer transformers have no such module, and older ones
    are matched by the end of a name.
    """
    components: dict[str, dict[str, dict[str, RawTensor]]] = {}
    for key, tensor in read_tensors(adapter.path).items():
        name, _, half = key.partition(".")
        if not name.startswith("lora_"):
            raise InvalidAdapter(
                f"{adapter.name} is not in kohya's layout, so its layers cannot be renamed.",
                "Use the file as it is; diffusers reads it.",
            )
        if half in _PEFT_HALVES:
            component, layer = layer_name(name)
            halves = components.setdefault(component, {}).setdefault(layer.removeprefix("text_model."), {})
            halves[_PEFT_HALVES[half]] = tensor
    return components


def _peft_config(adapter: Adapter, component: str, layers: dict[str, dict[str, RawTensor]]) -> dict[str, object]:
    """peft's names for ranks and alphas: the most common ones, and a pattern for each layer that differs."""
    stored = layer_alphas(adapter.path)
    alphas = {layer.removeprefix("text_model."): alpha for (part, layer), alpha in stored.items() if part == component}
    ranks = {layer: halves["lora_A.weight"].shape[0] for layer, halves in layers.items()}
    layer_to_alpha = {layer: alphas.get(layer, float(ranks[layer])) for layer in layers}
    rank = Counter(ranks.values()).most_common(1)[0][0]
    alpha = Counter(layer_to_alpha.values()).most_common(1)[0][0]
    return {
        "r": rank,
        "lora_alpha": alpha,
        "rank_pattern": {layer: value for layer, value in ranks.items() if value != rank},
        "alpha_pattern": {layer: value for layer, value in layer_to_alpha.items() if value != alpha},
        "target_modules": sorted(layers),
    }
