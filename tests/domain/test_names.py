from collections.abc import Callable

import pytest

from profile_studio.domain.captioning import CaptioningConfig
from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.errors import InvalidName
from profile_studio.domain.generation import AdapterWeight, GenerationRequest
from profile_studio.domain.names import check_name, name_from, numbered, suggest_name
from profile_studio.domain.training import LoraTrainingConfig


@pytest.mark.parametrize("name", ["a", "pixel-me", "2024", "a" * 64])
def test_a_valid_name_is_returned_unchanged(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "-a", "Pixel", "a b", "../x", "ü", "a" * 65, "a\n"])
def test_an_invalid_name_is_refused_with_the_rule(name: str) -> None:
    with pytest.raises(InvalidName) as error:
        check_name(name)
    assert "small letters, digits and hyphens" in error.value.fix


@pytest.mark.parametrize("refuses", [check_name, name_from])
def test_a_long_name_is_refused_in_short(refuses: Callable[[str], str]) -> None:
    with pytest.raises(InvalidName) as error:
        refuses("\u00fc" * 1_000_000)
    assert len(str(error.value)) < 300


def test_base_is_reserved() -> None:
    with pytest.raises(InvalidName) as error:
        check_name("base")
    assert "reserved" in error.value.message


@pytest.mark.parametrize("text", ["My Café 2", "한글", "", "base", "x" * 200, "--"])
def test_a_suggested_name_is_always_valid(text: str) -> None:
    assert check_name(suggest_name(text))


@pytest.mark.parametrize("name", ["mine", "a" * 64, "a" * 61 + "-bc"])
def test_a_numbered_name_is_valid_and_another(name: str) -> None:
    assert check_name(numbered(name, 12)) != name
    assert numbered(name, 12) != numbered(name, 2)


def test_what_a_person_wrote_is_their_name_or_refused_but_never_another() -> None:
    assert name_from("My Café 2") == "my-caf-2"
    for text in ("내 얼굴", " ", "--"):
        with pytest.raises(InvalidName, match="cannot name a file"):
            name_from(text)


@pytest.mark.parametrize("name", ["../secret", "/home/me/secret", "a/b", "a\\b", "..", ".", "base", ""])
@pytest.mark.parametrize(
    "named",
    [
        lambda name: AdapterWeight(adapter_name=name),
        lambda name: GenerationRequest.model_validate({"prompt": "", "adapters": [{"adapter_name": name}]}),
        lambda name: LoraTrainingConfig(dataset=name, adapter_name="mine"),
        lambda name: LoraTrainingConfig(dataset="faces", adapter_name=name),
        lambda name: ComparisonConfig(models=("mine",), prompts=("hat",), dataset=name),
        lambda name: CaptioningConfig(dataset=name),
    ],
)
def test_a_path_is_no_name_in_anything_that_holds_one(named: Callable[[str], object], name: str) -> None:
    with pytest.raises(InvalidName) as error:
        named(name)
    assert error.value.fix
