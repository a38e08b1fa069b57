"""Which pictures are set aside, and by which number. Nothing is deleted: a person has the last word."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from profile_studio.decoding.measures import LOOK_SIDE_PX, SHARP_ENOUGH, PictureMeasures
from profile_studio.domain.datasets import FileReason, ImageMeasures
from profile_studio.services.importing import FoundPicture

FINE_DETAIL = 0.65  # less is left of a picture blurred over a pixel or more, however strong its contrasts
OUTLINES = 25.0  # a drawing has some line; a blurred grey photograph has as few colours as a drawing, and no line
LONGEST_ASPECT = 4.0
LEAST_CONTRAST = 3.0  # standard deviation of luma
DARK_BELOW, BRIGHT_ABOVE = 40.0, 225.0  # of the brightest and the darkest hundredth
MOST_BARS = 0.08
_SAME_HASH_BITS, _LIKE_HASH_BITS = 20, 20  # a mirrored drawing has no odd frequencies: those bits are chance
_SAME_LOOK, _LIKE_LOOK = 5.0, 12.0  # mean difference of 32 x 32 RGB, 0 to 255
_SAME_SPOT = 60.0  # a mouth or a pair of glasses differs more than this, somewhere


@dataclass(frozen=True)
class Fate:
    """What becomes of a picture. `reason`, `measure` and `other` are as in `DatasetImage`.

    Pictures with one `group` are likenesses, of which a held-out part holds all or none.
    """

    group: int
    reason: FileReason | None = None
    measure: float | None = None
    other: str = ""


def judge(pictures: Sequence[FoundPicture]) -> list[Fate]:
    """The fate of each picture, in order: by its own measures first, then as a copy of a better one."""
    if not pictures:
        return []
    likeness = _Likeness(pictures)
    fates = [_own_fate(picture, group) for picture, group in zip(pictures, likeness.groups(), strict=True)]
    best_first = sorted(range(len(pictures)), key=lambda index: _quality(pictures[index]), reverse=True)
    kept: list[int] = []
    for index in (index for index in best_first if fates[index].reason is None):
        original = next((other for other in kept if likeness.is_same(index, other)), None)
        if original is None:
            kept.append(index)
            continue
        fates[index] = replace(
            fates[index],
            reason=FileReason.DUPLICATE,
            measure=float(likeness.distance(index, original)),
            other=pictures[original].shown_name,
        )
    return fates


def may_be_alike(one: ImageMeasures, other: ImageMeasures) -> bool:
    """Whether two pictures are near enough by their perceptual hashes that their looks must be compared."""
    return hash_distance(one, other) <= _LIKE_HASH_BITS


def are_alike(one: PictureMeasures, other: PictureMeasures) -> bool:
    """Whether two pictures are likenesses, of which a held-out part holds both or none."""
    looks = [np.frombuffer(measures.look, np.uint8).astype(np.int16) for measures in (one, other)]
    return may_be_alike(one, other) and float(np.abs(looks[0] - looks[1]).mean()) <= _LIKE_LOOK


def hash_distance(one: ImageMeasures, other: ImageMeasures) -> int:
    """How many of the 64 bits of the perceptual hashes differ."""
    return (int(one.perceptual_hash, 16) ^ int(other.perceptual_hash, 16)).bit_count()


def _own_fate(picture: FoundPicture, group: int) -> Fate:
    measures = picture.measures
    aspect = max(picture.height, picture.width) / min(picture.height, picture.width)
    least_sharpness = OUTLINES if measures.is_drawing else SHARP_ENOUGH
    face_count = len(picture.faces or ())
    if picture.set_aside is not None:
        return Fate(group, picture.set_aside)
    rules = (
        (aspect > LONGEST_ASPECT, FileReason.EXTREME_ASPECT, aspect),
        (measures.brightest < DARK_BELOW, FileReason.TOO_DARK, measures.brightest),
        (measures.darkest > BRIGHT_ABOVE, FileReason.TOO_BRIGHT, measures.darkest),
        (measures.contrast < LEAST_CONTRAST, FileReason.NEARLY_FLAT, measures.contrast),
        (measures.bars > MOST_BARS and not measures.is_pixel_art, FileReason.LETTERBOX_BARS, measures.bars),
        (
            measures.sharpness < least_sharpness and measures.fine_detail < FINE_DETAIL,
            FileReason.BLURRED,
            measures.sharpness,
        ),
        (face_count > 1, FileReason.SEVERAL_FACES, float(face_count)),
    )
    return next((Fate(group, reason, measure) for holds, reason, measure in rules if holds), Fate(group))


def _quality(picture: FoundPicture) -> tuple[int, bool, float]:
    """Large before small, captioned before not, sharp before soft."""
    return picture.height * picture.width, bool(picture.caption), picture.measures.sharpness


class _Likeness:
    """How alike the pictures of one import are."""

    def __init__(self, pictures: Sequence[FoundPicture]) -> None:
        hashes = [np.frombuffer(bytes.fromhex(picture.measures.perceptual_hash), np.uint8) for picture in pictures]
        self._bits = np.unpackbits(np.array(hashes, np.uint8).reshape(len(pictures), -1), axis=1).astype(np.int16)
        shape = (LOOK_SIDE_PX, LOOK_SIDE_PX, 3)
        self._looks = [np.frombuffer(picture.measures.look, np.uint8).reshape(shape) for picture in pictures]
        ones = self._bits.sum(axis=1)
        # The number of unequal bits of each pair, without a loop over pairs.
        self._distances = ones[:, None] + ones[None, :] - 2 * (self._bits @ self._bits.T)

    def distance(self, one: int, other: int) -> int:
        """How many of the 64 bits of the perceptual hashes differ."""
        return int(self._distances[one, other])

    def is_same(self, one: int, other: int) -> bool:
        """Whether one picture is the other, resized or saved anew."""
        if self.distance(one, other) > _SAME_HASH_BITS:
            return False
        difference = self._difference(one, other)
        return float(difference.mean()) <= _SAME_LOOK and float(difference.max()) <= _SAME_SPOT

    def groups(self) -> list[int]:
        """For each picture the first one that it is like, directly or through others."""
        group = list(range(len(self._looks)))
        ones, others = np.nonzero(np.triu(self._distances <= _LIKE_HASH_BITS, k=1))
        for one, other in zip(ones.tolist(), others.tolist(), strict=True):
            if float(self._difference(one, other).mean()) <= _LIKE_LOOK:
                low, high = sorted((group[one], group[other]))
                group = [low if each == high else each for each in group]
        return group

    def _difference(self, one: int, other: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
        return np.abs(self._looks[one].astype(np.int16) - self._looks[other].astype(np.int16))
