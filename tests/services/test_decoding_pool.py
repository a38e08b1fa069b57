"""Decoding happens elsewhere, and whatever happens there is a reason here."""

import io
import weakref
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from profile_studio.decoding.pool import DecodedPicture, DecodingPool, processes_that_fit, shared_pool
from profile_studio.domain.datasets import FileReason
from profile_studio.services.importing import import_files
from tests.services.malformed_uploads import check_malformed_uploads


@pytest.fixture
def hasty_pool() -> Generator[DecodingPool]:
    pool = DecodingPool(1, longest_picture_s=0.0)
    yield pool
    pool.close()


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_a_picture_that_takes_too_long_is_refused_and_the_next_one_gets_a_new_process(
    hasty_pool: DecodingPool,
) -> None:
    large = png(Image.fromarray(np.random.default_rng(0).integers(0, 255, (1500, 1500, 3), dtype=np.uint8)))
    assert hasty_pool.decode(large) is FileReason.UNREADABLE
    assert hasty_pool.decode(large) is FileReason.UNREADABLE


@pytest.mark.parametrize(
    ("processors", "memory_gb", "processes"), [(16, 128, 4), (2, 16, 2), (8, 8, 2), (8, 4, 1), (4, 1, 1)]
)
def test_the_largest_pictures_fit_together_into_half_of_the_memory(
    processors: int, memory_gb: int, processes: int
) -> None:
    assert processes_that_fit(processors, memory_gb * 10**9) == processes


def test_results_come_in_order_and_what_reading_raised_comes_with_its_file() -> None:
    def fails() -> bytes:
        raise OSError("gone")

    good = png(Image.new("RGB", (32, 32), "red"))
    files = [("a", lambda: good), ("b", fails), ("c", lambda: b"no picture")]
    results = dict(shared_pool().decode_all(files))
    assert list(results) == ["a", "b", "c"]
    assert isinstance(results["a"](), DecodedPicture)
    with pytest.raises(OSError, match="gone"):
        results["b"]()
    assert results["c"]() is FileReason.NOT_AN_IMAGE


def test_malformed_uploads_each_have_a_fate_and_none_is_a_crash(tmp_path: Path) -> None:
    fates = check_malformed_uploads(240, tmp_path, shared_pool())
    assert fates.total() >= 240
    assert {"kept", "unreadable", "not_an_image"} <= set(fates)


def test_an_import_holds_the_pixels_of_a_few_pictures_only(tmp_path: Path) -> None:
    for number in range(12):
        noise = np.random.default_rng(number).integers(0, 255, (32, 32, 3), dtype=np.uint8)
        (tmp_path / f"{number:02d}.png").write_bytes(png(Image.fromarray(noise)))
    stored: list[weakref.ref[DecodedPicture]] = []
    most_held = 0

    def store(picture: DecodedPicture) -> None:
        nonlocal most_held
        stored.append(weakref.ref(picture))
        most_held = max(most_held, sum(each() is not None for each in stored))

    import_files([tmp_path], shared_pool(), store, lambda _: None)
    assert len(stored) == 12
    assert most_held < 6
