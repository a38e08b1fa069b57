"""All pictures that were made: looking through them, searching, deleting."""

import math
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from profile_studio.base_models import HUB_IDS, STARTER, find_base_model
from profile_studio.domain.errors import (
    BaseModelMissing,
    InvalidAdapter,
    InvalidName,
    InvalidPicture,
    NotInDemo,
    UnknownAdapter,
)
from profile_studio.domain.generation import GenerationRequest, PictureRecipe
from profile_studio.domain.noise import NOISE_VERSION
from profile_studio.domain.starter_size import is_former_size
from profile_studio.files.pictures import latest_pictures, read_recipe, write_thumbnail
from profile_studio.lora_files import tensors_hash
from profile_studio.services.demo import refuse_in_demo
from profile_studio.settings import Settings
from profile_studio.storage.base_folders import folder_of
from profile_studio.storage.models import find_adapter

PICTURES_A_PAGE = 120


@dataclass(frozen=True)
class MadePicture:
    """A picture of this studio and what it was made with."""

    path: Path
    recipe: PictureRecipe

    @property
    def picture_id(self) -> str:
        return self.path.stem

    def matches(self, words: list[str]) -> bool:
        """Whether each word, in small letters, is somewhere in its prompt, its LoRAs' names or its seed."""
        request = self.recipe.request
        names = " ".join(adapter.adapter_name for adapter in request.adapters)
        text = f"{request.prompt} {names} {self.recipe.seed}".casefold()
        return all(word in text for word in words)


@dataclass(frozen=True)
class GalleryPage:
    """Some of the found pictures, newest first."""

    pictures: tuple[MadePicture, ...]
    number: int  # counted from 0, which has the newest
    pages: int
    found: int
    made: int  # how many there are without a search
    without_recipe: int  # files in the folder that were not made here, or are broken


@dataclass(frozen=True)
class Remaking:
    """What is here of what made a picture.

    `base` is the name or folder of a base model that can draw: the picture's own, unless `is_its_base` says otherwise.
    `changed_adapters` are names of LoRAs under which other numbers lie now. `grows` says that the starter drew smaller then,
    `noise_is_gone` that its seed gave another noise then.
    """

    base: str
    is_its_base: bool
    changed_adapters: tuple[str, ...]
    grows: bool = False
    noise_is_gone: bool = False


