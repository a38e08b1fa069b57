"""The base models that have a name of their own; any other is given as a folder."""

from dataclasses import dataclass

from profile_studio.domain import starter_size


@dataclass(frozen=True)
class KnownBase:
    """One base model.

    Args:
        name: what people choose it by.
        title: what people call it.
        family: see `domain.families`.
        native_size: side in pixels of the pictures it was trained on.
        hub_id: where its files are fetched from; empty for the one that ships.
        licence: as its authors name it.
        is_gated: its licence must be accepted at its page before it can be fetched.
    """

    name: str
    title: str
    family: str
    native_size: int
    hub_id: str = ""
    licence: str = ""
    is_gated: bool = False


STARTER = "starter"

KNOWN_BASES: tuple[KnownBase, ...] = (
    KnownBase(STARTER, "Starter", "sd1", starter_size.SIDE_PX, licence="CC0 1.0"),
    KnownBase(
        "sd15",
        "Stable Diffusion 1.5",
        "sd1",
        512,
        hub_id="stable-diffusion-v1-5/stable-diffusion-v1-5",
        licence="CreativeML Open RAIL-M",
    ),
    KnownBase(
        "sdxl",
        "Stable Diffusion XL 1.0",
        "sdxl",
        1024,
        hub_id="stabilityai/stable-diffusion-xl-base-1.0",
        licence="CreativeML Open RAIL++-M",
    ),
    KnownBase(
        "sd35-medium",
        "Stable Diffusion 3.5 Medium",
        "sd3",
        1024,
        hub_id="stabilityai/stable-diffusion-3.5-medium",
        licence="Stability AI Community License",
        is_gated=True,
    ),
)


def known_base(name: str) -> KnownBase | None:
    """The base model of this name; None for a folder."""
    return next((base for base in KNOWN_BASES if base.name == name), None)
