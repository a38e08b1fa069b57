"""Which pictures stand for a style when models are compared."""

from dataclasses import dataclass
from pathlib import Path

from profile_studio.domain.sentences import Sentence


@dataclass(frozen=True)
class StyleReference:
    """Pictures of a style. `note` says in words what they are."""

    reference: tuple[Path, ...]
    training: tuple[Path, ...]
    note: Sentence

    @property
    def is_unseen(self) -> bool:
        """Whether none of the pictures it measures against is trained on."""
        return not set(self.reference) & set(self.training)
