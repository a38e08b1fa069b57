"""The latent space is linear algebra, so its claims are identities."""

import numpy as np
import pytest
import torch

from profile_studio.starter.latents import CHANNELS, PatchBasis, fit_basis, halved, to_pictures, to_pixels
from profile_studio.starter.portraits import choose_portrait, draw
from profile_studio.starter.vae import new_vae, write_encoder
from profile_studio.starter.variants import BASE


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.stack(
        [draw(style, choose_portrait(style, f"latents-{index}").options) for style in BASE for index in range(12)]
    )


@pytest.fixture(scope="module")
def patch_basis(pictures: np.ndarray) -> PatchBasis:
    return fit_basis(pictures)


def test_pixels_and_pictures_are_inverses(pictures: np.ndarray) -> None:
    np.testing.assert_array_equal(to_pictures(to_pixels(pictures, torch.device("cpu"))), pictures)


def test_components_are_orthonormal(patch_basis: PatchBasis) -> None:
    torch.testing.assert_close(
        patch_basis.components @ patch_basis.components.T, torch.eye(CHANNELS), atol=1e-4, rtol=0
    )


def test_encoding_undoes_decoding(patch_basis: PatchBasis) -> None:
    latents = torch.randn(2, CHANNELS, 8, 8, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(patch_basis.encode(patch_basis.decode(latents)), latents, atol=1e-3, rtol=0)


def test_latents_of_the_renders_have_unit_variance(pictures: np.ndarray, patch_basis: PatchBasis) -> None:
    latents = patch_basis.encode(to_pixels(pictures, torch.device("cpu")))
    assert 0.9 < float(latents.square().mean().sqrt()) < 1.1


def test_the_network_encoder_halves_a_picture_and_equals_the_basis(
    pictures: np.ndarray, patch_basis: PatchBasis
) -> None:
    vae = new_vae()
    write_encoder(vae, patch_basis)
    pixels = to_pixels(pictures[:4], torch.device("cpu"))
    noise = torch.randn(pixels.shape, generator=torch.Generator().manual_seed(0)).repeat_interleave(2, dim=2)
    enlarged = pixels.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    enlarged[..., 0::2] += noise
    enlarged[..., 1::2] -= noise
    with torch.inference_mode():
        encoded = vae.encode(enlarged).latent_dist.mean
    torch.testing.assert_close(encoded, patch_basis.encode(pixels), atol=2e-3, rtol=0)


def test_a_halved_picture_has_the_mean_of_four_pixels() -> None:
    picture = (4 * np.arange(48, dtype=np.uint8)).reshape(1, 4, 4, 3)
    assert halved(picture)[0, 0, 0].tolist() == [0 + 3 + 12 + 15 + 4 * channel for channel in range(3)]
