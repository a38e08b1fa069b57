"""Captions for photographs by BLIP, from a folder or the hub."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from profile_studio.decoding.stored import read_stored
from profile_studio.domain.errors import CaptionerMissing

_TOKENS = 40
_OWN_TOKENS = 2  # what BLIP adds to the words of its BERT tokenizer: starts of captions and of questions
_HUB_TIMEOUT_S = 10.0


class BlipCaptioner:
    """Captions for photographs. Source: Li et al. 2022, arXiv:2201.12086.

    Args:
        model: a local folder in transformers layout, or a hub id.
        may_download: whether a hub id that is not on the disk is fetched.

    Raises:
        CaptionerMissing: it is neither on the disk nor to be had, or a part of it is missing.
    """

    def __init__(self, model: str, device: str, *, may_download: bool) -> None:
        self._device = device
        try:
            self._load(model, local_files_only=True)
        except (OSError, ValueError) as error:
            if not may_download:
                raise CaptionerMissing(
                    "The captioner for photographs is not on this computer ({model}).",
                    "Fetch it by `evaluators fetch blip`, set PROFILE_STUDIO_BLIP to a folder with BLIP, "
                    "or write the captions by hand.",
                    model=model,
                ) from error
            try:
                _reach_hub()
                self._load(model, local_files_only=False)
            except (OSError, ValueError) as refusal:
                raise CaptionerMissing(
                    "The captioner for photographs is not on this computer ({model}).",
                    "It could not be fetched: connect to the network and try again, set PROFILE_STUDIO_BLIP to a folder "
                    "with BLIP, or write the captions by hand.",
                    model=model,
                ) from refusal

    def _load(self, model: str, *, local_files_only: bool) -> None:
        from transformers import BlipForConditionalGeneration, BlipProcessor

        self._processor: Any = BlipProcessor.from_pretrained(model, local_files_only=local_files_only)
        loaded: Any = BlipForConditionalGeneration.from_pretrained(model, local_files_only=local_files_only)
        self._model = loaded.to(self._device).eval()
        # Without its files transformers makes a tokenizer of five tokens, and every caption would be empty.
        if len(self._processor.tokenizer) + _OWN_TOKENS < self._model.config.text_config.vocab_size:
            raise ValueError("The tokenizer lacks words that the model knows.")

    def caption(self, pictures: Sequence[Path]) -> list[str]:
        """One sentence a picture."""
        import torch

        images = [read_stored(path, path.name) for path in pictures]
        inputs = self._processor(images=images, return_tensors="pt").to(self._device)
        with torch.no_grad():
            tokens = self._model.generate(**inputs, max_new_tokens=_TOKENS)
        return [text.strip() for text in self._processor.batch_decode(tokens, skip_special_tokens=True)]


def _reach_hub() -> None:
    """Asks for the hub once: its client would ask five times for each of a model's files.

    Raises:
        OSError: it does not answer.
    """
    from huggingface_hub.constants import ENDPOINT
    from huggingface_hub.utils import get_session

    try:
        get_session().head(ENDPOINT, timeout=_HUB_TIMEOUT_S)
    except Exception as error:  # the classes of its HTTP library, which changes
        raise ConnectionError(f"{ENDPOINT} does not answer") from error
