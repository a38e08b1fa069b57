"""The words the bundled base model was taught, with the colours they stand for.

The recipe in ``profile_studio/starter`` renders and captions its pictures from these tables, and the page offers them
as prompt chips, so both always speak the same language.
"""

BACKGROUNDS: dict[str, str] = {
    "blue": "#b6d7f4",
    "pink": "#ffd5dc",
    "yellow": "#fff1a8",
    "green": "#c3e8bd",
    "purple": "#d1c4f4",
    "orange": "#ffdfbf",
    "white": "#ffffff",
    "gray": "#d9d9d9",
    "teal": "#a8e0dc",
    "red": "#f4a9a0",
}
"""Background name to its one colour."""

STYLES: dict[str, str] = {
    "open-peeps": "ink",
    "lorelei": "line",
    "personas": "flat",
    "toon-head": "cartoon",
    "micah": "comic",
}
"""Vector style the base was trained on to the word that calls it up."""

HAIR_WORDS: tuple[str, ...] = (
    "short hair",
    "long hair",
    "curly hair",
    "spiky hair",
    "afro",
    "bob",
    "bun",
    "ponytail",
    "mohawk",
    "bald",
    "hat",
    "headscarf",
)
"""What is on the head: every hair variant of every style is merged into one of these."""

HAIR_COLOURS: dict[str, tuple[str, ...]] = {
    "black": ("#1f1b1b", "#2c2428"),
    "brown": ("#724133", "#5e3a2c"),
    "blond": ("#e3bd62", "#d9ae57"),
    "red": ("#c0492b", "#b5402a"),
    "gray": ("#b4b4b8", "#a6a8ad"),
    "pink": ("#ee86b0", "#e879a8"),
    "blue": ("#4a7fd6", "#3f72c4"),
}
"""Hair colour name to the shades it was rendered in."""

SHIRT_COLOURS: dict[str, str] = {
    "blue": "#456dff",
    "red": "#e23b47",
    "green": "#3f9d58",
    "yellow": "#f5c53c",
    "purple": "#7555ca",
    "pink": "#e86ea4",
    "orange": "#f08a3c",
    "teal": "#2fa79d",
    "black": "#2b2b2e",
    "white": "#f7f7f7",
}
"""Shirt colour name to its one colour."""

SKIN_TONES: dict[str, tuple[str, ...]] = {
    "light skin": ("#ffdbb4", "#f9c9b6"),
    "tan skin": ("#e0ac78", "#d9a27c"),
    "brown skin": ("#ae6d3f", "#a8684c"),
    "dark skin": ("#6b4330", "#5c3829"),
}
"""Skin tone name to the shades it was rendered in; each name is equally frequent."""

GLASSES: tuple[str, ...] = ("no glasses", "glasses", "sunglasses")
FACIAL_HAIR: tuple[str, ...] = ("no beard", "beard", "moustache")
MOODS: tuple[str, ...] = ("smiling", "calm", "sad", "angry", "surprised")

MEDIA: dict[str, str] = {**STYLES, "pixel-art": "pixel art", "voxel-art": "voxel art", "cutouts": "paper cutout"}
"""Vector style to the word the judge knows it by; the base knows only those of :data:`STYLES`."""

SEEN_ATTRIBUTES: dict[str, dict[str, str]] = {
    "style": {style: f"{word} portrait" for style, word in MEDIA.items()},
    "background": {colour: f"{colour} background" for colour in BACKGROUNDS},
    "hair": {word: word for word in HAIR_WORDS},
    "hair_colour": {colour: f"{colour} hair" for colour in HAIR_COLOURS},
    "glasses": {word: word for word in GLASSES},
    "facial_hair": {word: word for word in FACIAL_HAIR},
    "mood": {word: word for word in MOODS},
    "shirt": {colour: f"{colour} shirt" for colour in SHIRT_COLOURS},
    "skin": {tone: tone for tone in SKIN_TONES},
}
"""Attribute to the answers the judge was taught to tell apart, each with the words that name it."""
