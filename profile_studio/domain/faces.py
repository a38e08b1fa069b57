"""What the faces found in a picture mean for a face set."""

from profile_studio.domain.datasets import FaceBox, FileReason

TINY_SHARE = 0.125
"""Of the shorter side: 64 of 512 pixels, eight of a base model's latents, hold no likeness."""

DRAWN_FACE = 0.19
"""The critic's score from which a drawing shows one whole face.

Chosen on every second picture of `benchmarks/drawn_faces.py`. Of the others it is right for 99.5 % (97.1-99.9, n = 192) of
the examples' faces and 97.6 % (95.4-98.7, n = 368) of drawings without a face, but only for 63 % (55-71, n = 128) of the
people in eight styles that the critic was never shown. Two, cut or tiny faces score as low as none.
"""


def face_warning(
    face_count: int | None, largest: FaceBox | None, height: int, width: int, drawn_face: float | None = None
) -> FileReason | None:
    """What a person should know about the one face that a picture of a face set needs.

    Several faces are no warning: such a picture is set aside.

    Args:
        face_count: None where no detector looked.
        height, width: of the picture, in pixels.
        drawn_face: how surely the critic sees a face in a drawing, 0 to 1; None where it did not look.
    """
    if drawn_face is not None:
        return FileReason.NO_FACE if drawn_face < DRAWN_FACE else None
    if face_count is None:
        return FileReason.FACES_NOT_CHECKED
    if largest is None:
        return FileReason.NO_FACE
    if face_count > 1:
        return None
    bottom, right = largest.top + largest.height, largest.left + largest.width
    if largest.top <= 0 or largest.left <= 0 or bottom >= height or right >= width:
        return FileReason.FACE_CUT_OFF
    if min(largest.height, largest.width) < TINY_SHARE * min(height, width):
        return FileReason.TINY_FACE
    return None
