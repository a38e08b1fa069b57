"""Versions of one picture, so that a training learns what is in it rather than this one photograph."""

import random
from dataclasses import dataclass

VERSIONS = 6  # encoded before the training; more would cost disk and time and look no different
_SMALLEST_SHARE = 0.85  # of the crop's sides
_COLOR_RANGE = (0.9, 1.1)


@dataclass(frozen=True)
class Variation:
    """What is done to one version of a picture.

    `share` is how much of the crop's sides is left, in (0, 1]; `across` and `down` say where that part lies, 0 to 1.
    `brightness`, `contrast` and `saturation` are factors.
    """

    is_mirrored: bool = False
    brightness: float = 1.0
    contrast: float = 1.0
    saturation: float = 1.0
    share: float = 1.0
    across: float = 0.5
    down: float = 0.5


@dataclass(frozen=True)
class Augmentation:
    """Which versions a training makes of each picture; the first is always the picture itself."""

    flip: bool = False
    color_jitter: bool = False
    crop_jitter: bool = False

    @property
    def versions(self) -> int:
        """How many there are: a mirrored picture has no third side."""
        return VERSIONS if self.color_jitter or self.crop_jitter else 2 if self.flip else 1

    def variations(self, seed: int, image_id: str) -> list[Variation]:
        """The versions of a picture, always the same for the same seed and picture; every second one is mirrored."""
        return [Variation()] + [self._draw(f"{seed}/{image_id}/{number}", number) for number in range(1, self.versions)]

    def _draw(self, stream: str, number: int) -> Variation:
        draw = random.Random(stream)
        brightness, contrast, saturation = (draw.uniform(*_COLOR_RANGE) for _ in range(3))
        share, across, down = draw.uniform(_SMALLEST_SHARE, 1.0), draw.random(), draw.random()
        colors = (brightness, contrast, saturation) if self.color_jitter else (1.0, 1.0, 1.0)
        part = (share, across, down) if self.crop_jitter else (1.0, 0.5, 0.5)
        return Variation(self.flip and number % 2 == 1, *colors, *part)
