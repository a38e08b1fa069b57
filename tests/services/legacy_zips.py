"""Zips as packers of other countries, systems and years write them; `make soak` imports random ones."""

import io
import struct
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from profile_studio.decoding.pool import DecodingPool, shared_pool
from profile_studio.services.importing import import_files

CODE_PAGES: dict[str, str] = {
    "cp949": "여름 사진, 겨울 바다, 인물 증명사진, 강아지와 고양이, 제주도 해변, 김민수, 우리 집 앞, 새 폴더, 벚꽃 구경, 생일 파티",
    "cp932": "夏休みの海, 写真, 表紙, ポートレート, 新しいフォルダー, さくら, 人物の顔, 東京タワー, 猫カフェ, ソフト",
    "gbk": "我的照片, 春天的花, 新建文件夹, 头像, 人像摄影, 微信图片, 风景, 小猫和小狗, 生日聚会, 北京旅行",
    "cp950": "我的照片, 春天的花, 新資料夾, 大頭照, 人像攝影, 風景, 台灣旅行, 小貓和小狗, 生日聚會, 功能",
    "cp866": "Фото, Лето на море, портрет, НОВАЯ ПАПКА, Рабочий стол, собака, День рождения, семья, Москва, котёнок",
    "cp1251": "Фото, Лето на море, портрет, НОВАЯ ПАПКА, Рабочий стол, собака, День рождения, семья, Москва, котёнок",
    "cp437": "Müller, Straße, Ängste, über uns, señor, crème brûlée, ÜBUNG, déjà vu, Österreich, naïve",
    "cp1252": "Jürgen, façade, Größe, São Paulo, señora, crème brûlée, Übung, smörgås, Ação, peña",
    "utf-8": "여름 사진, 写真, 我的照片, Фото, Müller, 🎈 party, ελληνικά, עברית, ไทย, portrait",
}
"""Names that people give, with the code page of their country's packers."""


def legacy_zip(
    files: dict[str, bytes], encoding: str = "utf-8", separator: str = "/", *, unicode_field: bool = False
) -> bytes:
    """A zip whose names are raw bytes, without the flag that says UTF-8; a name that ends with a slash is a folder.

    Args:
        separator: what stands between folders.
        unicode_field: whether the names stand in Info-ZIP's extra field, too.
    """
    buffer = io.BytesIO()
    raw_names: dict[str, bytes] = {}
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, (name, content) in enumerate(files.items()):
            raw = name.replace("/", separator).encode(encoding, errors="surrogateescape")
            placeholder = f"{number:06d}".ljust(len(raw), "#")
            assert len(placeholder) == len(raw), "names are six bytes or longer"
            info = zipfile.ZipInfo(placeholder)
            if unicode_field:
                field = struct.pack("<BL", 1, zlib.crc32(raw)) + name.encode()
                info.extra = struct.pack("<HH", 0x7075, len(field)) + field
            archive.writestr(info, content)
            raw_names[placeholder] = raw
    content = buffer.getvalue()
    for placeholder, raw in raw_names.items():
        content = content.replace(placeholder.encode(), raw)
    return content


def small_picture(seed: int) -> bytes:
    """A PNG of 48 x 48."""
    pixels = np.random.default_rng(seed).integers(0, 255, (4, 4, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((48, 48), Image.Resampling.NEAREST).save(buffer, "PNG")
    return buffer.getvalue()


def check_legacy_zips(count: int, folder: Path, pool: DecodingPool) -> int:
    """Imports `count` random zips of other countries; returns how many pictures were in them.

    Raises:
        AssertionError: a picture, a name or a caption did not come back as it was packed.
    """
    pictures = 0
    for number in range(count):
        random = np.random.default_rng(number)
        encoding = sorted(CODE_PAGES)[number % len(CODE_PAGES)]
        words = [str(word) for word in random.permutation(CODE_PAGES[encoding].split(", "))]
        names = [f"{words[0]}/{word} {index}" for index, word in enumerate(words[1 : int(random.integers(5, 9))])]
        files: dict[str, bytes] = {f"{words[0]}//": b""} if random.random() < 0.5 else {}
        for index, name in enumerate(names):
            files[f"{name}.png"] = small_picture(1000 * number + index)
            files[f"{name}.txt"] = f"caption {index}".encode()
        path = folder / "case.zip"
        separator = "\\" if random.random() < 0.5 else "/"
        path.write_bytes(legacy_zip(files, encoding, separator, unicode_field=random.random() < 0.2))
        found = import_files([path], pool, lambda _picture: None, lambda _progress: None)
        expected = {f"{name}.png": f"caption {index}" for index, name in enumerate(names)}
        assert {picture.shown_name: picture.caption for picture in found.pictures} == expected, (number, encoding)
        assert not found.rejected, (number, encoding, found.rejected)
        pictures += len(names)
    return pictures


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        total = check_legacy_zips(int(sys.argv[1]), Path(scratch), shared_pool())
    sys.stdout.write(f"{total:6d}  pictures of {sys.argv[1]} zips in old code pages came back as they were packed\n")
