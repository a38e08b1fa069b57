"""The caption job: look at a few pictures, write their captions, go on."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from profile_studio.captioning.blip import BlipCaptioner
from profile_studio.captioning.starter import StarterCaptioner
from profile_studio.domain.captioning import CaptionerName, CaptioningConfig, fitting_captioner, uncaptioned
from profile_studio.domain.counting import counted
from profile_studio.domain.datasets import Dataset, DatasetImage
from profile_studio.domain.errors import CaptionerMissing
from profile_studio.domain.evaluators import evaluator
from profile_studio.domain.jobs import Interrupted, JobContext, ProgressReport
from profile_studio.domain.sentences import Sentence
from profile_studio.families import pick_device
from profile_studio.files.atomic import write_json
from profile_studio.files.job_folder import JobFolder
from profile_studio.settings import Settings

_AT_ONCE = 4


class WritesCaptions(Protocol):
    """What looks at pictures and says what is in them."""

    def caption(self, pictures: Sequence[Path]) -> list[str]: ...


class Captions(Protocol):
    """Where captions go."""

    @property
    def version(self) -> str:
        """The data set's version as it is now."""
        ...

    def fill(self, image: DatasetImage, caption: str) -> bool:
        """Writes a caption; False if somebody has written another one since the picture was read."""
        ...

    def remember_change(self, what: Sentence, captions_before: Mapping[str, tuple[str, str]]) -> None:
        """Remembers what was done, and the captions and their sources of before by image id."""
        ...


def run_captioning(
    config: CaptioningConfig,
    dataset: Dataset,
    captions: Captions,
    folder: JobFolder,
    context: JobContext,
    settings: Settings,
) -> dict[str, object]:
    """Writes a caption for each picture that is to get one; what is written stays, whatever happens after.

    Where drawings got theirs and nothing on this computer can describe the photographs, these are `left` in the result,
    and `left_because` says in two sentences why and what to do.

    Raises:
        Interrupted: a wish was seen.
        ProfileStudioError: the data set is not there any more, or the captioner of all its pictures is not.
    """
    done = _read_done(folder)
    wanted = uncaptioned(dataset, overwrite=config.overwrite)
    todo = [image for image in wanted if image.image_id not in done]
    context.report(ProgressReport(len(done), len(done) + len(todo)))
    captioners, missing = _captioners(todo, config, settings)
    batches = [
        (name, images[start : start + _AT_ONCE])
        for name in captioners
        for images in [_fitting(name, todo, config)]
        for start in range(0, len(images), _AT_ONCE)
    ]
    n_todo = sum(len(batch) for _, batch in batches)
    if missing and not done and not batches:
        raise missing
    total = len(done) + n_todo
    written: dict[str, tuple[str, str]] = {}
    writers: dict[str, None] = {}
    started_at, done_before = time.monotonic(), len(done)
    try:
        for name, batch in batches:
            if wish := context.wish():
                raise Interrupted(wish)
            context.yield_device()
            _caption(batch, captioners[name], captions, written)
            writers[name.value] = None
            done.update(image.image_id for image in batch)
            write_json(folder.captioned, sorted(done))
            seconds_left = (time.monotonic() - started_at) / (len(done) - done_before) * (total - len(done))
            context.report(ProgressReport(len(done), total, seconds_left))
    finally:
        if written:
            what = Sentence(
                "captions by {captioner} for {pictures}",
                captioner=", ".join(writers),
                pictures=counted(len(written), "picture"),
            )
            captions.remember_change(what, written)
    result: dict[str, object] = {"captioned": len(done), "version": captions.version}
    left = len(todo) - n_todo
    return {**result, "left": left, **({"left_because": [missing.message, missing.fix]} if missing else {})}


def _captioners(
    images: Sequence[DatasetImage], config: CaptioningConfig, settings: Settings
) -> tuple[dict[CaptionerName, WritesCaptions], CaptionerMissing | None]:
    """Those that the pictures need and this computer has, the starter's first; and why one is missing."""
    captioners: dict[CaptionerName, WritesCaptions] = {}
    missing: CaptionerMissing | None = None
    for name in CaptionerName:
        if _fitting(name, images, config):
            try:
                captioners[name] = _captioner(name, config, settings)
            except CaptionerMissing as error:
                missing = error
    return captioners, missing


def _fitting(name: CaptionerName, images: Sequence[DatasetImage], config: CaptioningConfig) -> list[DatasetImage]:
    return [image for image in images if (config.captioner or fitting_captioner(image)) is name]


def _caption(
    batch: Sequence[DatasetImage],
    captioner: WritesCaptions,
    captions: Captions,
    written: dict[str, tuple[str, str]],
) -> None:
    for image, text in zip(batch, captioner.caption([image.path for image in batch]), strict=True):
        # Somebody may have written one while this was looking.
        if captions.fill(image, text):
            written[image.image_id] = (image.caption, image.caption_source.value)


def _captioner(name: CaptionerName, config: CaptioningConfig, settings: Settings) -> WritesCaptions:
    device = str(pick_device())
    if name is CaptionerName.BLIP:
        return BlipCaptioner(_blip(settings), device, may_download=config.may_download)
    return StarterCaptioner(settings.judge_dir, device)


def _blip(settings: Settings) -> str:
    """The one that its owner names, or the fetched one, or where it can be fetched from."""
    fetched, blip = settings.evaluators_dir / "blip", evaluator("blip")
    return settings.blip or (str(fetched) if (fetched / blip.weights).is_file() else blip.hub_id)


def _read_done(folder: JobFolder) -> set[str]:
    return set(json.loads(folder.captioned.read_text(encoding="utf-8"))) if folder.captioned.is_file() else set()
