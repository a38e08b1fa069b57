"""What peft writes beside its weights: the strength of a LoRA, which its tensors do not tell."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from profile_studio.domain.errors import InvalidAdapter

METADATA_KEY = "lora_adapter_metadata"  # where diffusers keeps the config of each component, in a file's header
MAX_CONFIG_BYTES = 2**20
_DEFAULT_ALPHA = 8  # peft's own, where a config has none


@dataclass(frozen=True)
class PeftConfig:
    """What decides strength in a config of peft, unchecked; whatever else it says is left aside."""

    lora_alpha: object
    alpha_pattern: Mapping[str, object]
    use_rslora: bool

    def network_alpha(self, file: str, layer: str, rank: int) -> float:
        """The alpha of a layer as kohya means it, whose scaling is alpha / rank.

        Source: peft's `LoraConfig`: `use_rslora` scales by alpha / sqrt(rank), and a pattern is for the modules whose
        dotted names end in it.

        Raises:
            InvalidAdapter: it is no number, or a pattern is not a plain name.
        """
        alpha = self.lora_alpha
        for pattern, value in self.alpha_pattern.items():
            name = pattern.removeprefix("^")
            if not re.fullmatch(r"[\w.]+", name):
                raise _unreadable(file, pattern)
            plain = name.removeprefix("text_model.")
            if layer == plain or (name == pattern and f".{layer}".endswith(f".{plain}")):
                alpha = value
                break
        try:
            number = float(str(alpha))
        except ValueError as error:
            raise _unreadable(file, str(alpha)) from error
        if not math.isfinite(number):
            raise _unreadable(file, str(alpha))
        return number * math.sqrt(rank) if self.use_rslora else number


def read_config(path: Path) -> PeftConfig:
    """The `adapter_config.json` of a folder that peft wrote.

    Raises:
        InvalidAdapter: it is missing or broken, or the adapter is none of LoRA's kind.
    """
    try:
        with path.open("rb") as file:
            values: object = json.loads(file.read(MAX_CONFIG_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise _no_config(path) from error
    if not isinstance(values, dict):
        raise _no_config(path)
    kind = str(values.get("peft_type", "LORA"))
    if kind != "LORA":
        raise InvalidAdapter(
            "{file} is a {kind}, and this studio reads plain LoRAs only.",
            "Ask for a plain LoRA, or convert it where it was made.",
            file=path.parent.name,
            kind=kind[:40],
        )
    return _config({str(key): value for key, value in values.items()})


def config_from_metadata(metadata: Mapping[str, str]) -> dict[str, PeftConfig]:
    """Component to config, from the header of a file that diffusers wrote; empty where there is none to read."""
    try:
        values: object = json.loads(metadata.get(METADATA_KEY, "{}"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(values, dict):
        return {}
    components: dict[str, dict[str, object]] = {}
    for key, value in values.items():
        component, _, option = str(key).partition(".")
        components.setdefault(component, {})[option] = value
    return {component: _config(options) for component, options in components.items()}


def _config(options: Mapping[str, object]) -> PeftConfig:
    pattern = options.get("alpha_pattern")
    return PeftConfig(
        lora_alpha=options.get("lora_alpha", _DEFAULT_ALPHA),
        alpha_pattern={str(key): value for key, value in pattern.items()} if isinstance(pattern, dict) else {},
        use_rslora=options.get("use_rslora") is True,
    )


def _no_config(path: Path) -> InvalidAdapter:
    return InvalidAdapter(
        "{folder} has no readable adapter_config.json, so its strength is unknown.",
        "Choose the folder as peft wrote it.",
        folder=path.parent.name,
    )


def _unreadable(file: str, alpha: str) -> InvalidAdapter:
    return InvalidAdapter(
        "{file} has an unreadable alpha ({layer}), so its strength is unknown.",
        "Export it again where it was made.",
        file=file,
        layer=alpha[:80],
    )
