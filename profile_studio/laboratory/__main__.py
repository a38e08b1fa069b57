"""Answers one question of the laboratory: `python -m profile_studio.laboratory labels|probe QUESTION`, JSON both ways."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from profile_studio.domain.errors import InvalidDataset, ProfileStudioError
from profile_studio.domain.laboratory import LabelsQuestion, ProbeQuestion
from profile_studio.domain.sentences import to_json
from profile_studio.families import pick_device
from profile_studio.laboratory.labels import label_probabilities
from profile_studio.laboratory.probe import Examples, confusion, predictions, standardised, train_probe
from profile_studio.metrics.features import Judge
from profile_studio.metrics.uncertainty import share_with_interval
from profile_studio.settings import Settings

Answer = dict[str, object]
_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}


def labels(question: LabelsQuestion, judge: Judge) -> Answer:
    """The words with their probabilities, the likeliest first."""
    picture = judge.see([Path(question.file)])
    shares = label_probabilities(picture, judge.read(question.words), judge.sharpness)
    ordered = sorted(zip(question.words, shares.tolist(), strict=True), key=lambda pair: -pair[1])
    return {"labels": [{"word": word, "probability": share} for word, share in ordered], "encoder": judge.encoder}


def probe(question: ProbeQuestion, judge: Judge) -> Answer:
    """Accuracy with Wilson's interval, the confusion table, and which pictures were mistaken.

    Raises:
        InvalidDataset: there are not two classes with pictures to learn from and to test on.
    """
    folder = Path(question.folder)
    classes = sorted(path.name for path in (folder / "train").glob("*") if path.is_dir())
    train, test = (
        [(path, number) for number, name in enumerate(classes) for path in _pictures(folder / side / name)]
        for side in ("train", "test")
    )
    if len({number for _, number in train}) < max(2, len(classes)) or not test:
        raise InvalidDataset(
            "{folder} does not have two classes with pictures to learn from and to test on.",
            "Put pictures into train/CLASS and test/CLASS, or make them with `lab classes`.",
            folder=folder.name,
        )
    seen, tested = standardised(*(judge.see([path for path, _ in side]) for side in (train, test)))
    numbers, truth = (np.array([number for _, number in side]) for side in (train, test))
    layer = train_probe(Examples(seen, numbers), len(classes), question.epochs, question.seed)
    predicted = predictions(layer, tested)
    accuracy = share_with_interval(int((predicted == truth).sum()), len(truth))
    return {
        "accuracy": {"value": accuracy.value, "low": accuracy.low, "high": accuracy.high, "n": len(truth)},
        "confusion": confusion(truth, predicted, len(classes)).tolist(),
        "classes": classes,
        "mistakes": [
            {"file": str(path), "class": classes[number], "taken_for": classes[taken]}
            for (path, number), taken in zip(test, predicted.tolist(), strict=True)
            if number != taken
        ],
        "encoder": judge.encoder,
        "n_train": len(numbers),
        "epochs": question.epochs,
    }


def _pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in _SUFFIXES)


def main(arguments: Sequence[str]) -> int:
    """Prints the answer, or what went wrong, as one JSON object."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints must not speak into the answer
    kind, text = arguments
    try:
        judge = Judge(Settings().judge_dir, str(pick_device()))
        if kind == "labels":
            answer = labels(LabelsQuestion.model_validate_json(text), judge)
        else:
            answer = probe(ProbeQuestion.model_validate_json(text), judge)
    except ProfileStudioError as error:
        answer = {"error": {"kind": error.kind, "message": to_json(error.message), "fix": to_json(error.fix)}}
    with output:
        json.dump(answer, output)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
