"""Where the faces of a photograph are. Both detectors learned from photographs; drawings are not theirs to judge.

OpenCV is imported where it is used: the processes that decode need it, the page that starts them does not.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from profile_studio.domain.datasets import FaceBox, FaceDetector

if TYPE_CHECKING:
    from cv2 import CascadeClassifier

LOOK_SIDE_PX = 512
_SMALLEST_FACE_PX = 24
_NEIGHBOURS = 4
_YUNET_SCORE = 0.7
_PAD_SHARE = 0.25  # of the shorter side: a face that the edge cuts off is whole enough with it
_COUNTED_SHARE = 0.25  # of the largest face's side: a passer-by that small is not learned as the person


class BrokenDetector(Exception):
    """The file that should hold YuNet does not."""


@dataclass(frozen=True)
class FaceFinder:
    """Which detector looks for faces; `model` is YuNet's file."""

    detector: FaceDetector
    model: str = ""

    def find(self, image: Image.Image) -> tuple[FaceBox, ...]:
        """The faces of an RGB picture, largest first, clipped to the picture.

        Raises:
            BrokenDetector: YuNet cannot be read from its file.
        """
        import cv2

        cv2.setNumThreads(1)  # several pictures are looked at side by side
        small = image.copy()
        small.thumbnail((LOOK_SIDE_PX, LOOK_SIDE_PX), Image.Resampling.BOX)
        pad = round(_PAD_SHARE * min(small.size))
        padded = np.pad(np.asarray(small), ((pad, pad), (pad, pad), (0, 0)), mode="edge")
        found = _by_yunet(padded, self.model) if self.detector is FaceDetector.YUNET else _by_haar(padded)
        scale = max(image.size) / max(small.size)
        boxes = [_clipped([(x - pad) * scale, (y - pad) * scale, w * scale, h * scale], image) for x, y, w, h in found]
        boxes = sorted((box for box in boxes if min(box.height, box.width) > 0), key=_side, reverse=True)
        return tuple(box for box in boxes if _side(box) >= _COUNTED_SHARE * _side(boxes[0]))


Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def _by_haar(pixels: Pixels) -> list[list[float]]:
    """Boxes as x, y, width, height.

    Source: Viola and Jones 2001, doi:10.1109/CVPR.2001.990517; the cascade is Lienhart's `alt2`, which on the
    photographs of scikit-image and gradio saw no face in coins, cells and fur, where `default` saw nine.
    """
    import cv2

    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    smallest = (_SMALLEST_FACE_PX, _SMALLEST_FACE_PX)
    found = _cascade().detectMultiScale(gray, 1.1, _NEIGHBOURS, minSize=smallest)
    return [[float(value) for value in box] for box in found]


def _by_yunet(pixels: Pixels, model: str) -> list[list[float]]:
    """Boxes as x, y, width, height.

    Source: Wu et al. 2023, doi:10.1007/s11633-023-1423-y.
    """
    import cv2

    height, width = pixels.shape[:2]
    try:
        detector = cv2.FaceDetectorYN.create(model, "", (width, height), _YUNET_SCORE)
        _, found = detector.detect(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    except cv2.error as error:
        raise BrokenDetector(model) from error
    # OpenCV's stubs leave out that no face is None.
    return [[float(value) for value in face[:4]] for face in found] if found is not None else []  # pyright: ignore[reportUnnecessaryComparison]


@functools.cache
def _cascade() -> "CascadeClassifier":
    import cv2

    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_alt2.xml"))


def _clipped(box: Sequence[float], image: Image.Image) -> FaceBox:
    x, y, width, height = box
    left, top = max(0, round(x)), max(0, round(y))
    right, bottom = min(image.width, round(x + width)), min(image.height, round(y + height))
    return FaceBox(top=top, left=left, height=bottom - top, width=right - left)


def _side(box: FaceBox) -> int:
    """A face that the edge cuts off is as large as what is left of its longer side."""
    return max(box.height, box.width)
