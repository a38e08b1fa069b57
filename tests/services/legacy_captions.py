"""Random captions in older encodings, packed as people pack them: each comes back as it was written."""

import csv
import io
import json
import random
from pathlib import PurePosixPath

from profile_studio.domain.datasets import FileReason
from profile_studio.services.import_captions import CaptionFinder
from profile_studio.services.import_sources import FoundFile
from tests.services.test_text_encodings import WRITTEN

PICTURES = 8
LAYOUTS = ("beside", "folder", "table", "lines", "names")


def check_legacy_captions(count: int) -> int:
    """Brings `count` random imports in; returns how many captions came back.

    Raises:
        AssertionError: a caption was lost, changed or given to another picture, or the encoding was not told.
    """
    return sum(_check(random.Random(number)) for number in range(count))


def _check(chance: random.Random) -> int:
    codec = chance.choice(list(WRITTEN))
    captions = {f"set/IMG_{n}.png": _caption(chance, WRITTEN[codec]) for n in range(PICTURES)}
    layout = chance.choice(LAYOUTS)
    files = {path: text.encode(codec) for path, text in _packed(layout, captions, chance).items()}
    files["set/broken.txt"] = chance.randbytes(200)
    finder = CaptionFinder()
    for path, content in files.items():
        finder.add_captions(_file(path), content)
    keys = {finder.add_picture(_file(path)): path for path in captions}
    found = finder.match()
    assert {keys[key]: text for key, text in found.captions.items()} == captions, (codec, layout)
    assert any(note.file.endswith("broken.txt") for note in found.rejected)
    foreign = [path for path, content in files.items() if not content.isascii() and "broken" not in path]
    told = [note.file for note in found.warnings if note.reason is FileReason.OLDER_ENCODING]
    assert set(foreign) <= {*told, "set/broken.txt"}, (codec, layout)
    return len(captions)


def _caption(chance: random.Random, written: list[str]) -> str:
    words = [word for text in chance.choices(written, k=3) for word in text.split()]
    return " ".join(["LoRA", *chance.sample(words, chance.randint(3, len(words))), str(chance.randint(0, 999))])


def _packed(layout: str, captions: dict[str, str], chance: random.Random) -> dict[str, str]:
    """Paths and texts of the caption files."""
    stems = {path: PurePosixPath(path).stem for path in captions}
    if layout == "beside":
        return {
            path.removesuffix(".png") + chance.choice([".txt", ".caption", ".png.txt"]): text
            for path, text in captions.items()
        }
    if layout == "folder":
        return {f"captions/{stems[path]}.txt": text for path, text in captions.items()}
    if layout == "table":
        buffer = io.StringIO()
        delimiter = chance.choice([",", ";", "\t"])
        rows = [("file_name", "text"), *((PurePosixPath(path).name, text) for path, text in captions.items())]
        csv.writer(buffer, delimiter=delimiter).writerows(rows[chance.randint(0, 1) :])
        return {"set/metadata.csv": buffer.getvalue()}
    if layout == "lines":
        rows = [
            json.dumps({"image": f"C:\\me\\{stems[path]}.png", "caption": text}, ensure_ascii=False)
            for path, text in captions.items()
        ]
        return {"metadata.jsonl": "\r\n".join(rows)}
    return {"captions.json": json.dumps({stems[path]: text for path, text in captions.items()}, ensure_ascii=False)}


def _file(path: str) -> FoundFile:
    return FoundFile(path, "folder:0", PurePosixPath(path), PurePosixPath(path).parent.name, bytes)
