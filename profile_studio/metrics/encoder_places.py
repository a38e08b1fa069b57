"""Which encoders there are and where their weights lie, without loading any."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from profile_studio.domain.evaluators import INCEPTION_FILE, SAFETENSORS
from profile_studio.domain.sentences import Sentence
from profile_studio.settings import Settings


@dataclass(frozen=True)
class EncoderPlace:
    """An encoder's weights on this disk.

    `words` is how a sentence calls it, `weights` the file without which the folder is none of it.
    """

    words: Sentence
    folder: Callable[[Settings], Path]
    weights: str = SAFETENSORS

    def is_there(self, settings: Settings) -> bool:
        """Whether it can be asked for on this computer."""
        return (self.folder(settings) / self.weights).is_file()


ENCODER_PLACES: Mapping[str, EncoderPlace] = {
    "judge": EncoderPlace(Sentence("the judge"), lambda settings: settings.judge_dir),
    "critic": EncoderPlace(Sentence("the critic"), lambda settings: settings.critic_dir),
    "clip": EncoderPlace(Sentence("CLIP ViT-B/32 by OpenAI"), lambda settings: settings.evaluators_dir / "clip"),
    "inception": EncoderPlace(
        Sentence("the Inception network"), lambda settings: settings.evaluators_dir / "inception", INCEPTION_FILE
    ),
    "inception_classes": EncoderPlace(
        Sentence("the Inception network"), lambda settings: settings.evaluators_dir / "inception", INCEPTION_FILE
    ),
}
"""By the names that metrics give them."""
