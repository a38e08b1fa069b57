"""Fetching a base model from a hub on this computer."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from profile_studio.base_models import find_base_model
from profile_studio.domain.errors import BaseModelMissing, BaseNotFetched, HubUnreachable, ProfileStudioError
from profile_studio.domain.fetching import FetchConfig
from profile_studio.domain.jobs import Interrupted, ProgressReport, Wish
from profile_studio.settings import Settings
from profile_studio.storage.hub_token import keep_hub_token
from profile_studio.worker.fetching import fetch_base
from tests.hub import COMMIT, Hub
from tests.small_disk import small_disk
from tests.training.helpers import RecordingContext

BASE = "someone/tiny"
WEIGHTS = {
    "unet/diffusion_pytorch_model.safetensors",
    "vae/diffusion_pytorch_model.safetensors",
    "text_encoder/model.safetensors",
}


@dataclass
class Watched(RecordingContext):
    """Asks for something once, after so many looks."""

    wish_after: int = -1
    looks: int = field(default=0)

    def wish(self) -> Wish | None:
        self.looks += 1
        return Wish.CANCEL if self.looks == self.wish_after else None


@pytest.fixture
def model(hub: Hub, tiny_base: Path, tmp_path: Path) -> Path:
    """The tiny base on the hub, beside what nobody needs."""
    folder = Path(shutil.copytree(tiny_base, tmp_path / "on-the-hub"))
    for file in WEIGHTS:
        path = folder / file
        for other in (f"{path.stem}.fp16.safetensors", f"{path.stem}.non_ema.safetensors", "weights.bin", "model.onnx"):
            (path.parent / other).write_bytes(b"0" * 1000)
    (folder / "v1.ckpt").write_bytes(b"0" * 1000)
    hub.models[BASE] = folder
    return folder


def fetch(
    settings: Settings, tmp_path: Path, base: str = BASE, wish_after: int = -1
) -> tuple[Watched, dict[str, object]]:
    context = Watched(tmp_path / "job", wish_after=wish_after)
    return context, fetch_base(FetchConfig(base=base), context, settings)


@pytest.mark.usefixtures("model")
def test_what_was_fetched_is_whole_pinned_and_no_more_than_needed(hub: Hub, settings: Settings, tmp_path: Path) -> None:
    context, result = fetch(settings, tmp_path)

    base = find_base_model(BASE, settings)
    assert {name for name, _ in hub.sent if "model." in name and name.endswith("safetensors")} == WEIGHTS
    assert not [name for name, _ in hub.sent if name.endswith((".bin", ".onnx", ".ckpt"))]
    size = sum(path.stat().st_size for path in base.folder.rglob("*") if path.is_file())
    assert result == {"base": BASE, "family": "sd1", "folder": str(base.folder), "commit": COMMIT, "bytes": size}
    last: ProgressReport = context.reports[-1]
    assert (last.step, last.steps) == (last.steps, -(-size // 1_000_000))

    asked = len(hub.sent)
    assert fetch(settings, tmp_path)[1] == result
    assert len(hub.sent) == asked


@pytest.mark.usefixtures("model")
def test_a_canceled_fetch_goes_on_in_the_middle_of_a_file(
    hub: Hub, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 65536)
    with pytest.raises(Interrupted):
        fetch(settings, tmp_path, wish_after=6)
    with pytest.raises(BaseNotFetched):
        find_base_model(BASE, settings)
    begun = hub.sent.copy()
    hub.sent.clear()

    _, result = fetch(settings, tmp_path)

    assert result["commit"] == COMMIT
    assert begun[-1][0] == hub.sent[0][0]
    assert hub.sent[0][1] > 0
    assert not {name for name, _ in begun[:-1]} & {name for name, _ in hub.sent}


@pytest.mark.usefixtures("model")
def test_a_damaged_part_is_fetched_again(
    hub: Hub, settings: Settings, tmp_path: Path, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 65536)
    with pytest.raises(Interrupted):
        fetch(settings, tmp_path, wish_after=6)
    (part,) = hub_cache.rglob("*.incomplete")
    part.write_bytes(b"x" * part.stat().st_size)

    with pytest.raises(HubUnreachable):
        fetch(settings, tmp_path)
    hub.sent.clear()
    fetch(settings, tmp_path)

    assert hub.sent[0][1] == 0


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("base", "token", "refusal", "kind", "message", "fix"),
    [
        (BASE, "", (401, "GatedRepo"), BaseModelMissing, "no token says who asks", f"https://huggingface.co/{BASE}"),
        (BASE, "mine", (403, "GatedRepo"), BaseModelMissing, "licence", f"https://huggingface.co/{BASE}"),
        (BASE, "old", None, BaseModelMissing, "does not accept the token", "--token-stdin"),
        ("some/typo", "", None, BaseModelMissing, "There is no model 'some/typo'", "Check its name"),
        (BASE, "", (500, ""), HubUnreachable, "it answered 500", "later"),
    ],
)
def test_each_refusal_of_the_hub_says_what_to_do(
    hub: Hub, settings: Settings, tmp_path: Path, base: str, token: str, refusal: tuple[int, str] | None,
    kind: type[ProfileStudioError], message: str, fix: str,
) -> None:  # fmt: skip
    hub.accepted_token = "mine"
    if refusal:
        hub.refusals[BASE] = refusal
    if token:
        keep_hub_token(token, settings)

    with pytest.raises(kind) as refused:
        fetch(settings, tmp_path, base)

    assert message in refused.value.message
    assert fix in refused.value.fix
    assert not token or hub.tokens == {token}


@pytest.mark.usefixtures("hub")
def test_without_a_network_it_says_so(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")

    with pytest.raises(HubUnreachable) as refused:
        fetch(settings, tmp_path)

    assert refused.value.message == "The hub cannot be reached, or the connection broke."


def without_index(folder: Path) -> None:
    (folder / "model_index.json").unlink()


def without_weights(folder: Path) -> None:
    for path in (folder / "unet").glob("*.safetensors"):
        path.unlink()


def of_another_family(folder: Path) -> None:
    (folder / "model_index.json").write_text('{"_class_name": "FluxPipeline"}')


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without_index, "it has no model_index.json"),
        (without_weights, "it has no unet/diffusion_pytorch_model.safetensors"),
        (of_another_family, "holds FluxPipeline, which is none of the families"),
    ],
)
def test_what_is_no_base_model_is_refused_before_weights_are_fetched(
    hub: Hub, model: Path, settings: Settings, tmp_path: Path, change: Callable[[Path], None], message: str
) -> None:
    change(model)

    with pytest.raises(BaseModelMissing) as refused:
        fetch(settings, tmp_path)

    assert message in refused.value.message
    assert {name for name, _ in hub.sent} <= {"model_index.json"}


@pytest.mark.usefixtures("model")
def test_a_disk_too_small_is_told_before_weights_are_fetched(
    hub: Hub, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "disk", 5 * 2**19) as disk:
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(disk))

        with pytest.raises(BaseModelMissing) as refused:
            fetch(settings, tmp_path)

    assert "The disk has no room for 'someone/tiny'" in refused.value.message
    assert {name for name, _ in hub.sent} == {"model_index.json"}


@pytest.mark.usefixtures("model")
def test_of_a_model_in_half_precision_only_these_weights_are_fetched(
    hub: Hub, model: Path, settings: Settings, tmp_path: Path
) -> None:
    for file in WEIGHTS:
        path = model / file
        path.rename(path.with_name(f"{path.stem}.fp16.safetensors"))

    fetch(settings, tmp_path)

    assert find_base_model(BASE, settings).variant == "fp16"


def test_the_token_is_for_its_owner_alone(settings: Settings) -> None:
    keep_hub_token("first", settings)
    keep_hub_token("second", settings)

    (file,) = settings.run_dir.glob("hub-token*")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("second", 0o600)
