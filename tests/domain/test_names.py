import pytest

from profile_studio.domain.errors import InvalidName
from profile_studio.domain.names import check_name, name_from, numbered, suggest_name


@pytest.mark.parametrize("name", ["a", "pixel-me", "2024", "a" * 64])
def test_a_valid_name_is_returned_unchanged(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "-a", "Pixel", "a b", "../x", "ü", "a" * 65, "a\n"])
def test_an_invalid_name_is_refused_with_the_rule(name: str) -> None:
    with pytest.raises(InvalidName) as error:
        check_name(name)
    assert "small letters, digits and hyphens" in error.value.fix


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
