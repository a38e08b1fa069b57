"""The optimizers there are. All but AdamW come in packages of their own, which `domain.optimizers` names.

Source: Loshchilov and Hutter 2019 (AdamW), arXiv:1711.05101; Dettmers et al. 2022 (8-bit), arXiv:2110.02861; Mishchenko and
Defazio 2024 (Prodigy), arXiv:2306.06101; Defazio et al. 2024 (schedule-free), arXiv:2405.15682.
"""

import pkgutil
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.optimizers import needs_package
from profile_studio.domain.training import LoraTrainingConfig

_CLASSES = {
    "adamw": "torch.optim:AdamW",
    "adamw-8bit": "bitsandbytes.optim:AdamW8bit",
    "prodigy": "prodigyopt:Prodigy",
    "schedule-free": "schedulefree:AdamWScheduleFree",
}


def build_optimizer(config: LoraTrainingConfig, parameters: Sequence[Tensor]) -> torch.optim.Optimizer:
    """The optimizer that a config asks for.

    Raises:
        InvalidSettings: its package is not installed, or it needs a CUDA graphics card that is not there.
    """
    numbers: dict[str, Any] = {
        "lr": config.learning_rate,
        "betas": (config.adam_beta1, config.adam_beta2),
        "eps": config.adam_epsilon,
        "weight_decay": config.weight_decay,
    }
    if config.optimizer == "adamw-8bit" and parameters[0].device.type != "cuda":
        raise InvalidSettings("8-bit AdamW needs a CUDA graphics card.", "Train with the optimizer adamw.")
    try:
        optimizer = pkgutil.resolve_name(_CLASSES[config.optimizer])
    except ImportError as error:
        raise needs_package(config.optimizer) from error
    return optimizer(parameters, **numbers)
