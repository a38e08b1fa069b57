"""What is put where a job's folder says is found again by it, in order."""

from pathlib import Path

from profile_studio.files.checkpoints import write_manifest
from profile_studio.files.job_folder import JobFolder


def put(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"content")


def test_samples_come_the_bases_first_and_then_by_step(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path)
    for step, index in [(100_000, 0), (20, 1), (20, 0), (0, 1), (0, 0)]:
        put(folder.sample(step, index))
    put(folder.samples_dir / ".step-00030-0.png.12345678.tmp")

    found = [(sample.is_base, sample.step, sample.index) for sample in folder.samples()]

    assert found == [(True, 0, 0), (True, 0, 1), (False, 20, 0), (False, 20, 1), (False, 100_000, 0)]


def test_kept_steps_and_checkpoints_are_told_apart_and_sorted_by_number(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path)
    for step in (9, 10, 200_000):
        put(folder.step_file(step))
        put(folder.checkpoint(step) / "weights")
    put(folder.unfinished_checkpoint(300_000) / "weights")
    for step in (9, 10):
        write_manifest(folder.checkpoint(step), step)

    assert folder.kept_steps() == [9, 10, 200_000]
    assert folder.checkpoints_newest_first() == [folder.checkpoint(step) for step in (200_000, 10, 9)]
    assert folder.newest_whole_checkpoint() == folder.checkpoint(10)
    assert folder.unfinished_checkpoints() == [folder.unfinished_checkpoint(300_000)]


def test_an_empty_folder_has_nothing(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path / "none")

    assert (folder.samples(), folder.kept_steps(), folder.newest_whole_checkpoint()) == ([], [], None)
