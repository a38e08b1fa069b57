"""What a fetch is asked for."""

from pydantic import BaseModel, ConfigDict, Field


class FetchConfig(BaseModel):
    """A fetch job: of a base model, or of an evaluator."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: str = Field(default="", max_length=200, description="A name of `domain.bases`, or a hub id.")
    evaluator: str = Field(default="", max_length=64, description="A name of `domain.evaluators`.")

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.base or self.evaluator
