"""What a LoRA file says about itself."""

from dataclasses import dataclass
from pathlib import Path

from profile_studio.domain.training import AdapterKind


@dataclass(frozen=True)
class Adapter:
    """One adapter on disk, read from its header without any tensor.

    `base_hash` is the hash of the base's denoiser; an adapter is only offered for that base. A foreign one has none, and
    is offered for bases of its `family`, which is empty where that is not told either.
    `class_word` is the ordinary word for what `trigger_word` calls up, such as "person".
    `ships` adapters lie in the repository and cannot be deleted.
    """

    name: str
    path: Path
    kind: AdapterKind
    base: str
    base_hash: str
    trigger_word: str
    rank: int
    network_alpha: float
    num_train_steps: int
    dataset: str
    dataset_version: str
    ships: bool
    size_bytes: int
    default_weight: float = 1.0
    family: str = ""
    class_word: str = ""

    @property
    def steadies_faces(self) -> bool:
        """Whether it gives faces back that a style bends. Any other LoRA for faces knows one face."""
        return self.ships and self.kind is AdapterKind.FACE

    @property
    def cover_path(self) -> Path:
        """Where a small picture of what it does lies, if there is one: beside the file, under the same name."""
        return cover_path(self.path)


@dataclass(frozen=True)
class WeightedAdapter:
    """An adapter file and how strongly it is applied."""

    adapter: Adapter
    weight: float


@dataclass(frozen=True)
class UnreadableAdapter:
    """Something in a folder of adapters that cannot be used, and why."""

    file: str
    reason: str


def cover_path(adapter_file: Path) -> Path:
    """See `Adapter.cover_path`."""
    return adapter_file.with_suffix(".webp")
