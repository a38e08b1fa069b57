"""FID's network, by a file of the same form that is small enough to be made here."""

import numpy as np
import pytest
import torch
from PIL import Image

from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.errors import EvaluatorMissing, InvalidSettings
from profile_studio.domain.evaluators import INCEPTION_FILE
from profile_studio.metrics.encoder_places import ENCODER_PLACES
from profile_studio.metrics.encoders import load_encoders
from profile_studio.metrics.inception import Inception
from profile_studio.services.comparison import ComparisonService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")


class SmallInception(torch.nn.Module):
    """Takes 8-bit pictures, and gives features or probabilities, as the original does."""

    def forward(self, img: torch.Tensor, return_features: bool = False, no_output_bias: bool = False) -> torch.Tensor:
        assert img.dtype == torch.uint8
        colours = img.float().mean(dim=[2, 3]) / 255
        return colours if return_features else torch.softmax(colours * (1.0 if no_output_bias else 2.0), dim=1)


@pytest.fixture
def with_inception(settings: Settings) -> Settings:
    folder = ENCODER_PLACES["inception"].folder(settings)
    folder.mkdir(parents=True)
    torch.jit.script(SmallInception()).save(str(folder / INCEPTION_FILE))
    return settings


def test_pictures_of_any_size_become_features_and_probabilities(with_inception: Settings) -> None:
    pictures = [Image.new("RGB", (8, 8), (255, 0, 51)), Image.new("L", (20, 10), 255)]
    encoders = load_encoders(("inception", "inception_classes"), with_inception, "cpu")
    np.testing.assert_allclose(encoders["inception"].encode(pictures), [[1, 0, 0.2], [1, 1, 1]], atol=1e-6)
    probabilities = encoders["inception_classes"].encode(pictures)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    odds = np.exp([1, 0, 0.2])
    np.testing.assert_allclose(probabilities[0], odds / odds.sum(), atol=1e-6)
    assert encoders["inception"].encoder != encoders["inception_classes"].encoder


def test_a_broken_file_is_said_in_words(with_inception: Settings) -> None:
    folder = ENCODER_PLACES["inception"].folder(with_inception)
    (folder / INCEPTION_FILE).write_bytes(b"not a network")
    with pytest.raises(EvaluatorMissing) as caught:
        Inception(folder)
    assert INCEPTION_FILE in caught.value.fix


@pytest.mark.parametrize("metric", ["fid", "kid", "inception_score", "clip_score_vit_b32"])
def test_what_is_not_on_the_disk_is_refused_before_anything_is_drawn(settings: Settings, metric: str) -> None:
    with pytest.raises(InvalidSettings, match=f"{metric} needs .*, which is not on this computer"):
        submit(settings, metric)


@pytest.mark.parametrize(("metric", "fewest"), [("fid", 2048), ("inception_score", 1000)])
def test_a_number_that_would_measure_the_count_of_pictures_is_refused(
    with_inception: Settings, metric: str, fewest: int
) -> None:
    with pytest.raises(InvalidSettings, match=f"{metric} takes at least {fewest} pictures of each model"):
        submit(with_inception, metric)


def submit(settings: Settings, metric: str) -> None:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    service = ComparisonService(settings, database)
    config = {"models": ("mine",), "prompts": ("a hat",), "metrics": (metric,)}
    service.submit(ComparisonConfig.model_validate(config))
