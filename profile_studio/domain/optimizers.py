"""Which optimizers come in packages of their own, and what a person types to get them."""

import importlib.util
from dataclasses import dataclass

from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.training import LoraTrainingConfig, Optimizer

LOWEST_PRODIGY_RATE = 0.1


@dataclass(frozen=True)
class OptimizerPackage:
    """What it is imported as, and installed as."""

    module: str
    requirement: str


OPTIMIZER_PACKAGES: dict[Optimizer, OptimizerPackage] = {
    "adamw-8bit": OptimizerPackage("bitsandbytes", "bitsandbytes>=0.48"),
    "prodigy": OptimizerPackage("prodigyopt", "prodigyopt>=1.1"),
    "schedule-free": OptimizerPackage("schedulefree", "schedulefree>=1.4"),
}


def needs_package(optimizer: Optimizer) -> InvalidSettings:
    """What a person is told whose Python lacks the optimizer's package."""
    package = OPTIMIZER_PACKAGES[optimizer]
    return InvalidSettings(
        "The optimizer {optimizer} needs the package {package}, which is not installed.",
        'Install it with `pip install "{requirement}"`, or train with the optimizer adamw.',
        optimizer=optimizer,
        package=package.module,
        requirement=package.requirement,
    )


def check_optimizer(config: LoraTrainingConfig) -> None:
    """Makes sure that the optimizer is there and that the config has a rate and a schedule for it.

    Raises:
        InvalidSettings: its package is not installed, or it finds what the config prescribes by itself.
    """
    package = OPTIMIZER_PACKAGES.get(config.optimizer)
    if package is not None and importlib.util.find_spec(package.module) is None:
        raise needs_package(config.optimizer)
    if config.optimizer == "prodigy" and config.learning_rate < LOWEST_PRODIGY_RATE:
        raise InvalidSettings(
            "The optimizer prodigy finds the learning rate itself and multiplies it by yours: {rate} would learn nothing.",
            "Train with learning_rate 1.",
            rate=config.learning_rate,
        )
    if config.optimizer == "schedule-free" and config.lr_scheduler != "constant":
        raise InvalidSettings(
            "The optimizer schedule-free averages the weights instead of lowering the learning rate: {scheduler} has no place.",
            "Train with lr_scheduler constant; a warm-up is fine.",
            scheduler=config.lr_scheduler,
        )
