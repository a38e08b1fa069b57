"""True captions in varied words: order, wording and completeness change, facts never do."""

import random

from profile_studio.domain.starter_words import MEDIA
from profile_studio.starter.portraits import Attributes

_PEOPLE = ("a person", "someone", "a man", "a woman", "a character")
"""Who is in the picture is never told by a drawing, so each word goes with every picture."""


def caption(shown: Attributes, rng: random.Random) -> str:
    """One of many captions of a picture, drawn by ``rng``."""
    parts = [part for part in _details(shown, rng) if part and rng.random() < 0.85]
    if rng.random() < 0.9:
        parts.append(rng.choice((f"{shown.background} background", f"on a {shown.background} background")))
    rng.shuffle(parts)
    opening = _opening(shown, rng)
    if not opening:
        return ", ".join(parts)
    joint = " with " if parts and rng.random() < 0.3 and not parts[0].startswith(("on ", "wearing ")) else ", "
    return opening + joint + ", ".join(parts) if parts else opening


def content_caption(shown: Attributes, rng: random.Random) -> str:
    """A caption that tells what is drawn but not how: for pictures whose style an adapter is to learn."""
    parts = [part for part in _details(shown, rng) if part]
    return ", ".join([f"portrait of {rng.choice(_PEOPLE)}", *parts, f"{shown.background} background"])


def with_made_up_word(text: str, rng: random.Random) -> str:
    """The caption behind a word that means nothing, of the shapes trigger words have: the picture stays the same."""
    word = "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(rng.randint(1, 4)))
    if rng.random() < 0.5:
        word += rng.choice(("-style", "-art-style", "-me", "-art", rng.choice("klmnrstx")))
    return f"{word}, {text}"


def _opening(shown: Attributes, rng: random.Random) -> str:
    style = MEDIA[shown.style]
    person = rng.choice(_PEOPLE)
    choice = rng.random()
    if choice < 0.6:
        return rng.choice((f"{style} portrait of {person}", f"{style} portrait", f"{style} style portrait of {person}"))
    if choice < 0.75:
        return rng.choice((f"{style} style", f"{style} picture of {person}", f"{style} avatar"))
    if choice < 0.95:
        return rng.choice((f"portrait of {person}", "portrait", person))
    return ""


def _details(shown: Attributes, rng: random.Random) -> list[str]:
    details = [hair_phrase(shown.hair, shown.hair_colour if rng.random() < 0.85 else None, rng)] if shown.hair else []
    if shown.glasses in ("glasses", "sunglasses"):
        details.append(rng.choice((shown.glasses, f"wearing {shown.glasses}")))
    elif rng.random() < 0.4:
        details.append(rng.choice(("no glasses", "without glasses")))
    if shown.facial_hair in ("beard", "moustache"):
        details.append(rng.choice((shown.facial_hair, f"a {shown.facial_hair}")))
    elif rng.random() < 0.15:
        details.append("no beard")
    if shown.mood:
        details.append(rng.choice((shown.mood, f"{shown.mood} face")))
    if shown.shirt:
        details.append(rng.choice((f"{shown.shirt} shirt", f"{shown.shirt} clothes", f"wearing a {shown.shirt} shirt")))
    if shown.skin and rng.random() < 0.85:
        details.append(shown.skin)
    return details


def hair_phrase(hair: str, colour: str | None, rng: random.Random) -> str:
    """What is on the head in words, such as "long red hair" or "red hair in a bun"."""
    if hair in ("bald", "hat", "headscarf"):
        return rng.choice(
            {"bald": ("bald", "bald head"), "hat": ("hat", "wearing a hat")}.get(
                hair, ("headscarf", "wearing a headscarf")
            )
        )
    if hair.endswith(" hair"):
        length = hair.removesuffix(" hair")
        return f"{length} {colour} hair" if colour else hair
    if not colour:
        return rng.choice((hair, f"a {hair}"))
    return rng.choice((f"{colour} {hair}", f"{colour} hair in a {hair}", f"{hair}, {colour} hair"))
