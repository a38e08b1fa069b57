"""What is set aside and why: every planted fault, and no good picture."""

import io
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from profile_studio.domain.datasets import FileReason, ImportReport, ImportRequest
from profile_studio.domain.errors import InvalidDataset
from profile_studio.services.datasets import DatasetService
from profile_studio.services.held_out import choose_held_out
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.storage.database import Database

PHOTOGRAPHS = ("cheetah1.jpg", "cheetah.jpg", "groot.jpeg", "lion.jpg", "tower.jpg")
DEFOCUSED = {"groot.jpeg": (0, 3), "cheetah.jpg": (0, 3)}  # the outer columns show only a soft background


@pytest.fixture
def datasets(settings: Settings) -> DatasetService:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return DatasetService(settings, database)


def photographs() -> Iterator[tuple[str, Image.Image]]:
    """Parts of the five photographs that the page's framework ships."""
    for name in PHOTOGRAPHS:
        with Image.open(io.BytesIO((files("gradio") / "media_assets" / "images" / name).read_bytes())) as source:
            whole = source.convert("RGB")
        side = min(whole.size) // 2
        for row in range(3):
            for column in range(4):
                if column in DEFOCUSED.get(name, ()):
                    continue
                left, top = column * (whole.width - side) // 3, row * (whole.height - side) // 2
                part = whole.crop((left, top, left + side, top + side))
                yield f"{Path(name).stem}-{row}-{column}", part.resize((200, 200), Image.Resampling.LANCZOS)


def renders() -> Iterator[tuple[str, Image.Image]]:
    """Three lit balls on a lit, chequered floor, each time others."""
    y, x = np.mgrid[0:192, 0:192] / 192
    for seed in range(64):
        random = np.random.default_rng(seed)
        cells = random.integers(4, 9)
        floor = ((x * cells).astype(int) + (y * cells).astype(int)) % 2 * 40 + 100 + 60 * y
        pixels = floor[..., None] * random.uniform(0.5, 1.0, 3)
        for _ in range(3):
            cx, cy, radius = *random.uniform(0.2, 0.8, 2), random.uniform(0.12, 0.25)
            height = radius**2 - (x - cx) ** 2 - (y - cy) ** 2
            normal = np.sqrt(np.clip(height, 0, None)) / radius
            light = np.clip(0.25 + 0.9 * (normal - 0.5 * (x - cx) / radius) / 1.2, 0, 1)[..., None]
            pixels = np.where((height > 0)[..., None], 255 * light * random.uniform(0.2, 1.0, 3), pixels)
        yield f"render-{seed:02d}", Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def drawings() -> Iterator[tuple[str, Image.Image]]:
    for path in sorted((REPOSITORY_ROOT / "assets" / "examples" / "pixel-art").glob("*/*.png")):
        with Image.open(path) as image:
            yield f"drawing-{path.parent.name}-{path.stem}", image.convert("RGB")


def with_bars(image: Image.Image) -> Image.Image:
    return ImageOps.expand(image, border=(0, 24), fill="black")


