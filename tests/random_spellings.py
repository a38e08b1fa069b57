"""Random LoRAs in random spellings, whole and damaged; `make soak` reads them."""

import json
import re
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from profile_studio.domain.errors import InvalidAdapter
from profile_studio.lora_files import Lora, numbers, read_lora, write_diffusers, write_kohya
from tests.inference.test_format_zoo import MORE_UNET, TEXT, UNET, ZOO, save

Values = npt.NDArray[np.float32]
Layer = tuple[Values, Values, float]
"""Down, up and alpha."""
_HALF = re.compile(
    r"\.lora_(?:[AB]|down|up)(?:\.\w+)?\.weight$|(?:\.lora|\.lora_linear_layer|_lora)\.(?:down|up)\.weight$"
)
_NOISE = (
    {},
    {"ss_steps": "None"},
    {"ss_tag_frequency": "{" * 3000},
    {"modelspec.title": "\u2028 \U0001f3a8"},
    {"a": "NaN"},
)


def random_lora(random: np.random.Generator, names: tuple[str, ...]) -> dict[tuple[str, str], Layer]:
    """A few of these modules and of the text encoder's, each with a rank and an alpha of its own."""
    shapes = {("unet", name): (UNET | MORE_UNET)[name] for name in names}
    shapes |= {("text_encoder", name): pair for name, pair in TEXT.items()}
    chosen = sorted(shapes)
    chosen = [chosen[i] for i in random.permutation(len(chosen))[: int(random.integers(1, len(chosen) + 1))]]
    return {name: _random_layer(random, *shapes[name]) for name in chosen}


def _random_layer(random: np.random.Generator, down: tuple[int, ...], up: tuple[int, ...]) -> Layer:
    rank, kinds = int(random.integers(1, 9)), np.float32([-1, -0.5, 0.5, 1])  # numbers that every type can hold
    alpha = float(random.choice([0.25, 0.5, 1, 2, 8, 16]))
    return random.choice(kinds, (rank, *down[1:])), random.choice(kinds, (up[0], rank, *up[2:])), alpha


def same(lora: Lora, expected: dict[tuple[str, str], Layer]) -> bool:
    """Whether a file was read as what was written into it."""
    return {tuple(name) for name in lora.layers} == expected.keys() and all(
        layer.network_alpha == alpha
        and np.array_equal(numbers(layer.down).reshape(down.shape), down)
        and np.array_equal(numbers(layer.up).reshape(up.shape), up)
        for name, layer in lora.layers.items()
        for down, up, alpha in [expected[tuple(name)]]
    )


def check_random_spellings(count: int, folder: Path) -> tuple[int, int]:
    """Reads `count` random files, and each once more with a random damage.

    Returns: how many were read as written, and how many damaged ones were refused in words.

    Raises:
        AssertionError: a whole file was read as something else, or a damaged one was neither refused nor the same.
    """
    refused = 0
    for number in range(count):
        random = np.random.default_rng(number)
        label = sorted(ZOO)[number % len(ZOO)]
        spelling = ZOO[label]
        lora = random_lora(random, spelling.layers)
        tensors: dict[str, Values] = {}
        patterns: dict[str, dict[str, float]] = {"unet": {}, "text_encoder": {}}
        for (component, layer), (down, up, alpha) in lora.items():
            keys = [spelling.key(component, layer, half) for half in "AB"]
            tensors |= dict(zip(keys, (down, up), strict=True))
            if spelling.alpha == "beside":
                tensors[_HALF.sub("", keys[0]) + ".alpha"] = np.float32(alpha).reshape(())
            patterns[component][layer] = alpha
        config = {f"{part}.alpha_pattern": pattern for part, pattern in patterns.items()}
        told = {"lora_adapter_metadata": json.dumps(config)} if spelling.alpha == "metadata" else {}
        noise = _NOISE[int(random.integers(len(_NOISE)))]
        tensors = {key: tensors[key] for key in random.permutation(sorted(tensors))}
        path = folder / "case.safetensors"
        save(path, tensors, {**noise, **told}, spelling.dtype)

        read = read_lora(path)
        assert same(read, lora), (number, label)
        for write in (write_kohya, write_diffusers):
            write(folder / "again.safetensors", read)
            assert same(read_lora(folder / "again.safetensors"), lora), (number, label, write.__name__)

        halves = [key for key in tensors if not key.endswith(".alpha")]
        doomed = str(random.choice(halves))
        damaged = {key: values for key, values in tensors.items() if key != doomed}
        if random.random() < 0.5:
            cut = int(random.integers(1, len(doomed)))
            damaged[doomed[:cut] + "#" + doomed[cut:]] = tensors[doomed]
        save(path, damaged, {**noise, **told}, spelling.dtype)
        try:
            assert same(read_lora(path), lora), (number, label, doomed)
        except InvalidAdapter:
            refused += 1
    return count, refused


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        read_as_written, refused = check_random_spellings(int(sys.argv[1]), Path(scratch))
    sys.stdout.write(f"{read_as_written:6d}  random LoRAs in {len(ZOO)} spellings were read and exported as written\n")
    sys.stdout.write(f"{refused:6d}  of them, damaged, were refused in words\n")
