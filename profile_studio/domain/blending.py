"""How several LoRAs act in one picture."""

from typing import Literal

BlendMethodName = Literal["sum", "balanced", "face-first", "time-split", "switch"]
"""Each is explained in `inference/blending/`, one file a method."""
