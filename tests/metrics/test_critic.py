"""What the critic makes of pictures on disk."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from profile_studio.domain.errors import CriticMissing
from profile_studio.metrics.critic import Critic
from profile_studio.settings import Settings


@pytest.fixture(scope="module")
def critic() -> Critic:
    return Critic(Settings().critic_dir)


def draw(folder: Path, seed: int, size: tuple[int, int], mode: str = "RGB") -> Path:
    path = folder / f"{seed}.png"
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).convert(mode).save(path)
    return path


def test_pictures_of_any_size_and_mode_get_a_share(critic: Critic, tmp_path: Path) -> None:
    sizes = [(128, 128), (512, 512), (64, 200), (300, 100), (16, 16)]
    paths = [
        draw(tmp_path, seed, size, mode)
        for seed, (size, mode) in enumerate(zip(sizes, ["RGB", "RGBA", "L", "P", "1"], strict=True))
    ]
    scores = critic.score(paths)
    assert scores.shape == (5,)
    assert ((scores >= 0) & (scores <= 1)).all()


def test_the_batch_does_not_change_a_score(critic: Critic, tmp_path: Path) -> None:
    paths = [draw(tmp_path, seed, (40, 40)) for seed in range(40)]
    np.testing.assert_allclose(critic.score(paths)[[0, 39]], critic.score([paths[0], paths[39]]), atol=1e-5)


def test_no_pictures_have_no_scores(critic: Critic) -> None:
    assert critic.score([]).shape == (0,)


def test_the_encoder_names_the_exact_weights(critic: Critic) -> None:
    name, digest = critic.encoder.split("-")
    assert (name, len(digest)) == ("critic", 8)


def test_a_missing_critic_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(CriticMissing) as caught:
        Critic(tmp_path / "critic")
    assert "faces cannot be scored" in caught.value.message
    assert "assets/critic" in caught.value.fix
