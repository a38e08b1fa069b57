"""The table's rows and the sentences on it, from features whose answer is known."""

import numpy as np
import pytest

from profile_studio.domain.comparison import ComparisonRow, Verdict
from profile_studio.metrics.advice import recommend, sentences
from profile_studio.metrics.measure import SeenByEncoder, SeenPictures, measure
from profile_studio.metrics.metric import Features, PerPicture, SeenStyle

N_PROMPTS, N_SEEDS, WIDTH = 16, 2, 8


def directions(seed: int, n: int, towards: Features | None = None, pull: float = 0.0) -> Features:
    rows = np.random.default_rng(seed).normal(size=(n, WIDTH))
    if towards is not None:
        rows = rows + pull * towards
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


MEASURED = ("style_similarity", "clip_score", "copy_risk", "kid_judge", "fd_judge", "face_score", "variety")
STYLE_AXIS = np.eye(WIDTH)[0]
TEXTS = np.tile(np.eye(WIDTH)[1], (N_PROMPTS * N_SEEDS, 1))
STYLE = SeenStyle(directions(1, 64, STYLE_AXIS, 5), directions(2, 32, STYLE_AXIS, 5))
BASE = directions(3, N_PROMPTS * N_SEEDS)


def seen(
    style: SeenStyle | None = STYLE,
    faces: dict[str, PerPicture] | None = None,
    n_prompts: int = N_PROMPTS,
    n_seeds: int = N_SEEDS,
    **models: Features,
) -> SeenPictures:
    n = n_prompts * n_seeds
    shares = np.random.default_rng(5).uniform(size=n)
    pictures = {name: rows[:n] for name, rows in {"base": BASE, **models}.items()}
    critic = {name: (faces or {}).get(name, shares)[:, None] for name in pictures}
    return SeenPictures(
        {
            "judge": SeenByEncoder("judge-00000000", pictures, TEXTS[:n], {"dots": style} if style else {}),
            "critic": SeenByEncoder("critic-00000000", critic, None, {}),
        },
        tuple(pictures),
        n_prompts,
        n_seeds,
        dict.fromkeys(models, "dots") if style else {},
    )


def styled(pull: float, text_pull: float = 0.0) -> Features:
    return directions(4, len(BASE), pull * STYLE_AXIS + text_pull * TEXTS[0], 1.0)


def test_a_model_pulled_towards_the_style_is_better_on_every_style_metric() -> None:
    rows = [
        measure(seen(mine=styled(3)), asked).rows
        for asked in (("style_similarity", "kid_judge", "fd_judge"), ("variety", "face_score", "clip_score"))
    ]
    base, mine = (ComparisonRow(each[0].model, each[0].metrics | each[1].metrics) for each in zip(*rows, strict=True))
    assert [base.model, mine.model] == ["base", "mine"]
    assert all(value.different_from_base is None for value in base.metrics.values())
    for metric in ("style_similarity", "kid_judge", "fd_judge"):
        assert mine.metrics[metric].different_from_base is Verdict.BETTER, metric
    assert mine.metrics["variety"].different_from_base is Verdict.WORSE
    assert {(value.n, value.encoder) for metric, value in mine.metrics.items() if metric != "face_score"} == {
        (32, "judge-00000000")
    }
    for value in mine.metrics.values():
        assert value.low is not None
        assert value.high is not None
        assert value.low <= value.value <= value.high


def test_of_the_first_three_metrics_alone_it_is_said_whether_they_differ() -> None:
    asked = ("copy_risk", "variety", "style_similarity", "kid_judge", "clip_score")
    measured = measure(seen(mine=styled(3), twin=BASE), asked)
    verdicts = {metric: value.different_from_base for metric, value in measured.rows[1].metrics.items()}
    assert [metric for metric in asked if verdicts[metric] is not None] == list(asked[:3])
    assert {claim.metric for claim in measured.claims} == set(asked[:3])
    assert verdicts["style_similarity"] is Verdict.BETTER
    kid = measured.rows[1].metrics["kid_judge"].difference
    assert kid is not None
    assert kid.high is not None
    assert kid.high < 0
    assert measured.fewest_prompts == 8  # 2 / 2^8 is the first below 0.05 / 6


def test_the_interval_of_a_verdict_is_that_of_its_test() -> None:
    for pull in np.linspace(0, 0.6, 13):
        mine = measure(seen(mine=styled(pull)), ("style_similarity", "clip_score", "variety")).rows[1]
        for metric, value in mine.metrics.items():
            assert value.difference is not None
            assert value.difference.low is not None
            assert value.difference.high is not None
            leaves_zero_out = not value.difference.low <= 0 <= value.difference.high
            assert leaves_zero_out == (value.different_from_base is not Verdict.CANNOT_TELL), (metric, pull)


