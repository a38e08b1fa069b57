"""What an automatic captioning is asked for."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from profile_studio.domain.datasets import Dataset, DatasetImage
from profile_studio.domain.names import Name


class CaptionerName(StrEnum):
    """Who writes the captions."""

    STARTER = "starter"
    BLIP = "blip"


class CaptioningConfig(BaseModel):
    """A captioning job. Without `overwrite` only pictures that have no caption get one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: Name
    captioner: CaptionerName | None = Field(default=None, description="None: each picture's is the one that fits it.")
    overwrite: bool = Field(default=False, description="Also replaces captions from files and by hand.")
    may_download: bool = Field(default=False, description="A person named the captioner, so it may be fetched.")


def uncaptioned(dataset: Dataset, *, overwrite: bool) -> tuple[DatasetImage, ...]:
    """The pictures that a captioning would write to."""
    return tuple(image for image in dataset.images if overwrite or not image.caption)


def fitting_captioner(image: DatasetImage) -> CaptionerName:
    """The starter's own words for a drawing, BLIP for a photograph."""
    is_drawing = image.measures is None or image.measures.is_drawing
    return CaptionerName.STARTER if is_drawing else CaptionerName.BLIP
