"""Whether losses tell which pictures were learned: known answers."""

import numpy as np
import pytest

from profile_studio.metrics.membership import gains, membership_auc

NUMBERS = np.random.default_rng(0)


def test_an_untrained_model_knows_nothing_and_shuffled_pictures_are_a_coin() -> None:
    base = NUMBERS.uniform(0.2, 0.6, 24)
    assert membership_auc(gains(base[:16], base[:16]), gains(base[16:], base[16:])).value == 0.5

    learned, put_aside = NUMBERS.normal(0.5, 0.1, 16), NUMBERS.normal(0.0, 0.1, 8)
    everything = np.concatenate([learned, put_aside])
    areas = [
        membership_auc(shuffled[:16], shuffled[16:]).value
        for shuffled in (NUMBERS.permutation(everything) for _ in range(2000))
    ]
    assert np.mean(areas) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("learned", "put_aside", "area"),
    [((3, 4), (1, 2), 1.0), ((1, 2), (3, 4), 0.0), ((1, 3), (2, 4), 0.25), ((1, 1), (1, 1), 0.5), ((2, 1), (1,), 0.75)],
)
def test_the_area_is_the_share_of_pairs_in_which_the_learned_picture_gained_more(
    learned: tuple[float, ...], put_aside: tuple[float, ...], area: float
) -> None:
    found = membership_auc(np.array(learned, dtype=float), np.array(put_aside, dtype=float))
    assert found.value == area
    assert found.low is not None and found.high is not None
    assert 0 <= found.low <= area <= found.high <= 1


def test_the_interval_holds_the_truth_and_no_end_is_certain() -> None:
    truth, held = 0.7602, 0  # of two normal distributions one standard deviation apart
    for _ in range(400):
        found = membership_auc(NUMBERS.normal(1, 1, 24), NUMBERS.normal(0, 1, 8))
        held += (found.low or 0) <= truth <= (found.high or 1)
    assert held / 400 > 0.9
    few, many = (membership_auc(np.ones(n), np.zeros(n)).low or 0.0 for n in (4, 40))
    assert few < 0.95 < many < 1
