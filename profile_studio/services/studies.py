"""Comparisons that others made and described, to be made again as they were."""

from profile_studio.base_models import STARTER
from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.errors import InvalidSettings
from profile_studio.services.comparison import DEFAULT_PROMPTS

MULTI_CONCEPT = "seed-multi-concept"
SD35 = "seed-sd35"
FACE = "seed-face"
_SD35_STEPS = (1000, 3000)
_STARTER_STEPS = (100, 300)
"""The same ratio; the later one is as long as the starter's own style preset."""

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
    """The whole of a study on a base model; the starter knows portraits only, so its studies ask for them.

    `seed-multi-concept`: the base, four styles and three pairs of them at two weightings, five prompts, two pictures
    each; on another base than the starter the LoRAs are called anime, watercolor, cartoon and pixelart.
    `seed-sd35`: two kept steps of the LoRA of that name, ten prompts. `seed-face`: the LoRAs seed-face-r4 and
    seed-face-r8, of ranks 4 and 8 in the queries and values of cross-attention, sixteen prompts.

    Raises:
        InvalidSettings: there is no such study.
    """
    if name not in _STUDIES:
        raise InvalidSettings("There is no study {name!r}.", "There are: {names}.", name=name, names=", ".join(STUDIES))
    return ComparisonConfig.model_validate({"base": base, "seeds": 2, **_STUDIES[name](base)}).unified()


def told_of_study(name: str, base: str) -> str:
    """What is other than in the study as it was made, and which trainings it takes; empty where nothing is to say."""
    if name == SD35:
        steps = " and ".join(map(str, _SD35_STEPS if base != STARTER else _STARTER_STEPS))
        scaled = " in place of 1000 and 3000, as this base learns in fewer" if base == STARTER else ""
        return (
            f"{name} compares steps {steps} of the LoRA {name}{scaled}. FID takes the Inception network and "
            "2048 pictures; the judge's Frechet and kernel distances stand in for it."
        )
    if name == FACE:
        return f"{name} takes two trainings: seed-face-r4 (--rank 4 --targets cross-attention-qv) and seed-face-r8."
    return ""


def _multi_concept(base: str) -> dict[str, object]:
    is_starter = base == STARTER
    called = {style: _STARTER_STYLES[style] if is_starter else style for style in _STYLES}
    blends = [f"{called[first]}={one}+{called[second]}={other}" for first, second in _PAIRS for one, other in _WEIGHTS]
    return {
        "models": (*called.values(), *blends),
        "prompts": _PORTRAITS if is_starter else _PROMPTS,
        "metrics": ("clip_score", "style_similarity"),
    }


def _sd35(base: str) -> dict[str, object]:
    steps = _STARTER_STEPS if base == STARTER else _SD35_STEPS
    return {
        "models": tuple(f"{SD35}@{step}" for step in steps),
        "prompts": DEFAULT_PROMPTS[:10],
        "metrics": ("clip_score", "fd_judge", "kid_judge", "variety", "copy_risk"),
    }


def _face(_base: str) -> dict[str, object]:
    return {
        "models": (f"{FACE}-r4", f"{FACE}-r8"),
        "prompts": DEFAULT_PROMPTS,
        "metrics": ("clip_score", "face_score", "style_similarity", "copy_risk"),
    }


_STUDIES = {MULTI_CONCEPT: _multi_concept, SD35: _sd35, FACE: _face}
STUDIES = tuple(_STUDIES)
