"""LoRAs that are chosen inside a prompt."""

import pytest

from profile_studio.domain.errors import InvalidName, InvalidSettings
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.lora_tags import take_lora_tags


@pytest.mark.parametrize(
    ("prompt", "rest", "tags"),
    [
        ("cat, <lora:ink:1>, dog", "cat, dog", [("ink", 1.0)]),
        ("<lora:ink:.5> cat", "cat", [("ink", 0.5)]),
        ("cat <LORA:ink>", "cat", [("ink", 1.0)]),
        ("cat \uff1clora\uff1aink\uff1a0.5\uff1e", "cat", [("ink", 0.5)]),
        ("cat withLora(ink, 0.4)", "cat", [("ink", 0.4)]),
        ("cat <lora:ink:1><lora:wax:0.2>", "cat", [("ink", 1.0), ("wax", 0.2)]),
        (r"cat \<lora:ink:1>", r"cat \<lora:ink:1>", []),
        ("{<lora:ink:1>|cat}", "{<lora:ink:1>|cat}", []),
        ("cat\u2014", "cat\u2014", []),
    ],
)
def test_tags_leave_the_prompt(prompt: str, rest: str, tags: list[tuple[str, float]]) -> None:
    assert take_lora_tags(prompt) == (rest, tags)


def test_a_tag_is_a_chosen_lora_of_the_request() -> None:
    tagged = GenerationRequest.model_validate(
        {"prompt": "cat <lora:ink:0.8>", "adapters": [{"adapter_name": "wax", "weight": 0.4}]}
    )
    beside = [{"adapter_name": "wax", "weight": 0.4}, {"adapter_name": "ink", "weight": 0.8}]

    assert tagged == GenerationRequest.model_validate({"prompt": "cat", "adapters": beside})
    assert GenerationRequest.model_validate({"prompt": "cat <lora:ink:0.8>", "adapters": beside}) == tagged


def test_one_lora_cannot_have_two_weights() -> None:
    with pytest.raises(InvalidSettings, match=r"ink has the weight 0\.8 in the prompt and 0\.5 beside it"):
        GenerationRequest.model_validate(
            {"prompt": "cat <lora:ink:0.8>", "adapters": [{"adapter_name": "ink", "weight": 0.5}]}
        )


def test_a_tags_name_and_weight_have_the_bounds_of_a_slider() -> None:
    with pytest.raises(InvalidName):
        GenerationRequest(prompt="cat <lora:../ink:1>")
    with pytest.raises(ValueError, match=r"less than or equal to 1\.5"):
        GenerationRequest(prompt="cat <lora:ink:2>")
