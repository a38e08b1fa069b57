"""What the laboratory can be asked."""

from pydantic import BaseModel, ConfigDict, Field, field_validator


class LabelsQuestion(BaseModel):
    """Which of the words a picture is of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    words: tuple[str, ...] = Field(min_length=2, description="At least two; one word alone would be certain.")

    @field_validator("words")
    @classmethod
    def _each_once(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        stripped = tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
        if len(stripped) < 2:
            raise ValueError("needs two different words")
        return stripped


class ProbeQuestion(BaseModel):
    """How well a last layer, trained on `train/CLASS`, tells the classes of `test/CLASS` apart."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str
    epochs: int = Field(default=25, ge=1, le=1000)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
