"""Every picture is trained with its own caption and the trigger word."""

from pathlib import Path

import pytest
import torch

from tests.conformance.families import (
    A_CASE_A_FAMILY,
    PICTURES,
    TRIGGER_WORD,
    Case,
    Training,
    dataset_of,
    latents_of,
    plain_pipeline,
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", A_CASE_A_FAMILY, ids=str)
def test_every_picture_is_trained_with_its_own_caption(case: Case, tmp_path: Path) -> None:
    plain = plain_pipeline(case.family)
    pictures = dataset_of(case.family).training_images
    latents = torch.stack([latents_of(case.family, plain, picture) for picture in pictures])
    captions = [f"{TRIGGER_WORD}, {picture.caption}" for picture in pictures]

    steps = Training(case).steps(PICTURES)

    shown = [pair for step in steps for pair in zip(step.latents, step.prompts, strict=True)]
    nearest = [int((latents - picture).flatten(1).norm(dim=1).argmin()) for picture, _ in shown]
    assert [prompt for _, prompt in shown] == [captions[index] for index in nearest]
    assert set(nearest) == set(range(PICTURES))
