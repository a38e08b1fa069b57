"""A finished training that was never run: its row, its encoded pictures and the LoRA of each kept step."""

import time
from pathlib import Path

import torch

from profile_studio.base_models import find_base_model
from profile_studio.domain.jobs import Job, JobKind
from profile_studio.families.registry import load_family
from profile_studio.lora_files import read_header, read_tensors, write_tensors
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository
from profile_studio.training.cache import encode_dataset, save_training_set
from tests.random_adapter import write_random_adapter
from tests.training.helpers import small_config


def keep_training(settings: Settings, base: Path, steps: tuple[int, ...] = (2, 4)) -> Job:
    """A training of `dots` that ended as `dotted` after 6 steps and kept these."""
    database = Database(settings.resolved_database_url)
    jobs = JobRepository(database)
    config = small_config(base)
    job = jobs.create(JobKind.TRAIN, config.model_dump(mode="json"), config.num_train_steps, time.time())
    jobs.claim(job.id, time.time())
    attempt = jobs.get(job.id).attempt
    folder = settings.job_folder(job.id)
    folder.checkpoints_dir.mkdir(parents=True)
    for step in (*steps, 6):
        path = folder.step_file(step) if step in steps else settings.user_loras_dir / "dotted.safetensors"
        write_random_adapter(path, base, settings, "dotty", "dots", "dots", seed=step)
        told = {
            "profile_studio.job": job.id,
            "ss_steps": str(step),
            "ss_output_name": "asked-for",
            "modelspec.title": "asked-for",
        }
        write_tensors(path, read_tensors(path), read_header(path).metadata | told)
    family = load_family(find_base_model(str(base), settings), torch.device("cpu"), torch.float32)
    dataset = DatasetRepository(database, settings.datasets_dir).get("dots")
    save_training_set(folder.cache, encode_dataset(family, dataset, config, family.base.bucket_step))
    jobs.complete(job.id, attempt, {"adapter": "dotted", "file": "dotted.safetensors"}, time.time())
    return jobs.get(job.id)
