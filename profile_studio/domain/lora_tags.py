"""LoRAs that are chosen inside a prompt, as Automatic1111's web UI and compel write them."""

import re

from profile_studio.domain.typed_text import plain_signs

_WEIGHT = r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_TAG = re.compile(
    rf"(?<!\\)<lora:(?P<name>[^:<>]+)(?::(?P<weight>{_WEIGHT}))?>"
    rf"|\b(?:with|use)Lora\(\s*(?P<compel_name>[\w-]+)\s*(?:,\s*(?P<compel_weight>{_WEIGHT})\s*)?\)",
    re.IGNORECASE,
)
_GONE = "\0"


def take_lora_tags(prompt: str) -> tuple[str, list[tuple[str, float]]]:
    """The prompt without the tags of LoRAs, and (name, weight) of each in order; a tag without a weight means 1.

    >>> take_lora_tags("portrait, <lora:watercolor:0.8>, hat")
    ('portrait, hat', [('watercolor', 0.8)])
    """
    signs = plain_signs(prompt)
    found: list[tuple[str, float]] = []

    def take(tag: re.Match[str]) -> str:
        before = signs[: tag.start()]
        if before.count("{") > before.count("}"):
            return tag[0]  # one picture of a request cannot have other LoRAs than the next; whoever reads it refuses
        name, weight = tag["name"] or tag["compel_name"], tag["weight"] or tag["compel_weight"]
        found.append((name.strip(), float(weight) if weight else 1.0))
        return _GONE

    rest = _TAG.sub(take, signs)
    if not found:
        return prompt, []
    rest = re.sub(rf"\s*,\s*{_GONE}(?=\s*(?:,|$))|^\s*{_GONE}\s*,\s*", "", rest)
    return re.sub(rf"\s*{_GONE}\s*", " ", rest).strip(), found
