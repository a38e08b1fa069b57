"""After a face set was deleted with its LoRAs, no file of the home knows of it but what was named as staying."""

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from profile_studio.domain.datasets import Consent, ImportRequest
from profile_studio.domain.errors import InvalidDataset, UnknownJob
from profile_studio.domain.generation import AdapterWeight, GenerationRequest, PictureRecipe
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.files.pictures import write_picture
from profile_studio.services.studio import Studio
from profile_studio.services.traces import SETTLED_AFTER_S, TracesOfDatasets
from profile_studio.settings import Settings
from profile_studio.storage.backups import Backups
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from profile_studio.ui.korean import KOREAN
from tests.random_adapter import write_random_adapter

SET, CAPTION, LORA = "zebrina", "a quokka hat", "zebrina-lora"


class Home:
    """A face set, and a finished job of each kind that was made of it."""

    def __init__(self, settings: Settings, tmp_path: Path, tiny_base: Path) -> None:
        self.settings = settings
        self.studio = Studio.open(settings)
        self.database = Database(settings.resolved_database_url)
        self.jobs = JobRepository(self.database)
        source = tmp_path / "in"
        source.mkdir()
        for seed in range(3):
            pixels = np.random.default_rng(seed).integers(0, 256, (96, 96, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(source / f"{seed}.png")
            (source / f"{seed}.txt").write_text(CAPTION, encoding="utf-8")
        self.studio.datasets.import_sources(ImportRequest([source], SET, "zebrinaword", consent=Consent.PERMISSION))
        self.training = self.finished(self.job(JobKind.TRAIN, dataset=SET, adapter_name=LORA))
        self.captioning = self.finished(self.job(JobKind.CAPTION, dataset=SET))
        self.comparison = self.finished(self.job(JobKind.COMPARE, models=["base", f"{LORA}=0.5", "pixel-art"]))
        self.strangers = self.finished(self.job(JobKind.COMPARE, models=["base", "pixel-art"]))
        path = settings.user_loras_dir / f"{LORA}.safetensors"
        write_random_adapter(path, tiny_base, settings, "zebrinaword", SET)
        Image.new("RGB", (8, 8)).save(path.with_suffix(".webp"))

    def job(self, kind: JobKind, **spec: object) -> Job:
        """A queued one that has kept something in its folder."""
        job = self.jobs.create(kind, spec, 1, time.time())
        folder = self.settings.jobs_dir / job.id
        (folder / "samples").mkdir(parents=True)
        for name in ("cache.safetensors", "changes.json", "samples/base-0.png", "report.html", "log.txt"):
            (folder / name).write_bytes(b"of zebrina")
        return job

    def finished(self, job: Job) -> Job:
        attempt = self.jobs.claim(job.id, time.time())
        assert attempt
        self.jobs.complete(job.id, attempt, {}, time.time())
        return self.jobs.get(job.id)

    def draw(self) -> Path:
        """A picture in the gallery."""
        request = GenerationRequest(prompt="zebrinaword", adapters=(AdapterWeight(adapter_name=LORA),))
        recipe = PictureRecipe(request=request, seed=1, base_hash="", versions={})
        return write_picture(self.settings.pictures_dir, Image.new("RGB", (8, 8)), recipe)

    def files_that_know(self, *words: str) -> list[str]:
        """Files of the home that hold one of the words, in their names or anywhere inside."""
        home = self.settings.resolved_home
        return sorted(
            str(path.relative_to(home))
            for path in home.rglob("*")
            for name in [str(path.relative_to(home)).encode()]
            if any(word.encode() in (path.read_bytes() if path.is_file() else b"") + name for word in words)
        )


@pytest.fixture
def home(settings: Settings, tmp_path: Path, tiny_base: Path) -> Home:
    return Home(settings, tmp_path, tiny_base)


def test_nothing_knows_of_a_set_that_was_deleted_with_its_adapters(home: Home) -> None:
    assert home.database.file
    backups = Backups(home.database.file)
    backups.make(time.time() - 24 * 3600.0)
    backups.make(time.time() - 24 * 3600.0, "before-0007")

    deleted = home.studio.datasets.delete(SET, with_adapters=True)

    known = home.files_that_know("zebrina", "quokka")
    assert [name for name in known if not name.startswith(f"jobs/{home.strangers.id}/")] == []
    assert [job.id for job in home.jobs.find()] == [home.strangers.id]
    assert set(deleted.removed) == {
        "3 pictures", "3 thumbnails", "3 captions", f"the training {home.training.id}",
        f"the captioning {home.captioning.id}", f"the comparison {home.comparison.id}", f"the LoRA {LORA}",
        f"the cover picture of {LORA}", "the older backups of the database",
    }  # fmt: skip
    assert deleted.left == ()
    (renewed,) = backups.newest_first()
    assert b"zebrina" not in renewed.read_bytes()


def test_what_encoders_saw_of_its_pictures_goes_with_it(home: Home) -> None:
    seen = home.settings.features_dir / "judge-00000000" / "picture.npy"
    seen.parent.mkdir(parents=True)
    seen.write_bytes(b"of zebrina")
    home.studio.datasets.delete(SET)
    assert not home.files_that_know("features")


def test_pictures_in_the_gallery_are_named_as_staying(home: Home) -> None:
    picture = home.draw()

    deleted = home.studio.datasets.delete(SET, with_adapters=True)

    assert deleted.left == (f"1 picture in the gallery made with the LoRA {LORA} until you delete them there",)
    assert picture.is_file()


def test_without_its_adapters_they_and_what_they_made_are_named(home: Home) -> None:
    home.draw()

    deleted = home.studio.datasets.delete(SET)

    folder = home.settings.jobs_dir / home.training.id
    assert sorted(path.name for path in folder.iterdir()) == ["log.txt", "report.html"]
    assert (home.settings.jobs_dir / home.comparison.id / "report.html").is_file()
    assert not (home.settings.jobs_dir / home.captioning.id).exists()
    assert deleted.left == (
        f"the comparison {home.comparison.id} until you delete it under Storage",
        f"the LoRA {LORA} until you delete it by itself",
        f"1 picture in the gallery made with the LoRA {LORA} until you delete them there",
    )
    assert home.files_that_know("quokka") == []


@pytest.mark.parametrize("with_adapters", [False, True])
@pytest.mark.parametrize("by_its_process", [False, True])
def test_what_a_running_training_keeps_goes_when_it_is_over(
    home: Home, with_adapters: bool, by_its_process: bool
) -> None:
    job = home.job(JobKind.TRAIN, dataset=SET, adapter_name="second")
    attempt = home.jobs.claim(job.id, time.time())
    assert attempt
    cache = home.settings.jobs_dir / job.id / "cache.safetensors"
    traces = TracesOfDatasets(home.settings, home.jobs)

    deleted = home.studio.datasets.delete(SET, with_adapters=with_adapters)
    traces.remove_pictures_of(job.id)
    traces.remove_from_ended_jobs(time.time() + 60.0)

    assert [job.id in sentence for sentence in deleted.left if "training" in sentence] == [True]
    assert cache.is_file()
    if with_adapters:
        assert home.jobs.settle_cancel(job.id, attempt, time.time())
    else:
        home.jobs.complete(job.id, attempt, {}, time.time())
    if by_its_process:
        traces.remove_pictures_of(job.id)
        assert not cache.exists()
    traces.remove_from_ended_jobs(time.time() + SETTLED_AFTER_S + 1.0)
    assert not cache.exists()
    if with_adapters:
        assert not cache.parent.exists()
        with pytest.raises(UnknownJob):
            home.jobs.get(job.id)
    else:
        assert sorted(path.name for path in cache.parent.iterdir()) == ["log.txt", "report.html"]


def test_a_lora_that_is_broken_or_was_deleted_before_hides_nothing(home: Home) -> None:
    file = home.settings.user_loras_dir / f"{LORA}.safetensors"
    home.draw()
    for spoil in (lambda: file.write_bytes(b"half a file"), file.unlink):
        spoil()
        traces = TracesOfDatasets(home.settings, home.jobs)
        left = traces.remove(SET, time.time(), with_adapters=False)[1]
        assert f"the comparison {home.comparison.id} until you delete it under Storage" in left
    file.write_bytes(b"half a file")

    deleted = home.studio.datasets.delete(SET, with_adapters=True)

    assert {f"the LoRA {LORA}", f"the cover picture of {LORA}", f"the comparison {home.comparison.id}"} <= set(
        deleted.removed
    )
    assert len(deleted.left) == 1  # the gallery's picture


def test_a_name_that_another_lora_has_by_now_is_not_its(home: Home, tiny_base: Path) -> None:
    file = home.settings.user_loras_dir / f"{LORA}.safetensors"
    file.unlink()
    write_random_adapter(file, tiny_base, home.settings, "other", "another")
    home.draw()

    deleted = home.studio.datasets.delete(SET, with_adapters=True)

    assert file.is_file()
    assert home.jobs.get(home.comparison.id)
    assert deleted.left == ()


def test_waiting_jobs_of_a_person_who_is_deleted_never_run(home: Home) -> None:
    waiting = home.job(JobKind.TRAIN, dataset=SET, adapter_name="second")
    other = home.job(JobKind.TRAIN, dataset="another", adapter_name="third")

    deleted = home.studio.datasets.delete(SET, with_adapters=True)

    assert f"the training {waiting.id}" in deleted.removed
    assert [job.id for job in home.jobs.find([JobStatus.QUEUED])] == [other.id]


def test_a_reader_that_keeps_names_in_the_write_ahead_file_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("profile_studio.storage.sqlite_faults.LOCK_TIMEOUT_S", 0.01)
    reader = Database(home.settings.resolved_database_url)
    with reader.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("SELECT * FROM datasets").all()
        left = Studio.open(home.settings).datasets.delete(SET).left
    assert "names in the file of the database's last changes until the studio stops" in left


def test_a_folder_that_cannot_be_moved_keeps_its_rows(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Path, _target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(InvalidDataset) as caught:
        home.studio.datasets.delete(SET)
    assert "Permission denied" in caught.value.message
    assert len(home.studio.datasets.get(SET).images) == 3


def test_all_of_it_is_said_in_korean(home: Home) -> None:
    home.draw()
    running = home.job(JobKind.TRAIN, dataset=SET, adapter_name="second")
    home.jobs.claim(running.id, time.time())
    Studio.open(home.settings)

    kept = home.studio.datasets.delete(SET)

    for sentence in (*kept.removed, *kept.left):
        said = KOREAN.common.said(sentence)
        assert said != sentence and " the " not in f" {said} ", said
