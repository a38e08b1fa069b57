"""The laboratory: known answers of its numbers, and its process on real files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from profile_studio.domain.errors import InputError, InvalidDataset, InvalidName, InvalidPicture, InvalidSettings
from profile_studio.domain.laboratory import LabelsQuestion, ProbeQuestion
from profile_studio.laboratory.__main__ import labels, probe
from profile_studio.laboratory.labels import label_probabilities
from profile_studio.laboratory.probe import Examples, confusion, predictions, standardised, train_probe
from profile_studio.metrics.features import Judge
from profile_studio.services.laboratory import LaboratoryService
from tests.metrics.tiny_judge import build_tiny_judge


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(build_tiny_judge(tmp_path_factory.mktemp("lab") / "judge"))


def write_classes(folder: Path, test: int = 3) -> Path:
    """Red and blue noise, six pictures of each to learn from."""
    for name, channel in (("blue", 2), ("red", 0)):
        for side, n in (("train", 6), ("test", test)):
            (folder / side / name).mkdir(parents=True, exist_ok=True)
            for index in range(n):
                pixels = np.random.default_rng([channel, index, n]).integers(0, 60, (32, 32, 3), dtype=np.uint8)
                pixels[..., channel] += 180
                Image.fromarray(pixels).save(folder / side / name / f"{index}.png")
    return folder


def test_labels_are_a_softmax_of_sharpened_cosines() -> None:
    words = np.eye(3)
    assert label_probabilities(np.array([[1.0, 0.0, 0.0]]), words, 0.0) == pytest.approx([1 / 3] * 3)
    shares = label_probabilities(np.array([[0.8, 0.6, 0.0]]), words, np.log(10) * 5)
    assert shares.sum() == pytest.approx(1) and shares[0] / shares[1] == pytest.approx(10)


def test_a_probe_learns_classes_that_a_line_parts_and_a_coin_where_labels_are_shuffled() -> None:
    numbers = np.random.default_rng(0)
    classes = np.repeat([0, 1], 40)
    features = numbers.normal(size=(80, 5)) + 3 * classes[:, None] * np.eye(5)[0]
    train, test = standardised(features[::2], features[1::2])
    layer = train_probe(Examples(train, classes[::2]), 2, epochs=25, seed=0)
    predicted = predictions(layer, test)
    assert (predicted == classes[1::2]).mean() > 0.85
    assert confusion(classes[1::2], predicted, 2).sum() == 40
    shuffled = train_probe(Examples(train, numbers.permutation(classes[::2])), 2, epochs=25, seed=0)
    assert 0.2 < (predictions(shuffled, test) == classes[1::2]).mean() < 0.8


def test_a_folder_of_classes_is_told_apart_with_an_interval_a_table_and_its_mistakes(
    judge: Judge, tmp_path: Path
) -> None:
    answer = probe(ProbeQuestion(folder=str(write_classes(tmp_path))), judge)
    assert answer["classes"] == ["blue", "red"]
    table = np.array(answer["confusion"])
    assert table.sum(axis=1).tolist() == [3, 3]
    accuracy = answer["accuracy"]
    assert isinstance(accuracy, dict) and accuracy["n"] == 6 and accuracy["value"] == np.trace(table) / 6
    assert accuracy["low"] < accuracy["value"] <= accuracy["high"] <= 1
    assert isinstance(answer["mistakes"], list) and len(answer["mistakes"]) == 6 - np.trace(table)


def test_a_picture_gets_a_share_of_every_word(judge: Judge, tmp_path: Path) -> None:
    file = write_classes(tmp_path) / "test" / "red" / "0.png"
    found = labels(LabelsQuestion(file=str(file), words=("a hat", " a hat", "a dog")), judge)["labels"]
    assert isinstance(found, list) and {row["word"] for row in found} == {"a hat", "a dog"}
    assert sum(row["probability"] for row in found) == pytest.approx(1)
    assert found[0]["probability"] >= found[1]["probability"]


def test_a_folder_without_classes_is_refused(judge: Judge, tmp_path: Path) -> None:
    with pytest.raises(InvalidDataset, match="two classes"):
        probe(ProbeQuestion(folder=str(write_classes(tmp_path, test=0))), judge)


@pytest.mark.parametrize(
    ("prompts", "count", "error"),
    [
        ({"fox": ["a fox"]}, 2, InvalidSettings),
        ({"fox": ["a fox"], "dog": ["a dog"]}, 1, InvalidSettings),
        ({"../fox": ["a fox"], "dog": ["a dog"]}, 2, InvalidName),
    ],
)
def test_classes_that_cannot_be_learned_and_tested_are_refused(
    prompts: dict[str, list[str]], count: int, error: type[InputError]
) -> None:
    with pytest.raises(error):
        LaboratoryService().class_requests(prompts, "starter", count)


def test_classes_are_drawn_as_the_study_drew_them_with_no_seed_twice(tmp_path: Path) -> None:
    service = LaboratoryService()
    requests = service.class_requests({"fox": ["a fox", "two foxes"], "dog": ["a dog"]}, "starter")
    every = [request for asked in requests.values() for request in asked]
    assert {(each.guidance_scale, each.num_inference_steps, each.count) for each in every} == {(7.5, 50, 2)}
    assert [each.seed for each in every] == [0, 2, 4] and all(each.negative_prompt for each in every)
    assert [service.place(tmp_path, "fox", index).parent.name for index in range(4)] == ["train", "test"] * 2
    with pytest.raises(InvalidPicture, match="no picture"):
        service.labels(LabelsQuestion(file=str(tmp_path / "gone.png"), words=("a", "b")))
