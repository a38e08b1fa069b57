"""Whatever a list of captions looks like and wherever captions lie: none is lost in silence, none goes to another picture."""

import json
from pathlib import PurePosixPath

import pytest

from profile_studio.decoding.decode import RejectedPicture
from profile_studio.domain.datasets import FileReason
from profile_studio.services.import_captions import (
    MAXIMUM_LIST_BYTES,
    MAXIMUM_LIST_LINES,
    CaptionFinder,
    is_caption_file,
)
from profile_studio.services.import_sources import LOOSE, FoundFile
from tests.services.legacy_captions import PICTURES, check_legacy_captions

ROWS = {"a.png": "red hair, smiling", "b.png": "a hat", "c.png": "모자를 쓴 사람"}
PAIRS = list(ROWS.items())
LAST_TWO = dict(PAIRS[1:])

Notes = list[tuple[str, str, int | None]]
"""File, reason (with what it is about), line."""


def file_of(path: str) -> FoundFile:
    """`zip:0!a/b.png` is b.png in folder a of the first source, a zip."""
    group, _, path = path.rpartition("!")
    return FoundFile(path, group or "folder:0", PurePosixPath(path), PurePosixPath(path).parent.name, bytes)


def matched(
    files: dict[str, str | bytes], pictures: list[str], unusable: list[str] | None = None
) -> tuple[dict[str, str], Notes]:
    """The captions of pictures by path, and every note."""
    finder = CaptionFinder()
    for path, content in files.items():
        assert is_caption_file(file_of(path))
        finder.add_captions(file_of(path), content.encode() if isinstance(content, str) else content)
    keys = {finder.add_picture(file_of(path)): path for path in pictures}
    for path in unusable or []:
        finder.add_unusable(file_of(path))
    found = finder.match()
    notes = [
        (note.file, f"{note.reason.value}: {note.detail}" if note.detail else note.reason.value, note.line)
        for note in (*found.rejected, *found.warnings)
    ]
    return {keys[key]: caption for key, caption in found.captions.items()}, notes


def table(header: str, row: str = "{name},{text}", end: str = "\n") -> str:
    return end.join([header, *(row.format(name=name, text=text) for name, text in PAIRS)]) + end


def json_lines(name: str = "file_name", text: str = "text", **more: object) -> str:
    return "".join(json.dumps({name: picture, text: words, **more}) + "\n" for picture, words in PAIRS)


