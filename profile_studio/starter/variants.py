"""Which drawn variant shows which word, and whether it honours the colour it is given.

Every table was filled in by looking at the renders; ``tests/starter`` renders the claims again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Variants = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Vocabulary:
    """What one vector style can draw of our words.

    Attributes:
        hair: word to the variants that show it.
        hair_component: the component those variants belong to.
        hair_colour_option: the option that dyes them; empty if the style has none.
        dyeable: variants that honour the dye; ``None`` means all.
        ink_hair: whether hair that cannot be dyed is black (else its colour is left unsaid).
        moods: word to the variants of each component that together show it.
        glasses: word to the options that show it; styles without glasses leave it empty.
        facial_hair: word to the variants of ``facial_hair_component``.
        fixed: options that hold for every picture.
    """

    hair: Variants
    hair_component: str
    moods: Mapping[str, Mapping[str, tuple[str, ...]]]
    hair_colour_option: str = "hairColor"
    dyeable: frozenset[str] | None = None
    ink_hair: bool = False
    glasses: Mapping[str, Mapping[str, tuple[str, ...]]] = field(
        default_factory=dict[str, Mapping[str, tuple[str, ...]]]
    )
    facial_hair: Variants = field(default_factory=dict[str, tuple[str, ...]])
    facial_hair_component: str = "facialHair"
    facial_hair_colour_option: str = ""
    shirt_option: str = ""
    skin_option: str = "skinColor"
    fixed: Mapping[str, str | int] = field(default_factory=dict[str, str | int])


UNDYED_WORDS = frozenset({"bald", "hat", "headscarf"})
"""Words under which no hair shows whose colour could be named."""


def _numbered(prefix: str, *numbers: int) -> tuple[str, ...]:
    return tuple(f"{prefix}{number:02d}" for number in numbers)


OPEN_PEEPS = Vocabulary(
    hair_component="head",
    hair_colour_option="headContrastColor",
    dyeable=frozenset({"bangs", "grayBun", "grayMedium", "grayShort", "mediumBangs2", "mohawk", "mohawk2", "short4"}),
    ink_hair=True,
    hair={
        "short hair": (
            "grayShort",
            "short4",
            "grayShort",
            "short4",
            "flatTop",
            "flatTopLong",
            "pomp",
            "shaved1",
            "short1",
            "short5",
        ),
        "long hair": ("long", "longBangs", "mediumStraight"),
        "curly hair": ("mediumBangs2", "mediumBangs2", "dreads1", "dreads2", "longCurly"),
        "spiky hair": ("shaved3", "twists"),
        "afro": ("afro",),
        "bob": ("bangs", "bangs", "bangs2", "medium1", "mediumBangs", "mediumBangs3"),
        "bun": ("grayBun", "grayBun", "bun", "bun2", "buns"),
        "ponytail": ("grayMedium", "grayMedium", "cornrows2"),
        "mohawk": ("mohawk", "mohawk2"),
        "bald": ("noHair1", "noHair2"),
        "hat": ("hatBeanie", "hatHip"),
        "headscarf": ("turban", "hijab"),
    },
    moods={
        "smiling": {"expression": ("smile", "smileBig", "smileLOL", "smileTeethGap", "lovingGrin1", "cute", "cheeky")},
        "calm": {"expression": ("blank", "serious", "eyesClosed", "calm")},
        "sad": {"expression": ("solemn", "tired", "concerned")},
        "angry": {"expression": ("veryAngry", "rage", "driven", "angryWithFang")},
        "surprised": {"expression": ("fear", "hectic", "concernedFear", "awe")},
    },
    glasses={
        "glasses": {"accessories": ("glasses", "glasses2", "glasses3", "glasses4", "glasses5")},
        "sunglasses": {"accessories": ("sunglasses", "sunglasses2")},
    },
    facial_hair={
        "beard": ("chin", "full", "full2", "full3", "goatee1", "goatee2"),
        "moustache": ("moustache2", "moustache3", "moustache5", "moustache6", "moustache7"),
    },
    shirt_option="clothingColor",
    fixed={"maskProbability": 0},
)

LORELEI = Vocabulary(
    hair_component="hair",
    hair={
        "short hair": _numbered("variant", 1, 2, 3, 6, 7, 8, 11, 12, 28, 43, 47),
        "long hair": _numbered("variant", 15, 16, 21, 35, 40),
        "curly hair": _numbered("variant", 5, 9, 22, 24, 39),
        "spiky hair": _numbered("variant", 4, 20),
        "bob": _numbered("variant", 10, 13, 17, 19, 23),
        "bun": _numbered("variant", 14, 26, 38, 46),
        "ponytail": _numbered("variant", 31, 36, 42, 48),
        "mohawk": _numbered("variant", 27),
        "bald": _numbered("variant", 25, 34),
    },
    moods={
        "smiling": {"mouth": _numbered("happy", 1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 15, 16)},
        "sad": {"mouth": _numbered("sad", 1, 2, 3, 4, 5, 6, 7, 9)},
    },
    glasses={"glasses": {"glasses": _numbered("variant", 1, 3, 4, 5)}, "sunglasses": {"glasses": ("variant02",)}},
    facial_hair={"beard": ("variant01", "variant02")},
    facial_hair_component="beard",
    skin_option="",
    fixed={"hairAccessoriesProbability": 0, "earringsProbability": 0, "frecklesProbability": 0},
)

PERSONAS = Vocabulary(
    hair_component="hair",
    dyeable=frozenset(
        {
            "shortCombover",
            "shortComboverChops",
            "fade",
            "extraLong",
            "long",
            "sideShave",
            "curlyHighTop",
            "curly",
            "bobBangs",
            "bobCut",
            "bunUndercut",
            "curlyBun",
            "straightBun",
            "pigtails",
            "mohawk",
        }
    ),
    hair={
        "short hair": ("shortCombover", "shortComboverChops", "fade"),
        "long hair": ("extraLong", "long", "sideShave"),
        "curly hair": ("curlyHighTop",),
        "afro": ("curly",),
        "bob": ("bobBangs", "bobCut"),
        "bun": ("bunUndercut", "curlyBun", "straightBun"),
        "ponytail": ("pigtails",),
        "mohawk": ("mohawk",),
        "bald": ("bald", "balding"),
        "hat": ("beanie", "cap"),
    },
    moods={
        "smiling": {"mouth": ("bigSmile", "smile", "smirk"), "eyes": ("happy", "open", "wink")},
        "calm": {"mouth": ("lips",), "eyes": ("open", "sleep")},
        "sad": {"mouth": ("frown",), "eyes": ("open", "sleep")},
        "surprised": {"mouth": ("surprise",), "eyes": ("open",)},
    },
    glasses={"glasses": {"eyes": ("glasses",)}, "sunglasses": {"eyes": ("sunglasses",)}},
    facial_hair={"beard": ("beardMustache", "goatee"), "moustache": ("pyramid", "walrus")},
    facial_hair_colour_option="facialHairColor",
    shirt_option="clothingColor",
)

TOON_HEAD = Vocabulary(
    hair_component="hair",
    hair={
        "short hair": ("sideComed", "undercut"),
        "long hair": ("sideComed+longStraight", "sideComed+longWavy"),
        "bob": ("sideComed+neckHigh", "sideComed+shoulderHigh"),
        "spiky hair": ("spiky",),
        "bun": ("bun",),
    },
    moods={
        "smiling": {
            "mouth": ("laugh", "smile"),
            "eyebrows": ("happy", "raised"),
            "eyes": ("happy", "wide", "wink", "humble"),
        },
        "sad": {"mouth": ("sad",), "eyebrows": ("sad",), "eyes": ("humble", "wide", "bow")},
        "angry": {"mouth": ("angry",), "eyebrows": ("angry",), "eyes": ("wide", "humble")},
        "surprised": {"mouth": ("agape",), "eyebrows": ("raised",), "eyes": ("wide",)},
    },
    facial_hair={"beard": ("chinMoustache", "fullBeard", "longBeard"), "moustache": ("moustacheTwirl",)},
    facial_hair_component="beard",
    shirt_option="clothesColor",
)

MICAH = Vocabulary(
    hair_component="hair",
    hair={
        "short hair": ("fonze", "dannyPhantom"),
        "long hair": ("full",),
        "bob": ("pixie",),
        "mohawk": ("mrT",),
        "bald": ("mrClean",),
        "headscarf": ("turban",),
    },
    moods={
        "smiling": {
            "mouth": ("laughing", "smile", "smirk"),
            "eyebrows": ("up", "eyelashesUp"),
            "eyes": ("eyes", "smiling", "round"),
        },
        "calm": {"mouth": ("pucker",), "eyebrows": ("up", "eyelashesUp"), "eyes": ("eyes", "round")},
        "sad": {"mouth": ("frown", "sad"), "eyebrows": ("up",), "eyes": ("eyes", "round")},
        "surprised": {"mouth": ("surprised",), "eyebrows": ("up",), "eyes": ("eyes", "round")},
    },
    glasses={"glasses": {"glasses": ("round", "square")}},
    facial_hair={"beard": ("beard",)},
    facial_hair_colour_option="facialHairColor",
    shirt_option="shirtColor",
    skin_option="baseColor",
    fixed={"earringsProbability": 0, "glassesColor": "#1f1b1b"},
)

PIXEL_ART = Vocabulary(
    hair_component="hair",
    hair={
        "short hair": _numbered("short", 1, 2, 4, 6, 8, 10, 15, 16, 17, 19, 22),
        "long hair": _numbered("long", 1, 3, 7, 9, 12, 13),
        "spiky hair": ("long15", "short11", "short13"),
        "bob": _numbered("long", 4, 16, 20, 21),
        "bun": _numbered("long", 5, 14),
        "ponytail": _numbered("long", 6, 18, 19),
        "bald": ("short18",),
    },
    moods={
        "smiling": {"mouth": _numbered("happy", *range(1, 14))},
        "sad": {"mouth": _numbered("sad", *range(1, 11))},
    },
    glasses={
        "glasses": {"glasses": _numbered("light", *range(1, 8))},
        "sunglasses": {"glasses": _numbered("dark", *range(1, 8))},
    },
    facial_hair={"beard": _numbered("variant", 1, 2, 3, 4)},
    facial_hair_component="beard",
    shirt_option="clothingColor",
    fixed={"hatProbability": 0, "accessoriesProbability": 0, "glassesColor": "#323232"},
)

VOXEL_ART = Vocabulary(
    hair_component="top",
    hair={
        "short hair": ("short", "bowl", "sideSwept", "halfShaved"),
        "long hair": ("longStraight", "longWavy", "partedLong"),
        "curly hair": ("curly",),
        "spiky hair": ("spiky",),
        "afro": ("afro",),
        "bob": ("bob", "shoulderLength"),
        "bun": ("buns",),
        "ponytail": ("ponytail", "twinTails"),
        "mohawk": ("mohawk",),
        "hat": ("cap", "beanie"),
    },
    moods={
        "smiling": {
            "mouth": ("smile", "bigSmile", "laugh", "wideSmile", "grin", "smirk"),
            "eyes": ("open", "happy", "soft"),
        },
        "calm": {"mouth": ("flat",), "eyes": ("open", "soft", "closed")},
        "sad": {"mouth": ("frown",), "eyes": ("open", "soft")},
        "surprised": {"mouth": ("ooh",), "eyes": ("wide",)},
    },
    glasses={"glasses": {"glasses": ("round", "square")}, "sunglasses": {"glasses": ("shades",)}},
    facial_hair={"beard": ("full", "goatee"), "moustache": ("mustache",)},
    facial_hair_component="beard",
    shirt_option="shirtColor",
    fixed={"outfitVariant": "plain", "animationVariant": "none"},
)

CUTOUTS = Vocabulary(
    hair_component="hair",
    hair_colour_option="",
    hair={
        "short hair": ("fringe", "sidePart", "swoosh"),
        "curly hair": ("curls",),
        "spiky hair": ("tufts", "crest"),
        "long hair": ("long",),
    },
    moods={
        "smiling": {"mouth": ("tornSmile", "smile", "grin")},
        "calm": {"mouth": ("strip", "zigzag", "wavy")},
        "surprised": {"mouth": ("gasp",)},
    },
    skin_option="",
)

SHAPES = Vocabulary(
    hair_component="", hair_colour_option="", hair={}, moods={}, skin_option="", fixed={"animationVariant": "none"}
)

BASE: Mapping[str, Vocabulary] = {
    "open-peeps": OPEN_PEEPS,
    "lorelei": LORELEI,
    "personas": PERSONAS,
    "toon-head": TOON_HEAD,
    "micah": MICAH,
}
"""The styles of the base model and its text."""

FURTHER: Mapping[str, Vocabulary] = {
    "pixel-art": PIXEL_ART,
    "voxel-art": VOXEL_ART,
    "cutouts": CUTOUTS,
    "shapes": SHAPES,
}
"""Styles that the VAE and the judge see, and the base never."""
