"""Which family of base models a LoRA is for: told by its layers' names and shapes, then by its header's words."""

import re
from collections.abc import Iterator

from profile_studio.domain.bases import KNOWN_BASES
from profile_studio.domain.errors import InvalidAdapter
from profile_studio.domain.families import FAMILIES, family_facts
from profile_studio.domain.sentences import Sentence
from profile_studio.lora_files.lora import Lora

FAMILY_KEY = "profile_studio.family"
NAMED_BASES = {base.name: base.family for base in KNOWN_BASES if base.hub_id}
"""Bases that a person need not have on the disk to say what a LoRA is for, and their families."""
_NAMES = frozenset(family.name for family in FAMILIES)
_SDXL_REFINER, _SD35_LARGE, _FLUX = "SDXL's refiner", "Stable Diffusion 3.5 large", "Flux"
_TEXT_WIDTHS = {768: "sd1", 1024: "sd2", 1280: _SDXL_REFINER, 2048: "sdxl"}  # what the U-Net's cross-attention reads
_TRANSFORMER_WIDTHS = {1536: "sd3", 2432: _SD35_LARGE, 3072: _FLUX}
_STATED = (
    (re.compile(r"xl.*refiner", re.IGNORECASE), _SDXL_REFINER),
    (re.compile(r"xl", re.IGNORECASE), "sdxl"),
    (re.compile(r"sd_?v?2|stable-diffusion-v2", re.IGNORECASE), "sd2"),
    (re.compile(r"3\D?5\Dlarge", re.IGNORECASE), _SD35_LARGE),
    (re.compile(r"sd_?v?3|stable-diffusion-v?3|^3-(?:5-)?medium", re.IGNORECASE), "sd3"),
    (re.compile(r"flux", re.IGNORECASE), _FLUX),
    (re.compile(r"sd_?v?1|stable-diffusion-v1", re.IGNORECASE), "sd1"),
)
_CROSS_ATTENTION = re.compile(r".+\.attn2\.to_[kv]")
_JOINT_ATTENTION = re.compile(r"transformer_blocks\.\d+\.attn2?\.(?:to_(?:[qkv]|out\.0|add_out)|add_[qkv]_proj)")
_OF_SD3 = re.compile(
    rf"{_JOINT_ATTENTION.pattern}|transformer_blocks\.\d+\.(?:ff|norm1)(?:_context)?\."
    r"|(?:pos_embed|time_text_embed|norm_out)\.|context_embedder|proj_out"
)
_OF_FLUX = re.compile(r"(?:double|single)[._](?:transformer_)?blocks\.")
_ONLY_IN_SDXL = re.compile(r"add_embedding\.|.+\.transformer_blocks\.[1-9]")


def told_family(lora: Lora, file: str) -> str | None:
    """`sd1`, `sd2`, `sdxl` or `sd3`; None if neither names nor shapes nor words tell.

    Raises:
        InvalidAdapter: they tell that it is for another kind of base model.
    """
    told = next(_evidence(lora), None)
    if told is not None and told not in _NAMES:
        raise InvalidAdapter(
            "{file} is a LoRA for {base}.",
            "Use a LoRA for a base model of this studio, or train one here from pictures.",
            file=file,
            base=told,
        )
    return told


def told_base(lora: Lora, file: str) -> str | None:
    """The name of the base that a foreign LoRA is for, such as `sd15`; None if that cannot be told.

    Raises:
        InvalidAdapter: as `told_family`.
    """
    family = told_family(lora, file)
    is_as_wide = (
        _widths(lora, "unet", _CROSS_ATTENTION) <= _TEXT_WIDTHS.keys()
        and _widths(lora, "transformer", _JOINT_ATTENTION) <= _TRANSFORMER_WIDTHS.keys()
    )
    return next((base for base, of in NAMED_BASES.items() if of == family), None) if is_as_wide else None


def check_family(name: str, own: str | None, base: str, family: str) -> None:
    """Makes sure that a LoRA is for this base's family, as far as it tells.

    Args:
        name, base: how the LoRA and the base are called where one does not fit the other.
    Raises:
        InvalidAdapter: it is for another.
    """
    if own and own != family:
        raise InvalidAdapter(
            "{name} is a LoRA for {own}, but {base!r} is {kind}.",
            "Choose a base model of the LoRA's kind, or train it again on {base!r}.",
            name=name,
            own=family_facts(own).title,
            base=base,
            kind=family_facts(family).title,
        )


def _evidence(lora: Lora) -> Iterator[str | Sentence]:
    """What a LoRA may be for, the surest first."""
    if (own := lora.metadata.get(FAMILY_KEY)) in _NAMES:
        yield own
    if any(_OF_FLUX.match(layer) for _, layer in lora.layers):
        yield _FLUX
    yield from _known(_TRANSFORMER_WIDTHS, _widths(lora, "transformer", _JOINT_ATTENTION))
    yield from _known(_TEXT_WIDTHS, _widths(lora, "unet", _CROSS_ATTENTION))
    components = {component for component, _ in lora.layers}
    if "transformer" in components:
        is_sd3 = all(_OF_SD3.match(layer) for component, layer in lora.layers if component == "transformer")
        yield "sd3" if is_sd3 else Sentence("a kind of base model that this studio does not know")
    if "text_encoder_3" in components:
        yield "sd3"
    if "unet" in components and (
        "text_encoder_2" in components or any(_ONLY_IN_SDXL.match(layer) for _, layer in lora.layers)
    ):
        yield "sdxl"
    words = f"{lora.metadata.get('ss_base_model_version', '')} {lora.metadata.get('modelspec.architecture', '')}"
    yield from (family for pattern, family in _STATED if pattern.search(words))


def _known(families: dict[int, str], widths: set[int]) -> Iterator[str]:
    if len(widths) == 1 and (family := families.get(next(iter(widths)))):
        yield family


def _widths(lora: Lora, component: str, layers: re.Pattern[str]) -> set[int]:
    """How many inputs these layers of a part have."""
    return {
        layer.down.shape[1]
        for (part, name), layer in lora.layers.items()
        if part == component and layers.fullmatch(name)
    }
