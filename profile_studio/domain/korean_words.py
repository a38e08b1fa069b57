"""Korean words for what the starter can draw: it reads English only, so a Korean prompt is answered with its words."""

import re
from dataclasses import dataclass
from functools import cache

from profile_studio.domain.prompts import is_latin

_COLOURS: dict[str, str] = {
    "검은": "black", "검정": "black", "까만": "black", "갈색": "brown", "금색": "blond", "빨간": "red", "붉은": "red",
    "빨강": "red", "회색": "gray", "분홍": "pink", "핑크": "pink", "파란": "blue", "푸른": "blue", "파랑": "blue",
    "초록": "green", "녹색": "green", "노란": "yellow", "노랑": "yellow", "보라": "purple", "주황": "orange",
    "청록": "teal", "하얀": "white", "흰": "white", "하양": "white",
}  # fmt: skip
_COLOURED: dict[str, str] = {
    "머리": "hair", "머리카락": "hair", "셔츠": "shirt", "티셔츠": "shirt", "옷": "shirt", "배경": "background",
}  # fmt: skip
_WORDS: dict[str, str] = {
    "사람": "person", "여자": "woman", "여성": "woman", "남자": "man", "남성": "man", "인물": "person",
    "초상": "portrait", "초상화": "portrait", "얼굴": "portrait", "프로필": "portrait",
    "짧은 머리": "short hair", "단발": "bob", "단발머리": "bob", "긴 머리": "long hair", "곱슬머리": "curly hair",
    "파마머리": "curly hair", "뾰족 머리": "spiky hair", "아프로": "afro", "올림머리": "bun", "똥머리": "bun",
    "포니테일": "ponytail", "말총머리": "ponytail", "모호크": "mohawk", "대머리": "bald", "민머리": "bald",
    "모자": "hat", "머릿수건": "headscarf", "히잡": "headscarf", "금발": "blond hair", "금발 머리": "blond hair",
    "안경": "glasses", "선글라스": "sunglasses", "안경 없는": "no glasses", "안경 없이": "no glasses",
    "수염": "beard", "턱수염": "beard", "콧수염": "moustache", "수염 없는": "no beard", "수염 없이": "no beard",
    "웃는": "smiling", "웃음": "smiling", "웃고 있는": "smiling", "미소": "smiling", "미소 짓는": "smiling",
    "차분한": "calm", "무표정": "calm", "슬픈": "sad", "우는": "sad", "화난": "angry", "놀란": "surprised",
    "밝은 피부": "light skin", "하얀 피부": "light skin", "그을린 피부": "tan skin", "갈색 피부": "brown skin",
    "짙은 피부": "dark skin", "검은 피부": "dark skin",
    "잉크": "ink style", "선화": "line style", "평면": "flat style", "카툰": "cartoon style", "만화": "comic style",
}  # fmt: skip

KOREAN_WORDS: dict[str, str] = {
    **{
        f"{colour}{colour_word} {noun}": f"{english_colour} {english_noun}"
        for colour, english_colour in _COLOURS.items()
        for colour_word in ("", "색")
        if not (colour_word and colour.endswith("색"))
        for noun, english_noun in _COLOURED.items()
    },
    **_WORDS,
}
"""A Korean phrase to the words of the starter that draw it."""

_PARTICLES = "은|는|이|가|을|를|의|에|와|과|도|로|으로|인|한|하고|있는|낀|쓴|입은"
_HANGUL = "\uac00-\ud7a3"


@dataclass(frozen=True)
class ForeignWords:
    """What the starter cannot read in a prompt: `known` pairs what is written with English, `unknown` has none."""

    known: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


def foreign_words(prompt: str) -> ForeignWords:
    """The words of a prompt that are not in Latin letters, in their order."""
    known = [(match.group(), _ENGLISH[_closed_up(match["phrase"])]) for match in _pattern().finditer(prompt)]
    unknown = [word for word in re.findall(r"[^\W\d_]+", _pattern().sub(" ", prompt)) if not is_latin(word)]
    return ForeignWords(tuple(dict.fromkeys(known)), tuple(dict.fromkeys(unknown)))


def in_english(prompt: str, written: str, english: str) -> str:
    """The prompt with the English words in place of what is written, apart from Korean neighbours by a comma.

    >>> in_english("빨간 머리 안경", "안경", "glasses")
    '빨간 머리, glasses'
    """
    before, found, after = prompt.partition(written)
    if not found:
        return prompt
    before, after = before.rstrip(), after.lstrip()
    left = ", " if re.search(rf"[{_HANGUL}]$", before) else " "
    right = "" if after.startswith(",") else ", " if re.match(rf"[{_HANGUL}]", after) else " "
    return f"{before}{left}{english}{right}{after}".strip()


def _closed_up(phrase: str) -> str:
    return "".join(phrase.split())


_ENGLISH = {_closed_up(phrase): english for phrase, english in KOREAN_WORDS.items()}


@cache
def _pattern() -> re.Pattern[str]:
    """Any known phrase, the longest first, however it is spaced, with the particle that hangs on it."""
    phrases = sorted(KOREAN_WORDS, key=len, reverse=True)
    spaced = "|".join(r"\s*".join(phrase.split()) for phrase in phrases)
    return re.compile(rf"(?<![{_HANGUL}])(?P<phrase>{spaced})(?:{_PARTICLES})?(?![{_HANGUL}])")
