"""The cards of Blend: which LoRA, by its picture; how strong it works; and the part of the range that is safe."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from profile_studio.domain.adapters import Adapter
from profile_studio.domain.generation import SAFE_WEIGHT_LIMIT, WEIGHT_LIMIT, AdapterWeight
from profile_studio.domain.training import AdapterKind
from profile_studio.ui.components.markup import escape, picture_source
from profile_studio.ui.components.notices import Updates
from profile_studio.ui.components.picture_grid import choice_of_pictures
from profile_studio.ui.texts import BlendTexts

KINDS = (AdapterKind.STYLE, AdapterKind.FACE, None, None)
"""What each slot is for: the two that belong together first, then any."""

NO_ADAPTER = ""
_NO_SIGN = "\u2212"
OPENING_STYLE = "watercolor"
OPENING_WEIGHT = 0.8  # at full strength the shipped style washes faces out; here the slider has room both ways


@dataclass(frozen=True)
class Slot:
    """One card."""

    card: gr.Column
    adapter: gr.State  # its name
    covers: gr.HTML  # one picture a LoRA to choose from; `select` carries the name
    weight: gr.Slider
    word: gr.HTML


def adapter_slots(adapters: Sequence[Adapter], texts: BlendTexts) -> list[Slot]:
    """The cards as the page opens with them, so that nothing jumps while it loads."""
    dealt = deal_weights(adapters, default_weights(adapters))
    return [_slot(index, adapters, weight, texts) for index, weight in enumerate(dealt)]


def _slot(index: int, adapters: Sequence[Adapter], weight: AdapterWeight | None, texts: BlendTexts) -> Slot:
    name = weight.adapter_name if weight else NO_ADAPTER
    with gr.Column(visible=_is_shown(index, name, adapters), elem_classes="slot", min_width=240) as card:
        adapter = gr.State(name)
        covers = choice_of_pictures(
            value=covers_html(adapters, KINDS[index], name, texts), elem_id=f"slot-{index}", elem_classes="covers"
        )
        slider = gr.Slider(
            0.0,
            WEIGHT_LIMIT,
            step=0.05,
            value=weight.weight if weight else 1.0,
            label=texts.strength,
            show_label=False,
            elem_id=f"weight-{index}",
            elem_classes="safe-range",
            buttons=[],
        )
        word = gr.HTML(word_hint(adapters, name, texts))
    return Slot(card, adapter, covers, slider, word)


def _is_shown(index: int, chosen: str, adapters: Sequence[Adapter]) -> bool:
    """The first two cards as soon as there is a LoRA for them, the others when they hold one."""
    kind = KINDS[index]
    return bool(chosen) or (index < 2 and any(kind in (None, adapter.kind) for adapter in adapters))


def slot_components(slots: Sequence[Slot]) -> list[Any]:
    return [part for slot in slots for part in (slot.card, slot.adapter, slot.covers, slot.weight, slot.word)]


def slot_inputs(slots: Sequence[Slot]) -> list[Any]:
    """What `chosen_weights` is called with, in order."""
    return [part for slot in slots for part in (slot.adapter, slot.weight)]


def chosen_weights(values: Sequence[Any]) -> tuple[AdapterWeight, ...]:
    """The LoRAs that are on, each once: of two cards with the same LoRA the stronger counts."""
    weights: dict[str, float] = {}
    for name, weight in zip(values[::2], values[1::2], strict=True):
        if name and weight:
            weights[name] = max(weights.get(name, 0.0), float(weight))
    return tuple(AdapterWeight(adapter_name=name, weight=weight) for name, weight in weights.items())


def default_weights(adapters: Sequence[Adapter], wanted: str | None = None) -> tuple[AdapterWeight, ...]:
    """A style, the page's own or the one a person came with, and what steadies its faces; a person's face comes alone."""
    came_with = next((adapter for adapter in adapters if adapter.name == wanted), None)
    if came_with and came_with.kind is AdapterKind.FACE:
        chosen = [came_with]
    else:
        steadying = next((adapter for adapter in adapters if adapter.steadies_faces), None)
        chosen = [came_with or _opening_style(adapters), steadying]
    return tuple(
        AdapterWeight(adapter_name=adapter.name, weight=min(adapter.default_weight, OPENING_WEIGHT))
        for adapter in chosen
        if adapter
    )


def _opening_style(adapters: Sequence[Adapter]) -> Adapter | None:
    styles = [adapter for adapter in adapters if adapter.kind is AdapterKind.STYLE]
    return min(styles, key=lambda style: (not style.ships, style.name != OPENING_STYLE), default=None)


def deal_weights(adapters: Sequence[Adapter], weights: Sequence[AdapterWeight]) -> list[AdapterWeight | None]:
    """What each slot gets: each weight the card of its kind, the rest the free ones, as long as there are any."""
    kinds = {adapter.name: adapter.kind for adapter in adapters}
    left = [weight for weight in weights if weight.adapter_name in kinds]
    dealt: list[AdapterWeight | None] = []
    for kind in KINDS:
        fitting = next((weight for weight in left if kind is None or kinds[weight.adapter_name] is kind), None)
        dealt.append(fitting)
        if fitting:
            left.remove(fitting)
    return dealt


def fill_slots(
    slots: Sequence[Slot], adapters: Sequence[Adapter], weights: Sequence[AdapterWeight], texts: BlendTexts
) -> Updates:
    """Puts each weight into its card; empty cards but the first hide."""
    updates: Updates = {}
    for index, (slot, kind, weight) in enumerate(zip(slots, KINDS, deal_weights(adapters, weights), strict=True)):
        name = weight.adapter_name if weight else NO_ADAPTER
        updates |= {
            slot.card: gr.update(visible=_is_shown(index, name, adapters)),
            slot.weight: weight.weight if weight else 1.0,
            **choose_adapter(slot, kind, adapters, name, texts),
        }
    return updates


def choose_adapter(
    slot: Slot, kind: AdapterKind | None, adapters: Sequence[Adapter], name: str, texts: BlendTexts
) -> Updates:
    """Puts the LoRA of this name, or none, into a card."""
    return {
        slot.adapter: name,
        slot.covers: covers_html(adapters, kind, name, texts),
        slot.word: word_hint(adapters, name, texts),
    }


def offer_adapters(
    slots: Sequence[Slot], adapters: Sequence[Adapter], values: Sequence[Any], texts: BlendTexts
) -> Updates:
    """Brings the choices up to date; what a person chose and set stays, unless the LoRA is gone.

    Args:
        values: what the cards hold now, as in `chosen_weights`.
    """
    updates: Updates = {}
    names = {adapter.name for adapter in adapters}
    for index, (slot, kind, chosen) in enumerate(zip(slots, KINDS, values[::2], strict=True)):
        left = chosen if chosen in names else NO_ADAPTER
        updates |= choose_adapter(slot, kind, adapters, left, texts)
        updates[slot.card] = gr.update(visible=_is_shown(index, left, adapters))
    return updates


def covers_html(adapters: Sequence[Adapter], kind: AdapterKind | None, chosen: str, texts: BlendTexts) -> str:
    """A button with a picture for each LoRA of this kind, after one for none."""
    fitting = [adapter for adapter in adapters if kind in (None, adapter.kind)]
    buttons = [_cover(NO_ADAPTER, texts.nothing, "", chosen)]
    buttons += [_cover(adapter.name, adapter.name, _cover_source(adapter), chosen) for adapter in fitting]
    label = escape(texts.slot[kind] if kind else texts.slot_other)
    return f'<p class="label">{label}</p><div class="grid" role="group" aria-label="{label}">{"".join(buttons)}</div>'


def _cover(name: str, words: str, source: str, chosen: str) -> str:
    shown = f'<img src="{source}" alt="">' if source else f'<i aria-hidden="true">{escape(name[:1]) or _NO_SIGN}</i>'
    return (
        f'<button type="button" data-id="{escape(name)}" aria-pressed="{str(name == chosen).lower()}">'
        f"{shown}<span>{escape(words)}</span></button>"
    )


def _cover_source(adapter: Adapter) -> str:
    return picture_source(adapter.cover_path) if adapter.cover_path.is_file() else ""


def word_hint(adapters: Sequence[Adapter], name: str | None, texts: BlendTexts) -> str:
    """Says what the slider does, how far it may go, and which word the page adds to the prompt for this LoRA."""
    chosen = next((adapter for adapter in adapters if adapter.name == name), None)
    words = [texts.safe.format(safe=SAFE_WEIGHT_LIMIT)]
    if chosen and chosen.steadies_faces:
        words = [texts.steadies]
    elif chosen and chosen.kind is AdapterKind.FACE:
        words.insert(0, texts.learned_face)
    if chosen and chosen.trigger_word:
        words.append(texts.trigger.format(word=chosen.trigger_word))
    return f'<p class="quiet">{escape(" ".join(words))}</p>'


def without_trigger_words(prompt: str, weights: Sequence[AdapterWeight], adapters: Sequence[Adapter]) -> str:
    """The prompt of a recipe for the form: earlier versions put the words in front, where they would outlive their LoRA."""
    words = {adapter.name: adapter.trigger_word for adapter in adapters}
    for weight in weights:
        prompt = prompt.removeprefix(f"{words.get(weight.adapter_name, '')}, ")
    return prompt
