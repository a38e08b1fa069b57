"""Comparisons that others made and described, to be made again as they were."""

from profile_studio.base_models import STARTER
from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.errors import InvalidSettings

MULTI_CONCEPT = "seed-multi-concept"
STUDIES = (MULTI_CONCEPT,)

_STYLES = ("anime", "watercolor", "cartoon", "pixelart")
_STARTER_STYLES = {"anime": "voxel-art", "cartoon": "cutouts", "pixelart": "pixel-art", "watercolor": "watercolor"}
"""What ships for the starter in their place."""

_PAIRS = (("watercolor", "pixelart"), ("cartoon", "watercolor"), ("watercolor", "anime"))
_WEIGHTS = ((0.6, 0.4), (0.5, 0.5))
_PROMPTS = (
    "a portrait of a young woman in a garden",
    "a landscape with mountains and a sunset",
    "a cat by a window",
    "a magical forest with glowing lights",
    "a futuristic city at night",
)
_PORTRAITS = (
    "portrait of a woman, long brown hair, smiling, green shirt, blue background",
    "portrait of a man, short black hair, beard, calm, red shirt, orange background",
    "portrait of a woman, black ponytail, glasses, surprised, white shirt, gray background",
    "portrait of a person, curly red hair, smiling, purple shirt, green background",
    "portrait of a man, bald, sunglasses, calm, black shirt, purple background",
)


def study(name: str, base: str) -> ComparisonConfig:
    """The whole of a study on a base model; the starter knows portraits only, so its study asks for them.

    `seed-multi-concept`: the base, four styles and three pairs of them at two weightings, five prompts, two pictures
    each; on another base than the starter the LoRAs are called anime, watercolor, cartoon and pixelart.

    Raises:
        InvalidSettings: there is no such study.
    """
    if name != MULTI_CONCEPT:
        raise InvalidSettings("There is no study {name!r}.", "There are: {names}.", name=name, names=", ".join(STUDIES))
    is_starter = base == STARTER
    called = {style: _STARTER_STYLES[style] if is_starter else style for style in _STYLES}
    blends = [f"{called[first]}={one}+{called[second]}={other}" for first, second in _PAIRS for one, other in _WEIGHTS]
    return ComparisonConfig.model_validate(
        {
            "models": (*called.values(), *blends),
            "base": base,
            "prompts": _PORTRAITS if is_starter else _PROMPTS,
            "seeds": 2,
            "metrics": ("clip_score", "style_similarity"),
        }
    ).unified()
