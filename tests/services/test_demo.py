"""A studio that strangers share: everything that would change it is refused with a sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from profile_studio.domain.captions import CaptionEdit
from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.datasets import Consent, ImportRequest, ReferencesRequest
from profile_studio.domain.errors import InvalidSettings, NotInDemo
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.jobs import JobStatus
from profile_studio.domain.presets import preset
from profile_studio.domain.training import AdapterKind
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from tests.random_adapter import write_random_adapter

EXAMPLE = "pixel-art"


@pytest.fixture
def demo(tmp_path: Path) -> Studio:
    return Studio.open(Settings(home=tmp_path / "home", space_id="someone/studio"))


def test_a_demo_shows_the_examples_from_the_start(demo: Studio) -> None:
    assert [dataset.name for dataset in demo.datasets.list()] == demo.datasets.examples()


def test_nothing_of_a_demo_can_be_changed_and_the_refusal_says_what_to_do(demo: Studio, tmp_path: Path) -> None:
    image = demo.datasets.get(EXAMPLE).images[0].image_id
    config = preset(AdapterKind.STYLE, "starter", EXAMPLE, "mine", 32)
    changes: list[Callable[[], object]] = [
        lambda: demo.datasets.import_sources(ImportRequest([tmp_path], "mine")),
        lambda: demo.datasets.import_example(EXAMPLE, "mine"),
        lambda: demo.datasets.set_caption(EXAMPLE, image, "vandalism"),
        lambda: demo.datasets.change_captions(EXAMPLE, {image: "vandalism"}, "vandalism"),
        lambda: demo.datasets.edit_captions(EXAMPLE, CaptionEdit.PREFIX, "vandalism"),
        lambda: demo.datasets.undo_captions(EXAMPLE),
        lambda: demo.datasets.set_trigger_word(EXAMPLE, "vandalism"),
        lambda: demo.datasets.set_consent(EXAMPLE, Consent.ME),
        lambda: demo.datasets.keep(EXAMPLE, image),
        lambda: demo.datasets.set_aside(EXAMPLE, image),
        lambda: demo.datasets.hold_out(EXAMPLE, 0.5),
        lambda: demo.datasets.add_references(ReferencesRequest([tmp_path], EXAMPLE)),
        lambda: demo.datasets.delete(EXAMPLE),
        lambda: demo.bases.fetch("sd15"),
        lambda: demo.bases.forget("sd15"),
        lambda: demo.captioning.submit(EXAMPLE, overwrite=True),
        lambda: demo.adapters.import_file(tmp_path / "mine.safetensors"),
        lambda: demo.adapters.delete("mine"),
        lambda: demo.training.submit(config),
        lambda: demo.jobs.pause("any"),
        lambda: demo.jobs.resume("any"),
        lambda: demo.jobs.cancel("any"),
        lambda: list(demo.generation.generate(GenerationRequest(prompt="red hair", base=str(tmp_path)))),
    ]
    for change in changes:
        with pytest.raises(NotInDemo) as caught:
            change()
        assert caught.value.message.endswith("in this public demo.") or "starter only" in caught.value.message
        assert caught.value.fix


def test_a_stranger_may_compare_a_little(demo: Studio) -> None:
    write_random_adapter(demo.settings.user_loras_dir / "fitting.safetensors", Path("starter"), demo.settings)
    small = ComparisonConfig(models=("fitting",), prompts=("red hair",), seeds=2)

    assert demo.comparison.submit(small).status is JobStatus.QUEUED

    with pytest.raises(InvalidSettings, match="at most 64"):
        demo.comparison.submit(small.model_copy(update={"seeds": 64}))
    for _ in range(7):
        demo.comparison.submit(small)
    with pytest.raises(InvalidSettings, match="8 comparisons wait"):
        demo.comparison.submit(small)


def test_a_stranger_keeps_nobody_waiting_and_sees_nobody_elses_pictures(demo: Studio) -> None:
    for form in ({"count": 64}, {"height": 512}, {"count": 5, "num_inference_steps": 100}):
        with pytest.raises(InvalidSettings, match="usual size"):
            list(demo.generation.generate(GenerationRequest.model_validate({"prompt": "red hair", **form})))
    (demo.settings.pictures_dir / "20260101-000000-000000001-abcdef.png").touch()
    assert demo.gallery.recent(1) == []


def test_the_owner_of_a_private_space_and_a_computer_of_ones_own_are_no_demo(tmp_path: Path) -> None:
    assert not Settings(home=tmp_path, space_id="someone/studio", private=True).is_demo
    assert not Settings(home=tmp_path).is_demo


def test_a_space_is_known_by_what_its_host_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "someone/studio")
    assert Settings(home=tmp_path).is_demo
    monkeypatch.setenv("PROFILE_STUDIO_PRIVATE", "1")
    assert not Settings(home=tmp_path).is_demo
