"""Every metric there is, by name. A module in `entries` with a `METRIC` is one more."""

import importlib
import pkgutil

from profile_studio.metrics import entries
from profile_studio.metrics.metric import Metric

METRICS: dict[str, Metric] = {}

CLAIMS: dict[str, dict[str, str]] = {}
"""By language, what reports say in English of better and worse, to what the page says."""


def register(metric: Metric) -> None:
    """Makes a metric known to the page, the command line and every report."""
    assert metric.name not in METRICS, metric.name
    METRICS[metric.name] = metric
    english = metric.said("en")
    for language, words in metric.words.items():
        CLAIMS.setdefault(language, {}).update({english.better: words.better, english.worse: words.worse})


def in_digits(name: str, number: float, *, sign: str = "") -> str:
    """A value as a table shows it; of a metric that is no more, with three digits.

    Args:
        sign: "+" for a difference, which shows its sign.
    """
    metric = METRICS.get(name)
    return format(number, sign + (metric.number_format if metric else ".3f"))


for _module in sorted(pkgutil.iter_modules(entries.__path__), key=lambda module: module.name):
    register(importlib.import_module(f"{entries.__name__}.{_module.name}").METRIC)
