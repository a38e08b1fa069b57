"""What each step sees follows from the seed and the step alone."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from profile_studio.domain.noise import standard_normal
from profile_studio.training.schedule import draw_batch, learning_rate
from tests.training.helpers import small_config

CONFIG = small_config(Path("starter"), batch_size=4, num_train_steps=100, lr_warmup_steps=10, learning_rate=1.0)


def test_every_picture_is_shown_once_before_any_is_shown_again() -> None:
    shown = [index for number in range(6) for index in draw_batch(CONFIG, number, [8]).indices]

    assert all(sorted(shown[start : start + 8]) == list(range(8)) for start in (0, 8, 16))
    assert shown[:8] != shown[8:16]


def test_a_batch_spreads_its_noise_levels_over_equal_shares_of_the_range() -> None:
    for number in range(20):
        levels = draw_batch(CONFIG, number, [8]).levels
        assert sorted((levels * 4 // 1).tolist()) == [0, 1, 2, 3]


def test_the_same_seed_and_number_give_the_same_batch_and_others_do_not() -> None:
    def noise(seed: int, number: int) -> torch.Tensor:
        return draw_batch(CONFIG.model_copy(update={"seed": seed}), number, [8]).noise((2, 3))

    assert torch.equal(noise(1, 5), noise(1, 5))
    assert not torch.equal(noise(1, 5), noise(1, 6))
    assert not torch.equal(noise(1, 5), noise(2, 5))


def test_the_noise_of_a_batch_is_the_legacy_generators_for_seed_and_number() -> None:
    noise = draw_batch(CONFIG.model_copy(update={"seed": 5}), 7, [8]).noise((2, 3))

    torch.testing.assert_close(noise, torch.from_numpy(standard_normal([5, 3, 7], (2, 3))), atol=0, rtol=0)


def test_the_caption_is_dropped_as_often_as_asked() -> None:
    dropped = [drop for number in range(500) for drop in draw_batch(CONFIG, number, [8]).drop_caption]
    assert sum(dropped) / len(dropped) == pytest.approx(CONFIG.caption_dropout, abs=0.04)


def test_the_learning_rate_warms_up_and_falls_to_zero() -> None:
    assert learning_rate(CONFIG, 0) == pytest.approx(0.1)
    assert learning_rate(CONFIG, 10) == 1.0
    assert learning_rate(CONFIG, 55) == pytest.approx(0.5)
    assert learning_rate(CONFIG, 99) < 1e-3
    assert learning_rate(CONFIG.model_copy(update={"lr_scheduler": "constant"}), 99) == 1.0


def test_pictures_of_one_size_are_shown_in_the_order_that_seed_and_epoch_name() -> None:
    shown = [index for number in range(6) for index in draw_batch(CONFIG, number, [8]).indices]

    named = [np.random.default_rng([CONFIG.seed, 0, epoch]).permutation(8).tolist() for epoch in range(3)]
    assert shown == [index for epoch in named for index in epoch]


def test_buckets_take_turns_so_that_every_picture_is_shown_equally_often() -> None:
    sizes = [5, 1, 2]
    batches = [draw_batch(CONFIG, number, sizes) for number in range(2 * sum(sizes))]

    counts = Counter((batch.bucket, index) for batch in batches for index in batch.indices)
    assert counts == {(bucket, index): 2 * 4 for bucket, size in enumerate(sizes) for index in range(size)}


def test_a_noise_offset_moves_each_channel_of_each_sample_as_a_whole() -> None:
    shape = (4, 3, 8, 8)
    plain = draw_batch(CONFIG, 2, [8]).noise(shape)
    offset = draw_batch(CONFIG.model_copy(update={"noise_offset": 0.1}), 2, [8]).noise(shape)

    moved = (offset - plain).flatten(2)
    torch.testing.assert_close(moved, moved[:, :, :1].expand_as(moved), atol=1e-6, rtol=0)
    assert 0.03 < moved[:, :, 0].std() < 0.3 and moved.dtype == torch.float32