class GalleryService:
    """The pictures of a home.

    In a demo strangers share the studio: nobody sees, finds or deletes what others made.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._recipes: dict[tuple[Path, int], PictureRecipe | None] = {}  # by path and time of change

    def find(self, query: str = "", number: int = 0) -> GalleryPage:
        """A page of the pictures that match every word of the query.

        Args:
            number: of the page; beyond the last one it is the last one.
        """
        everything, without_recipe = self._read_all()
        found = [picture for picture in everything if picture.matches(query.casefold().split())]
        pages = max(1, math.ceil(len(found) / PICTURES_A_PAGE))
        number = min(max(number, 0), pages - 1)
        shown = found[number * PICTURES_A_PAGE :][:PICTURES_A_PAGE]
        return GalleryPage(tuple(shown), number, pages, len(found), len(everything), without_recipe)

    def get(self, picture_id: str) -> MadePicture:
        """The picture of this id.

        Raises:
            InvalidPicture: there is none, or it carries no recipe.
            NotInDemo: it may be a stranger's.
        """
        refuse_in_demo(self._settings, "Looking at earlier pictures is")
        found = next((path for path in self.recent() if path.stem == picture_id), None)
        if found is None:
            raise InvalidPicture("There is no picture {picture!r} any more.", "Reload the gallery.", picture=picture_id)
        return MadePicture(found, self.recipe(found))

    def recent(self, limit: int | None = None) -> list[Path]:
        """The newest pictures, newest first; none in a demo, where they would be those of strangers."""
        if self._settings.is_demo:
            return []
        return latest_pictures(self._settings.pictures_dir, limit)

    def newest(self) -> MadePicture | None:
        """The newest picture that carries a recipe."""
        made = ((path, _recipe_or_none(path)) for path in self.recent())
        return next((MadePicture(path, recipe) for path, recipe in made if recipe), None)

    def remaking(self, made: MadePicture, chosen_base: str) -> Remaking:
        """With what a picture can be made again.

        Args:
            chosen_base: the base model that a person has chosen, which may be the folder that the recipe only labels.
        """
        recipe = made.recipe
        label, remembered = recipe.request.base, folder_of(recipe.base_hash, self._settings)
        named = label if label in (STARTER, *HUB_IDS) else None
        hashes = {base: self._hash(base) for base in (named, chosen_base, remembered) if base}
        its_own = next((base for base, found in hashes.items() if found == recipe.base_hash), None)
        can_draw = next((base for base, found in hashes.items() if found), STARTER)
        changed = (name for name, was in recipe.adapter_hashes.items() if self._has_other_numbers(name, was))
        with Image.open(made.path) as picture:
            sides = {"base": label, "height": picture.height, "width": picture.width}
        grows = is_former_size(sides, ("height", "width"))
        noise_is_gone = recipe.noise_version != NOISE_VERSION
        return Remaking(its_own or can_draw, its_own is not None, tuple(changed), grows, noise_is_gone)

    def request_again(self, made: MadePicture, remaking: Remaking) -> GenerationRequest:
        """What asks for a picture once more, alone and of its own seed."""
        update = {"seed": made.recipe.seed, "count": 1, "base": remaking.base}
        return made.recipe.request.model_copy(update=update)

    def _hash(self, base: str) -> str | None:
        try:
            return find_base_model(base, self._settings).hash
        except (BaseModelMissing, NotInDemo):
            return None

    def _has_other_numbers(self, name: str, hash_then: str) -> bool:
        try:
            return tensors_hash(find_adapter(name, self._settings).path) != hash_then
        except (UnknownAdapter, InvalidAdapter, InvalidName):
            return False  # there is no such LoRA at all, which is told where it is missed

    def recipe(self, path: Path) -> PictureRecipe:
        """What a picture was made with.

        Raises:
            InvalidPicture: it carries no recipe of ours.
        """
        return read_recipe(path)

    def thumbnail(self, path: Path) -> Path:
        """Where the small WebP copy of a picture lies; made when it is first asked for.

        Raises:
            InvalidPicture: the picture is gone or broken.
        """
        thumbnail = self._settings.thumbnails_dir / f"{path.stem}.webp"
        if not thumbnail.is_file():
            write_thumbnail(path, thumbnail)
        return thumbnail

    def delete(self, picture_id: str) -> None:
        """Deletes a picture, with the recipe it carries and its thumbnail.

        Raises:
            InvalidPicture: there is none.
        """
        refuse_in_demo(self._settings, "Deleting is")
        path = self.get(picture_id).path
        path.unlink(missing_ok=True)
        (self._settings.thumbnails_dir / f"{picture_id}.webp").unlink(missing_ok=True)

    def _read_all(self) -> tuple[list[MadePicture], int]:
        """All pictures, newest first, and how many files carry no recipe; only what is new is read from the disk."""
        recipes: dict[tuple[Path, int], PictureRecipe | None] = {}
        for path in self.recent():
            try:
                key = (path, path.stat().st_mtime_ns)
            except FileNotFoundError:  # deleted a moment ago
                continue
            recipes[key] = self._recipes[key] if key in self._recipes else _recipe_or_none(path)
        self._recipes = recipes
        pictures = [MadePicture(path, recipe) for (path, _), recipe in recipes.items() if recipe is not None]
        return pictures, len(recipes) - len(pictures)


def _recipe_or_none(path: Path) -> PictureRecipe | None:
    try:
        return read_recipe(path)
    except InvalidPicture:
        return None
