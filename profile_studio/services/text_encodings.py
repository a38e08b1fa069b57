"""Encodings of text files that do not say theirs: one for a whole import, chosen by the scripts that come out."""

import codecs
import contextlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

UTF8 = "UTF-8"
UNICODE = (UTF8, "UTF-16", "UTF-32")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", UTF8),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_SAMPLE_BYTES = 50_000
_VALID_PER_BROKEN = 4  # other encodings hit upon letters of UTF-8 too, by chance and rarely
_MOST_ODD = 0.05  # of random bytes one in nine is a control character
_TIE = 0.05
_UNWRITTEN = -2.0  # the score of bytes that mean nothing


@dataclass(frozen=True)
class DecodedText:
    """What a file says, and the name of the encoding that it was read in."""

    text: str
    encoding: str


@dataclass(frozen=True)
class _Encoding:
    """An older encoding, and how likely somebody wrote the letters beyond ASCII that come out of it."""

    name: str
    codec: str
    scores: Callable[[str], Iterator[float]]

    def score(self, text: str) -> float:
        """The mean over all letters beyond ASCII: 1 at best."""
        scores = list(self.scores(text))
        return sum(scores) / len(scores) if scores else 0.0


def decode_texts(contents: Sequence[bytes]) -> list[DecodedText | None]:
    """The texts of an import's files in the same order, None for what is no text.

    A file is read as the Unicode that it is; all that are none are read in one older encoding.
    """
    unicode = [_in_unicode(content) for content in contents]
    legacy = [content for content, text in zip(contents, unicode, strict=True) if text is None and _is_text(content)]
    if not legacy:
        return unicode
    encoding = _encoding_of(legacy)
    return [_decoded(content, text, encoding) for content, text in zip(contents, unicode, strict=True)]


def _in_unicode(content: bytes) -> DecodedText | None:
    for mark, codec, name in _MARKS:
        if content.startswith(mark):
            return _if_written(content.decode(codec, errors="replace"), name)
    zeros = content.count(0)
    if 4 * zeros <= len(content):
        with contextlib.suppress(UnicodeDecodeError):
            return _if_written(content.decode("utf-8"), UTF8)
    if zeros:  # text of any other encoding has none
        little = content[1::2].count(0) >= content[::2].count(0)
        return _if_written(content.decode("utf-16-le" if little else "utf-16-be", errors="replace"), "UTF-16")
    text = content.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    valid = sum(letter > "\x7f" for letter in text) - broken
    is_cut = valid > 0 and broken == 1 and text.endswith("\ufffd")
    if not is_cut and valid < _VALID_PER_BROKEN * broken:
        return None
    return DecodedText(text, UTF8) if not _may_be_chance(text) or _alphabetic_score(text) > 0 else None


def _may_be_chance(text: str) -> bool:
    """Whether its letters beyond ASCII are of two bytes only: a word or two of an older encoding may look like that."""
    foreign = {letter for letter in text if letter > "\x7f" and letter != "\ufffd"}
    return bool(foreign) and max(foreign) < "\u0800"


def _alphabetic_score(text: str) -> float:
    return max(_WESTERN.score(text), _CYRILLIC.score(text))


def _if_written(text: str, encoding: str) -> DecodedText | None:
    # Newer emoji are unassigned to an older Python, so that only controls speak against UTF-8.
    kinds = ("Cc",) if encoding == UTF8 else ("Cc", "Cn", "Co")
    counts = Counter(text)
    odd = sum(n for letter, n in counts.items() if unicodedata.category(letter) in kinds and not letter.isspace())
    return DecodedText(text, encoding) if odd + counts["\ufffd"] <= max(1, _MOST_ODD * len(text)) else None


def _is_text(content: bytes) -> bool:
    controls = sum(map(content.count, {*range(32), 127} - {*b"\t\n\v\f\r"}))
    return b"\0" not in content and controls <= max(1, _MOST_ODD * len(content))


def _decoded(content: bytes, unicode: DecodedText | None, encoding: _Encoding) -> DecodedText | None:
    if unicode is None and not _is_text(content):
        return None
    legacy = DecodedText(content.decode(encoding.codec, errors="replace"), encoding.name)
    if unicode is None:
        return legacy
    is_chance = unicode.encoding == UTF8 and not content.startswith(codecs.BOM_UTF8) and _may_be_chance(unicode.text)
    return legacy if is_chance and encoding.score(legacy.text) > _alphabetic_score(unicode.text) + _TIE else unicode


