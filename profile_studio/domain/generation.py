"""What a picture is asked with, and the recipe it carries."""

import re
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from profile_studio.domain.blending import BlendMethodName
from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.lora_tags import take_lora_tags
from profile_studio.domain.names import Name
from profile_studio.domain.noise_schedulers import NoiseSchedulerName
from profile_studio.domain.starter_size import in_current_size

WEIGHT_LIMIT = 1.5
SEED_LIMIT = 2**31 - 1
SAFE_WEIGHT_LIMIT = 1.0  # the shaded part of the slider; above it styles start to bend faces


class Quality(StrEnum):
    """One choice in words that sets steps together."""

    QUALITY = "quality"
    FAST = "fast"


NUM_INFERENCE_STEPS = {Quality.QUALITY: 20, Quality.FAST: 10}


class AdapterWeight(BaseModel):
    """One slider."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    adapter_name: Name
    weight: float = Field(default=1.0, ge=0.0, le=WEIGHT_LIMIT, description="1.0 applies the adapter as trained.")


class GenerationRequest(BaseModel):
    """Everything that decides a picture: two equal requests on one machine give equal pictures.

    Tags of LoRAs in the prompt, `<lora:NAME:0.8>`, become `adapters`. Trigger words are no part of the prompt: whoever
    draws adds them.

    Raises:
        InvalidSettings: the seed of its last picture is beyond `SEED_LIMIT`, so nobody could ask for that picture again;
            or a LoRA has one weight in the prompt and another beside it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: str = Field(max_length=2000)
    negative_prompt: str = Field(default="", max_length=2000)
    base: str = "starter"
    adapters: tuple[AdapterWeight, ...] = ()
    method: BlendMethodName = "sum"
    count: int = Field(default=1, ge=1, le=64)
    num_inference_steps: int = Field(default=20, ge=1, le=200)
    guidance_scale: float = Field(default=4.0, ge=1.0, le=30.0)
    noise_scheduler: NoiseSchedulerName = "default"
    seed: int = Field(default=0, ge=0, le=SEED_LIMIT, description="Picture i uses seed + i.")
    height: int | None = Field(default=None, ge=64, le=2048, description="None: the base's native size.")
    width: int | None = Field(default=None, ge=64, le=2048)

    @model_validator(mode="before")
    @classmethod
    def _in_current_size(cls, values: Any) -> Any:
        return in_current_size(values, ("height", "width"))

    @model_validator(mode="before")
    @classmethod
    def _tags_as_adapters(cls, values: Any) -> Any:
        if not isinstance(values, dict) or not isinstance(prompt := values.get("prompt"), str):  # pyright: ignore[reportUnknownMemberType]
            return values  # pyright: ignore[reportUnknownVariableType]
        rest, tags = take_lora_tags(prompt)
        if not tags:
            return values  # pyright: ignore[reportUnknownVariableType]
        beside = [AdapterWeight.model_validate(each) for each in values.get("adapters", ())]  # pyright: ignore
        chosen = {each.adapter_name: each for each in beside}
        for name, weight in tags:
            tagged = AdapterWeight(adapter_name=name, weight=weight)
            if chosen.setdefault(name, tagged) != tagged:
                raise InvalidSettings(
                    "{name} has the weight {weight} in the prompt and {other} beside it.",
                    "Take <lora:{name}> out of the prompt, or set both alike.",
                    name=name,
                    weight=f"{weight:g}",
                    other=f"{chosen[name].weight:g}",
                )
        return {**values, "prompt": rest, "adapters": tuple(chosen.values())}

    @model_validator(mode="after")
    def _check_last_seed(self) -> Self:
        if self.seed + self.count - 1 > SEED_LIMIT:
            raise InvalidSettings(
                "From seed {seed} on there are no {count} seeds; the last one is {limit}.",
                "Choose a smaller seed, or fewer pictures.",
                seed=self.seed,
                count=self.count,
                limit=SEED_LIMIT,
            )
        return self


class PictureRecipe(BaseModel):
    """Stored with every picture and inside its PNG. What earlier versions did not write is empty.

    `adapter_hashes` maps the LoRAs that were on to the sha256 of their numbers; `noise_scheduler` is the name of the
    class that drew; `noise_version` says how the noise was made of the seed; `read_as` is the prompt as the base was
    given it, trigger words included.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    request: GenerationRequest
    seed: int
    base_hash: str
    versions: dict[str, str]
    adapter_hashes: dict[str, str] = Field(default_factory=dict)
    noise_scheduler: str = ""
    noise_version: int = 1
    read_as: str = ""


WORD_WEIGHT_STEP = 1.1  # compel: each + multiplies by 1.1, each - by 0.9


def change_word_weight(prompt: str, word: str, steps: int) -> str:
    """Adds `+` (steps > 0) or `-` (steps < 0) to each occurrence of a word, undoing opposite signs first.

    >>> change_word_weight("red hair, smile", "hair", 2)
    'red hair++, smile'
    """

    def change(match: re.Match[str]) -> str:
        signs = match.group("signs")
        level = (len(signs) if signs.startswith("+") else -len(signs)) + steps
        return match.group("word") + ("+" * level if level > 0 else "-" * -level)

    return re.sub(rf"(?<!\w)(?P<word>{re.escape(word)})(?P<signs>\+*|-*)(?![\w+-])", change, prompt)