def test_a_model_with_more_intact_faces_is_better_and_said_to_be() -> None:
    shares = np.random.default_rng(5).uniform(0.2, 0.6, size=len(BASE))
    faces = {"base": shares, "mine": shares + 0.3, "worse": shares - 0.2}
    measured = measure(seen(None, faces, mine=BASE, worse=BASE), ("face_score",))
    _, mine, worse = (row.metrics["face_score"] for row in measured.rows)
    assert mine.value == pytest.approx(shares.mean() + 0.3)
    assert (mine.encoder, mine.n, mine.higher_is_better) == ("critic-00000000", 32, True)
    assert (mine.different_from_base, worse.different_from_base) == (Verdict.BETTER, Verdict.WORSE)
    assert sentences(measured)[:2] == (
        "mine draws more intact faces than the base (sure).",
        "worse draws fewer intact faces than the base (sure).",
    )


def test_the_surely_closer_model_is_recommended_in_words() -> None:
    measured = measure(seen(mine=styled(3), twin=BASE), MEASURED)
    assert recommend(measured)[0] == "mine"
    said = sentences(measured)
    assert "mine is closer to your style than the base (sure)." in said
    assert (
        "Cannot tell whether twin is closer to your style than the base: if there is a difference, chance hides it."
        in said
    )
    assert said.index("mine is closer to your style than the base (sure).") == 0


def test_a_model_that_forgets_the_prompts_is_not_recommended() -> None:
    recommended, reason = recommend(measure(seen(mine=styled(4, text_pull=-3)), MEASURED))
    assert (recommended, reason) == (
        None,
        "No recommendation: whatever is closer to your style follows the prompts less well than the base.",
    )


def test_a_model_that_copies_is_not_recommended() -> None:
    copied = np.tile(STYLE.training, (1, 1))[: len(BASE)]
    measured = measure(seen(mine=copied), ("style_similarity", "copy_risk"))
    assert recommend(measured) == (
        None,
        "No recommendation: whatever is closer to your style repeats training pictures too often.",
    )
    assert "mine repeats training pictures: 100% of its pictures are nearly copies." in sentences(measured)


def test_equal_models_are_not_ranked() -> None:
    recommended, reason = recommend(measure(seen(twin=BASE), MEASURED))
    assert (recommended, reason) == (None, "No model is surely closer to your style than the base.")


def test_a_small_gain_says_how_many_prompts_would_show_it() -> None:
    nearly = BASE + 0.05 * directions(9, len(BASE)) + 0.012 * STYLE_AXIS
    nearly /= np.linalg.norm(nearly, axis=1, keepdims=True)
    (sentence, *_rest) = sentences(measure(seen(mine=nearly), ("style_similarity",)))
    assert sentence.startswith(
        "Cannot tell yet whether mine is closer to your style than the base: if the difference is as large as it looks, "
        "about "
    )
    assert sentence.endswith(" more prompts would show it.")


@pytest.mark.parametrize(("metrics", "fewest"), [(("style_similarity",), 8), (("style_similarity", "clip_score"), 8)])
def test_a_few_prompts_promise_nothing_and_say_how_many_to_ask_for(metrics: tuple[str, ...], fewest: int) -> None:
    assert sentences(measure(seen(n_prompts=3, mine=styled(3)), metrics)) == (
        f"So few prompts (3) cannot tell more, however many pictures each has: ask for at least {fewest}.",
    )


def test_many_questions_take_more_prompts() -> None:
    models = {f"m{number}": styled(3) for number in range(10)}
    measured = measure(seen(n_prompts=10, **models), ("style_similarity", "clip_score", "variety"))
    assert measured.fewest_prompts == 11  # 2 / 2^11 is the first below 0.05 / 30
    assert all(claim.verdict is Verdict.CANNOT_TELL for claim in measured.claims)


@pytest.mark.parametrize("metric", ["style_similarity", "kid_judge", "copy_risk"])
def test_without_a_data_set_style_is_left_out_with_a_sentence(metric: str) -> None:
    measured = measure(seen(style=None, mine=BASE), ("clip_score", metric))
    assert list(measured.rows[0].metrics) == ["clip_score"]
    assert "Closeness to a style is not measured: no data set was chosen." in sentences(measured)
    assert recommend(measured)[0] is None


def test_one_seed_has_no_variety() -> None:
    assert measure(seen(None, n_seeds=1, mine=BASE), ("variety",)).left_out == (
        "Variety is not measured: it takes at least two seeds.",
    )
