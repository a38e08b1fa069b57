"""Prompts that ask one thing of every model: with few words or many, without its trigger word, of unusual combinations."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Suite:
    """Prompts to compare on; `is_trigger_free` ones are drawn as they are, as somebody would who knows no trigger word."""

    prompts: tuple[str, ...]
    is_trigger_free: bool = False


_PEOPLE = ("woman", "man", "person", "woman", "man", "person", "woman", "man")
_HAIR = (
    "long brown hair",
    "short black hair",
    "curly red hair",
    "blond bob",
    "gray bun",
    "pink hair",
    "black ponytail",
    "bald",
)
_MOODS = ("smiling", "calm", "surprised", "sad", "angry", "calm", "smiling", "surprised")
_WEARS = ("glasses", "sunglasses", "hat", "beard", "moustache", "glasses", "hat", "sunglasses")
_SHIRTS = ("blue", "red", "green", "black", "pink", "yellow", "white", "purple")
_GROUNDS = ("yellow", "white", "purple", "teal", "gray", "green", "orange", "blue")
_ROWS = tuple(zip(_PEOPLE, _HAIR, _MOODS, _WEARS, _SHIRTS, _GROUNDS, strict=True))

SHORT = (
    *(f"portrait of a {who}, {hair}" for who, hair, *_ in _ROWS),
    *(f"a {who}, {mood}" for who, _, mood, *_ in _ROWS[:3]),
    *(f"a {who}, {shirt} shirt" for who, _, _, _, shirt, _ in _ROWS[:5]),
)
LONG = tuple(
    f"portrait of a {who} with {hair}, {mood}, {wears}, wearing a {shirt} shirt, on a plain {ground} background, "
    f"{light}, looking straight ahead, head and shoulders"
    for light in ("soft light", "bright light")
    for who, hair, mood, wears, shirt, ground in _ROWS
)
TRIGGER_FREE = tuple(
    f"portrait of a {who}, {hair}, {mood}, {shirts[index]} shirt, {ground} background"
    for shirts in (_SHIRTS, _SHIRTS[::-1])
    for index, (who, hair, mood, _, _, ground) in enumerate(_ROWS)
)
COMPOSITION = tuple(
    f"portrait of a {who}, {hair}, {mood}, ({wears})1.2, {shirt} shirt, {ground} background"
    for shift in (3, 5)
    for who, hair, mood, wears, shirt, ground in zip(
        _PEOPLE, _HAIR[shift:] + _HAIR[:shift], _MOODS, _WEARS[shift - 1 :] + _WEARS[: shift - 1], _SHIRTS, _GROUNDS,
        strict=True,
    )
)  # fmt: skip

SUITES = {
    "short": Suite(SHORT),
    "long": Suite(LONG),
    "trigger-free": Suite(TRIGGER_FREE, is_trigger_free=True),
    "composition": Suite(COMPOSITION),
}
"""Sixteen prompts each, in words that every base model knows, the starter too."""


def read_suite(text: str) -> tuple[str, ...]:
    """A person's own prompts, one a line; blank lines, lines that begin with # and a byte order mark are none."""
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