LISTS: dict[str, tuple[str, str | bytes, dict[str, str], Notes]] = {
    "another column": (
        "metadata.jsonl", json_lines(text="additional_feature"), ROWS,
        [("metadata.jsonl", "guessed_column: additional_feature", None)],
    ),
    "another column beside numbers": (
        "metadata.jsonl", json_lines(text="blip_caption", width=96, tagged=True, url="https://x.org/a b"), ROWS,
        [("metadata.jsonl", "guessed_column: blip_caption", None)],
    ),
    "another column beside other words": (
        "metadata.jsonl", json_lines(text="long_caption", author="Kim Lee", negative_prompt="bad hands"), ROWS,
        [("metadata.jsonl", "guessed_column: long_caption", None)],
    ),
    "two columns of words": (
        "metadata.jsonl", json_lines(text="one", two="some words"), {},
        [("metadata.jsonl", "list_without_captions: file_name, one, two", None)],
    ),
    "conversations": (
        "metadata.jsonl", '{"file_name": "a.png", "conversations": [{"from": "gpt", "value": "red hair"}]}', {},
        [("metadata.jsonl", "list_without_captions: file_name, conversations", None)],
    ),
    "a column of names called otherwise": ("metadata.csv", table("img,caption", '{name},"{text}"'), ROWS, []),
    "a name that is not the file's": (
        "metadata.jsonl", json_lines(name="url_of", name_="x", file_name="x.txt"), ROWS, [],
    ),
    "commas outside quotes": ("metadata.csv", table("image, caption", "{name}, {text}"), ROWS, []),
    "commas outside quotes before another column": (
        "metadata.csv", table("file_name,text,width", "{name},{text},96"), ROWS, [],
    ),
    "a number with a comma": ("metadata.csv", "file_name,text\na.png,1,000 birds\n", {"a.png": "1,000 birds"}, []),
    "a blank before the quote": ("metadata.csv", table("file_name, text", '{name}, "{text}"'), ROWS, []),
    "quotes after backslashes": (
        "metadata.csv", 'file_name,text\na.png,"he said \\"hi\\", smiling"\nb.png,a hat\n',
        {"a.png": 'he said "hi", smiling', "b.png": "a hat"}, [],
    ),
    "doubled quotes": ("metadata.csv", 'file_name,text\na.png,"he said ""hi"""\n', {"a.png": 'he said "hi"'}, []),
    "inches": ("metadata.csv", 'file_name,text\na.png,a 5" disk\n', {"a.png": 'a 5" disk'}, []),
    "an open quote": (
        "metadata.csv", 'file_name,text\na.png,"red hair, smiling\nb.png,a hat\nc.png,모자를 쓴 사람\n', ROWS,
        [("metadata.csv", "open_quote", 2)],
    ),
    "an open quote that another closes": (
        "metadata.csv", 'file_name,text\na.png,"red hair, smiling\nb.png,"a hat"\nc.png,"모자를 쓴 사람"\n', ROWS,
        [("metadata.csv", "open_quote", 2)],
    ),
    "an open quote in the last line": (
        "metadata.csv", 'file_name,text\nb.png,a hat\na.png,"red hair, smil',
        {"a.png": "red hair, smil", "b.png": "a hat"}, [("metadata.csv", "open_quote", 3)],
    ),
    "a caption of several lines": (
        "metadata.csv", 'text,file_name\n"red hair,\nsmiling",a.png\na hat,b.png\n모자를 쓴 사람,c.png\n', ROWS, [],
    ),
    "no header": ("captions.csv", table("").lstrip(), ROWS, []),
    "no header, the name last": ("captions.csv", table("", "{text},{name}").lstrip(), ROWS, []),
    "no header, numbers between": (
        "captions.csv", table("", '{name},96,"{text}"').lstrip(), ROWS,
        [("captions.csv", "guessed_column: column 3", None)],
    ),
    "a separator that is told": ("metadata.csv", table("sep=;\nfile_name;text", "{name};{text}"), ROWS, []),
    "semicolons": ("metadata.csv", table("file_name;text", "{name};{text}"), ROWS, []),
    "tabs, no header": ("captions.tsv", table("", "{name}\t{text}").lstrip(), ROWS, []),
    "line ends of old Macs": ("metadata.csv", table("file_name,text", end="\r"), ROWS, []),
    "blank lines": ("metadata.csv", table("file_name,text", end="\r\n\r\n"), ROWS, []),
    "a cut last row": (
        "metadata.csv", 'file_name,text\nb.png,a hat\nc.png,모자를 쓴 사람\na.p', LAST_TWO,
        [("metadata.csv", "unread_row", 4)],
    ),
    "a list in JSON lines' clothes": ("metadata.jsonl", json.dumps([{"image": n, "text": t} for n, t in PAIRS]), ROWS, []),
    "JSON lines in a list's clothes": ("captions.json", json_lines(), ROWS, []),
    "JSON in a row of its own for each word": (
        "metadata.jsonl", "\n".join(json.dumps({"image": n, "text": t}, indent=2) for n, t in PAIRS), ROWS, [],
    ),
    "pairs": ("captions.json", json.dumps(PAIRS), ROWS, []),
    "pairs in lines": ("captions.jsonl", "\n".join(json.dumps(pair) for pair in PAIRS), ROWS, []),
    "captions by name": ("captions.json", json.dumps(ROWS, indent=1), ROWS, []),
    "captions by name, cut": (
        "captions.json", json.dumps(ROWS, indent=1, ensure_ascii=False)[:-8], dict(PAIRS[:2]),
        [("captions.json", "unread_row", 4)],
    ),
    "a list within": ("captions.json", json.dumps({"info": "x", "images": [{"image": n, "text": t} for n, t in PAIRS]}), ROWS, []),
    "COCO": (
        "captions.json", json.dumps({
            "annotations": [{"image_id": n, "id": 9 + n, "caption": text} for n, (_, text) in enumerate(PAIRS)],
            "images": [{"id": n, "file_name": name, "width": 96} for n, (name, _) in enumerate(PAIRS)],
        }), ROWS, [],
    ),
    "a cut last line": (
        "metadata.jsonl", json_lines() + '{"file_name": "d.png", "te', ROWS, [("metadata.jsonl", "unread_row", 4)],
    ),
    "a broken first line": (
        "metadata.jsonl", '{"file_name": "d.png", "text": "x"\n' + json_lines(), ROWS, [("metadata.jsonl", "unread_row", 1)],
    ),
    "a broken line between": (
        "metadata.jsonl", json_lines().replace('"a hat"', 'a hat"'), {"a.png": ROWS["a.png"], "c.png": ROWS["c.png"]},
        [("metadata.jsonl", "unread_row", 2)],
    ),
    "a cut list": (
        "captions.json", json.dumps([{"image": n, "text": t} for n, t in PAIRS], indent=1)[:-12], dict(PAIRS[:2]),
        [("captions.json", "unread_row", 10)],
    ),
    "a comma too many": ("captions.json", json.dumps(PAIRS)[:-1] + ",]", ROWS, []),
    "rows of something else": (
        "metadata.jsonl", json_lines() + '[1]\n"x"\nnull\n{"text": "whose?"}\n', ROWS,
        [("metadata.jsonl", "unread_row", line) for line in range(4, 8)],
    ),
    "a caption of several languages": (
        "metadata.jsonl", json_lines() + '{"file_name": "d.png", "text": {"en": "x"}}', ROWS,
        [("metadata.jsonl", "unread_row", 4)],
    ),
    "a line separator inside": (
        "metadata.jsonl", '{"file_name": "a.png", "text": "red\u2028hair"}\n', {"a.png": "red hair"}, [],
    ),
    "a line separator inside a table": ("metadata.csv", "file_name,text\na.png,red\u2028hair\n", {"a.png": "red hair"}, []),
    "a line end inside": ("metadata.jsonl", '{"file_name": "a.png", "text": "red\nhair"}\n', {"a.png": "red hair"}, []),
    "half an emoji": (
        "metadata.jsonl", '{"file_name": "a.png", "text": "a party \\ud83c"}\n{"file_name": "\\ud83c.png", "text": "x"}',
        {"a.png": "a party"}, [("metadata.jsonl: .png", "caption_without_image", 2)],
    ),
    "a mark of UTF-8": ("metadata.csv", table("file_name,text", '{name},"{text}"').encode("utf-8-sig"), ROWS, []),
    "marks of UTF-8 where files were joined": ("metadata.jsonl", "\ufeff".join(["", *json_lines().splitlines(True)]), ROWS, []),
    "UTF-16": ("metadata.csv", table("file_name,text").encode("utf-16"), ROWS, []),
    "an older encoding": (
        "metadata.csv", table("file_name,text").encode("cp949"), ROWS,
        [("metadata.csv", "older_encoding: CP949", None)],
    ),
    "another name": ("captions_example.json", json.dumps(ROWS), ROWS, []),
    "a name of its own": ("my_export.csv", table("file_name,text"), ROWS, []),
    "stems": ("meta_cap.json", json.dumps({name[0]: {"caption": text} for name, text in PAIRS}), ROWS, []),
    "paths of another machine": (
        "metadata.csv", table("file_name,text", "C:\\Users\\me\\pics\\{name},{text}"), ROWS, [],
    ),
    "three captions for one picture": (
        "metadata.csv", "file_name,text\na.png,one\na.png,two\na.png,one\n", {"a.png": "one"},
        [("metadata.csv: a.png", "second_caption", 3)],
    ),
    "nothing": ("metadata.jsonl", "", {}, [("metadata.jsonl", "list_without_captions", None)]),
    "columns without captions": (
        "metadata_example.csv", "file_name,width\na.png,96\n", {},
        [("metadata_example.csv", "list_without_captions: file_name, width", None)],
    ),
    "no list": ("workflow.json", '{"nodes": [{"id": 1}]}', {}, [("workflow.json", "not_an_image", None)]),
    "brackets without end": ("captions.json", "[" * 200_000, {}, [
        ("captions.json", "list_without_captions", None), ("captions.json", "unread_row", 1),
    ]),
    "no text": ("captions.json", bytes(range(256)) * 9, {}, [("captions.json", "unreadable", None)]),
    "too long": (
        "metadata.csv", "file_name,text\na.png," + "red " * 1000, {"a.png": ("red " * 500)[:2000]},
        [("metadata.csv: a.png", "caption_cut", 2)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", LISTS)
def test_good_rows_are_kept_and_bad_ones_told_by_line(kind: str) -> None:
    name, content, captions, notes = LISTS[kind]
    assert matched({name: content}, list(ROWS)) == (captions, notes)


PLACES: dict[str, tuple[dict[str, str | bytes], list[str], dict[str, str], Notes]] = {
    "beside": ({"x/a.txt": "A"}, ["x/a.png"], {"x/a.png": "A"}, []),
    "behind the whole name": ({"a.png.txt": "A"}, ["a.png"], {"a.png": "A"}, []),
    "behind the name of another kind": ({"a.jpg.txt": "A"}, ["a.png"], {"a.png": "A"}, []),
    "dots in names": ({"v1.5.txt": "A", "v1.txt": "B"}, ["v1.5.png", "v1.png"], {"v1.5.png": "A", "v1.png": "B"}, []),
    "a folder of captions": ({"captions/a.txt": "A"}, ["images/a.png"], {"images/a.png": "A"}, []),
    "folders of captions in two sets": (
        {"one/txt/a.txt": "A", "two/txt/a.txt": "B"}, ["one/img/a.png", "two/img/a.png"],
        {"one/img/a.png": "A", "two/img/a.png": "B"}, [],
    ),
    "the same folders for captions": (
        {"txt/one/a.txt": "A", "txt/two/a.txt": "B"}, ["img/one/a.png", "img/two/a.png"],
        {"img/one/a.png": "A", "img/two/a.png": "B"}, [],
    ),
    "pictures in a zip, captions in another": (
        {"zip:1!texts/a.txt": "A"}, ["zip:0!a.png", "zip:0!b.png"], {"zip:0!a.png": "A"}, [],
    ),
    "pictures in a zip, a list beside": (
        {"loose:/in!metadata.csv": "file_name,text\nimages/a.png,A\n"}, ["zip:0!a.png"], {"zip:0!a.png": "A"}, [],
    ),
    "a list of stems above": (
        {"captions.csv": "file_name,text\na,A\nb.c,B\n"}, ["img/a.png", "img/b.c.jpg"], {"img/a.png": "A", "img/b.c.jpg": "B"}, [],
    ),
    "paths of another machine": (
        {"captions.json": json.dumps({"C:\\me\\one\\a.png": "A", "/home/me/two/a.png": "B"})}, ["one/a.png", "two/a.png"],
        {"one/a.png": "A", "two/a.png": "B"}, [],
    ),
    "a path upwards": (
        {"lists/captions.json": json.dumps({"../one/a.png": "A"})}, ["one/a.png", "two/a.png"], {"one/a.png": "A"}, [],
    ),
    "uploads, each in a folder": (
        {f"{LOOSE}1!a.txt": "A"}, [f"{LOOSE}2!a.png", f"{LOOSE}3!b.png"], {f"{LOOSE}2!a.png": "A"}, [],
    ),
    "a name that two pictures have": (
        {"captions.json": json.dumps({"a.png": "A"})}, ["one/a.png", "two/a.png"], {},
        [("captions.json: a.png", "ambiguous_caption", 1)],
    ),
    "two captions from elsewhere": (
        {"en/a.txt": "A", "ko/a.txt": "가"}, ["img/a.png"], {},
        [("en/a.txt", "ambiguous_caption", None), ("ko/a.txt", "ambiguous_caption", None)],
    ),
    "one beside and one elsewhere": (
        {"img/a.txt": "A", "ko/a.txt": "가"}, ["img/a.png"], {"img/a.png": "A"}, [("ko/a.txt", "second_caption", None)],
    ),
    "one beside and one in a list": (
        {"a.txt": "A", "captions.json": '{"a.png": "B", "b.png": "C"}'}, ["a.png", "b.png"], {"a.png": "A", "b.png": "C"},
        [("captions.json: a.png", "second_caption", 1)],
    ),
    "an empty one beside and one in a list": (
        {"a.txt": " ", "captions.json": '{"a.png": "B"}'}, ["a.png"], {"a.png": "B"}, [],
    ),
    "a caption whose picture was deleted": (
        {"one/a.txt": "A"}, ["one/b.png", "two/a.png"], {}, [("one/a.txt", "caption_without_image", None)],
    ),
    "a broken list among good ones": (
        {"captions.json": b"\xff\x01\x02\x03" * 9, "a.txt": "A"}, ["a.png"], {"a.png": "A"}, [("captions.json", "unreadable", None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", PLACES)
def test_a_caption_finds_its_picture_wherever_it_lies(kind: str) -> None:
    files, pictures, captions, notes = PLACES[kind]
    assert matched(files, pictures) == (captions, notes)


def test_a_caption_of_a_picture_that_was_refused_goes_to_no_other() -> None:
    files: dict[str, str | bytes] = {"one/a.txt": "A", "captions.json": '{"one/a.png": "A", "x/b": "B"}'}
    assert matched(files, ["two/a.png"], unusable=["one/a.png", "one/b.png"]) == ({}, [])


def test_random_captions_in_older_encodings_come_back_as_they_were_written() -> None:
    assert check_legacy_captions(60) == 60 * PICTURES


@pytest.mark.parametrize("half", [b"x" * (MAXIMUM_LIST_BYTES // 2), b"\n" * (MAXIMUM_LIST_LINES // 2)])
@pytest.mark.parametrize(
    ("name", "reason"), [("captions.json", FileReason.LIST_TOO_LARGE), ("workflow.json", FileReason.NOT_AN_IMAGE)]
)
def test_lists_are_read_up_to_a_limit(half: bytes, name: str, reason: FileReason) -> None:
    finder = CaptionFinder()
    finder.add_captions(file_of("metadata.csv"), half)
    with pytest.raises(RejectedPicture) as caught:
        finder.add_captions(file_of(name), half + b"\n")
    assert caught.value.reason is reason
