from profile_studio.ui.components.bounded_slider import BoundedSlider


def test_a_typed_number_beyond_the_bounds_is_the_nearest_bound() -> None:
    slider = BoundedSlider(0.0, 1.5, step=0.05)
    assert [slider.preprocess(number) for number in (-1, 0.25, 9)] == [0.0, 0.25, 1.5]
    assert slider.get_block_name() == "slider"
