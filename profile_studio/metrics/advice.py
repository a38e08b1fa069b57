"""What the table means, in words: which model to take, and what is not decided yet."""

from collections.abc import Sequence

from profile_studio.domain.comparison import ComparisonRow, Verdict
from profile_studio.domain.names import BASE_NAME
from profile_studio.domain.power import FEWEST_TO_FORESEE
from profile_studio.domain.sentences import Sentence
from profile_studio.metrics.measure import Claim, Measured
from profile_studio.metrics.registry import METRICS

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
    original = [row for row in faithful if not surely_copies(row)]
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
    decided = [_decided(claim) for claim in measured.claims if claim.verdict is not Verdict.CANNOT_TELL]
    copying = [_copies(row) for row in _candidates(measured.rows) if surely_copies(row)]
    undecided = [claim for claim in measured.claims if claim.verdict is Verdict.CANNOT_TELL]
    return (*decided, *copying, *_open(undecided, measured), *measured.left_out)


def _decided(claim: Claim) -> Sentence:
    return Sentence(
        "{model} {claim} (sure).",
        model=claim.model,
        claim=_words(claim.metric, is_better=claim.verdict is Verdict.BETTER),
    )


def _words(metric: str, *, is_better: bool) -> Sentence:
    words = METRICS[metric].said("en")
    return Sentence(words.better if is_better else words.worse)


def _copies(row: ComparisonRow) -> Sentence:
    return Sentence(
        "{model} repeats training pictures: {share} of its pictures are nearly copies.",
        model=row.model,
        share=f"{row.metrics['copy_risk'].value:.0%}",
    )


def _open(claims: Sequence[Claim], measured: Measured) -> list[Sentence]:
    fewest = max(measured.fewest_prompts, FEWEST_TO_FORESEE)
    if claims and measured.n_prompts < fewest:
        return [
            Sentence(
                "So few prompts ({n}) cannot tell more, however many pictures each has: ask for at least {fewest}.",
                n=measured.n_prompts,
                fewest=fewest,
            )
        ]
    return [_undecided(claim) for claim in claims]


def _undecided(claim: Claim) -> Sentence:
    words = _words(claim.metric, is_better=True)
    if claim.more_prompts is None:
        return Sentence(
            "Cannot tell whether {model} {claim}: if there is a difference, chance hides it.",
            model=claim.model,
            claim=words,
        )
    return Sentence(
        "Cannot tell yet whether {model} {claim}: if the difference is as large as it looks, about {count} more prompts "
        "would show it.",
        model=claim.model,
        claim=words,
        count=_rounded(claim.more_prompts),
    )


def _rounded(count: int) -> int:
    """To two digits: 394 prompts are no surer than 390."""
    return round(count, 2 - len(str(count)))


def _why_none(rows: Sequence[ComparisonRow]) -> Sentence:
    if not any("style_similarity" in row.metrics for row in rows):
        return Sentence("Closeness to a style was not measured, so no model is recommended.")
    if all(_verdict(row, "style_similarity") is None for row in rows):
        return Sentence("No model is recommended: style_similarity is not among the first three metrics.")
    worse = [row.model for row in _candidates(rows) if _verdict(row, "style_similarity") is Verdict.WORSE]
    if len(worse) == len(_candidates(rows)):
        return Sentence("No model is closer to your style than the base: keep the base.")
    return Sentence("No model is surely closer to your style than the base.")


def _candidates(rows: Sequence[ComparisonRow]) -> list[ComparisonRow]:
    return [row for row in rows if row.model != BASE_NAME]


def _verdict(row: ComparisonRow, metric: str) -> Verdict | None:
    value = row.metrics.get(metric)
    return value.different_from_base if value else None


def surely_copies(row: ComparisonRow) -> bool:
    """More than the pictures among themselves, and, where that was asked, surely more than the base."""
    risk = row.metrics.get("copy_risk")
    return (
        risk is not None
        and risk.different_from_base in (Verdict.WORSE, None)
        and risk.low is not None
        and risk.low > TOLERATED_COPIES
    )
