"""Fetching the networks that measure or describe pictures, from a hub and an address on this computer."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from profile_studio.domain.captioning import CaptionerName, CaptioningConfig
from profile_studio.domain.datasets import CaptionSource
from profile_studio.domain.errors import BaseModelMissing, HubUnreachable, ProfileStudioError
from profile_studio.domain.evaluators import EVALUATORS, Address, Evaluator, evaluator
from profile_studio.domain.fetching import FetchConfig
from profile_studio.metrics.encoders import load_encoders
from profile_studio.metrics.features import Judge
from profile_studio.services.studio import Studio
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.worker.composition import caption, fetch
from profile_studio.worker.fetching_evaluators import fetch_evaluator
from tests.captioning.tiny_blip import build_tiny_blip
from tests.hub import COMMIT, Hub
from tests.small_disk import small_disk
from tests.training.helpers import RecordingContext, create_dataset

JUDGE = REPOSITORY_ROOT / "assets" / "judge"
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "special_tokens_map.json")


def as_pickle(folder: Path) -> None:
    """Weights as OpenAI and Salesforce have them on the hub, and what nobody needs beside them."""
    weights = folder / "model.safetensors"
    torch.save(load_file(weights), folder / "pytorch_model.bin")
    weights.unlink()
    (folder / "tf_model.h5").write_bytes(b"0" * 1000)


@pytest.fixture
def clip_on_hub(hub: Hub, tmp_path: Path) -> Path:
    """A CLIP of the real classes with its weights in a pickle: the judge."""
    folder = tmp_path / "clip-on-the-hub"
    folder.mkdir()
    for name in ("config.json", "preprocessor_config.json", "model.safetensors", *TOKENIZER):
        if (JUDGE / name).is_file():
            (folder / name).write_bytes((JUDGE / name).read_bytes())
    as_pickle(folder)
    hub.models[evaluator("clip").hub_id] = folder
    return folder


def test_a_clip_whose_weights_are_a_pickle_is_offered_to_compare_as_safetensors(
    hub: Hub, clip_on_hub: Path, settings: Settings, tmp_path: Path
) -> None:
    result = fetch(FetchConfig(evaluator="clip"), RecordingContext(tmp_path / "job"), settings)

    folder = settings.evaluators_dir / "clip"
    assert result == {"evaluator": "clip", "folder": str(folder), "bytes": result["bytes"]}
    assert not list(folder.glob("*.bin")) and not list(folder.glob(".*")) and not (folder / "tf_model.h5").exists()
    loaded = load_encoders(("clip",), settings, "cpu")["clip"]
    picture = Image.linear_gradient("L").convert("RGB")
    np.testing.assert_array_equal(loaded.encode([picture]), Judge(JUDGE).encode([picture]))
    asked = len(hub.sent)
    assert fetch_evaluator(evaluator("clip"), RecordingContext(tmp_path / "job"), settings) == result
    assert len(hub.sent) == asked


def test_a_fetched_blip_writes_captions_by_itself(hub: Hub, settings: Settings, tmp_path: Path) -> None:
    on_hub = build_tiny_blip(tmp_path / "blip-on-the-hub")
    as_pickle(on_hub)
    hub.models[evaluator("blip").hub_id] = on_hub
    create_dataset(settings, n_images=4)
    sets = DatasetRepository(Database(settings.resolved_database_url), settings.datasets_dir)
    sets.set_captions("dots", {str(n): "" for n in range(4)}, CaptionSource.NONE)

    fetch(FetchConfig(evaluator="blip"), RecordingContext(tmp_path / "job"), settings)
    caption(
        CaptioningConfig(dataset="dots", captioner=CaptionerName.BLIP),
        RecordingContext(tmp_path / "captions"),
        settings,
    )

    assert sets.get("dots").captioned == 4


def plain(hub: Hub, body: bytes, sha256: str = "") -> Evaluator:
    """An evaluator at an address of its own."""
    folder = Path(hub.models["some/files"])
    (folder / "net.pt").write_bytes(body)
    url = f"{hub.address}/some/files/resolve/{COMMIT}/net.pt"
    address = Address(url, sha256 or hashlib.sha256(body).hexdigest(), len(body))
    return Evaluator("net", "", "", "", weights="net.pt", address=address)


@pytest.fixture
def files(hub: Hub, tmp_path: Path) -> Path:
    hub.models["some/files"] = tmp_path / "files"
    hub.models["some/files"].mkdir()
    return hub.models["some/files"]


@pytest.mark.usefixtures("files")
def test_a_file_at_an_address_goes_on_where_it_broke_off(hub: Hub, settings: Settings, tmp_path: Path) -> None:
    wanted, body = plain(hub, bytes(range(256)) * 40), bytes(range(256)) * 40
    assert wanted.address is not None
    folder = settings.evaluators_dir / "net"
    folder.mkdir(parents=True)
    (folder / f".net.pt.{wanted.address.sha256[:16]}.incomplete").write_bytes(body[:5000])

    context = RecordingContext(tmp_path / "job")
    fetch_evaluator(wanted, context, settings)

    assert hub.sent == [("net.pt", 5000)]
    assert [path.name for path in folder.iterdir()] == ["net.pt"] and (folder / "net.pt").read_bytes() == body
    assert hub.tokens == {""}


def other_bytes(hub: Hub, _settings: Settings) -> Evaluator:
    return plain(hub, b"another file", "0" * 64)


def gone(hub: Hub, _settings: Settings) -> Evaluator:
    wanted = plain(hub, b"x")
    (hub.models["some/files"] / "net.pt").unlink()
    hub.refusals["some/files"] = (404, "")
    return wanted


def without_weights(hub: Hub, _settings: Settings) -> Evaluator:
    (hub.models["some/files"] / "config.json").write_text(json.dumps({}))
    (hub.models["some/files"] / "preprocessor_config.json").write_text(json.dumps({}))
    return Evaluator("net", "", "", "", hub_id="some/files")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (other_bytes, HubUnreachable, "another file lies there now"),
        (gone, HubUnreachable, "cannot be reached"),
        (without_weights, BaseModelMissing, "has no model.safetensors any more"),
    ],
)
def test_what_cannot_be_had_is_one_sentence_and_leaves_no_half_network(
    hub: Hub, settings: Settings, tmp_path: Path, make: Callable[[Hub, Settings], Evaluator],
    kind: type[ProfileStudioError], message: str,
) -> None:  # fmt: skip
    wanted = make(hub, settings)

    with pytest.raises(kind) as refused:
        fetch_evaluator(wanted, RecordingContext(tmp_path / "job"), settings)

    assert message in refused.value.message and str(settings.evaluators_dir) in refused.value.fix
    assert not (settings.evaluators_dir / "net" / wanted.weights).exists()


def test_a_pickle_needs_room_to_be_written_again(clip_on_hub: Path, hub: Hub, tmp_path: Path) -> None:
    size = (clip_on_hub / "pytorch_model.bin").stat().st_size
    with small_disk(tmp_path / "disk", size + 2**20) as disk:
        settings = Settings(home=disk)
        with pytest.raises(BaseModelMissing, match="The disk has no room for 'clip'"):
            fetch_evaluator(evaluator("clip"), RecordingContext(tmp_path / "job"), settings)
    assert "pytorch_model.bin" not in {name for name, _ in hub.sent}


def test_each_evaluator_is_named_once_and_fetched_by_its_name(settings: Settings) -> None:
    studio = Studio.open(settings)
    jobs = [studio.evaluators.fetch(each.name) for each in EVALUATORS]

    assert [job.spec["evaluator"] for job in jobs] == [each.name for each in EVALUATORS]
    assert not any(studio.evaluators.is_ready(each.name) for each in EVALUATORS)
    with pytest.raises(ProfileStudioError, match="There is no evaluator 'resnet'"):
        studio.evaluators.fetch("resnet")
    with pytest.raises(ProfileStudioError, match="is being fetched already"):
        studio.evaluators.fetch("clip")
