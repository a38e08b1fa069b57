"""The studies of others, as they were made."""

import pytest

from profile_studio.base_models import STARTER
from profile_studio.domain.errors import InvalidSettings
from profile_studio.services.studies import study, told_of_study


@pytest.mark.parametrize(("base", "second"), [(STARTER, "voxel-art"), ("/models/sd15", "anime")])
def test_the_study_of_four_styles_is_eleven_models_and_a_hundred_and_ten_pictures(base: str, second: str) -> None:
    config = study("seed-multi-concept", base)
    assert [spec.text for spec in config.models][:2] == ["base", second]
    assert len(config.models) == 11
    assert len(config.models) * len(config.prompts) * config.seeds == 110
    assert config.metrics == ("clip_score", "style_similarity")
    assert config.repeated == ()


def test_a_study_that_nobody_made_is_named() -> None:
    with pytest.raises(InvalidSettings, match="no study 'seed-of-mine'") as caught:
        study("seed-of-mine", STARTER)
    assert caught.value.fix == "There are: seed-multi-concept, seed-sd35, seed-face."


@pytest.mark.parametrize(("base", "steps"), [(STARTER, (100, 300)), ("/models/sd35", (1000, 3000))])
def test_the_study_of_two_lengths_is_two_steps_of_one_run_and_says_where_they_are_scaled(
    base: str, steps: tuple[int, int]
) -> None:
    config = study("seed-sd35", base)
    assert [spec.text for spec in config.models] == ["base", *(f"seed-sd35@{step}" for step in steps)]
    assert len(config.prompts) == 10 and config.metrics[0] == "clip_score" and "fid" not in config.metrics
    assert ("in place of 1000 and 3000" in told_of_study("seed-sd35", base)) == (base == STARTER)


def test_the_study_of_faces_is_two_ranks_beside_the_base() -> None:
    assert [spec.text for spec in study("seed-face", STARTER).models] == ["base", "seed-face-r4", "seed-face-r8"]
    assert "cross-attention-qv" in told_of_study("seed-face", STARTER)
