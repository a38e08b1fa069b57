"""What the faces found in a picture mean for a face set."""

from profile_studio.domain.datasets import FaceBox, FileReason

TINY_SHARE = 0.125
"""Of the shorter side: 64 of 512 pixels, eight of a base model's latents, hold no likeness."""


def face_warning(face_count: int | None, largest: FaceBox | None, height: int, width: int) -> FileReason | None:
    """What a person should know about the one face that a picture of a face set needs.

    Several faces are no warning: such a picture is set aside.

    Args:
        face_count: None where nobody looked.
        height, width: of the picture, in pixels.
    """
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
