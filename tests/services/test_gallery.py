"""The gallery finds made pictures by what they carry."""

import os
from pathlib import Path

import pytest
from PIL import Image

from profile_studio.domain.errors import InvalidPicture, NotInDemo
from profile_studio.domain.generation import AdapterWeight, GenerationRequest, PictureRecipe
from profile_studio.files.pictures import save_with_recipe, write_picture
from profile_studio.services.gallery import PICTURES_A_PAGE, GalleryService, MadePicture, Remaking
from profile_studio.settings import Settings


@pytest.fixture
def gallery(settings: Settings) -> GalleryService:
    return GalleryService(settings)


def recipe(prompt: str = "red hair", adapter: str = "watercolor", seed: int = 7) -> PictureRecipe:
    adapters = (AdapterWeight(adapter_name=adapter),)
    request = GenerationRequest(prompt=prompt, adapters=adapters, seed=seed)
    return PictureRecipe(request=request, seed=seed, base_hash="0" * 64, versions={})


def make(settings: Settings, made: PictureRecipe | None = None) -> Path:
    return write_picture(settings.pictures_dir, Image.new("RGB", (400, 200), "teal"), made or recipe())


def test_words_are_sought_in_prompt_lora_names_and_seed(settings: Settings, gallery: GalleryService) -> None:
    curls = make(settings, recipe("Grey curls, smiling", "pixel-art", 4711))
    make(settings)

    for query in ("curls", "GREY smi", "pixel", "4711", "smiling pixel 47"):
        assert [picture.path for picture in gallery.find(query).pictures] == [curls], query
    assert gallery.find("curls watercolor").pictures == ()
    assert gallery.find("curls watercolor").made == 2


def test_a_picture_is_asked_for_again_alone_and_of_its_own_seed(settings: Settings, gallery: GalleryService) -> None:
    request = recipe().request.model_copy(update={"count": 4, "method": "balanced"})
    made = MadePicture(make(settings), recipe().model_copy(update={"request": request, "seed": 9}))

    again = gallery.request_again(made, Remaking("starter", is_its_base=True, changed_adapters=()))

    assert again == request.model_copy(update={"count": 1, "seed": 9})


def test_pages_go_from_new_to_old_and_end_at_the_last(settings: Settings, gallery: GalleryService) -> None:
    paths = [make(settings) for _ in range(PICTURES_A_PAGE + 1)]

    first, second = gallery.find(), gallery.find(number=9)

    assert (len(first.pictures), first.pictures[0].path, first.pages) == (PICTURES_A_PAGE, paths[-1], 2)
    assert ([picture.path for picture in second.pictures], second.number) == ([paths[0]], 1)


def test_what_changed_on_the_disk_is_seen(settings: Settings, gallery: GalleryService) -> None:
    kept, gone = make(settings), make(settings)
    assert gallery.find().found == 2

    gone.unlink()
    save_with_recipe(kept, Image.new("RGB", (8, 8)), recipe("a blue hat"))
    os.utime(kept, ns=(1, 1))

    assert [picture.recipe.request.prompt for picture in gallery.find().pictures] == ["a blue hat"]


def test_files_without_a_recipe_are_counted_and_hide_no_other(settings: Settings, gallery: GalleryService) -> None:
    make(settings)
    Image.new("RGB", (8, 8)).save(settings.pictures_dir / "holiday.png")
    (settings.pictures_dir / "broken.png").write_bytes(b"not a picture")

    page = gallery.find()

    assert (page.found, page.without_recipe) == (1, 2)


def test_a_thumbnail_is_small_made_once_and_made_again_when_it_is_gone(
    settings: Settings, gallery: GalleryService
) -> None:
    path = make(settings)

    thumbnail = gallery.thumbnail(path)

    with Image.open(thumbnail) as image:
        assert (image.format, image.size) == ("WEBP", (192, 96))
    path_was = path.read_bytes()
    path.write_bytes(b"broken since")
    assert gallery.thumbnail(path) == thumbnail
    path.write_bytes(path_was)
    thumbnail.unlink()
    assert gallery.thumbnail(path).is_file()


def test_a_broken_picture_has_no_thumbnail(settings: Settings, gallery: GalleryService) -> None:
    path = make(settings)
    path.write_bytes(path.read_bytes()[:-40])

    with pytest.raises(InvalidPicture) as caught:
        gallery.thumbnail(path)

    assert path.name in caught.value.message
    assert list(settings.thumbnails_dir.glob("*")) == []


def test_deleting_takes_the_thumbnail_along_and_nothing_else(settings: Settings, gallery: GalleryService) -> None:
    kept, gone = make(settings), make(settings)
    thumbnails = [gallery.thumbnail(path) for path in (kept, gone)]

    gallery.delete(gone.stem)

    assert [path.is_file() for path in (kept, gone, *thumbnails)] == [True, False, True, False]
    with pytest.raises(InvalidPicture):
        gallery.get(gone.stem)


@pytest.mark.parametrize("picture_id", ["../studio", "/etc/passwd", "", "*"])
def test_only_what_is_in_the_gallery_can_be_named(settings: Settings, gallery: GalleryService, picture_id: str) -> None:
    make(settings)
    Image.new("RGB", (8, 8)).save(settings.resolved_home / "studio.png")

    with pytest.raises(InvalidPicture):
        gallery.delete(picture_id)

    assert (settings.resolved_home / "studio.png").is_file()


def test_strangers_neither_see_nor_delete_each_others_pictures(tmp_path: Path) -> None:
    demo = Settings(home=tmp_path / "home", space_id="someone/studio")
    demo.create_folders()
    path, gallery = make(demo), GalleryService(demo)

    assert (gallery.find().made, gallery.recent()) == (0, [])
    for refused in (gallery.get, gallery.delete):
        with pytest.raises(NotInDemo):
            refused(path.stem)
    assert path.is_file()
