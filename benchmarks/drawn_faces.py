"""Whether the critic tells drawings with one whole face from others, and the threshold for it.

The threshold is chosen on every second picture; the shares are of the others. Each is scored as an import does it.

Run: .venv/bin/python -m benchmarks.drawn_faces
"""

import io
import json
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
import resvg_py
from dicebear import Avatar, Style
from numpy.typing import NDArray
from PIL import Image

from benchmarks.planted_faults import line_drawing
from profile_studio.decoding.decode import thumbnail
from profile_studio.domain.faces import DRAWN_FACE
from profile_studio.metrics.critic import Critic
from profile_studio.metrics.uncertainty import share_with_interval
from profile_studio.settings import Settings
from profile_studio.starter.critic_numbers import auc_with_interval

STRANGE_PEOPLE = "adventurer avataaars big-ears big-smile croodles dylan miniavs notionists"
NO_FACE = (
    "constellation disco glass glyphs icons identicon initials landscape loops patchwork planets rings shape-grid "
    "shapes slice squircles stack stripes triangles waves weave"
)
BACKGROUNDS = ("b6e3f4", "c0aede", "ffdfbf", "ffffff", "3a5a40", "264653", "e76f51")
OF_EACH_STYLE, LINE_DRAWINGS = 32, 64

Scores = NDArray[np.float64]
Pictures = list[Image.Image]


def drawn(styles: str) -> Pictures:
    """Drawings by DiceBear in styles that the critic was never shown."""
    pictures: Pictures = []
    for name in styles.split():
        style = Style(json.loads(files("dicebear_styles").joinpath(f"{name}.json").read_text("utf-8")))
        for index in range(OF_EACH_STYLE):
            background = BACKGROUNDS[index % len(BACKGROUNDS)]
            avatar = Avatar(style, {"seed": f"look-{index}", "size": 256, "backgroundColor": background})
            png = bytes(resvg_py.svg_to_bytes(svg_string=avatar.to_string()))
            with Image.open(io.BytesIO(png)) as picture:
                pictures.append(picture.convert("RGB"))
    return pictures


def examples() -> Pictures:
    """The pictures that ship; the critic knows three of their four styles, and none of them."""
    pictures: Pictures = []
    for path in sorted(Settings().examples_dir.glob("*/*/*.png")):
        with Image.open(path) as picture:
            pictures.append(picture.convert("RGB"))
    return pictures


def side_by_side(pictures: Pictures) -> Pictures:
    pairs: Pictures = []
    for left, right in zip(pictures[::2], pictures[1::2], strict=True):
        pair = Image.new("RGB", (left.width + right.width, left.height))
        pair.paste(left)
        pair.paste(right, (left.width, 0))
        pairs.append(pair)
    return pairs


def far_away(pictures: Pictures, random: np.random.Generator) -> Pictures:
    """Each a quarter of the side of a canvas of its background's colour."""
    scenes: Pictures = []
    for picture in pictures:
        scene = Image.new("RGB", (4 * picture.width, 4 * picture.height), picture.getpixel((2, 2)))
        left, top = (int(side) for side in random.integers(3 * picture.width, size=2))
        scene.paste(picture, (left, top))
        scenes.append(scene)
    return scenes


def scored(critic: Critic, pictures: Sequence[Image.Image]) -> Scores:
    scores: list[float] = []
    for picture in pictures:
        stored = io.BytesIO()
        thumbnail(picture).save(stored, "WEBP", quality=80)
        with Image.open(stored) as small:
            scores.append(critic.score_picture(small))
    return np.array(scores)


def best_threshold(faces: Scores, others: Scores) -> float:
    """Where the mean of both shares told rightly is highest."""
    candidates = np.linspace(0.01, 0.99, 99)
    return float(max(candidates, key=lambda least: (faces >= least).mean() + (others < least).mean()))


def main() -> None:
    """Prints AUC, the threshold and the shares, each with its n and 95 % interval."""
    critic, random = Critic(Settings().critic_dir), np.random.default_rng(0)
    known, strange = examples(), drawn(STRANGE_PEOPLE)
    nobody = scored(critic, [*drawn(NO_FACE), *(line_drawing(random) for _ in range(LINE_DRAWINGS))])
    faces = {"the examples": scored(critic, known), "people in strange styles": scored(critic, strange)}
    for name, scores in faces.items():
        print(f"{name}: {auc_with_interval([(scores, nobody)])}")
    least = best_threshold(np.concatenate([scores[::2] for scores in faces.values()]), nobody[::2])
    print(f"threshold by every second picture: {least:.2f}; the studio's: {DRAWN_FACE}")
    right = {name: scores[1::2] >= DRAWN_FACE for name, scores in faces.items()}
    right["no face"] = nobody[1::2] < DRAWN_FACE
    width, height = known[0].size
    for name, pictures in (
        ("two faces", side_by_side(known)),
        ("a face at a quarter of the side", far_away(known, random)),
        ("half a face", [picture.crop((0, 0, width // 2, height)) for picture in known]),
        ("a face cut by two fifths", [picture.crop((2 * width // 5, 0, width, height)) for picture in known]),
    ):
        right[name] = scored(critic, pictures) < DRAWN_FACE
    for name, each in right.items():
        share = share_with_interval(int(each.sum()), len(each))
        print(f"{name:32} {share.value:.3f} ({share.low:.3f}-{share.high:.3f}), n = {len(each)}")


if __name__ == "__main__":
    main()
