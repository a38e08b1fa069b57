"""Trainings: what one will cost, and accepting it."""

import statistics
from dataclasses import dataclass

from PIL import Image

from profile_studio.base_models import STARTER, BaseModel, base_size, find_base_model, tokenizer_folder
from profile_studio.decoding.crops import enlarging_method, training_pictures
from profile_studio.domain.crops import Crop, crop_of
from profile_studio.domain.datasets import MINIMUM_IMAGES, Dataset, DatasetImage
from profile_studio.domain.errors import InvalidDataset, InvalidName, InvalidSettings, JobNotAllowed
from profile_studio.domain.families import FamilyFacts
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.domain.names import check_name
from profile_studio.domain.noise_schedulers import FLOW
from profile_studio.domain.optimizers import check_optimizer
from profile_studio.domain.presets import Thoroughness, preset, with_steps
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.training import MOST_STEPS, AdapterKind, LoraTrainingConfig, resolutions_near
from profile_studio.domain.training_studies import TRAINING_STUDIES, steps_of_epochs, study_values
from profile_studio.domain.trigger_words import prompt_with_trigger
from profile_studio.jobs.queue import accept
from profile_studio.prompt_tokens import CutCaptions, cut_captions
from profile_studio.services.base_fit import base_advice
from profile_studio.services.demo import refuse_in_demo
from profile_studio.services.promises import Promise, in_words
from profile_studio.settings import Settings
from profile_studio.storage.adapter_names import adapter_exists
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository

STARTER_SECONDS_A_STEP, STARTER_SECONDS_A_SAMPLE = 0.09, 0.03  # a step of 2 takes 0.15 s, one of 8 about 0.34 s
SECONDS_BESIDE_STEPS = 35.0  # loading, encoding, sample pictures and checking the result
SECONDS_A_VERSION = 0.03  # encoding: 32 starter pictures in 6 versions instead of 1 took 4.4 s more on a busy core
STARTER_MEMORY_BYTES = 900_000_000  # measured: 0.7 GB at the style preset
STEPS_PER_SECOND_KEY = "steps_per_second"


@dataclass(frozen=True)
class TrainingView:
    """What a training sees of one picture: its crop, and every version of it. `method` is how it is enlarged."""

    crop: Crop
    method: Image.Resampling | None
    versions: tuple[Image.Image, ...]


