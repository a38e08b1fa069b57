"""Where an automatic captioning writes to."""

import time
from collections.abc import Mapping

from profile_studio.domain.datasets import DatasetImage
from profile_studio.domain.sentences import Sentence
from profile_studio.storage.datasets import DatasetRepository


class CaptionsOfDataset:
    """The captions of one data set, for whoever looks at its pictures and knows no database."""

    def __init__(self, datasets: DatasetRepository, dataset: str) -> None:
        self._datasets = datasets
        self._dataset = dataset

    @property
    def version(self) -> str:
        """The data set's version as it is now."""
        return self._datasets.get(self._dataset).version

    def fill(self, image: DatasetImage, caption: str) -> bool:
        """Writes an automatic caption; False if somebody has written another one since the picture was read."""
        return self._datasets.fill_caption(self._dataset, image.image_id, caption, expected=image.caption)

    def remember_change(self, what: Sentence, captions_before: Mapping[str, tuple[str, str]]) -> None:
        """Remembers this version under a sentence.

        Args:
            captions_before: image id to caption and source, so that it can be undone.
        """
        self._datasets.add_change(self._dataset, self.version, time.time(), what, captions_before)
