"""Which step to keep: a rule with known answers."""

import numpy as np
import pytest

from profile_studio.domain.comparison import Certainty, Interval
from profile_studio.metrics.checkpoint_choice import choose, only_by_heart, worth_drawing

STEPS = (100, 200, 300, 400, 500, 600)


def around(*means: float, spread: float = 0.01, n: int = 16) -> dict[int, np.ndarray]:
    """Values of each step with a spread that prompts do not share."""
    return {
        step: mean + spread * np.random.default_rng(step).normal(size=n)
        for step, mean in zip(STEPS, means, strict=False)
    }


@pytest.mark.parametrize(
    ("held_out", "by_heart", "drawn"),
    [
        ({}, (), [100, 300, 600]),
        (around(0.50, 0.40, 0.30, 0.35, 0.40, 0.50), (), [300, 500, 600]),
        (around(0.50, 0.40, 0.30, 0.35, 0.40, 0.50), (500, 600), [300, 400]),
        (around(*[0.30] * 6, spread=0), (400, 500, 600), [100, 200, 300]),
        (around(0.50, 0.40, 0.30, 0.35, 0.40, 0.35), STEPS, [300, 500, 600]),
    ],
    ids=["nothing put aside", "overlong", "two by heart", "equal", "all by heart"],
)
def test_losses_leave_two_or_three_steps_to_draw(
    held_out: dict[int, np.ndarray], by_heart: tuple[int, ...], drawn: list[int]
) -> None:
    assert worth_drawing(STEPS, held_out, by_heart) == drawn


@pytest.mark.parametrize(
    ("low", "held_out", "is_out"), [(0.95, 0.6, True), (0.95, 0.4, False), (0.7, 0.6, False), (None, 0.6, False)]
)
def test_knowing_the_learned_pictures_is_a_fault_only_where_nothing_else_was_learned(
    low: float | None, held_out: float, is_out: bool
) -> None:
    assert only_by_heart(Interval(0.99, low, 1.0), np.full(8, held_out), np.full(8, 0.5)) is is_out


@pytest.mark.parametrize(
    ("closeness", "step", "certainty"),
    [
        (around(0.70, 0.80, 0.75), 200, Certainty.CLEAR),
        (around(0.80, 0.70, 0.60), 100, Certainty.CLEAR),
        (around(0.50), 100, Certainty.CLEAR),
        ({100: np.full(8, 0.7), 200: np.full(8, 0.7)}, 100, Certainty.CLEAR),
    ],
)
def test_the_earliest_step_near_the_best_is_kept(
    closeness: dict[int, np.ndarray], step: int, certainty: Certainty
) -> None:
    chosen = choose(closeness)
    assert (chosen.step, chosen.certainty) == (step, certainty)


def test_of_equal_steps_a_later_one_is_hardly_ever_called_clear() -> None:
    chosen = [
        choose({step: np.random.default_rng([step, run]).normal(0.7, 0.05, 16) for step in (100, 200, 300)})
        for run in range(200)
    ]
    later = [each for each in chosen if each.step != 100]
    assert len(later) < 80 and sum(each.certainty is Certainty.CLEAR for each in later) / 200 <= 0.1
    assert all(each.rival != each.step and each.rival in (100, 200, 300) for each in later)
