"""How often a study of equal models claims a difference, and how often one that is there is found.

The pictures are the starter's own, seen once (`benchmarks/starter_features.py`): models whose pictures are drawn from the
same ones do not differ, so whatever is called sure is false.
"""

from pathlib import Path

import numpy as np
import pytest

from profile_studio.metrics.measure import SeenByEncoder, SeenPictures, ask
from profile_studio.metrics.metric import Features, SeenStyle
from profile_studio.metrics.scores import style_similarities
from profile_studio.metrics.sign_flips import holm_levels
from profile_studio.metrics.uncertainty import PairedMeans

pytestmark = pytest.mark.slow

SHAPE = (16, 12)  # prompts and seeds of the file
SPOKEN = ("style_similarity", "clip_score", "copy_risk")


def unit(rows: np.ndarray) -> Features:
    rows = rows.astype(np.float64)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


with np.load(Path(__file__).parent / "data" / "starter_features.npz") as _file:
    PICTURES = unit(_file["pictures"]).reshape(*SHAPE, -1)
    TEXTS, REFERENCE = unit(_file["texts"]), unit(_file["reference"])

TRAINED_SEEDS = 2
TRAINING = PICTURES[:, :TRAINED_SEEDS].reshape(-1, PICTURES.shape[-1])
"""They stand for trained pictures: one in six of the others is nearly one of them."""


def study(generator: np.random.Generator, n_models: int, n_prompts: int, n_seeds: int) -> SeenPictures:
    prompts = generator.choice(SHAPE[0], n_prompts, replace=False)
    models = {
        name: PICTURES[np.repeat(prompts, n_seeds), generator.integers(TRAINED_SEEDS, SHAPE[1], n_prompts * n_seeds)]
        for name in ("base", *(f"model-{number}" for number in range(1, n_models)))
    }
    texts = TEXTS[np.repeat(prompts, n_seeds)]
    judged = SeenByEncoder("judge-0", models, texts, {"pixel-art": SeenStyle(REFERENCE, TRAINING)})
    style_of = {name: "pixel-art" for name in models if name != "base"}
    return SeenPictures({"judge": judged}, tuple(models), n_prompts, n_seeds, style_of)


def share_of_false_claims(shape: tuple[int, int, int], metrics: tuple[str, ...], studies: int) -> float:
    generator = np.random.default_rng(0)
    false = 0
    for _ in range(studies):
        questions = ask(study(generator, *shape), metrics)
        false += any(questions.tests[key].p <= level for key, level in questions.levels.items())
    return false / studies


@pytest.mark.parametrize(
    ("shape", "metrics", "studies"),
    [
        ((3, 16, 2), SPOKEN, 1000),  # the page's
        ((11, 5, 2), ("clip_score", "style_similarity", "copy_risk"), 1000),  # seed-multi-concept's
        ((2, 16, 2), ("copy_risk",), 1000),
        ((2, 6, 4), ("kid_judge",), 300),
        ((2, 6, 4), ("fd_judge",), 300),
    ],
)
def test_at_most_one_study_of_equal_models_in_twenty_calls_anything_sure(
    shape: tuple[int, int, int], metrics: tuple[str, ...], studies: int
) -> None:
    assert share_of_false_claims(shape, metrics, studies) <= 0.05


@pytest.mark.parametrize(("n_seeds", "wanted"), [(4, 0.80), (2, 0.60)])
def test_a_difference_that_is_there_is_found_among_ten_questions(n_seeds: int, wanted: float) -> None:
    """0.8 standard deviations of the pictures' paired differences, which prompts share to 0.5."""
    generator = np.random.default_rng(0)
    scores = style_similarities(PICTURES.reshape(-1, PICTURES.shape[-1]), REFERENCE).reshape(SHAPE)
    residuals = scores - scores.mean(axis=1, keepdims=True)
    residuals /= residuals.std() * np.sqrt(2)  # so that the difference of two has a standard deviation of 1

    def differences(shift: float, prompt_deviation: float) -> PairedMeans:
        prompts = np.repeat(np.arange(16), n_seeds)
        mine, base = (residuals[prompts, generator.integers(SHAPE[1], size=len(prompts))] for _ in range(2))
        effect = shift + np.repeat(generator.normal(scale=prompt_deviation, size=16), n_seeds)
        return PairedMeans(mine + effect, base, 16)

    found = 0
    for _ in range(200):
        tests = [differences(0.8, 0.5), *(differences(0, 0) for _ in range(9))]
        p_values = [test.p for test in tests]
        found += p_values[0] <= holm_levels(p_values)[0]
    assert found / 200 >= wanted
