"""The laboratory: labels of a picture, classes of made pictures, and a probe that tells them apart."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from profile_studio.domain.errors import InvalidPicture, InvalidSettings, ProfileStudioError
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.laboratory import LabelsQuestion, ProbeQuestion
from profile_studio.domain.names import check_name
from profile_studio.domain.sentences import from_json
from profile_studio.services.generation import error_of_kind
from profile_studio.settings import REPOSITORY_ROOT

NEGATIVE_PROMPT = "blurry, low quality, distorted"
GUIDANCE_SCALE = 7.5
NUM_INFERENCE_STEPS = 50
PICTURES_A_PROMPT = 2
_LONGEST_S = 1800.0


class LaboratoryService:
    """Everything the command line does in the laboratory; whatever computes runs in a process of its own."""

    def labels(self, question: LabelsQuestion) -> dict[str, Any]:
        """Each word's probability for a picture, the likeliest first.

        Raises:
            InvalidPicture: there is no such file, or it is no picture.
            JudgeMissing: nothing can look at it.
        """
        if not Path(question.file).is_file():
            raise InvalidPicture("There is no picture {file}.", "Give the path of a picture.", file=question.file)
        return _answer("labels", question.model_dump_json())

    def probe(self, question: ProbeQuestion) -> dict[str, Any]:
        """Accuracy with its interval, confusion table and mistakes of a linear probe on the judge's picture tower.

        Raises:
            InvalidDataset: there are not two classes with pictures to learn from and to test on.
            InvalidPicture: a file is no picture.
            JudgeMissing: nothing can look at them.
        """
        return _answer("probe", question.model_dump_json())

    def class_requests(
        self, prompts: Mapping[str, list[str]], base: str, count: int = PICTURES_A_PROMPT
    ) -> dict[str, list[GenerationRequest]]:
        """What is drawn for each class: as many pictures a prompt as asked for, no seed twice.

        Raises:
            InvalidName: a class cannot be called that.
            InvalidSettings: there are fewer than two classes, or too few pictures to learn from and to test on.
        """
        if len(prompts) < 2:
            raise InvalidSettings(
                "One class alone cannot be told from others.", "Name at least two with --class NAME=PROMPT."
            )
        if count < 2:
            raise InvalidSettings("One picture a prompt leaves none to test on.", "Ask for at least two.")
        requests: dict[str, list[GenerationRequest]] = {}
        seed = 0
        for name, asked in prompts.items():
            requests[check_name(name)] = []
            for prompt in asked:
                requests[name].append(
                    GenerationRequest(
                        prompt=prompt,
                        negative_prompt=NEGATIVE_PROMPT,
                        base=base,
                        count=count,
                        num_inference_steps=NUM_INFERENCE_STEPS,
                        guidance_scale=GUIDANCE_SCALE,
                        seed=seed,
                    )
                )
                seed += count
        return requests

    def place(self, out: Path, name: str, index: int) -> Path:
        """The folder of a class' picture: every second one is to test on, the others are to learn from."""
        return out / ("test" if index % 2 else "train") / name


def _answer(kind: str, question: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "profile_studio.laboratory", kind, question]
    done = subprocess.run(
        command, capture_output=True, cwd=REPOSITORY_ROOT, timeout=_LONGEST_S, check=False, encoding="utf-8"
    )
    if done.returncode != 0:
        raise ProfileStudioError(
            "The laboratory's process ended with {code}.", "Try again; `doctor` says what works.", code=done.returncode
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    if error := answer.get("error"):
        raise error_of_kind(error["kind"], from_json(error["message"]), from_json(error["fix"]))
    return answer
