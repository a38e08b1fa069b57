"""The kept steps of a training: comparing them, and taking another one than the last."""

import shutil
from pathlib import Path

from PIL import Image

from profile_studio.domain.adapters import Adapter, cover_path
from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.errors import InvalidModelSpec, InvalidName, JobNotAllowed
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.files.atomic import write_atomically
from profile_studio.jobs.kinds import job_name
from profile_studio.lora_files import read_adapter, read_header, read_tensors, write_tensors
from profile_studio.services.comparison import DEFAULT_PROMPTS
from profile_studio.services.demo import refuse_in_demo
from profile_studio.settings import Settings
from profile_studio.storage.adapter_names import placing_adapter
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository

METRICS = ("style_similarity", "clip_score", "variety", "copy_risk", "face_score")
"""What decides between steps: the report speaks of the first three, copies are counted."""

COVER_SIDE_PX = 256


class CheckpointService:
    """Everything the page and the command line do with the kept steps of a training."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._jobs = JobRepository(database)

    def trainings(self) -> list[Job]:
        """The finished trainings that kept more than one step, newest first."""
        finished = self._jobs.find([JobStatus.COMPLETED], JobKind.TRAIN)
        return [job for job in finished if len(self.steps(job)) > 1]

    def steps(self, training: Job) -> list[int]:
        """The steps whose LoRA is there, in order; the last one is there under the LoRA's own name."""
        kept = set(self._settings.job_folder(training.id).kept_steps())
        return sorted(kept | {training.steps}) if self._is_published(training, training.steps) else sorted(kept)

    def comparison(self, job_id: str, **choices: object) -> ComparisonConfig:
        """The comparison of all kept steps of a training, on the base and with the measures that decide.

        Args:
            choices: fields of the comparison that are not to be as usual.
        Raises:
            UnknownJob: there is no such job.
            JobNotAllowed: it is no finished training, or kept fewer than two steps.
        """
        training = self._finished(job_id)
        steps = self.steps(training)
        if len(steps) < 2:
            raise JobNotAllowed(
                "The training {job!r} kept only one step, so there is nothing to choose from.",
                "Train with sample pictures: a step is kept with each of them.",
                job=job_id,
            )
        self._keep_last(training)
        trained = LoraTrainingConfig.model_validate(training.spec)
        values: dict[str, object] = {
            "models": [f"{training.adapter_name}@{step}" for step in steps],
            "base": trained.base,
            "prompts": DEFAULT_PROMPTS,
            "metrics": METRICS,
            "checkpoints": job_id,
        }
        return ComparisonConfig.model_validate({**values, **choices}).unified()

    def newest_training_of(self, adapter_name: str) -> Job:
        """The newest finished training that made a LoRA of this name.

        Raises:
            InvalidModelSpec: there is none.
        """
        for job in self._jobs.find([JobStatus.COMPLETED], JobKind.TRAIN):
            if job.adapter_name == adapter_name:
                return job
        raise InvalidModelSpec(
            "{name} was not trained in this studio.",
            "Only LoRAs trained in this studio keep checkpoints.",
            name=adapter_name,
        )

    def keep(self, job_id: str, step: int) -> Adapter:
        """Makes one of the kept steps the training's LoRA; the others stay, so that the choice can be changed.

        Raises:
            UnknownJob, JobNotAllowed: it is no finished training.
            InvalidModelSpec: that step was not kept.
            InvalidName: another LoRA has the name by now.
        """
        refuse_in_demo(self._settings, "Choosing a step is")
        training = self._finished(job_id)
        if step not in (steps := self.steps(training)):
            raise InvalidModelSpec(
                "{name} has no checkpoint at step {step}.",
                "It has: {steps}.",
                name=job_name(training),
                step=step,
                steps=", ".join(map(str, steps)),
            )
        self._keep_last(training)
        folder, published = self._settings.job_folder(job_id), self._published(training)
        with placing_adapter(self._settings):
            if published.is_file() and read_header(published).metadata.get("profile_studio.job") != job_id:
                raise InvalidName(
                    "There is already a LoRA called {name!r}.", "Delete it first.", name=job_name(training)
                )
            kept = folder.step_file(step)
            names = {"ss_output_name": published.stem, "modelspec.title": published.stem}
            told = read_header(kept).metadata
            with write_atomically(published) as temporary:
                write_tensors(temporary, read_tensors(kept), told | {key: names[key] for key in names if key in told})
            _keep_cover(folder.sample(step, 0), cover_path(published))
        return read_adapter(published)

    def _finished(self, job_id: str) -> Job:
        job = self._jobs.get(job_id)
        if job.kind is not JobKind.TRAIN or job.status is not JobStatus.COMPLETED:
            raise JobNotAllowed(
                "The job {job!r} is not a finished training.", "Take the id of a finished training.", job=job_id
            )
        return job

    def _published(self, training: Job) -> Path:
        return self._settings.user_loras_dir / f"{training.adapter_name}.safetensors"

    def _is_published(self, training: Job, step: int) -> bool:
        """Whether the LoRA under the training's name is this step of it."""
        path = self._published(training)
        if not path.is_file() or read_header(path).metadata.get("profile_studio.job") != training.id:
            return False
        return read_adapter(path).num_train_steps == step

    def _keep_last(self, training: Job) -> None:
        """Keeps the end of a training beside its other steps, before another one takes its place."""
        kept = self._settings.job_folder(training.id).step_file(training.steps)
        if not kept.is_file() and self._is_published(training, training.steps):
            with write_atomically(kept) as temporary:
                shutil.copyfile(self._published(training), temporary)


def _keep_cover(sample: Path, cover: Path) -> None:
    if sample.is_file():
        with Image.open(sample) as picture, write_atomically(cover) as temporary:
            picture.thumbnail((COVER_SIDE_PX, COVER_SIDE_PX))
            picture.save(temporary, format="WEBP", quality=88)
