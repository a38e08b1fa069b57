"""Which pictures stand for a style when models are compared."""

from pathlib import Path

from profile_studio.domain.errors import UnknownDataset
from profile_studio.domain.names import NAME_PATTERN
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.styles import StyleReference
from profile_studio.settings import Settings
from profile_studio.storage.datasets import DatasetRepository

MINIMUM_HELD_OUT = 8  # fewer say too little about a style


def style_reference(name: str, settings: Settings, datasets: DatasetRepository) -> StyleReference:
    """The pictures that stand for a data set's style, or for a shipped example's.

    An example's reference pictures come first, with those a person added, because nothing was ever trained on them;
    then held-out pictures if there are enough; then all pictures, which flatters a model that copies.

    Raises:
        UnknownDataset: there is neither a data set nor an example of this name.
    """
    try:
        dataset = datasets.get(name)
    except UnknownDataset:
        if not NAME_PATTERN.fullmatch(name):  # from a LoRA's file, or any path
            raise
        training = _pictures(settings.examples_dir / name / "train")
        reference = _pictures(settings.examples_dir / name / "reference")
        if not (training and reference):
            raise
        return StyleReference(reference, training, _never_trained(reference))
    training = tuple(image.path for image in dataset.training_images)
    example = datasets.example(name)
    shipped = _pictures(settings.examples_dir / example / "reference") if example else ()
    added = tuple(image.path for image in dataset.reference_images)
    held_out = tuple(image.path for image in dataset.held_out_images)  # those that were added are among them
    for reference in ((*shipped, *added) if shipped else (), held_out):
        if len(reference) >= MINIMUM_HELD_OUT:
            return StyleReference(reference, training, _never_trained(reference))
    everything = tuple(image.path for image in dataset.images)
    note = Sentence(
        "The style is measured against all {count} pictures of {dataset!r}, the trained ones too, "
        "because too few were held out: look at the copies before you trust a gain.",
        count=len(everything),
        dataset=name,
    )
    return StyleReference(everything, training, note)


def _pictures(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.glob("*.png")))


def _never_trained(reference: tuple[Path, ...]) -> Sentence:
    return Sentence("The style is measured against {count} pictures that were never trained on.", count=len(reference))
