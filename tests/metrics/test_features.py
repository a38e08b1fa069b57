"""What the judge sees."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import CLIPModel

from profile_studio.domain.errors import JudgeMissing
from profile_studio.metrics.features import Judge
from tests.metrics.tiny_judge import SIDE


def draw(folder: Path, seed: int, size: tuple[int, int] = (48, 40)) -> Path:
    path = folder / f"{seed}.png"
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def test_pictures_and_texts_become_directions(judge: Judge, tmp_path: Path) -> None:
    pictures = judge.see([draw(tmp_path, seed) for seed in range(3)])
    texts = judge.read(["a hat", "a very long text " * 40])
    assert (pictures.shape, texts.shape) == ((3, 16), (2, 16))
    np.testing.assert_allclose(np.linalg.norm(np.vstack([pictures, texts]), axis=1), 1)


def test_the_batch_does_not_change_what_is_seen(judge: Judge, tmp_path: Path) -> None:
    paths = [draw(tmp_path, seed) for seed in range(40)]
    np.testing.assert_allclose(judge.see(paths)[[0, 39]], judge.see([paths[0], paths[39]]), atol=1e-5)


def test_features_are_those_of_transformers(judge: Judge, tiny_judge: Path, tmp_path: Path) -> None:
    path = draw(tmp_path, 1, (SIDE, SIDE))
    model = CLIPModel.from_pretrained(tiny_judge)
    pixels = (np.asarray(Image.open(path)) / 255 - [0.5, 0.4, 0.3]) / [0.2, 0.25, 0.3]
    inputs = torch.tensor(pixels.transpose(2, 0, 1)[None], dtype=torch.float32)
    with torch.no_grad():
        expected = model.get_image_features(pixel_values=inputs).pooler_output[0].numpy()
    np.testing.assert_allclose(judge.see([path])[0], expected / np.linalg.norm(expected), atol=1e-5)


@pytest.mark.parametrize("size", [(32, 32), (64, 32), (33, 100), (20, 24), (128, 128)])
def test_preprocessing_is_clips_own(judge: Judge, tiny_judge: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    with Image.open(draw(tmp_path, 2, size)) as image:
        ours = judge.preprocessing.apply(image)
        processor = CLIPImageProcessorPil.from_pretrained(tiny_judge)
        theirs = processor(image, return_tensors="np")["pixel_values"][0]
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_the_encoder_names_the_exact_weights(judge: Judge) -> None:
    name, digest = judge.encoder.split("-")
    assert (name, len(digest)) == ("judge", 8)


def test_a_missing_judge_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(JudgeMissing) as caught:
        Judge(tmp_path / "judge")
    assert "nothing can be measured" in caught.value.message
