"""What takes room is told as it is, and only what no job needs can go."""

from pathlib import Path

import pytest
from PIL import Image

from profile_studio.domain.datasets import ImportRequest
from profile_studio.domain.errors import JobNotAllowed, NotInDemo, UnknownJob
from profile_studio.domain.jobs import Job, JobError, JobKind
from profile_studio.services.storage_space import SpaceKind, space_of
from profile_studio.services.studio import Studio
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from tests.random_adapter import write_random_adapter

EXAMPLE = REPOSITORY_ROOT / "assets" / "examples" / "pixel-art" / "train"


@pytest.fixture
def studio(settings: Settings) -> Studio:
    return Studio.open(settings)


@pytest.fixture
def repository(studio: Studio) -> JobRepository:
    return JobRepository(Database(studio.settings.resolved_database_url))


def training(studio: Studio, repository: JobRepository, name: str = "pixel-me", dataset: str = "club") -> Job:
    """A queued training with a checkpoint of 1,000 bytes and a log of 10."""
    job = repository.create(JobKind.TRAIN, {"adapter_name": name, "dataset": dataset}, 10, 1.0)
    folder = studio.settings.jobs_dir / job.id
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "checkpoints" / "step-00010.safetensors").write_bytes(bytes(1000))
    (folder / "log.txt").write_bytes(bytes(10))
    return job


def finish(repository: JobRepository, job: Job) -> None:
    attempt = repository.claim(job.id, 2.0)
    assert attempt
    repository.fail(job.id, attempt, JobError("internal", "It broke.", "Try again."), 3.0)


def names(studio: Studio, kind: SpaceKind) -> list[str]:
    return [item.name for item in studio.storage.overview().group(kind).items]


def test_the_kinds_together_are_the_whole_home(studio: Studio, repository: JobRepository) -> None:
    training(studio, repository)
    studio.datasets.import_sources(ImportRequest([EXAMPLE], "club"))
    Image.new("RGB", (8, 8)).save(studio.settings.pictures_dir / "made.png")

    overview = studio.storage.overview()

    parts = [group.space for group in overview.groups if group.kind is not SpaceKind.CHECKPOINTS]
    assert sum(part.files for part in parts) == overview.space.files
    assert sum(part.bytes for part in parts) == overview.space.bytes == space_of(studio.settings.resolved_home).bytes
    assert overview.group(SpaceKind.CHECKPOINTS).space.bytes == 1000
    sizes = [group.space.bytes for group in overview.groups]
    assert sizes == sorted(sizes, reverse=True)
    assert overview.free_bytes > 0


def test_nothing_of_a_job_that_is_not_over_is_offered_or_deleted(studio: Studio, repository: JobRepository) -> None:
    job = training(studio, repository)
    studio.datasets.import_sources(ImportRequest([EXAMPLE], "club"))

    for kind, name in ((SpaceKind.JOBS, job.id), (SpaceKind.CHECKPOINTS, job.id), (SpaceKind.DATASETS, "club")):
        assert names(studio, kind) == []
        with pytest.raises(JobNotAllowed):
            studio.storage.delete(kind, [name])
    assert (studio.settings.jobs_dir / job.id / "log.txt").is_file()

    finish(repository, job)

    assert [names(studio, kind) for kind in (SpaceKind.JOBS, SpaceKind.CHECKPOINTS)] == [[job.id], [job.id]]
    assert names(studio, SpaceKind.DATASETS) == ["club"]


def test_what_a_waiting_comparison_needs_stays(studio: Studio, repository: JobRepository) -> None:
    job = training(studio, repository)
    finish(repository, job)
    write_random_adapter(studio.settings.user_loras_dir / "pixel-me.safetensors", Path("starter"), studio.settings)
    waiting = repository.create(JobKind.COMPARE, {"models": ["base", "pixel-me@10"], "dataset": "club"}, 8, 4.0)

    assert [names(studio, kind) for kind in (SpaceKind.ADAPTERS, SpaceKind.CHECKPOINTS, SpaceKind.JOBS)] == [[]] * 3

    finish(repository, waiting)

    assert names(studio, SpaceKind.ADAPTERS) == ["pixel-me"]
    assert names(studio, SpaceKind.CHECKPOINTS) == [job.id]


def test_checkpoints_go_and_the_training_stays_in_the_list(studio: Studio, repository: JobRepository) -> None:
    job = training(studio, repository)
    finish(repository, job)

    freed = studio.storage.delete(SpaceKind.CHECKPOINTS, [job.id]).space

    assert (freed.files, freed.bytes) == (1, 1000)
    assert (studio.settings.jobs_dir / job.id / "log.txt").is_file()
    assert studio.jobs.get(job.id).id == job.id
    assert names(studio, SpaceKind.CHECKPOINTS) == []


def test_a_job_goes_with_its_files_and_its_row(studio: Studio, repository: JobRepository) -> None:
    job, other = training(studio, repository), training(studio, repository, "other")
    finish(repository, job)

    assert studio.storage.delete(SpaceKind.JOBS, [job.id]).space.bytes == 1010

    assert not (studio.settings.jobs_dir / job.id).exists()
    assert (studio.settings.jobs_dir / other.id).exists()
    with pytest.raises(UnknownJob):
        studio.jobs.get(job.id)


def test_a_row_is_forgotten_only_when_its_job_is_over(studio: Studio, repository: JobRepository) -> None:
    job = training(studio, repository)

    assert not repository.delete_finished(job.id)
    finish(repository, job)
    assert repository.delete_finished(job.id)


def test_what_stays_of_a_deleted_set_is_named(studio: Studio, tiny_base: Path) -> None:
    studio.datasets.import_sources(ImportRequest([EXAMPLE], "club"))
    write_random_adapter(studio.settings.user_loras_dir / "mine.safetensors", tiny_base, studio.settings, "me", "club")

    assert studio.storage.delete(SpaceKind.DATASETS, ["club"]).left == ("the LoRA mine until you delete it by itself",)


def test_if_one_thing_cannot_go_nothing_goes(studio: Studio, repository: JobRepository) -> None:
    over, waiting = training(studio, repository), training(studio, repository, "other")
    finish(repository, over)

    with pytest.raises(JobNotAllowed) as caught:
        studio.storage.delete(SpaceKind.JOBS, [over.id, waiting.id])

    assert waiting.id in caught.value.message
    assert (studio.settings.jobs_dir / over.id).exists()


def make_picture(studio: Studio) -> None:
    Image.new("RGB", (8, 8)).save(studio.settings.pictures_dir / "made.png")
    studio.gallery.thumbnail(studio.settings.pictures_dir / "made.png")


def test_thumbnails_go_alone_and_pictures_go_alone(studio: Studio) -> None:
    make_picture(studio)

    def files() -> list[str]:
        return sorted(path.suffix for path in studio.settings.pictures_dir.rglob("*") if path.is_file())

    studio.storage.delete(SpaceKind.THUMBNAILS, ["thumbnails"])
    assert files() == [".png"]
    make_picture(studio)
    studio.storage.delete(SpaceKind.PICTURES, ["pictures"])
    assert files() == [".webp"]


def test_strangers_neither_see_the_disk_nor_delete(tmp_path: Path) -> None:
    demo = Studio.open(Settings(home=tmp_path / "home", space_id="someone/studio"))

    with pytest.raises(NotInDemo):
        demo.storage.overview()
    with pytest.raises(NotInDemo):
        demo.storage.delete(SpaceKind.DATASETS, ["pixel-art"])
