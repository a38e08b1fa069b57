"""The whole path on every family: train, resume, draw, blend, compare, export, import."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

from profile_studio.base_models import find_base_model
from profile_studio.domain.adapters import Adapter, WeightedAdapter
from profile_studio.domain.comparison import ComparisonConfig, ComparisonReport
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.jobs import Interrupted, Wish
from profile_studio.domain.training import AdapterKind, Targets
from profile_studio.services.adapters import AdapterService
from profile_studio.services.training import TrainingService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.worker.composition import compare, train
from tests.training.helpers import RecordingContext, create_dataset

# diffusers' schedulers make numpy arrays of tensors in the way that numpy 2 will stop to accept.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
FAMILIES = ("tiny_base", "tiny_sdxl", "tiny_sd3")
STEPS = 4


@pytest.fixture(params=FAMILIES)
def base(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


@pytest.fixture
def home(settings: Settings) -> Iterator[Settings]:
    """A home with a data set of squares."""
    create_dataset(settings, n_images=6, n_held_out=2)
    yield settings


def train_preset(base: Path, home: Settings, kind: AdapterKind, name: str, **changes: object) -> Adapter:
    """What the preset of the base trains, in a few steps, paused and resumed in the middle, with one round of samples."""
    service = TrainingService(home, Database(home.resolved_database_url))
    short = {"num_train_steps": STEPS, "lr_warmup_steps": 0, "sample_every": STEPS, "learning_rate": 1e-2, **changes}
    config = service.preset(kind, str(base), "dots", name).model_copy(update=short)
    service.submit(config)  # refuses what the base cannot take
    folder = home.jobs_dir / name
    with pytest.raises(Interrupted):
        train(config, RecordingContext(folder, lambda step: Wish.PAUSE if step == STEPS // 2 else None), home)
    result = train(config, RecordingContext(folder), home)
    assert (result["adapter"], result["resumed_at_step"]) == (name, STEPS // 2)
    assert len(list((folder / "samples").glob("*.png"))) == 4  # of the base and of the last step, two prompts each
    return AdapterService(home).get(name)


def draw(base: Path, home: Settings, **weights: float) -> list[np.ndarray]:
    """Pictures before they are rounded are not to be had: these are what a person gets."""
    from profile_studio.inference.studio_pipeline import StudioPipeline

    request = GenerationRequest(prompt="dotty++, square", base=str(base), num_inference_steps=2)
    service = AdapterService(home)
    chosen = [WeightedAdapter(service.get(name), weight) for name, weight in weights.items()]
    pipeline = StudioPipeline.load(find_base_model(str(base), home))
    return [np.asarray(picture.image).astype(int) for picture in pipeline.draw(request, chosen)]


def test_a_style_and_a_face_are_trained_blended_compared_and_come_back_from_every_layout(
    base: Path, home: Settings, tmp_path: Path
) -> None:
    style = train_preset(base, home, AdapterKind.STYLE, "style")
    train_preset(base, home, AdapterKind.FACE, "face", targets=Targets.ATTENTION_AND_TEXT_ENCODER)
    family = find_base_model(str(base), home).family.name

    plain, styled, both = (
        draw(base, home, **weights)[0] for weights in ({}, {"style": 1.0}, {"style": 0.7, "face": 0.5})
    )
    assert all(np.abs(one - other).max() > 0 for one, other in pairwise([plain, styled, both, plain]))

    service = AdapterService(home)
    for layout in ("diffusers", "kohya", "peft"):
        for name in ("style", "face"):
            written = service.export(name, layout, tmp_path / layout / name)
            again = service.import_file(written, f"{name}-{layout}", str(base))
            assert (again.base_hash, again.kind) == (style.base_hash, service.get(name).kind)
        weights = {f"style-{layout}": 0.7, f"face-{layout}": 0.5}
        assert np.abs(draw(base, home, **weights)[0] - both).max() <= 1, (family, layout)

    context = RecordingContext(home.jobs_dir / "comparison")
    config = ComparisonConfig(
        models=("style", "style=0.7+face=0.5"),
        base=str(base),
        dataset="dots",
        prompts=("a hat", "a dog"),
        seeds=2,
        metrics=("clip_score", "style_similarity"),
        num_inference_steps=2,
    ).unified()
    compare(config, context, home)
    report = TypeAdapter(ComparisonReport).validate_json((context.folder / "report.json").read_bytes())
    assert [row.model for row in report.rows] == ["base", "style", "style=0.7+face=0.5"]
    assert report.failed == {}
