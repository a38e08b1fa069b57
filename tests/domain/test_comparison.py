import pytest

from profile_studio.domain.comparison import parse_model_spec
from profile_studio.domain.errors import InvalidModelSpec


def test_base_has_no_adapters() -> None:
    assert parse_model_spec("base").adapters == ()


def test_a_name_alone_has_weight_one() -> None:
    assert [(a.adapter_name, a.weight) for a in parse_model_spec("pixel-me").adapters] == [("pixel-me", 1.0)]


def test_a_blend_keeps_order_and_weights() -> None:
    spec = parse_model_spec("pixel-me=0.6+face-stability=.4")
    assert [(a.adapter_name, a.weight) for a in spec.adapters] == [("pixel-me", 0.6), ("face-stability", 0.4)]


def test_a_step_names_a_checkpoint() -> None:
    spec = parse_model_spec("pixel-me@150")
    assert (spec.adapters[0].adapter_name, spec.checkpoint_step) == ("pixel-me", 150)


@pytest.mark.parametrize("text", ["", "Pixel", "a=2", "a=-1", "a+", "a@x", "a=0.5+b@10", "a=0.5=1"])
def test_anything_else_is_refused_with_the_forms_that_work(text: str) -> None:
    with pytest.raises(InvalidModelSpec) as error:
        parse_model_spec(text)
    assert "NAME=0.6+NAME=0.4" in error.value.fix
