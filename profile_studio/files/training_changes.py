"""What a training went on with after it failed, beside its checkpoints: another process takes it up there."""

from profile_studio.domain.training_changes import CHANGES, TrainingChange
from profile_studio.files.atomic import write_atomically
from profile_studio.files.job_folder import JobFolder


def read_changes(folder: JobFolder) -> tuple[TrainingChange, ...]:
    """The changes so far, in their order."""
    return CHANGES.validate_json(folder.changes.read_bytes()) if folder.changes.is_file() else ()


def keep_changes(folder: JobFolder, changes: tuple[TrainingChange, ...]) -> None:
    """Writes them all."""
    with write_atomically(folder.changes) as temporary:
        temporary.write_bytes(CHANGES.dump_json(changes))
