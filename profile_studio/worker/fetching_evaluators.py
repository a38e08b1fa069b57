"""Fetching a network that measures or describes pictures into its folder in the home."""

from collections.abc import Callable
from pathlib import Path

from profile_studio.domain.errors import BaseModelMissing
from profile_studio.domain.evaluators import PICKLE, SAFETENSORS, Evaluator
from profile_studio.domain.jobs import JobContext
from profile_studio.files.atomic import write_atomically
from profile_studio.hub.client import model_on_hub
from profile_studio.hub.plain_file import PlainFile
from profile_studio.settings import Settings
from profile_studio.storage.hub_token import hub_token
from profile_studio.worker.fetch_progress import FetchProgress


def fetch_evaluator(wanted: Evaluator, context: JobContext, settings: Settings) -> dict[str, object]:
    """Fetches what is not there yet; steps are megabytes. What was there before is left as it is.

    Raises:
        Interrupted: a wish was seen; what was fetched stays.
        BaseModelMissing: it is not given any more, or the disk is too small.
        HubUnreachable: nobody answers.
    """
    folder = settings.evaluators_dir / wanted.name
    if not (folder / wanted.weights).exists():
        folder.mkdir(parents=True, exist_ok=True)
        (_from_address if wanted.address else _from_hub)(wanted, folder, FetchProgress(context), settings)
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return {"evaluator": wanted.name, "folder": str(folder), "bytes": size}


def _from_address(wanted: Evaluator, folder: Path, progress: FetchProgress, _settings: Settings) -> None:
    assert wanted.address is not None
    file = PlainFile(wanted.address, folder / wanted.weights)
    progress.begin(wanted.name, wanted.address.n_bytes, file.bytes_there(), folder)
    file.fetch(progress.add)


def _from_hub(wanted: Evaluator, folder: Path, progress: FetchProgress, settings: Settings) -> None:
    model = model_on_hub(wanted.name, wanted.hub_id, hub_token(settings))
    files = wanted.files(model.sizes)
    if lacking := [name for name in files if name not in model.sizes]:
        raise BaseModelMissing(
            "{hub!r} on the hub has no {file} any more.",
            "Put a copy of it, with all its files, into {folder}.",
            hub=wanted.hub_id,
            file=lacking[0],
            folder=str(folder),
        )
    sizes = {name: model.sizes[name] for name in files}
    there = sum(min(model.bytes_in(folder, name), size) for name, size in sizes.items())
    twice = sizes.get(PICKLE, 0)  # until it is written again as safetensors
    progress.begin(wanted.name, sum(sizes.values()), there, folder, beside=twice)
    for name in files:
        model.fetch_into(folder, name, progress.add)
    if PICKLE in files:
        _as_safetensors(folder, lambda: progress.add(0))


def _as_safetensors(folder: Path, look_for_wish: Callable[[], None]) -> None:
    """Writes a pickle's tensors as safetensors and deletes it; only tensors are read of it, whatever else it holds."""
    import torch
    from safetensors.torch import save_file

    look_for_wish()
    tensors = torch.load(folder / PICKLE, map_location="cpu", weights_only=True)
    with write_atomically(folder / SAFETENSORS) as temporary:
        # Cloned: tied weights share their memory, which the format has no place for.
        save_file({name: tensor.clone() for name, tensor in tensors.items()}, temporary, metadata={"format": "pt"})
    (folder / PICKLE).unlink()
