"""The bars the starter is held to, and whether a measurement meets them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Metrics = Mapping[str, Any]
"""What ``evaluate`` measured: the content of ``assets/starter/metrics.json``."""


@dataclass(frozen=True)
class Bar:
    """One line of the table.

    Attributes:
        measured: in the unit of the bar; ``low`` and ``high`` bound its 95 % interval where there is one.
        floor, stretch: ``None`` where a number is only reported.
    """

    what: str
    measured: float
    n: int
    floor: float | None
    stretch: float | None
    low: float | None = None
    high: float | None = None
    higher_is_better: bool = True

    @property
    def verdict(self) -> str:
        """In words; a floor that lies inside the interval is met, but not surely."""
        if self.floor is not None and not self._reaches(self.measured, self.floor):
            return "missed"
        if self.stretch is not None and self._reaches(self.measured, self.stretch):
            return "stretch met"
        return "met" if self.floor is not None else "reported"

    def _reaches(self, value: float, bar: float) -> bool:
        return value >= bar if self.higher_is_better else value <= bar


def bars(metrics: Metrics) -> list[Bar]:
    """The table, in the order of importance."""
    decoder: Metrics = metrics["decoder"]
    own, halved, unseen, colours = (decoder[key] for key in ("own", "own_halved", "unseen", "unseen_colour_error"))
    shown: Metrics = metrics["generated_as_prompted_by_judge"]
    gain = halved["all"] - decoder["linear_halved"]["all"]
    n, n_unseen, stripes = decoder["n"], decoder["n_unseen"], decoder["stripes"]
    by_style = {style: value for style, value in unseen.items() if style != "all"}
    worst_colours = max(value for style, value in colours.items() if style != "all")
    shares = (
        ("named background is the nearest of the ten", metrics["background_nearest_of_ten"], 95, 99),
        ("glasses or none", shown["glasses_or_none"], 80, 92),
        ("hair colour", shown["hair_colour"], 80, 92),
        ("hair word", shown["hair"], 60, 80),
        ("style word", shown["style"], 85, 95),
        ("intact faces by the critic", metrics["intact_faces_by_critic"], 85, 97),
    )
    distance = metrics["judge_distance"]
    return [
        Bar("VAE on held-out renders, dB", own["all"], n, 26, 27.5),
        Bar("the same halved to 128 px, dB", halved["all"], n, 29.1, 30),
        Bar("above PCA with as many numbers, at 128 px, dB", round(gain, 2), n, 2, None),
        Bar("VAE on styles never trained on, dB", unseen["all"], n_unseen, 22.5, 24),
        Bar("the worst of these styles, dB", min(by_style.values()), n_unseen // len(by_style), 19.5, 21),
        Bar(
            "the worst style's error of colour on 32 px patches, of 255",
            worst_colours,
            n_unseen // len(by_style),
            3,
            1.5,
            higher_is_better=False,
        ),
        Bar(
            "stripes on plain grounds of drawn pictures, of 255",
            stripes["deviation"],
            stripes["n"],
            0.5,
            0.2,
            higher_is_better=False,
        ),
        *(_share_bar(what, share, floor, stretch) for what, share, floor, stretch in shares),
        Bar(
            "judge distance to held-out renders, in multiples of real against real",
            distance["multiple"],
            distance["n"],
            None,
            3,
            higher_is_better=False,
        ),
    ]


def _share_bar(what: str, share: Metrics, floor: float, stretch: float) -> Bar:
    value, low, high = (round(100 * share[name], 1) for name in ("share", "low", "high"))
    return Bar(f"{what}, %", value, share["n"], floor, stretch, low, high)


def table(lines: Sequence[Bar]) -> str:
    """The bars as a Markdown table."""
    rows = ["| what | floor | stretch | measured | n | |", "| --- | --- | --- | --- | --- | --- |"]
    for bar in lines:
        measured = f"{bar.measured:g}" + (f" ({bar.low:g}-{bar.high:g})" if bar.low is not None else "")
        floor, stretch = (f"{value:g}" if value is not None else "" for value in (bar.floor, bar.stretch))
        rows.append(f"| {bar.what} | {floor} | {stretch} | {measured} | {bar.n} | {bar.verdict} |")
    return "\n".join(rows)
