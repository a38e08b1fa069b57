"""What fetching a base model is asked for."""

from pydantic import BaseModel, ConfigDict, Field


class FetchConfig(BaseModel):
    """A fetch job."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: str = Field(min_length=1, max_length=200, description="A name of `domain.bases`, or a hub id.")
