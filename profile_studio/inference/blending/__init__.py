"""Methods of blending by name."""

from profile_studio.domain.blending import BlendMethodName
from profile_studio.inference.blending.balanced import Balanced
from profile_studio.inference.blending.face_first import FaceFirst
from profile_studio.inference.blending.method import BlendMethod, BlendPart
from profile_studio.inference.blending.plain_sum import PlainSum
from profile_studio.inference.blending.switch import Switch
from profile_studio.inference.blending.time_split import TimeSplit

__all__ = ["BlendMethod", "BlendPart", "blend_methods"]


def blend_methods() -> dict[BlendMethodName, BlendMethod]:
    """Fresh methods for one base model; they may remember what they worked out of its adapters."""
    return {
        "sum": PlainSum(),
        "balanced": Balanced(),
        "face-first": FaceFirst(),
        "time-split": TimeSplit(),
        "switch": Switch(),
    }
