"""Where things lie and how the studio runs: the only reader of environment variables."""

import contextlib
import logging
import os
import platform
import re
import stat
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from profile_studio.files.job_folder import JobFolder

_log = logging.getLogger(__name__)

REPOSITORY_ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Read from `PROFILE_STUDIO_*`; every path of the home folder is spelled here and nowhere else."""

    model_config = SettingsConfigDict(env_prefix="PROFILE_STUDIO_", frozen=True, populate_by_name=True)

    home: Path = Field(default=Path("data"), description="Folder for data, user adapters and pictures.")
    database_url: str = Field(default="", description="SQLAlchemy URL; empty means SQLite in the home.")
    machine: str = Field(
        default_factory=platform.node,
        validate_default=True,
        description="Name of this machine, among those that share a home and a database server.",
    )
    visible_devices: str = Field(
        default="", validation_alias="CUDA_VISIBLE_DEVICES", description="Which of the machine's GPUs are ours."
    )
    password: str = Field(default="", description="Asked for at the door, with the name `studio`; empty: no door.")
    hosts: str = Field(
        default="", description="Names under which the page is opened besides localhost and IP addresses; with commas."
    )
    listens_at: str = Field(
        default="127.0.0.1", validation_alias="GRADIO_SERVER_NAME", description="Set in containers and on Spaces."
    )
    container: bool = Field(default=False, description="Set by the Dockerfile: who reaches its port is not known here.")
    share: bool = Field(default=False, description="Also a public address; only with a password.")
    private: bool = Field(default=False, description="On a Space: its owner alone comes in, so nothing is closed.")
    space_id: str = Field(default="", validation_alias="SPACE_ID", description="Set by Hugging Face on its Spaces.")
    zero_gpu: bool = Field(default=False, validation_alias="SPACES_ZERO_GPU", description="Set there with ZeroGPU.")
    blip: str = Field(
        default="",
        description="Captions photographs: a local folder in transformers layout, or a hub id; empty means the fetched one.",
    )
    yunet: str = Field(
        default="", description="Finds faces at import: YuNet's .onnx file; empty means OpenCV's Haar cascade."
    )

    @field_validator("machine", "visible_devices")
    @classmethod
    def _as_part_of_a_file_name(cls, name: str) -> str:
        return re.sub(r"[^\w.,-]", "-", name)[:64]

    @property
    def device_name(self) -> str:
        """Names what one process at a time computes with, among all machines of this home."""
        return f"{self.machine}.{self.visible_devices or 'all'}"

    @property
    def is_demo(self) -> bool:
        """Whether strangers share this studio: then uploads, training and whatever changes it for others are off."""
        return bool(self.space_id) and not self.private

    @property
    def login(self) -> tuple[Literal["studio"], str] | None:
        """Name and password of the door, if there is one."""
        return ("studio", self.password) if self.password else None

    @property
    def host_names(self) -> frozenset[str]:
        """The names that its owner states for this studio, in small letters."""
        return frozenset(name.strip().lower() for name in self.hosts.split(",")) - {""}

    @property
    def resolved_home(self) -> Path:
        return self.home.expanduser().resolve()

    @property
    def resolved_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.resolved_home / 'studio.db'}"

    @property
    def queue_database_url(self) -> str:
        """DBOS keeps its tables apart from ours on SQLite, in the same server on Postgres."""
        return self.database_url or f"sqlite:///{self.resolved_home / 'queue.db'}"

    @property
    def datasets_dir(self) -> Path:
        return self.resolved_home / "datasets"

    @property
    def user_loras_dir(self) -> Path:
        return self.resolved_home / "loras"

    @property
    def jobs_dir(self) -> Path:
        return self.resolved_home / "jobs"

    def job_folder(self, job_id: str) -> JobFolder:
        """Where what belongs to a job lies."""
        return JobFolder(self.jobs_dir / job_id)

    def job_folders(self) -> list[JobFolder]:
        """Those that are there, whether or not the database knows the job."""
        return [JobFolder(path) for path in sorted(self.jobs_dir.iterdir()) if path.is_dir()]

    @property
    def pictures_dir(self) -> Path:
        return self.resolved_home / "pictures"

    @property
    def thumbnails_dir(self) -> Path:
        """Small copies of the made pictures; whatever is missing here is made again when it is looked at."""
        return self.pictures_dir / "thumbs"

    @property
    def evaluators_dir(self) -> Path:
        """Networks that measure or describe pictures and do not ship, a folder each: `blip`, `clip`, `inception`."""
        return self.resolved_home / "evaluators"

    @property
    def features_dir(self) -> Path:
        """What encoders saw in pictures, for comparing them again; whatever is missing here is made again."""
        return self.resolved_home / "features"

    @property
    def run_dir(self) -> Path:
        """Locks and addresses of the running processes."""
        return self.resolved_home / "run"

    @property
    def uploads_dir(self) -> Path:
        """What a browser sent, until it is imported; emptied at every start and end."""
        return self.resolved_home / "uploads"

    @property
    def private_paths(self) -> list[Path]:
        """All of the home but the uploads: never served by its path."""
        names = [f"{name}.db{part}" for name in ("studio", "queue") for part in ("", "-wal", "-shm")]
        databases = [self.resolved_home / name for name in names]
        folders = [
            self.datasets_dir,
            self.user_loras_dir,
            self.jobs_dir,
            self.pictures_dir,
            self.features_dir,
            self.run_dir,
        ]
        return [*folders, self.resolved_home / "backups", *databases]

    @property
    def shipped_loras_dir(self) -> Path:
        return REPOSITORY_ROOT / "loras"

    @property
    def starter_dir(self) -> Path:
        return REPOSITORY_ROOT / "assets" / "starter"

    @property
    def configs_dir(self) -> Path:
        """How the parts of a base model are built, a folder a family: what a single file of weights does not say."""
        return REPOSITORY_ROOT / "assets" / "configs"

    @property
    def judge_dir(self) -> Path:
        return REPOSITORY_ROOT / "assets" / "judge"

    @property
    def critic_dir(self) -> Path:
        return REPOSITORY_ROOT / "assets" / "critic"

    @property
    def examples_dir(self) -> Path:
        return REPOSITORY_ROOT / "assets" / "examples"

    def child_environment(self) -> dict[str, str]:
        """The environment of a process of ours on the same home, whatever folder it starts in."""
        ours = {
            "PROFILE_STUDIO_HOME": str(self.resolved_home),
            "PROFILE_STUDIO_DATABASE_URL": self.database_url,
            "PROFILE_STUDIO_MACHINE": self.machine,
        }
        # OpenMP threads that spin while they wait starve each other as soon as a second process computes. Seen, in two
        # runs one after the other beside the same busy process (no controlled A/B): 13 s a training step, then 0.3 s.
        return {"OMP_WAIT_POLICY": "PASSIVE", **os.environ, **ours}

    def create_folders(self) -> None:
        """Makes the folders of the home, for this user only; a home that others could look into is closed to them."""
        for folder in (self.datasets_dir, self.user_loras_dir, self.jobs_dir, self.pictures_dir, self.run_dir):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.resolved_home, self.run_dir):  # faces and rows; the key of the live lane
            _keep_to_owner(folder)


def _keep_to_owner(folder: Path) -> None:
    """Nobody else on this machine may look into the folder; a warning, where that cannot be."""
    if os.name == "nt":  # rights there are no bits, and a person's folders are their own
        return
    with contextlib.suppress(OSError):
        folder.chmod(_rights(folder) & 0o700)
    if _rights(folder) & 0o077:
        _log.warning("Other users of this machine may be able to read %s: its rights cannot be changed.", folder)


def _rights(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)
