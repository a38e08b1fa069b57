"""What decides a comparison's pictures and numbers."""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version

from profile_studio import __version__
from profile_studio.base_models import BaseModel
from profile_studio.domain.compared_models import ComparedModels
from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.metrics.encoder import Encoder

_LIBRARIES = ("diffusers", "numpy", "pillow", "torch", "transformers")


def fingerprint(
    config: ComparisonConfig, base: BaseModel, compared: ComparedModels, encoders: Mapping[str, Encoder]
) -> str:
    """Equal fingerprints mean equal pictures and numbers: everything that decides them is in it."""
    files = {part.adapter.path for model in compared.models for part in model.adapters}
    facts = {
        "config": config.model_dump(mode="json", exclude={"repeated", "trainings"}),
        "base": base.hash,
        "adapters": sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in files),
        "encoders": sorted(encoder.encoder for encoder in encoders.values()),
        "styles": {
            name: [len(style.reference), len(style.training)] for name, style in sorted(compared.styles.items())
        },
        "versions": {name: version(name) for name in _LIBRARIES},
        "version": __version__,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
