"""The studies of others, as they were made."""

import pytest

from profile_studio.base_models import STARTER
from profile_studio.domain.errors import InvalidSettings
from profile_studio.services.studies import study


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
    assert caught.value.fix == "There are: seed-multi-concept."
