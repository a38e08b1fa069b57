"""File names in old code pages: which one a whole zip or folder was written in is told by the scripts that come out."""

import contextlib
import functools
import itertools
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, cast

_UTF8_FLAG = 0x800  # the zip flag that says how a name is written
_DIRECTORY_ENTRY, _ENTRY_BYTES = b"PK\x01\x02", 46
_UNICODE_PATH = 0x7075  # Info-ZIP's extra field: version, CRC-32 of the plain name, the name in UTF-8
_JUNK = -1.0
_COMMON_SYLLABLES = frozenset(
    "이다는을에의가고하지로기도사한서를은어나자리아시해스게인만대수보일정부그라있원전여주동들생년장과거구제상공성조경위국와없"
    "세비우내안무유오면방소문화개연물회단중학행용미선현신남산마모저때적발명관계요간더본양심평진바식름울봄겨친람강파란노검흰색"
    "빨초녹집꽃길밤낮눈코입손머카키드트크프타터티페피호후희형효허혜홍황휴민박최윤임권백실외복봉영숙철준재훈태석종찬두네번째첫"
    "새큰작얼굴웃뒤옆앞래"
)
"""Three of four syllables of Korean names are among these; of Chinese bytes read as Korean, one in ten."""
_LATIN = r"A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f"
_CYRILLIC = r"\u0400-\u045f\u0490\u0491"
_WORDS = re.compile(rf"[{_LATIN}{_CYRILLIC}]+|[^\0-\x7f]")
_LATIN_WORD = re.compile(rf"[{_LATIN}]+")
_RUSSIAN_WORD = re.compile(r"[А-Яа-яЁёІіЇїЄєҐґЎў]+")
_RUSSIAN_VOWEL = re.compile(r"[аеёиоуыэюяіїє]", re.IGNORECASE)
_FOREIGN_RUN = re.compile(r"[^\0-\x7f]{3,}")
_TYPOGRAPHIC = "\u2018\u2019\u201c\u201d\u2013\u2014\u00ab\u00bb\u2116"


@dataclass(frozen=True)
class _CodePage:
    """A candidate. `score` adds up how likely each foreign byte of a text is meant: 1 at best, `_JUNK` where it is not."""

    codec: str
    errors: str
    score: Callable[[str], float]


def directory_bytes(file: IO[bytes]) -> int:
    """How long a zip says that its list of entries is; 0 where there is none.

    Raises:
        OSError: it cannot be read.
    """
    end = zipfile._EndRecData(file)  # pyright: ignore  # private, and the reading that `ZipFile` trusts
    return end[zipfile._ECD_SIZE] if end else 0  # pyright: ignore


def open_zip(file: IO[bytes]) -> zipfile.ZipFile:
    """The zip, also where names are said to be UTF-8 and are not: only such entries then cannot be read.

    Raises:
        zipfile.BadZipFile, OSError, ValueError, RuntimeError: it is no zip that can be read.
    """
    try:
        return zipfile.ZipFile(file)
    except UnicodeDecodeError:
        return zipfile.ZipFile(cast(IO[bytes], _WithHonestFlags(file)))


class _WithHonestFlags:
    """A zip in which no entry of the directory says that its name is UTF-8 where it is not."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable, self.close = file.seek, file.tell, file.seekable, file.close

    def read(self, size: int = -1) -> bytes:
        content = bytearray(self._file.read(size))
        at = 0
        while content.startswith(_DIRECTORY_ENTRY, at) and at + _ENTRY_BYTES <= len(content):
            name_bytes, extra_bytes, comment_bytes = struct.unpack_from("<HHH", content, at + 28)
            name = bytes(content[at + _ENTRY_BYTES : at + _ENTRY_BYTES + name_bytes])
            if not _is_utf8(name):
                content[at + 9] &= ~(_UTF8_FLAG >> 8)
            at += _ENTRY_BYTES + name_bytes + extra_bytes + comment_bytes
        return bytes(content)


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def zip_names(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The names of a zip's entries as they were meant, with slashes between folders."""
    raw = [entry.orig_filename.encode("cp437") for entry in entries if not entry.flag_bits & _UTF8_FLAG]
    decoded = iter(decode_names(raw))
    names = [entry.orig_filename if entry.flag_bits & _UTF8_FLAG else next(decoded) for entry in entries]
    return [_tidy(_unicode_path(entry) or name).replace("\\", "/") for entry, name in zip(entries, names, strict=True)]


def decode_names(names: Sequence[bytes]) -> list[str]:
    """Names of which nobody says how they are written: in UTF-8 if all can be, else in one code page."""
    with contextlib.suppress(UnicodeDecodeError):
        return [_tidy(name.decode("utf-8")) for name in names]
    foreign = [name for name in names if not name.isascii()]
    best = max(_CODE_PAGES, key=lambda page: _score(page, foreign))
    return [_tidy(name.decode(best.codec, best.errors)) for name in names]


