"""Captions of an import are read in the encoding that makes them what somebody wrote."""

import random

import pytest

from profile_studio.services.text_encodings import decode_texts

WRITTEN = {
    "cp1252": [
        "Café au lait, Größe, façade",
        "“smart” – quotes, it’s a woman’s hat",
        "Mädchen mit grünen Augen und weißem Kleid",
        "niña pequeña, ¿quién es?",
        "une fille à la plage, été",
        "mulher com expressão séria",
        "flicka med rött hår på ön",
        "it’s",
        "più alto",
        "Größe",
    ],
    "cp949": ["파란 모자를 쓴 사람", "웃는 여자, 긴 머리", "1girl, 검은 눈, solo", "햇빛 아래 고양이", "모자"],
    "cp932": ["赤い髪の少女、笑顔", "帽子をかぶった猫", "Tシャツを着た男性, LoRAの絵", "ネコ", "少女, 金髪, 笑顔"],
    "gb18030": ["一个红头发的女孩，微笑", "穿白色T恤的男人站在海边", "黑色长发, 1girl, 蓝色眼睛", "戴帽子的猫"],
    "cp950": ["一個紅頭髮的女孩，微笑", "穿白色T恤的男人站在海邊", "黑色長髮, 1girl, 藍色眼睛", "戴帽子的貓"],
    "cp1251": ["девушка в шляпе, улыбка", "Кот на окне", "рыжие волосы и зелёные глаза", "усміхнена дівчина"],
}
ONES = [(codec, text) for codec, texts in WRITTEN.items() for text in texts]


def read(contents: list[bytes]) -> list[str | None]:
    return [decoded and decoded.text for decoded in decode_texts(contents)]


@pytest.mark.parametrize("codec", WRITTEN)
def test_an_import_in_an_older_encoding_is_read_in_that_one(codec: str) -> None:
    contents = [text.encode(codec) for text in WRITTEN[codec]]
    assert read(contents) == WRITTEN[codec]
    assert read([b"\n".join(contents)]) == ["\n".join(WRITTEN[codec])]


@pytest.mark.parametrize(("codec", "text"), ONES)
def test_one_caption_is_enough_to_tell(codec: str, text: str) -> None:
    assert read([text.encode(codec)]) == [text]


@pytest.mark.parametrize("codec", WRITTEN)
def test_unicode_among_older_encodings_stays_unicode(codec: str) -> None:
    others = ["모자를 쓴 사람", "café", "Кот", "a hat"]
    contents = [text.encode(codec) for text in WRITTEN[codec]]
    assert read([*contents, *(text.encode() for text in others)]) == [*WRITTEN[codec], *others]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("모자".encode("utf-8-sig"), "모자"),
        ("모자".encode("utf-16"), "모자"),
        ("모자".encode("utf-32"), "모자"),
        ("a hat".encode("utf-16-be"), "a hat"),
        ("모자를 쓴 사람".encode("utf-16-le"), "모자를 쓴 사람"),
        ("파란 모자를 쓴".encode()[:-1], "파란 모자를 \ufffd"),  # cut in the middle of a letter
        ("긴 머리, 웃는 사람".encode() + b"\xff", "긴 머리, 웃는 사람\ufffd"),
        (b"a hat\0", "a hat\0"),
        (b"", ""),
        (bytes(range(256)) * 4, None),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\x02\x03\x04\x05\x06\x0e\x0f\x10\x11\xd8\xfe", None),
    ],
)
def test_what_shows_its_encoding_needs_no_others(content: bytes, text: str | None) -> None:
    assert read([content]) == [text]


def test_a_broken_file_does_not_decide_for_the_others() -> None:
    contents = [text.encode("cp932") for text in WRITTEN["cp932"]]
    assert read([*contents, bytes(range(256)) * 40])[:-1] == WRITTEN["cp932"]
    assert read([*contents, contents[0][:-1]])[:-1] == WRITTEN["cp932"]
    noise = bytes(random.Random(6).choices([*range(32, 256)], k=300))
    korean = [text.encode("cp949") for text in WRITTEN["cp949"]]
    assert read([*korean, noise])[:-1] == WRITTEN["cp949"]
