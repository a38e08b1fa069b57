"""What the store keeps, and what it makes again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from profile_studio.metrics.feature_store import FeatureStore
from profile_studio.metrics.metric import Features


@dataclass
class MeanColour:
    """An encoder that counts what it looks at."""

    encoder: str = "mean-colour-1"
    seen: list[int] = field(default_factory=list[int])

    def encode(self, pictures: Sequence[Image.Image]) -> Features:
        self.seen.append(len(pictures))
        return np.stack([np.asarray(picture, dtype=np.float64).mean(axis=(0, 1)) / 255 for picture in pictures])


def draw(folder: Path, name: str, shade: int) -> Path:
    path = folder / name
    Image.new("RGB", (8, 8), (shade, 0, 255)).save(path)
    return path


def test_equal_pixels_are_encoded_once_whatever_file_they_lie_in(tmp_path: Path) -> None:
    encoder, folder = MeanColour(), tmp_path / "features"
    paths = [draw(tmp_path, name, shade) for name, shade in (("a.png", 51), ("b.bmp", 51), ("c.png", 102))]
    first = FeatureStore(folder)
    seen = first.see(encoder, paths)
    again = FeatureStore(folder)

    np.testing.assert_allclose(seen, [[0.2, 0, 1], [0.2, 0, 1], [0.4, 0, 1]], atol=1e-6)
    np.testing.assert_array_equal(again.see(encoder, paths[::-1]), seen[::-1])
    assert (encoder.seen, first.encoded, again.encoded) == ([2], 2, 0)


def test_other_weights_see_for_themselves(tmp_path: Path) -> None:
    store, path = FeatureStore(tmp_path / "features"), draw(tmp_path, "a.png", 51)
    others = [MeanColour(), MeanColour("mean-colour-2")]
    for encoder in others:
        store.see(encoder, [path])
    assert [encoder.seen for encoder in others] == [[1], [1]]


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    encoder, path = MeanColour(), draw(tmp_path, "a.png", 51)
    store = FeatureStore(tmp_path / "features")
    seen = store.see(encoder, [path])
    (file,) = (tmp_path / "features").rglob("*.npy")
    for content in (b"", file.read_bytes()[:-5], b"not numbers"):
        file.write_bytes(content)
        np.testing.assert_array_equal(store.see(encoder, [path]), seen)
    assert encoder.seen == [1] * 4
