"""Numbers that are NaN or infinite make a black picture; who brought them, and what to do about it."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.errors import NotFinite


def check_finite(numbers: Tensor) -> None:
    """Makes sure that a picture can come of these latents or pixels.

    Raises:
        FloatingPointError: one of them is NaN or infinite; whoever knows the models says why (`why_not_finite`).
    """
    if not bool(numbers.isfinite().all()):
        raise FloatingPointError("NaN or infinity")


def why_not_finite(base: str, scheduler: Any, adapters: Sequence[WeightedAdapter] = ()) -> NotFinite:
    """The error that names what made a picture of NaN.

    Args:
        base: the base model's label.
        scheduler: the one it was drawn with.
        adapters: those that were attached; their own numbers were found sound.
    """
    if scheduler.config.get("rescale_betas_zero_snr") and scheduler.config.prediction_type == "epsilon":
        return NotFinite(
            "No picture came out: the base model {base!r} predicts epsilon, which cannot start at zero terminal SNR.",
            "In its scheduler/scheduler_config.json, set rescale_betas_zero_snr to false, or prediction_type to "
            "v_prediction if it was trained so.",
            base=base,
        )
    if adapters:
        weights = " and ".join(f"{each.adapter.name} = {each.weight:g}" for each in adapters)
        return NotFinite(
            "No picture came out: with the LoRA {weights} the latents contain NaN or infinite values.",
            "Choose lower weights or fewer LoRAs; one that fails alone at a low weight is broken.",
            weights=weights,
        )
    return NotFinite(
        "No picture came out: with the base model {base!r} the latents contain NaN or infinite values.",
        "Choose another noise scheduler or base model; if no prompt works, its files are damaged.",
        base=base,
    )
