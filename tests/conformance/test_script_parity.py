"""The first losses on one fixed stream are those that diffusers' `train_text_to_image_lora.py` has on it."""

import pytest

from tests.conformance.families import Training, dataset_of, plain_pipeline, shown
from tests.conformance.fixed_stream import (
    BATCH_SIZE,
    LEARNING_RATE,
    RANK,
    RUNS,
    STEPS,
    WEIGHT_DECAY,
    ScriptRun,
    first_weights,
    fixed_batches,
    recorded_losses,
)
from tests.conformance.plain import latents_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("run", RUNS, ids=str)
def test_the_first_losses_are_those_of_diffusers_script(run: ScriptRun) -> None:
    training = Training(
        run.case,
        weight_decay=WEIGHT_DECAY,
        rank=RANK,
        network_alpha=RANK,
        batch_size=BATCH_SIZE,
        learning_rate=LEARNING_RATE,
        num_train_steps=STEPS,
        min_snr_gamma=run.snr_gamma,
    )
    downs = {name: tuple(value.shape) for name, value in training.weights().items() if "lora_down" in name}
    training.load({**training.weights(), **first_weights(downs)})
    latents = latents_of(plain_pipeline(run.family), dataset_of(run.family).training_images[0].path)

    with shown(fixed_batches(tuple(latents.shape), run.family.noise_levels), run.family.noise_levels):
        losses = [step.loss for step in training.steps(STEPS)]

    assert losses == pytest.approx(recorded_losses()[str(run)], rel=1e-4)
