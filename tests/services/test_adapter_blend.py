"""Several LoRAs as one."""

from pathlib import Path

import numpy as np
import pytest

from profile_studio.domain.errors import InputError
from profile_studio.lora_files import Lora, numbers, read_lora
from profile_studio.services.adapters import AdapterService
from profile_studio.settings import Settings
from tests.random_adapter import write_random_adapter


@pytest.fixture
def service(settings: Settings, tiny_base: Path) -> AdapterService:
    for seed, name in enumerate(("ink", "wax")):
        write_random_adapter(settings.user_loras_dir / f"{name}.safetensors", tiny_base, settings, name[:2], seed=seed)
    return AdapterService(settings)


def delta(lora: Lora) -> np.ndarray:
    (layer,) = lora.layers.values()
    return layer.network_alpha / layer.rank * numbers(layer.up).astype("f8") @ numbers(layer.down).astype("f8")


def test_a_blend_adds_what_its_parts_add_exactly_or_as_nearly_as_its_rank_allows(service: AdapterService) -> None:
    whole = 0.6 * delta(read_lora(service.get("ink").path)) + 0.4 * delta(read_lora(service.get("wax").path))

    exact, no_error = service.blend("ink=0.6+wax=0.4", "both")
    cut, error = service.blend("ink=0.6+wax=0.4", "small", rank=3)

    np.testing.assert_allclose(delta(read_lora(exact.path)), whole, atol=1e-5)
    assert (exact.rank, no_error, cut.rank) == (4, 0.0, 3)
    assert (exact.trigger_word, exact.base_hash) == ("in, wa", service.get("ink").base_hash)
    missing = np.linalg.norm(delta(read_lora(cut.path)) - whole) / np.linalg.norm(whole)
    assert 0 < error < 0.5
    assert missing == pytest.approx(error, rel=1e-3)
    assert missing == pytest.approx(np.linalg.svd(whole)[1][3] / np.linalg.norm(whole), rel=1e-3)


def test_a_rank_that_has_room_for_all_is_exact(service: AdapterService) -> None:
    adapter, error = service.blend("ink=0.6+wax=0.4", "roomy", rank=9)

    assert (adapter.rank, error) == (4, 0.0)


@pytest.mark.parametrize(
    ("spec", "name", "sentence"),
    [
        ("base", "new", "does not name LoRAs"),
        ("ink+ink=0.5", "new", "does not name LoRAs"),
        ("ink@50", "new", "does not name LoRAs"),
        ("ink=9", "new", "does not name a model"),
        ("ink+gone", "new", "no LoRA 'gone'"),
        ("ink+watercolor", "new", "for the base model"),
        ("ink+wax", "ink", "already a LoRA called 'ink'"),
        ("ink+wax", "../ink", "'../ink'"),
    ],
)
def test_what_cannot_be_blended_is_one_sentence_and_writes_nothing(
    service: AdapterService, settings: Settings, spec: str, name: str, sentence: str
) -> None:
    with pytest.raises(InputError) as caught:
        service.blend(spec, name)

    assert sentence in caught.value.message
    assert sorted(path.stem for path in settings.user_loras_dir.glob("*.safetensors")) == ["ink", "wax"]