def test_every_planted_fault_is_found_and_no_good_picture_is_set_aside(
    datasets: DatasetService, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    good = {**dict(photographs()), **dict(renders()), **dict(drawings())}
    for name, image in good.items():
        image.save(folder / f"{name}.png", compress_level=1)
    expected: dict[str, FileReason] = {}
    real = [name for name in good if not name.startswith("drawing")]
    for name in real[3::9]:
        good[name].filter(ImageFilter.GaussianBlur(4)).save(folder / f"zz-blurred-{name}.png")
        expected[f"zz-blurred-{name}.png"] = FileReason.BLURRED
    for name in list(good)[5::25]:
        good[name].save(folder / f"zz-copy-{name}.png")
        expected[f"zz-copy-{name}.png"] = FileReason.DUPLICATE
    for name in list(good)[7::15]:
        small = good[name].resize((good[name].width * 3 // 5, good[name].height * 3 // 5), Image.Resampling.LANCZOS)
        small.save(folder / f"zz-resized-{name}.jpg", quality=85)
        expected[f"zz-resized-{name}.jpg"] = FileReason.DUPLICATE
    for name in real[6::15]:
        with_bars(good[name]).save(folder / f"zz-bars-{name}.png")
        expected[f"zz-bars-{name}.png"] = FileReason.LETTERBOX_BARS
    for number in range(3):
        good[real[number]].resize((12, 12)).save(folder / f"zz-tiny-{number}.png")
        expected[f"zz-tiny-{number}.png"] = FileReason.TOO_SMALL
        content = (folder / f"{real[number]}.png").read_bytes()
        (folder / f"zz-cut-{number}.png").write_bytes(content[: len(content) // 2])
        expected[f"zz-cut-{number}.png"] = FileReason.UNREADABLE
    ImageOps.mirror(good["render-00"]).save(folder / "zz-named-wrongly.jpg", "PNG")

    report = datasets.import_sources(ImportRequest([folder], "planted"))

    found = {note.file: note.reason for note in report.rejected}
    assert len(good) >= 200
    assert {file: reason for file, reason in found.items() if not file.startswith("zz-")} == {}
    assert found == expected
    assert {note.file for note in report.warnings if note.reason is FileReason.WRONG_EXTENSION} == {
        "zz-named-wrongly.jpg"
    }
    assert all(note.measure is not None for note in report.rejected if note.reason is FileReason.BLURRED)


def three(datasets: DatasetService, tmp_path: Path) -> ImportReport:
    folder = tmp_path / "three"
    folder.mkdir()
    first, second, third = (image for _, image in list(renders())[:3])
    first.save(folder / "a.png")
    second.save(folder / "b.png")
    third.filter(ImageFilter.GaussianBlur(5)).save(folder / "soft.png")
    return datasets.import_sources(ImportRequest([folder], "three"))


def test_a_picture_that_was_set_aside_can_be_kept_and_set_aside_again(datasets: DatasetService, tmp_path: Path) -> None:
    before = three(datasets, tmp_path).dataset
    assert [image.original_name for image in before.set_aside_images] == ["soft.png"]
    assert before.set_aside_images[0].path.is_file()

    datasets.keep("three", "soft.png")
    kept = datasets.get("three")
    assert (len(kept.images), kept.version != before.version) == (3, True)
    assert kept.images[2].reason is FileReason.BLURRED

    datasets.set_aside("three", "soft.png")
    datasets.set_aside("three", "b.png")
    after = datasets.get("three")
    assert [image.reason for image in after.set_aside_images] == [FileReason.BY_HAND, FileReason.BLURRED]
    assert [change.what for change in datasets.changes("three")] == [
        "set aside: b.png", "set aside: soft.png", "kept: soft.png", "imported"
    ]  # fmt: skip
    with pytest.raises(InvalidDataset, match="has no picture 'nope'"):
        datasets.keep("three", "nope")


def test_a_picture_before_a_soft_background_and_a_dark_one_are_told_apart(
    datasets: DatasetService, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (_, sharp), (_, other), (_, third) = list(renders())[:3]
    portrait = sharp.filter(ImageFilter.GaussianBlur(6))
    portrait.paste(sharp.crop((48, 48, 144, 144)), (48, 48))
    portrait.save(folder / "portrait.png")
    other.point(lambda value: value // 12).save(folder / "dark.png")
    third.point(lambda value: 230 + value // 20).save(folder / "bright.png")
    Image.new("RGB", (96, 96), "teal").save(folder / "flat.png")
    other.resize((900, 100)).save(folder / "strip.png")
    report = datasets.import_sources(ImportRequest([folder], "light"))
    assert {note.file: note.reason for note in report.rejected} == {
        "dark.png": FileReason.TOO_DARK,
        "bright.png": FileReason.TOO_BRIGHT,
        "flat.png": FileReason.NEARLY_FLAT,
        "strip.png": FileReason.EXTREME_ASPECT,
    }


def test_a_blurred_grey_photograph_of_few_greys_is_no_drawing(datasets: DatasetService, tmp_path: Path) -> None:
    pale = [image.convert("L").point(lambda value: 100 + value // 8) for _, image in list(photographs())[-4:]]
    for number, image in enumerate(pale):
        image.save(tmp_path / f"{number}.png")
    pale[0].filter(ImageFilter.GaussianBlur(8)).save(tmp_path / "blurred.png")
    for number, (_, image) in enumerate(list(drawings())[:4]):
        image.save(tmp_path / f"drawn-{number}.png")
    report = datasets.import_sources(ImportRequest([tmp_path], "grey"))
    reasons = {note.file: note.reason for note in report.rejected}
    assert reasons["blurred.png"] is FileReason.BLURRED
    assert not [file for file in reasons if file.startswith("drawn")]


def test_likenesses_are_held_out_together_or_not_at_all() -> None:
    pictures = [(f"{n:02d}", "pair" if n in (0, 9) else f"{n:02d}") for n in range(20)]
    chosen = choose_held_out(pictures, None)
    assert len(chosen) == 3
    assert ("00" in chosen) == ("09" in chosen)
    assert choose_held_out(pictures[:11], None) == set()
