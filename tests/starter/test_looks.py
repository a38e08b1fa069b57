"""Pictures in any colours: drawn from their seed alone, and never in a style that others are measured on."""

import numpy as np
import pytest

from profile_studio.starter.looks import (
    UNSEEN_STYLES,
    WIDE_STYLES,
    draw_wide,
    plain_and_soft,
    recolour,
    scale_strokes,
)


@pytest.mark.parametrize("style", WIDE_STYLES)
def test_each_style_is_drawn_in_many_looks_equal_for_equal_seeds(style: str) -> None:
    pictures = [draw_wide(style, seed, side_px=32) for seed in ("a", "b", "c")]
    assert all(picture.shape == (32, 32, 3) for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) == 3
    np.testing.assert_array_equal(pictures[0], draw_wide(style, "a", side_px=32))


def test_what_the_decoder_is_measured_on_is_never_trained_on() -> None:
    assert not set(UNSEEN_STYLES) & set(WIDE_STYLES)


def test_equal_colours_stay_equal_and_long_and_short_spellings_mean_the_same() -> None:
    svg = '<a fill="#ffffff"/><b fill="#fff"/><c fill="#000"/>'
    changed = recolour(svg, lambda colour: (1 - colour[0], colour[1], colour[2]))
    assert changed == '<a fill="#00ffff"/><b fill="#00ffff"/><c fill="#ff0000"/>'


def test_lines_become_as_thick_as_said() -> None:
    assert scale_strokes('<path stroke-width="4.2"/>', 0.5) == '<path stroke-width="2.100"/>'


def test_plain_colours_are_among_what_nobody_draws() -> None:
    pictures = plain_and_soft(np.random.default_rng(0), 64, side_px=16)
    assert pictures.shape == (64, 3, 16, 16)
    assert -1 <= pictures.min() < -0.9 and 0.9 < pictures.max() <= 1
    plain = np.ptp(pictures, axis=(2, 3)).max(axis=1) == 0
    assert 16 <= plain.sum() <= 48
