"""The LoRA files of a person and those that ship: listing, importing, exporting."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from profile_studio.base_models import HUB_IDS, find_base_model
from profile_studio.domain.adapters import Adapter, UnreadableAdapter, cover_path
from profile_studio.domain.comparison import parse_model_spec
from profile_studio.domain.errors import (
    BaseModelMissing,
    InvalidAdapter,
    InvalidModelSpec,
    InvalidName,
    UnknownAdapter,
)
from profile_studio.domain.names import check_name, suggest_name
from profile_studio.domain.training import AdapterKind
from profile_studio.files.atomic import create_folder_atomically, write_atomically
from profile_studio.lora_files import (
    FAMILY_KEY,
    MAX_RANK,
    NAMED_BASES,
    STARTER,
    Lora,
    base_label,
    blended,
    check_base,
    check_family,
    check_numbers,
    described,
    read_adapter,
    read_lora,
    read_lora_folder,
    told_family,
    write_diffusers,
    write_kohya,
    write_peft,
)
from profile_studio.services.demo import refuse_in_demo
from profile_studio.settings import Settings
from profile_studio.storage.adapter_names import adapter_exists, placing_adapter
from profile_studio.storage.adapter_shelf import shelved_adapter
from profile_studio.storage.base_folders import folder_of
from profile_studio.storage.jobs import JobRepository
from profile_studio.storage.models import find_adapter

ExportFormat = Literal["diffusers", "kohya", "peft"]


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

    def import_file(self, path: Path, name: str | None = None, base: str | None = None) -> Adapter:
        """Takes in a LoRA file, or a folder as peft writes it, after all of it was checked.

        Args:
            base: the base model it was trained on, for a file that does not tell.
        Raises:
            InvalidAdapter: it is a pickle, broken, no plain LoRA, without effect, for another base model or for one
                that is not here any more.
            BaseNotTold: it does not tell its base model, and `base` is not given.
            InvalidName: the name is taken or not allowed.
            BaseModelMissing: `base` is not on this disk.
        """
        refuse_in_demo(self._settings, "Adding LoRA files is")
        lora = read_lora_folder(path) if path.is_dir() else read_lora(path)
        check_numbers(lora, path.name)
        if base is not None:
            lora = self._for_base(lora, path, base)
        adapter = described(lora, path)
        if adapter.base == STARTER:
            starter = find_base_model(STARTER, self._settings)
            check_base(adapter, STARTER, starter.hash, starter.family.name)
        name = check_name(name) if name else suggest_name(path.stem)
        target = self._settings.user_loras_dir / f"{name}.safetensors"
        with placing_adapter(self._settings):
            self._refuse_taken(name)
            with write_atomically(target) as temporary:
                if path.is_dir() or base is not None:
                    write_kohya(temporary, lora)
                else:
                    shutil.copyfile(path, temporary)
        return read_adapter(target)

    def blend(self, spec: str, name: str, rank: int | None = None) -> tuple[Adapter, float]:
        """One LoRA that draws what several do as a sum.

        Args:
            spec: NAME=0.6+NAME=0.4.
            rank: the largest that a layer may have; None is exact, its rank the sum of theirs.
        Returns: it, and its relative error: how much of what the sum adds it lacks.
        Raises:
            InvalidModelSpec: the spec names no LoRA, one twice, or a checkpoint.
            UnknownAdapter, InvalidAdapter: one is not there, broken, or for another base model than the first; or the
                ranks add up to more than a file may have.
            InvalidName: the name is taken or not allowed.
        """
        refuse_in_demo(self._settings, "Adding LoRA files is")
        wanted = parse_model_spec(spec)
        names = [part.adapter_name for part in wanted.adapters]
        if wanted.checkpoint_step is not None or not names or len(set(names)) < len(names):
            raise InvalidModelSpec(
                "{spec!r} does not name LoRAs to blend.", "Write NAME=0.6+NAME=0.4, each once.", spec=spec
            )
        name = check_name(name)
        parts = [(self.get(part.adapter_name), part.weight) for part in wanted.adapters]
        _check_one_base([adapter for adapter, _ in parts])
        total = sum(adapter.rank for adapter, _ in parts)
        if min(total, rank or total) > MAX_RANK:
            raise InvalidAdapter(
                "Together these LoRAs have the rank {rank}; a LoRA may have up to {limit}.",
                "Give a smaller rank for the blend.",
                rank=min(total, rank or total),
                limit=MAX_RANK,
            )
        files = [(read_lora(adapter.path), weight) for adapter, weight in parts]
        lora, error = blended(files, _blend_metadata([adapter for adapter, _ in parts], spec), rank)
        check_numbers(lora, name)
        target = self._settings.user_loras_dir / f"{name}.safetensors"
        with placing_adapter(self._settings):
            self._refuse_taken(name)
            with write_atomically(target) as temporary:
                write_kohya(temporary, lora)
        return read_adapter(target), error

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
                raise InvalidAdapter(
                    "{name!r} ships with the studio and cannot be deleted.", "Delete only your own LoRAs.", name=name
                )
            raise UnknownAdapter("There is no LoRA {name!r}.", "`adapters list` shows the ones there are.", name=name)
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
        lora = read_lora(self.get(name).path)
        if format == "peft":
            if out.exists():
                raise InvalidAdapter(
                    "{folder} already exists.", "Choose a folder that does not exist yet.", folder=out.name
                )
            with create_folder_atomically(out) as folder:
                write_peft(folder, lora)
            return out
        target = out / f"{name}.safetensors" if out.suffix != ".safetensors" else out
        with write_atomically(target) as temporary:
            if format == "kohya":
                write_kohya(temporary, lora)
            else:
                write_diffusers(temporary, lora)
        return target

    def _for_base(self, lora: Lora, path: Path, base: str) -> Lora:
        """The same LoRA, its metadata telling the base model that a person named."""
        label = base_label(base)
        if base in NAMED_BASES:
            base_hash, family = "", NAMED_BASES[base]
        else:
            model = find_base_model(base, self._settings)
            base_hash, family = model.hash, model.family.name
        if "profile_studio.base" in lora.metadata:
            check_base(described(lora, path), label, base_hash, family)
            return lora
        check_family(path.name, told_family(lora, path.name), label, family)
        told = {"profile_studio.base": label, "profile_studio.base_hash": base_hash, FAMILY_KEY: family}
        return replace(lora, metadata={**lora.metadata, **told})

    def _found(self) -> "Iterator[Adapter | UnreadableAdapter]":
        """Everything in both folders, those of the person last."""
        for folder, ships in ((self._settings.shipped_loras_dir, True), (self._settings.user_loras_dir, False)):
            for path in folder.glob("[!.]*.safetensors"):
                try:
                    check_name(path.stem)
                    yield shelved_adapter(path, ships=ships)
                except (InvalidAdapter, InvalidName) as error:
                    yield UnreadableAdapter(path.name, error.message)

    def base_for(self, name: str, chosen_base: str) -> str:
        """What to use an adapter on: the chosen base model if it fits, else the one it was trained on if that is here.

        Raises:
            InvalidName, UnknownAdapter, InvalidAdapter: as :meth:`get`.
        """
        adapter = self.get(name)
        named = adapter.base if adapter.base in (STARTER, *HUB_IDS) else None
        candidates = (chosen_base, named, folder_of(adapter.base_hash, self._settings))
        return next((base for base in candidates if base and self._fits(adapter, base)), chosen_base)

    def _fits(self, adapter: Adapter, base: str) -> bool:
        try:
            model = find_base_model(base, self._settings)
            check_base(adapter, base, model.hash, model.family.name)
        except (InvalidAdapter, BaseModelMissing):
            return False
        return True

    def _refuse_taken(self, name: str) -> None:
        if self._jobs is not None:  # before the files: what a training ends with in between is one of them
            self._jobs.check_free(name)
        if adapter_exists(name, self._settings):
            raise InvalidName("There is already a LoRA called {name!r}.", "Give it another name.", name=name)


def _check_one_base(adapters: Sequence[Adapter]) -> None:
    """Foreign files, which know no hash, go with all of their family."""
    first = _best_told(adapters)
    for adapter in adapters:
        if adapter.family != first.family or (adapter.base_hash and adapter.base_hash != first.base_hash):
            raise InvalidAdapter(
                "{name} was trained for the base model {own_base!r}, not for {base!r}.",
                "Choose {own_base!r} as the base model, or train it again on {base!r}.",
                name=adapter.name,
                own_base=adapter.base,
                base=first.base,
            )


def _best_told(adapters: Sequence[Adapter]) -> Adapter:
    return next((adapter for adapter in adapters if adapter.base_hash), adapters[0])


def _blend_metadata(adapters: Sequence[Adapter], spec: str) -> dict[str, str]:
    first = _best_told(adapters)
    is_face = all(adapter.kind is AdapterKind.FACE for adapter in adapters)
    told = {
        "kind": AdapterKind.FACE if is_face else AdapterKind.STYLE,
        "base": first.base,
        "base_hash": first.base_hash,
        "trigger_word": ", ".join(adapter.trigger_word for adapter in adapters if adapter.trigger_word),
        "class_word": next((adapter.class_word for adapter in adapters if adapter.class_word), ""),
        "blend_of": spec,
    }
    return {FAMILY_KEY: first.family, **{f"profile_studio.{key}": value for key, value in told.items()}}
