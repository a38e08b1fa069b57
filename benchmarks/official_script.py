"""Runs diffusers' `train_text_to_image_lora.py` as it is, on our pictures.

The script is not in any package: take it from https://github.com/huggingface/diffusers (Apache-2.0),
examples/text_to_image, and give its path. It wants `datasets` and torchvision, which the studio does without: stand-ins
hand it pictures in memory and do what it asks of torchvision's transforms, so that its own code does all the rest.
"""

import enum
import runpy
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from PIL import Image
from torch import Tensor

Example = tuple[Image.Image, str]
"""A square picture and its caption."""


def run_script(script: Path, base: str, examples: Sequence[Example], **options: object) -> None:
    """Runs the script to its end, in this process.

    Args:
        base: folder in diffusers layout.
        examples: an epoch of the data set, in order.
        options: the script's own, such as `rank=4`.
    """
    with tempfile.TemporaryDirectory() as folder:
        given = {
            "pretrained_model_name_or_path": base,
            "train_data_dir": folder,
            "output_dir": f"{folder}/out",
            "resolution": examples[0][0].width,
            "lr_scheduler": "constant",
            "lr_warmup_steps": 0,
            "mixed_precision": "no",
            **options,
        }
        arguments = [str(script), *(f"--{name}={value}" for name, value in given.items())]
        with patch.dict(sys.modules, _stand_ins(examples)), patch.object(sys, "argv", arguments):
            runpy.run_path(str(script), run_name="__main__")


class _Rows:
    """What the script sees of `datasets.Dataset`."""

    column_names = ("image", "text")

    def __init__(self, examples: Sequence[Example], transform: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self._examples = examples
        self._transform = transform

    def with_transform(self, transform: Callable[[dict[str, Any]], dict[str, Any]]) -> "_Rows":
        return _Rows(self._examples, transform)

    def __len__(self) -> int:
        return len(self._examples)

    def __getitem__(self, index: int) -> dict[str, Any]:
        picture, caption = self._examples[index]
        batch = self._transform({"image": [picture], "text": [caption]})
        return {name: values[0] for name, values in batch.items()}


class _Interpolation(enum.Enum):
    LANCZOS = Image.Resampling.LANCZOS


def _unchanged(*_arguments: object, **_options: object) -> Callable[[Image.Image], Image.Image]:
    """For square pictures of the training's size, where resizing and cropping change nothing."""
    return lambda picture: picture


def _compose(transforms: Sequence[Callable[[Any], Any]]) -> Callable[[Image.Image], Tensor]:
    def apply(picture: Any) -> Any:
        for transform in transforms:
            picture = transform(picture)
        return picture

    return apply


def _to_tensor() -> Callable[[Image.Image], Tensor]:
    return lambda picture: torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255


def _normalize(mean: Sequence[float], deviation: Sequence[float]) -> Callable[[Tensor], Tensor]:
    return lambda picture: (picture - mean[0]) / deviation[0]


def _stand_ins(examples: Sequence[Example]) -> dict[str, ModuleType]:
    quiet = SimpleNamespace(set_verbosity_warning=lambda: None, set_verbosity_error=lambda: None)
    datasets: Any = ModuleType("datasets")
    datasets.utils = SimpleNamespace(logging=quiet)
    datasets.load_dataset = lambda *_arguments, **_options: {"train": _Rows(examples, lambda batch: batch)}
    torchvision: Any = ModuleType("torchvision")
    torchvision.transforms = SimpleNamespace(
        InterpolationMode=_Interpolation,
        Resize=_unchanged,
        CenterCrop=_unchanged,
        RandomCrop=_unchanged,
        RandomHorizontalFlip=_unchanged,
        Lambda=_unchanged,
        Compose=_compose,
        ToTensor=_to_tensor,
        Normalize=_normalize,
    )
    return {"datasets": datasets, "torchvision": torchvision}