def _encoding_of(contents: Sequence[bytes]) -> _Encoding:
    share = max(1000, _SAMPLE_BYTES // len(contents))
    samples = list(_foreign_lines(contents, share))
    # What nobody wrote in any of them, a broken file, has no say.
    written = [sample for sample in samples if max(_scores(sample)) > 0]
    scores = _scores(b"\n".join(written or samples)[:_SAMPLE_BYTES])
    return next(each for each, score in zip(_ENCODINGS, scores, strict=True) if score >= max(scores) - _TIE)


def _scores(sample: bytes) -> list[float]:
    """Of each encoding."""
    return [encoding.score(sample.decode(encoding.codec, errors="replace")) for encoding in _ENCODINGS]


def _foreign_lines(contents: Sequence[bytes], share: int) -> Iterator[bytes]:
    """The lines that tell encodings apart: those with bytes beyond ASCII."""
    for content in contents:
        lines = [line for line in content.splitlines() if not line.isascii()]
        yield b"\n".join(lines)[:share]


_TYPOGRAPHIC = frozenset("¡¿\u00a0‘’‚“”„–—…•«»©®™°№")
_LATIN = "A-Za-zªºÀ-ÖØ-öø-ÿŒœŠšŽžŸ"
_THREE_FOREIGN = re.compile(r"[^\0-\x7f]{3}")
_IN_ALPHABETS = re.compile(rf"(?P<latin>[{_LATIN}]+)|(?P<cyrillic>[\u0400-\u04ff]+)|[^\0-\x7f]")
_EAST_ASIAN = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff61-\uff9f"
_IN_EAST_ASIA = re.compile(
    rf"(?P<lone>(?<=[a-z])[{_EAST_ASIAN}](?![{_EAST_ASIAN}])|[{_EAST_ASIAN}](?=[a-z]))|(?P<run>[{_EAST_ASIAN}]+)|[^\0-\x7f]"
)
_EAST_ASIAN_SIGNS = re.compile(r"[\u3000-\u303f\uff01-\uff60]")


def _western(text: str) -> Iterator[float]:
    """Foreign letters stand in words beside plain ones."""
    for match in _IN_ALPHABETS.finditer(text):
        word = match[0]
        foreign = sum(letter > "\x7f" for letter in word)
        if match["cyrillic"]:
            yield from [-1.0] * len(word)
        elif not match["latin"]:
            yield _sign_score(word)
        elif foreign == len(word):
            yield from [0.5 if foreign == 1 else -1.0] * foreign
        else:
            is_word = _is_capitalised_well(word) and not _THREE_FOREIGN.search(word)
            yield from [1.0 if is_word else -1.0] * foreign


def _cyrillic(text: str) -> Iterator[float]:
    """Words are Cyrillic as a whole."""
    for match in _IN_ALPHABETS.finditer(text):
        word = match[0]
        if match["latin"]:
            yield from (-1.0 for letter in word if letter > "\x7f")
        elif not match["cyrillic"]:
            yield _sign_score(word)
        elif _touches_letter(text, match) or not _is_capitalised_well(word):
            yield from [-1.0] * len(word)
        else:
            # Chinese read as Cyrillic is in capitals, a lone Western letter is lone.
            yield from [0.3 if word.isupper() or len(word) == 1 else 1.0] * len(word)


def _touches_letter(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
    return before.isalpha() or after.isalpha()


def _sign_score(sign: str) -> float:
    if sign in _TYPOGRAPHIC:
        return 0.5
    return _UNWRITTEN if sign == "\ufffd" or unicodedata.category(sign) in ("Cc", "Co", "Cn") else -0.5


def _is_capitalised_well(word: str) -> bool:
    return word.islower() or word.isupper() or word[1:].islower()


_COMMON_SYLLABLES = frozenset(
    "가각간갈감갑강갖같개객거건걸검것게겨격견결경계고곡곤골곰곱공과관광괴교구국군굴굵굽권귀규귤그극근글금급기긴길김깃"
    "깊까깔깨꺼께꼬꽃꾸꿈끄끈끔끝끼나낙난날남낮낳내냄너널넓넣네넥녀년념노녹논놀농높놓누눈뉴느는늘능늦니닌님다닥단닫달"
    "닭담답당닿대댄더덕던덜덮데덴델도독돈돌돕동되된될됨두둑둘둥뒤드득든들듯등디딩따딸때떠떤떨또뜨뜬뜻띠라락란람랑래랙"
    "랜램량러런럼럽렇레렌려력련렬렵령례로록론롭롱료루류륙률르른를름릇릉릎리릭린릴림립링마막만많말맑맛망맞매맨머먹먼멀"
    "메멘며면명모목몰몸못무묶문묻물뭇미믹민밀및밑바박밖반받발밝밤방밭배백밴버번벌범법벗베벤벨벽변별볍병보복볶본볼봄봉"
    "봐뵈부북분불붉붓붙브블비빈빌빗빛빠빨빵뻗뼈뽑뿌뿐뿔사삭산살삶삼상새색샌생샤서석섞선설섬섭성세섹센셀셋셔소속손솔솜"
    "송쇠쇼수숙순술숨숲쉬스슬슴습승시식신실싫심십싱싶싸쌍쌓써썬쓰쓴쓸씌씨씩씬아악안앉않알암앞애액앵야약얀얇양어억언얹"
    "얻얼엄업없엇었에엔엘여역연열염엽였영옅옆예오옥온올옮옷와완왔왕왜외왼요욕용우욱운울움웃워원월웨위윗유육윤율으은을"
    "음응의이익인일읽임입잇있잉잊잎자작잔잖잘잠잡장잦재잭쟁저적전절점접정젖제젝젤져조족존졸좀좁종좋좌죄주죽준줄줌중즈"
    "즉즌즐즘증지직진질짐집짓징짙짚짜짝짧째쪼쪽쯤찌찍차착찬찮찰참찻창찾채책챙처척천철첨첩첫청체쳐초촉촌촛총촬최추축춘"
    "출춤충춰취츠측층치칙친칠침칭카칼캐캔캠캡커컬컴컵케켓켜코콘콜콩쾌쿠크큰클큼키킨킬킹타탁탄탈탑탕태택탠터턱털텀텅테"
    "텍텐텔템토톤톱통퇴투튀튜트특튼틀틈티틱틴팀팅파판팔팝패팬팽퍼펀페펜펴편펼평폐포폭폰폴표푸풀품풍퓨프픈플픔피픽필핏"
    "핑하학한할함합핫항해핸햇했행향허험헤헬혀현협형혜호혹혼홀홍화확환활황회획횡효후훈훌훨휘휴흐흑흔흘흙흥흩희흰히힌힘"
)
"""Of the 2350 in the national standard: Chinese read as Korean hits upon the others as often."""
_RARE = -0.5
_COMMON_HAN = 0.7  # less than a common syllable: nearly all Korean text could be Chinese by its bytes


def _korean(letter: str) -> float:
    if letter in _COMMON_SYLLABLES:
        return 1.0
    code = letter.encode("cp949", errors="replace")
    is_in_standard = len(code) == 2 and 0xB0 <= code[0] <= 0xC8 and code[1] >= 0xA1
    return 0.0 if is_in_standard else _RARE


def _han(codec: str, leads: range) -> Callable[[str], float]:
    """Scores by the first byte, which tells the common characters of a national standard from the rare ones."""

    def score(letter: str) -> float:
        code = letter.encode(codec, errors="replace")
        is_extension = codec == "gb18030" and code[-1] < 0xA1
        return _COMMON_HAN if len(code) == 2 and code[0] in leads and not is_extension else _RARE

    return score


def _japanese(letter: str) -> float:
    return 1.0 if "\u3040" <= letter <= "\u30ff" else _han("cp932", range(0x88, 0x98))(letter)


def _east_asian(letter_score: Callable[[str], float]) -> Callable[[str], Iterator[float]]:
    """Letters are common ones, and none stands alone in a Latin word."""

    def scores(text: str) -> Iterator[float]:
        for match in _IN_EAST_ASIA.finditer(text):
            if match["lone"]:
                yield -1.0
            elif match["run"]:
                yield from map(letter_score, match["run"])
            else:
                yield 0.5 if _EAST_ASIAN_SIGNS.match(match[0]) else _sign_score(match[0])

    return scores


_WESTERN = _Encoding("Windows-1252", "cp1252", _western)
_CYRILLIC = _Encoding("Windows-1251", "cp1251", _cyrillic)
_ENCODINGS = (
    _WESTERN,
    _Encoding("CP949", "cp949", _east_asian(_korean)),
    _Encoding("Shift-JIS", "cp932", _east_asian(_japanese)),
    _Encoding("GB 18030", "gb18030", _east_asian(_han("gb18030", range(0xB0, 0xD8)))),
    _Encoding("Big5", "cp950", _east_asian(_han("cp950", range(0xA4, 0xC7)))),
    _CYRILLIC,
)
"""Where all else is equal, an earlier one is taken."""
