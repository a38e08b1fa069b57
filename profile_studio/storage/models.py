"""From a model's name in a comparison to the files that make it."""

from pathlib import Path

from profile_studio.domain.adapters import Adapter, WeightedAdapter
from profile_studio.domain.comparison import ModelSpec
from profile_studio.domain.errors import InvalidModelSpec, UnknownAdapter
from profile_studio.domain.jobs import JobKind
from profile_studio.domain.names import check_name
from profile_studio.lora_files import read_adapter
from profile_studio.settings import Settings
from profile_studio.storage.adapter_shelf import shelved_adapter
from profile_studio.storage.jobs import JobRepository


def find_adapter(name: str, settings: Settings) -> Adapter:
    """The adapter of this name, the person's own before the shipped one.

    Raises:
        InvalidName: no LoRA can be called that.
        UnknownAdapter: there is none.
        InvalidAdapter: its file is broken.
    """
    check_name(name)
    for folder, ships in ((settings.user_loras_dir, False), (settings.shipped_loras_dir, True)):
        path = folder / f"{name}.safetensors"
        if path.is_file():
            return shelved_adapter(path, ships=ships)
    raise UnknownAdapter("There is no LoRA {name!r}.", "`adapters list` shows the ones there are.", name=name)


def resolve_model(
    spec: ModelSpec, settings: Settings, jobs: JobRepository, training: str | None = None
) -> tuple[WeightedAdapter, ...]:
    """The adapters of a parsed spec; none for `base`.

    Args:
        training: the id of the job that kept the checkpoint; without, the newest one that made a LoRA of this name.

    Raises:
        UnknownAdapter: an adapter is not there.
        InvalidAdapter: an adapter's file is broken.
        InvalidModelSpec: no training kept the checkpoint that NAME@STEP asks for.
    """
    if spec.checkpoint_step is None:
        return tuple(WeightedAdapter(find_adapter(part.adapter_name, settings), part.weight) for part in spec.adapters)
    (part,) = spec.adapters
    path = _checkpoint(part.adapter_name, spec.checkpoint_step, settings, jobs, training)
    return (WeightedAdapter(read_adapter(path), part.weight),)


def _checkpoint(adapter_name: str, step: int, settings: Settings, jobs: JobRepository, training: str | None) -> Path:
    trainings = [
        job for job in jobs.find(kind=JobKind.TRAIN) if job.adapter_name == adapter_name and training in (None, job.id)
    ]
    folders = [settings.job_folder(job.id) for job in trainings]
    for folder in folders:  # newest training first
        if (path := folder.step_file(step)).is_file():
            return path
    kept = sorted({kept for folder in folders for kept in folder.kept_steps()})
    raise InvalidModelSpec(
        "{name} has no checkpoint at step {step}.",
        "It has: {steps}." if kept else "Only LoRAs trained in this studio keep checkpoints.",
        name=adapter_name,
        step=step,
        steps=", ".join(map(str, kept)),
    )
