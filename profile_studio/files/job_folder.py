"""What lies where in a job's folder: the one place that spells these names."""

import re
from dataclasses import dataclass
from pathlib import Path

from profile_studio.files.checkpoints import is_whole

_SAMPLE_NAME = re.compile(r"(?:step-(?P<step>\d+)|base)-(?P<index>\d+)\.png")
_CHECKPOINT_NAME = re.compile(r"checkpoint-(?P<step>\d+)")
_STEP_FILE_NAME = re.compile(r"step-(?P<step>\d+)\.safetensors")


@dataclass(frozen=True)
class Sample:
    """A picture made during a training; the base's picture with the same index has the same prompt and seed."""

    step: int
    index: int
    path: Path
    is_base: bool


@dataclass(frozen=True)
class JobFolder:
    """The folder of one job. Its name is the job's id; whatever is in it may be missing."""

    path: Path

    @property
    def log(self) -> Path:
        """What the job's process printed, all attempts one after the other."""
        return self.path / "log.txt"

    @property
    def process(self) -> Path:
        """Which process runs the attempt, while there is one."""
        return self.path / "process.json"

    @property
    def facts(self) -> Path:
        """The way back where the database was lost."""
        return self.path / "job.json"

    @property
    def deletion_mark(self) -> Path:
        """There where the data set was deleted and the job was not over: its copies go when it is."""
        return self.path / "data-set-deleted.json"

    @property
    def result(self) -> Path:
        """What the row of a completed training says."""
        return self.path / "result.json"

    @property
    def report(self) -> Path:
        """The numbers of a comparison, for reading them back."""
        return self.path / "report.json"

    @property
    def pictures(self) -> Path:
        """The pictures of a comparison."""
        return self.path / "pictures"

    def compared_picture(self, model: str, prompt: int, seed: int) -> Path:
        """Where a picture of a comparison lies.

        Args:
            model: the name of the model's folder.
            prompt: its place in the list, from 0.
        """
        return self.pictures / model / f"prompt-{prompt:03d}-seed-{seed:02d}.png"

    @property
    def losses(self) -> Path:
        """The losses by which a choice of checkpoints decides what to draw."""
        return self.path / "losses.json"

    @property
    def captioned(self) -> Path:
        """The ids of the pictures that a captioning is through with."""
        return self.path / "captioned.json"

    @property
    def cache(self) -> Path:
        """The encoded pictures of a training."""
        return self.path / "cache.safetensors"

    @property
    def candidate(self) -> Path:
        """The trained LoRA until it is checked and has its name."""
        return self.path / "candidate.safetensors"

    @property
    def changes(self) -> Path:
        """What a training went on with after it failed."""
        return self.path / "changes.json"

    @property
    def samples_dir(self) -> Path:
        return self.path / "samples"

    @property
    def checkpoints_dir(self) -> Path:
        """Resumable states, and the LoRA of every step that was kept."""
        return self.path / "checkpoints"

    @property
    def made_of_pictures(self) -> tuple[Path, ...]:
        """The copies of a data set's pictures, as they are or as numbers, and what tells their file names."""
        return (self.cache, self.samples_dir, self.checkpoints_dir, self.candidate, self.changes)

    @property
    def own_papers(self) -> tuple[Path, ...]:
        """What the studio needs of a job and nobody takes along with its result."""
        return (self.log, self.process, self.facts, self.deletion_mark, self.report, self.changes, self.losses)

    def sample(self, step: int, index: int) -> Path:
        """Where a sample picture lies; step 0 is the base's."""
        return self.samples_dir / (f"step-{step:05d}-{index}.png" if step else f"base-{index}.png")

    def samples(self) -> list[Sample]:
        """The sample pictures so far: the base's first, then by step."""
        found: list[Sample] = []
        for path in self.samples_dir.glob("*.png"):
            if match := _SAMPLE_NAME.fullmatch(path.name):
                step = int(match["step"] or 0)
                found.append(Sample(step, int(match["index"]), path, is_base=match["step"] is None))
        return sorted(found, key=lambda sample: (not sample.is_base, sample.step, sample.index))

    def checkpoint(self, step: int) -> Path:
        """The folder of a resumable checkpoint."""
        return self.checkpoints_dir / f"checkpoint-{step}"

    def unfinished_checkpoint(self, step: int) -> Path:
        """The folder of a checkpoint while it is written."""
        return self.checkpoints_dir / f"checkpoint-{step}.tmp"

    def unfinished_checkpoints(self) -> list[Path]:
        """What killed processes left half written."""
        return list(self.checkpoints_dir.glob("checkpoint-*.tmp"))

    def checkpoints_newest_first(self) -> list[Path]:
        """The resumable checkpoints, whole or not."""
        found = ((_CHECKPOINT_NAME.fullmatch(path.name), path) for path in self.checkpoints_dir.glob("checkpoint-*"))
        by_step = [(int(match["step"]), path) for match, path in found if match]
        return [path for _, path in sorted(by_step, reverse=True)]

    def steps_after(self, step: int) -> list[Path]:
        """All that was made after a step: checkpoints, LoRAs and sample pictures."""
        patterns = ((self.checkpoints_dir, _CHECKPOINT_NAME), (self.checkpoints_dir, _STEP_FILE_NAME), (self.samples_dir, _SAMPLE_NAME))  # fmt: skip
        found = ((pattern.fullmatch(path.name), path) for place, pattern in patterns for path in place.glob("*"))
        return [path for match, path in found if match and int(match["step"] or 0) > step]

    def newest_whole_checkpoint(self) -> Path | None:
        """The one to go on from; None if there is none."""
        return next((checkpoint for checkpoint in self.checkpoints_newest_first() if is_whole(checkpoint)), None)

    def step_file(self, step: int) -> Path:
        """Where the LoRA of one step lies, for comparing it as ADAPTER@STEP."""
        return self.checkpoints_dir / f"step-{step:05d}.safetensors"

    def kept_steps(self) -> list[int]:
        """The steps whose LoRA is there, in order."""
        matches = (_STEP_FILE_NAME.fullmatch(path.name) for path in self.checkpoints_dir.glob("step-*.safetensors"))
        return sorted(int(match["step"]) for match in matches if match)
