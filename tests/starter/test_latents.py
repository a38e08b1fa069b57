"""The latent space is linear algebra, so its claims are identities."""

import numpy as np
import pytest
import torch

from profile_studio.starter.latents import CHANNELS, PatchBasis, fit_basis, to_pictures, to_pixels
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


def test_the_network_encoder_equals_the_basis(pictures: np.ndarray, patch_basis: PatchBasis) -> None:
    vae = new_vae()
    write_encoder(vae, patch_basis)
    pixels = to_pixels(pictures[:4], torch.device("cpu"))
    with torch.inference_mode():
        encoded = vae.encode(pixels).latent_dist.mean
    assert float((encoded - patch_basis.encode(pixels)).abs().mean()) < 0.01
