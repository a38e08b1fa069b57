"""What a file is that is no picture we read, by its first bytes: a reason that says what to do with it."""

from profile_studio.domain.datasets import FileReason

_SIGNATURES = {
    FileReason.ARCHIVE_TO_UNPACK: (
        (0, b"Rar!\x1a\x07"),
        (0, b"7z\xbc\xaf\x27\x1c"),
        (257, b"ustar"),
        (0, b"\x1f\x8b"),  # gzip
        (0, b"BZh"),
        (0, b"\xfd7zXZ\0"),
        (0, b"\x28\xb5\x2f\xfd"),  # zstd
        (2, b"-lh"),
        (0, b"ALZ\x01"),
        (0, b"EGGA"),
    ),
    FileReason.TABLE_OF_PICTURES: ((0, b"PAR1"), (0, b"ARROW1")),
    FileReason.OTHER_PICTURE_FORMAT: (
        (0, b"II*\0"),  # TIFF, and the raw formats that are built on it
        (0, b"MM\0*"),
        (0, b"IIRO"),  # raw photos of Olympus, Panasonic, Fujifilm, Canon
        (0, b"IIU\0"),
        (0, b"FUJIFILMCCD-RAW"),
        (4, b"ftypcrx "),
        (0, b"\xff\x0a"),  # JPEG XL, bare and boxed
        (4, b"JXL \r\n\x87\n"),
        (4, b"jP  \r\n\x87\n"),  # JPEG 2000, boxed and bare
        (0, b"\xff\x4f\xff\x51"),
        (0, b"8BPS"),
        (0, b"gimp xcf"),
        (0, b"\0\0\x01\0"),  # ICO
        (0, b"<svg"),
    ),
}


def kind_of(content: bytes) -> FileReason | None:
    """Why a file with these first bytes is left out; None where they say nothing."""
    for reason, signatures in _SIGNATURES.items():
        if any(content.startswith(signature, at) for at, signature in signatures):
            return reason
    return None
