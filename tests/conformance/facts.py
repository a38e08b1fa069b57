"""All facts, and whether one holds for a case."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.conformance import (
    test_alpha,
    test_captions,
    test_equal_files,
    test_gradients,
    test_layers_move,
    test_loss_weights,
    test_nan,
    test_noise,
    test_pictures,
    test_precision,
    test_resume,
    test_saved_file,
    test_targets,
    test_text_encoder,
)
from tests.conformance.families import Case

FACTS: tuple[ModuleType, ...] = (
    test_targets,
    test_layers_move,
    test_gradients,
    test_loss_weights,
    test_captions,
    test_noise,
    test_precision,
    test_nan,
    test_resume,
    test_equal_files,
    test_alpha,
    test_text_encoder,
    test_saved_file,
    test_pictures,
)


def name_of(fact: ModuleType) -> str:
    """What a fact is called in a table."""
    return fact.__name__.rpartition(".test_")[2].replace("_", " ")


def holds(fact: ModuleType, case: Case, folder: Path) -> bool:
    """Whether a fact holds for a case; a fact that crashes found nothing, so that is let through.

    Args:
        folder: a place for its files; made here.
    """
    folder.mkdir()
    try:
        _test_of(fact)(case, folder)
    except (AssertionError, pytest.fail.Exception):
        return False
    return True


def cases_of(fact: ModuleType) -> tuple[Case, ...]:
    """What a fact is checked on in the test run."""
    (mark,) = (mark for mark in _test_of(fact).pytestmark if mark.name == "parametrize")
    return mark.args[1]


def _test_of(fact: ModuleType) -> Callable[..., None]:
    """The one test of a fact's file."""
    (test,) = (value for name, value in vars(fact).items() if name.startswith("test_"))
    return test
