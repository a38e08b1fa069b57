"""The noise schedulers: which class of diffusers each is, what other programs call it, and which families take it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

NoiseSchedulerName = Literal["default", "ddim", "euler", "euler-a", "dpm++", "dpm++-karras", "unipc", "lcm", "tcd"]
"""`default` is whatever the base model's own configuration names."""

DENOISING, FLOW = "denoising", "flow"
"""What a scheduler is for: models that predict noise or velocity, and flow matching."""


@dataclass(frozen=True)
class NoiseSchedulerFacts:
    """One noise scheduler.

    Args:
        scheduler_class: as diffusers calls it.
        portable_name: as Automatic1111's web UI writes it into pictures.
        name: what people choose it by; None for one that only a base model's own configuration brings.
        options: what it is configured with beyond the base's own configuration.
        kind: `DENOISING` or `FLOW`.
        wants_accelerator: draws well only with a LoRA that was distilled for it.
    """

    scheduler_class: str
    portable_name: str
    name: NoiseSchedulerName | None = None
    options: Mapping[str, object] = field(default_factory=dict[str, object])
    kind: str = DENOISING
    wants_accelerator: bool = False


NOISE_SCHEDULERS: tuple[NoiseSchedulerFacts, ...] = (
    NoiseSchedulerFacts("DDIMScheduler", "DDIM", "ddim"),
    NoiseSchedulerFacts("EulerDiscreteScheduler", "Euler", "euler"),
    NoiseSchedulerFacts("EulerAncestralDiscreteScheduler", "Euler a", "euler-a"),
    NoiseSchedulerFacts("DPMSolverMultistepScheduler", "DPM++ 2M", "dpm++"),
    NoiseSchedulerFacts(
        "DPMSolverMultistepScheduler", "DPM++ 2M Karras", "dpm++-karras", options={"use_karras_sigmas": True}
    ),
    NoiseSchedulerFacts("UniPCMultistepScheduler", "UniPC", "unipc"),
    NoiseSchedulerFacts("LCMScheduler", "LCM", "lcm", wants_accelerator=True),
    NoiseSchedulerFacts("TCDScheduler", "TCD", "tcd", wants_accelerator=True),
    NoiseSchedulerFacts("PNDMScheduler", "PLMS"),
    NoiseSchedulerFacts("LMSDiscreteScheduler", "LMS"),
    NoiseSchedulerFacts("HeunDiscreteScheduler", "Heun"),
    NoiseSchedulerFacts("FlowMatchEulerDiscreteScheduler", "Euler", "euler", kind=FLOW),
)


def noise_scheduler_facts(name: NoiseSchedulerName, kind: str) -> NoiseSchedulerFacts | None:
    """The row of a name for one kind of model; None for `default`, and where there is none."""
    return next((row for row in NOISE_SCHEDULERS if row.name == name and row.kind == kind), None)


def noise_scheduler_names(kind: str) -> list[NoiseSchedulerName]:
    """What can be chosen for one kind of model, `default` first."""
    return ["default", *(row.name for row in NOISE_SCHEDULERS if row.name is not None and row.kind == kind)]


def offered_noise_schedulers(kind: str = DENOISING) -> list[NoiseSchedulerName]:
    """What the page offers: those that draw well with any LoRA, or none."""
    hidden = {row.name for row in NOISE_SCHEDULERS if row.wants_accelerator}
    return [name for name in noise_scheduler_names(kind) if name not in hidden]


def portable_name(scheduler_class: str, name: NoiseSchedulerName) -> str:
    """What Automatic1111 calls the scheduler that drew.

    Args:
        scheduler_class: as diffusers calls it; one that nobody listed is written without its ending.
        name: what it was chosen by: two names may stand for one class.
    """
    rows = [row for row in NOISE_SCHEDULERS if row.scheduler_class == scheduler_class]
    chosen = next((row for row in rows if row.name == name), rows[0] if rows else None)
    return chosen.portable_name if chosen else scheduler_class.removesuffix("Scheduler")
