"""What the table means, in words: which model to take, and what is not decided yet."""

from collections.abc import Mapping, Sequence

from profile_studio.domain.comparison import ComparisonRow, Verdict
from profile_studio.domain.names import BASE_NAME
from profile_studio.domain.sentences import Sentence
from profile_studio.metrics.measure import Measured
from profile_studio.metrics.uncertainty import FEWEST_TO_FORESEE, Difference

TOLERATED_COPIES = 0.05  # as many as training pictures show among themselves, by the threshold's definition


def recommend(measured: Measured) -> tuple[str | None, Sentence]:
    """The model that is surely closer to the style, does not surely miss the prompts, and does not copy; and why."""
    closer = [row for row in _candidates(measured.rows) if _verdict(row, "style_similarity") is Verdict.BETTER]
    if not closer:
        return None, _why_none(measured.rows)
    faithful = [row for row in closer if _verdict(row, "clip_score") is not Verdict.WORSE]
    if not faithful:
        return None, Sentence(
            "No recommendation: whatever is closer to your style follows the prompts less well than the base."
        )
    original = [row for row in faithful if not _surely_copies(row)]
    if not original:
        return None, Sentence(
            "No recommendation: whatever is closer to your style repeats training pictures too often."
        )
    best = max(original, key=lambda row: row.metrics["style_similarity"].value)
    others = Sentence(" the closest of those") if len(original) > 1 else ""
    return best.model, Sentence(
        "{model} is{others} surely closer to your style than the base, and does not follow the prompts surely worse.",
        model=best.model,
        others=others,
    )


def sentences(measured: Measured) -> tuple[Sentence, ...]:
    """Plain sentences on each model, the decided before the undecided."""
    decided: list[Sentence] = []
    open_: list[Sentence] = []
    for row in _candidates(measured.rows):
        for metric, words in _WORDS.items():
            difference = measured.differences.get((row.model, metric))
            if difference is None:
                continue
            if difference.verdict is not Verdict.CANNOT_TELL:
                decided.append(_decided(row.model, words, difference))
            elif (n := row.metrics[metric].n) < FEWEST_TO_FORESEE:
                open_.append(_too_few(n))
            else:
                open_.append(_undecided(row.model, words, difference))
        if _surely_copies(row):
            share = row.metrics["copy_risk"].value
            decided.append(
                Sentence(
                    "{model} repeats training pictures: {share} of its pictures are nearly copies.",
                    model=row.model,
                    share=f"{share:.0%}",
                )
            )
    return (*decided, *dict.fromkeys(open_), *measured.left_out)


_WORDS: Mapping[str, tuple[Sentence, Sentence]] = {
    "style_similarity": (
        Sentence("is closer to your style than the base"),
        Sentence("is farther from your style than the base"),
    ),
    "clip_score": (
        Sentence("follows the prompts better than the base"),
        Sentence("follows the prompts less well than the base"),
    ),
    "face_score": (
        Sentence("draws more intact faces than the base"),
        Sentence("draws fewer intact faces than the base"),
    ),
}


def _decided(model: str, words: tuple[Sentence, Sentence], difference: Difference) -> Sentence:
    better, worse = words
    claim = better if difference.verdict is Verdict.BETTER else worse
    return Sentence("{model} {claim} (sure).", model=model, claim=claim)


def _undecided(model: str, words: tuple[Sentence, Sentence], difference: Difference) -> Sentence:
    better, _ = words
    more = difference.more_pictures
    if more is None:
        return Sentence(
            "Cannot tell whether {model} {claim}: if there is a difference, chance hides it.", model=model, claim=better
        )
    return Sentence(
        "Cannot tell yet whether {model} {claim}: if the difference is as large as it looks, about {count} more pictures "
        "of each would show it.",
        model=model,
        claim=better,
        count=_rounded(more),
    )


def _too_few(n: int) -> Sentence:
    return Sentence(
        "So few pictures ({n} of each model) cannot tell more: ask for at least {fewest} of each, such as 4 prompts with "
        "2 seeds.",
        n=n,
        fewest=FEWEST_TO_FORESEE,
    )


def _rounded(count: int) -> int:
    """To two digits: 394 pictures are no surer than 390."""
    return round(count, 2 - len(str(count)))


def _why_none(rows: Sequence[ComparisonRow]) -> Sentence:
    if not any("style_similarity" in row.metrics for row in rows):
        return Sentence("Closeness to a style was not measured, so no model is recommended.")
    worse = [row.model for row in _candidates(rows) if _verdict(row, "style_similarity") is Verdict.WORSE]
    if len(worse) == len(_candidates(rows)):
        return Sentence("No model is closer to your style than the base: keep the base.")
    return Sentence("No model is surely closer to your style than the base.")


def _candidates(rows: Sequence[ComparisonRow]) -> list[ComparisonRow]:
    return [row for row in rows if row.model != BASE_NAME]


def _verdict(row: ComparisonRow, metric: str) -> Verdict | None:
    value = row.metrics.get(metric)
    return value.different_from_base if value else None


def _surely_copies(row: ComparisonRow) -> bool:
    """More than the base, which never saw the pictures, and more than the pictures among themselves."""
    risk = row.metrics.get("copy_risk")
    return (
        risk is not None
        and risk.different_from_base is Verdict.WORSE
        and risk.low is not None
        and risk.low > TOLERATED_COPIES
    )