def _tidy(name: str) -> str:
    return unicodedata.normalize("NFC", name.split("\0")[0])


def _unicode_path(entry: zipfile.ZipInfo) -> str:
    """The name in the extra field for it, which counts only as long as the plain name is the one it was written for."""
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        content, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind != _UNICODE_PATH or len(content) < 6:
            continue
        encoding = "utf-8" if entry.flag_bits & _UTF8_FLAG else "cp437"
        if content[1:5] == struct.pack("<L", zlib.crc32(entry.orig_filename.encode(encoding))):
            with contextlib.suppress(UnicodeDecodeError):
                return content[5:].decode("utf-8")
    return ""


def _score(page: _CodePage, names: Sequence[bytes]) -> float:
    """The mean over the foreign bytes of all names; what cannot be decoded at all is out."""
    total = 0.0
    try:
        for name in names:
            total += page.score(name.decode(page.codec, page.errors))
    except UnicodeDecodeError:
        return -2.0
    return total / sum(byte > 0x7F for name in names for byte in name)


def _unicode_score(text: str) -> float:
    """UTF-8 that was cut or broken here and there; other code pages hit upon its letters by chance only."""
    return sum(_JUNK if letter == "\ufffd" else 0.95 * _foreign_bytes(letter, "utf-8") for letter in text)


def _east_asian_score(codec: str, text: str) -> float:
    return sum(_east_asian_letter(letter, codec) * _foreign_bytes(letter, codec) for letter in text)


def _foreign_bytes(letter: str, codec: str) -> int:
    return sum(byte > 0x7F for byte in letter.encode(codec))


def _east_asian_letter(letter: str, codec: str) -> float:
    if letter.isascii() or "\u3000" <= letter <= "\u3029" or "\uff01" <= letter <= "\uff5e":
        return 0.5
    if "\u3040" <= letter <= "\u30ff":
        return 1.0 if codec == "cp932" else _JUNK
    if "\uac00" <= letter <= "\ud7a3":
        return (1.0 if letter in _COMMON_SYLLABLES else 0.5) if _encodes(letter, "euc_kr") else _JUNK
    if not "\u4e00" <= letter <= "\u9fff" or codec == "cp949":  # nobody writes Korean in Chinese letters any more
        return _JUNK
    lead = letter.encode(codec)[0]
    common, rarer = _LEVELS[codec]
    if codec == "gbk" and not _encodes(letter, "gb2312"):
        return _JUNK
    return 0.6 if lead in common else 0.3 if lead in rarer else _JUNK


def _encodes(letter: str, codec: str) -> bool:
    try:
        letter.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _cyrillic_score(text: str) -> float:
    return sum(_russian_word(word) * sum(not letter.isascii() for letter in word) for word in _WORDS.findall(text))


def _russian_word(word: str) -> float:
    if word in _TYPOGRAPHIC:
        return 0.5
    if not _RUSSIAN_WORD.fullmatch(word) or not _is_cased_as_written(word):
        return _JUNK if not word.isascii() else 0.0
    return 0.9 if len(word) > 2 and _RUSSIAN_VOWEL.search(word) else 0.4


def _western_score(text: str) -> float:
    return sum(_western_word(word) * sum(not letter.isascii() for letter in word) for word in _WORDS.findall(text))


def _western_word(word: str) -> float:
    if word in _TYPOGRAPHIC:
        return 0.5
    is_plausible = _LATIN_WORD.fullmatch(word) and _is_cased_as_written(word) and not _FOREIGN_RUN.search(word)
    if not is_plausible:
        return _JUNK
    return 0.8 if any(letter.isascii() for letter in word) else 0.4


def _is_cased_as_written(word: str) -> bool:
    """No capital after a small letter, but for what is written in capitals all through."""
    return not any(first.islower() and second.isupper() for first, second in itertools.pairwise(word))


_LEVELS = {
    "cp932": (range(0x88, 0x98), range(0x98, 0xEB)),
    "gbk": (range(0xB0, 0xD8), range(0xD8, 0xF8)),
    "cp950": (range(0xA4, 0xC7), range(0xC9, 0xFA)),
}
"""Lead bytes of the common ideographs of each code page, and of the rarer ones."""

_CODE_PAGES = (
    _CodePage("utf-8", "replace", _unicode_score),
    _CodePage("cp437", "strict", _western_score),  # what zips are written in unless they say otherwise
    *(
        _CodePage(codec, "strict", functools.partial(_east_asian_score, codec))
        for codec in ("cp932", "cp949", "gbk", "cp950")
    ),
    *(_CodePage(codec, "strict", _cyrillic_score) for codec in ("cp866", "cp1251")),
    *(_CodePage(codec, "strict", _western_score) for codec in ("cp1252", "cp850")),
)
"""On a tie the first counts."""
