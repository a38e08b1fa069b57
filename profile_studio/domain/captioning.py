"""What an automatic captioning is asked for."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from profile_studio.domain.datasets import Dataset, DatasetImage


class CaptionerName(StrEnum):
    """Who writes the captions."""

    STARTER = "starter"
    BLIP = "blip"


class CaptioningConfig(BaseModel):
    """A captioning job. Without `overwrite` only pictures that have no caption get one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str
    captioner: CaptionerName
    overwrite: bool = Field(default=False, description="Also replaces captions from files and by hand.")
    may_download: bool = Field(default=False, description="A person named the captioner, so it may be fetched.")


def uncaptioned(dataset: Dataset, *, overwrite: bool) -> tuple[DatasetImage, ...]:
    """The pictures that a captioning would write to."""
    return tuple(image for image in dataset.images if overwrite or not image.caption)


def fitting_captioner(dataset: Dataset) -> CaptionerName:
    """The starter's own words for drawings, BLIP where most pictures are photographs."""
    drawings = sum(image.measures is None or image.measures.is_drawing for image in dataset.images)
    return CaptionerName.STARTER if 2 * drawings >= len(dataset.images) else CaptionerName.BLIP
