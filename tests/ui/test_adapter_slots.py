from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import gradio as gr
from PIL import Image

from profile_studio.domain.adapters import Adapter
from profile_studio.domain.generation import AdapterWeight
from profile_studio.domain.training import AdapterKind
from profile_studio.ui.app import carried_models
from profile_studio.ui.components.adapter_slots import (
    Slot,
    adapter_slots,
    chosen_weights,
    covers_html,
    deal_weights,
    default_weights,
    fill_slots,
    without_trigger_words,
    word_hint,
)
from profile_studio.ui.texts import ENGLISH


def adapter(name: str, kind: AdapterKind = AdapterKind.STYLE, trigger_word: str = "") -> Adapter:
    return Adapter(
        name, Path(f"{name}.safetensors"), kind, "starter", "0" * 64, trigger_word, 16, 16.0, 300, "", "", False, 1
    )


PIXEL, INK = adapter("pixel", trigger_word="pxl"), adapter("ink")
STEADY = replace(adapter("steady", AdapterKind.FACE), ships=True)
MY_FACE = adapter("my-face", AdapterKind.FACE, trigger_word="myface")


def test_the_page_opens_with_a_style_and_a_steady_face() -> None:
    assert [each.adapter_name for each in default_weights([PIXEL, INK, STEADY])] == ["pixel", "steady"]


def test_the_lora_a_person_came_with_goes_first() -> None:
    assert [each.adapter_name for each in default_weights([PIXEL, INK, STEADY], wanted="ink")] == ["ink", "steady"]


def test_a_face_a_person_came_with_is_on_alone() -> None:
    assert [each.adapter_name for each in default_weights([PIXEL, STEADY, MY_FACE], wanted="my-face")] == ["my-face"]


def test_a_persons_face_is_never_put_under_a_style_unasked() -> None:
    assert [each.adapter_name for each in default_weights([PIXEL, MY_FACE], wanted="pixel")] == ["pixel"]


def test_a_slider_at_zero_is_off_and_of_two_equal_cards_the_stronger_counts() -> None:
    chosen = chosen_weights(["pixel", 0.4, "ink", 0.0, "pixel", 0.9, "", 1.0])
    assert chosen == (AdapterWeight(adapter_name="pixel", weight=0.9),)


def test_each_weight_goes_into_the_card_of_its_kind(
    in_a_loop: Callable[[Callable[[], list[Slot]]], list[Slot]],
) -> None:
    def make() -> list[Slot]:
        with gr.Blocks():
            return adapter_slots([], ENGLISH.blend)

    slots = in_a_loop(make)
    weights = [AdapterWeight(adapter_name="steady", weight=0.5), AdapterWeight(adapter_name="ink", weight=0.7)]
    updates = fill_slots(slots, [PIXEL, INK, STEADY], weights, ENGLISH.blend)
    assert [updates[slot.adapter] for slot in slots] == ["ink", "steady", "", ""]
    assert [updates[slot.card]["visible"] for slot in slots] == [True, True, False, False]


def test_the_word_that_an_earlier_version_put_into_a_recipe_does_not_outlive_its_lora() -> None:
    weights = (AdapterWeight(adapter_name="pixel"),)
    assert without_trigger_words("pxl, red hair", weights, [PIXEL]) == "red hair"
    assert without_trigger_words("red hair", weights, [PIXEL]) == "red hair"


def test_a_style_has_a_safe_range_and_a_word_and_a_steady_face_says_what_it_is_for() -> None:
    assert word_hint([PIXEL, STEADY], "pixel", ENGLISH.blend) == (
        '<p class="quiet">Up to 1 is safe. Above it, faces may bend. '
        "Its word \u201cpxl\u201d is added to your prompt for you.</p>"
    )
    assert "Gives faces back" in word_hint([PIXEL, STEADY], "steady", ENGLISH.blend)


def test_a_persons_face_says_that_it_is_one_and_what_the_slider_does() -> None:
    assert word_hint([STEADY, MY_FACE], "my-face", ENGLISH.blend) == (
        '<p class="quiet">The face it was trained on: the higher, the more alike. '
        "Up to 1 is safe. Above it, faces may bend. "
        "Its word \u201cmyface\u201d is added to your prompt for you.</p>"
    )


def test_a_lora_is_chosen_by_its_picture_or_by_its_letter(tmp_path: Path) -> None:
    with_cover = replace(PIXEL, path=tmp_path / "pixel.safetensors")
    Image.new("RGB", (8, 8), "red").save(with_cover.cover_path)
    html = covers_html([with_cover, INK, STEADY], AdapterKind.STYLE, "ink", ENGLISH.blend)
    assert html.count("<button") == 3  # none, pixel and ink; a steady face has a card of its own
    assert html.count("<img") == 1
    assert '<button type="button" data-id="ink" aria-pressed="true"><i aria-hidden="true">i</i>' in html


def test_loras_that_are_gone_or_have_no_card_are_not_dealt() -> None:
    styles = [adapter(f"style-{number}") for number in range(4)]
    wanted = [AdapterWeight(adapter_name=name) for name in ("gone", *(each.name for each in styles))]
    dealt = deal_weights(styles, wanted)
    assert [each.adapter_name if each else None for each in dealt] == ["style-0", None, "style-1", "style-2"]


def test_a_blend_is_compared_as_its_styles_and_as_a_whole() -> None:
    models, blend = carried_models([STEADY, INK], ["ink", 0.8, "steady", 0.5, "", 1.0, "", 1.0])
    assert (models["value"], blend) == (["ink"], "ink=0.8+steady=0.5")


def test_a_persons_face_is_compared_by_itself_too() -> None:
    models, blend = carried_models([MY_FACE, INK], ["ink", 0.8, "my-face", 0.5, "", 1.0, "", 1.0])
    assert (models["value"], blend) == (["ink", "my-face"], "ink=0.8+my-face=0.5")


def test_a_steadying_lora_alone_is_compared_alone() -> None:
    models, blend = carried_models([STEADY], ["", 1.0, "steady", 0.5, "", 1.0, "", 1.0])
    assert (models["value"], blend) == (["steady"], "")