class TrainingService:
    """Accepts trainings; a worker does them."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._jobs = JobRepository(database)
        self._datasets = DatasetRepository(database, settings.datasets_dir)

    def promise(self, config: LoraTrainingConfig) -> Promise:
        """How long this training will take: measured on this machine if one like it was done here before."""
        memory_bytes = STARTER_MEMORY_BYTES if config.base == STARTER else None
        beside_steps = SECONDS_BESIDE_STEPS + self._seconds_of_versions(config)
        measured = self._measured_steps_per_second(config)
        if measured is not None:
            seconds = config.num_train_steps / measured + beside_steps
            return Promise(
                seconds,
                memory_bytes,
                Sentence("{time}, as measured in earlier trainings here.", time=in_words(seconds)),
            )
        if config.base == STARTER:
            seconds_a_batch = STARTER_SECONDS_A_STEP + STARTER_SECONDS_A_SAMPLE * config.batch_size
            seconds = config.num_train_steps * config.gradient_accumulation * seconds_a_batch + beside_steps
            return Promise(
                seconds,
                memory_bytes,
                Sentence("{time} on a laptop; a guess until the first training.", time=in_words(seconds)),
            )
        return Promise(None, memory_bytes, Sentence("How long it takes shows after the first steps."))

    def base_advice(self, config: LoraTrainingConfig) -> Sentence | None:
        """What to choose instead where the base model cannot draw what the set shows."""
        return base_advice(config.base, self._datasets.get(config.dataset))

    def cut_captions(self, config: LoraTrainingConfig) -> CutCaptions | None:
        """How many captions are longer than the base model reads; None if its tokenizer is not on this disk."""
        folder = tokenizer_folder(config.base, self._settings)
        if folder is None:
            return None
        dataset = self._datasets.get(config.dataset)
        prompts = [prompt_with_trigger(dataset.trigger_word, image.caption) for image in dataset.training_images]
        return cut_captions(prompts, folder)

    def view(self, config: LoraTrainingConfig, image: DatasetImage) -> TrainingView:
        """The very pixels that this training would be given of this picture.

        Raises:
            BaseModelMissing: the base model is not on this disk.
        """
        base = find_base_model(config.base, self._settings)
        crop = crop_of(image, config.crop, config.resolution, base.bucket_step)
        variations = config.augmentation.variations(config.seed, image.image_id)
        return TrainingView(crop, enlarging_method(image, crop), tuple(training_pictures(image, crop, variations)))

    def preset(
        self,
        kind: AdapterKind,
        base: str,
        dataset: str,
        adapter_name: str,
        thoroughness: Thoroughness = Thoroughness.BALANCED,
    ) -> LoraTrainingConfig:
        """What is offered to a person who only says "style" or "face", for this base and as many pictures.

        Raises:
            UnknownDataset: there is no such data set.
            BaseModelMissing, NotInDemo: the base is a folder that cannot be used.
        """
        n_images = len(self._datasets.get(dataset).training_images)
        family, native_size = base_size(base, self._settings)
        return preset(
            kind,
            base,
            dataset,
            adapter_name,
            n_images,
            thoroughness,
            family=family.name,
            native_size=native_size,
        )

    def config_of(self, job_id: str) -> LoraTrainingConfig:
        """What a training was asked for.

        Raises:
            UnknownJob: there is no such job.
            JobNotAllowed: it is no training.
        """
        job = self._jobs.get(job_id)
        if job.kind is not JobKind.TRAIN:
            raise JobNotAllowed("The job {job!r} is not a training.", "Take the id of a training.", job=job_id)
        return LoraTrainingConfig.model_validate(job.spec)

    def study(self, name: str, base: str, dataset: str, adapter_name: str) -> LoraTrainingConfig:
        """A training that others made, on this base and as many pictures; see `domain.training_studies`.

        Raises:
            UnknownDataset, BaseModelMissing, NotInDemo: as `preset`.
        """
        study = TRAINING_STUDIES[name]
        family, native_size = base_size(base, self._settings)
        config = LoraTrainingConfig.model_validate(
            {
                "dataset": dataset,
                "adapter_name": adapter_name,
                "base": base,
                **study_values(study, family, native_size),
            }
        )
        return config if study.epochs is None else self.with_epochs(config, study.epochs)

    def with_epochs(self, config: LoraTrainingConfig, epochs: int) -> LoraTrainingConfig:
        """The same training, as long as it takes to show every picture this often; the warm-up keeps its share.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidSettings: that is no training, or a longer one than there may be.
        """
        pictures = self._datasets.get(config.dataset).training_images
        steps = steps_of_epochs(config, epochs, sum(image.repeats for image in pictures))
        if not 1 <= steps <= MOST_STEPS:
            raise InvalidSettings(
                "{epochs} epochs of {dataset!r} are {steps} steps; a training has 1 to {most}.",
                "Choose another number of epochs, or give the steps.",
                epochs=epochs,
                dataset=config.dataset,
                steps=steps,
                most=MOST_STEPS,
            )
        return with_steps(config, steps)

    def submit(self, config: LoraTrainingConfig) -> Job:
        """Queues a training of the data set as it is now.

        Raises:
            ProfileStudioError: as `check`.
            InvalidName: another training has reserved the adapter's name.
        """
        accepted = config.model_copy(update={"dataset_version": self.check(config).version})
        return accept(self._settings, self._jobs, accepted, config.num_train_steps)

    def check(self, config: LoraTrainingConfig) -> Dataset:
        """Makes sure that a training can begin; returns its data set.

        Raises:
            NotInDemo: this is a demo.
            UnknownDataset, InvalidDataset: there is no such data set, or it has too few pictures to train on.
            InvalidName: the adapter's name is taken or not allowed.
            InvalidSettings: the base model cannot take the resolution, or the warm-up is longer than the training.
            BaseModelMissing: the base model is not on this disk.
        """
        refuse_in_demo(self._settings, "Training is")
        check_name(config.adapter_name)
        dataset = self._datasets.get(config.dataset)
        if len(dataset.training_images) < MINIMUM_IMAGES:
            raise InvalidDataset(
                "{dataset!r} has too few pictures to train on.",
                "Import at least {least} pictures; 10 to 40 work well.",
                dataset=config.dataset,
                least=MINIMUM_IMAGES,
            )
        self._refuse_taken(config.adapter_name)
        base = find_base_model(config.base, self._settings)
        _refuse_resolution(config, base)
        _refuse_what_the_family_lacks(config, base.family)
        _refuse_warmup(config)
        check_optimizer(config)
        return dataset

    def _seconds_of_versions(self, config: LoraTrainingConfig) -> float:
        """What encoding more than one version of each picture adds; known for the starter only."""
        if config.base != STARTER:
            return 0.0
        n_images = len(self._datasets.get(config.dataset).training_images)
        return (config.augmentation.versions - 1) * n_images * SECONDS_A_VERSION

    def _refuse_taken(self, name: str) -> None:
        self._jobs.check_free(name)
        if adapter_exists(name, self._settings):
            raise InvalidName("There is already a LoRA called {name!r}.", "Give the new one another name.", name=name)

    def _measured_steps_per_second(self, config: LoraTrainingConfig) -> float | None:
        """The median of earlier trainings that did the same work in a step."""
        work = (
            "base", "targets", "batch_size", "gradient_accumulation", "resolution", "precision",
            "gradient_checkpointing",
        )  # fmt: skip
        wanted = config.model_dump(mode="json")
        unsaid = LoraTrainingConfig.model_fields  # a training of an earlier version does not say every number
        speeds = [
            float(str(job.result[STEPS_PER_SECOND_KEY]))
            for job in self._jobs.find([JobStatus.COMPLETED], JobKind.TRAIN)
            if job.result and all(job.spec.get(key, unsaid[key].default) == wanted[key] for key in work)
        ]
        return statistics.median(speeds) if speeds else None


def _refuse_resolution(config: LoraTrainingConfig, base: BaseModel) -> None:
    if config.resolution % base.bucket_step:
        sizes = resolutions_near(config.resolution, base.bucket_step)
        raise InvalidSettings(
            "The base model {base!r} cannot be trained at a resolution of {resolution} pixels: it takes multiples of {multiple}.",
            "Choose one of: {names}.",
            base=config.base,
            resolution=config.resolution,
            multiple=base.bucket_step,
            names=", ".join(map(str, sizes)),
        )


def _refuse_what_the_family_lacks(config: LoraTrainingConfig, family: FamilyFacts) -> None:
    if config.targets not in family.targets:
        raise InvalidSettings(
            "{family} has no layers that {targets!r} would train.",
            "Choose one of: {names}.",
            family=family.title,
            targets=config.targets.value,
            names=", ".join(targets.value for targets in family.targets),
        )
    if family.kind == FLOW and config.min_snr_gamma is not None:
        raise InvalidSettings(
            "{family} is trained by flow matching, where min_snr_gamma has no meaning.",
            "Train with min_snr_gamma none.",
            family=family.title,
        )
    if family.kind == FLOW and config.noise_offset:
        raise InvalidSettings(
            "{family} is trained by flow matching, where noise_offset has no meaning.",
            "Train with noise_offset 0.",
            family=family.title,
        )


def _refuse_warmup(config: LoraTrainingConfig) -> None:
    if config.lr_warmup_steps > config.num_train_steps:
        raise InvalidSettings(
            "A warm-up of {warmup} steps is longer than the training with its {steps}.",
            "Choose fewer warm-up steps, or train for more steps.",
            warmup=config.lr_warmup_steps,
            steps=config.num_train_steps,
        )
