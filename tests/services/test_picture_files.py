"""What a person takes along is of the size and the openness that was asked for."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from profile_studio.domain.errors import InvalidPicture
from profile_studio.domain.generation import GenerationRequest, PictureRecipe
from profile_studio.files.pictures import PORTABLE_CHUNK, read_recipe, write_picture
from profile_studio.services.picture_files import AVATAR_SIDES_PX, SaveOptions, avatar, save_pictures

RECIPE = PictureRecipe(request=GenerationRequest(prompt="café"), seed=6, base_hash="0" * 64, versions={})
METADATA_CHUNKS = (b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"iCCP", b"tIME")


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    """A photograph-like picture, higher than wide."""
    pixels = np.random.default_rng(0).integers(0, 256, (160, 120, 3), dtype=np.uint8)
    return write_picture(tmp_path, Image.fromarray(pixels), RECIPE)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def test_as_made_is_the_very_file(portrait: Path) -> None:
    file = save_pictures([portrait], SaveOptions())
    assert (file.name, file.content) == (portrait.name, portrait.read_bytes())


@pytest.mark.parametrize("side_px", AVATAR_SIDES_PX)
def test_an_avatar_is_square_and_keeps_its_recipe(portrait: Path, tmp_path: Path, side_px: int) -> None:
    file = save_pictures([portrait], SaveOptions(side_px))

    image = opened(file.content)
    assert (image.size, file.name) == ((side_px, side_px), f"{portrait.stem}-{side_px}.png")
    assert "Size: 120x160" in image.info[PORTABLE_CHUNK]  # what it was made with, whatever its size now
    saved = tmp_path / "saved.png"
    saved.write_bytes(file.content)
    assert read_recipe(saved) == RECIPE


@pytest.mark.parametrize("side_px", [None, 512, 128])
def test_a_stripped_file_has_pixels_and_nothing_else(tmp_path: Path, side_px: int | None) -> None:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt("profile_studio", RECIPE.model_dump_json())
    chunks.add_text("Comment", "made at home")
    exif = Image.Exif()
    exif[0x010E] = "who is in it"
    path = tmp_path / "made.png"
    image = Image.new("RGB", (128, 128), "teal")
    image.save(path, pnginfo=chunks, exif=exif, icc_profile=b"a profile")

    content = save_pictures([path], SaveOptions(side_px, keeps_recipe=False)).content

    assert [chunk for chunk in METADATA_CHUNKS if chunk in content] == []
    stripped = opened(content)
    assert (stripped.text, dict(stripped.getexif())) == ({}, {})  # type: ignore[attr-defined]  # of PNG files
    assert stripped.getpixel((5, 5)) == image.getpixel((5, 5))


def test_pixel_art_grows_with_hard_edges_and_other_pictures_softly(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    blocks = generator.choice(np.array([0, 255], dtype=np.uint8), (16, 16, 1)).repeat(8, 0).repeat(8, 1).repeat(3, 2)
    painted = blocks // 2 + generator.integers(0, 60, (128, 128, 3), dtype=np.uint8)
    methods = {"nearest": Image.Resampling.NEAREST, "lanczos": Image.Resampling.LANCZOS}

    for pixels, method in ((blocks, "nearest"), (painted, "lanczos")):
        path = write_picture(tmp_path, Image.fromarray(pixels), RECIPE)
        expected = Image.fromarray(pixels).resize((512, 512), methods[method])
        assert np.array_equal(np.asarray(opened(avatar(path, 512))), np.asarray(expected)), method


def test_several_pictures_become_a_zip_with_a_name_each(portrait: Path, tmp_path: Path) -> None:
    other = write_picture(tmp_path, Image.new("RGB", (64, 64)), RECIPE)

    file = save_pictures([portrait, other, portrait], SaveOptions(128))

    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        assert archive.namelist() == [f"{portrait.stem}-128.png", f"{other.stem}-128.png"]
        assert [opened(archive.read(name)).size for name in archive.namelist()] == [(128, 128)] * 2


def test_what_cannot_be_saved_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    for paths in ([], [tmp_path / "gone.png"], [tmp_path / "broken.png"]):
        with pytest.raises(InvalidPicture) as caught:
            save_pictures(paths, SaveOptions(128))
        assert caught.value.fix
