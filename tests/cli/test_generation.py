"""`generate`: what is refused before an engine is started."""

from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "nothing to draw"),
        (("--again", "none.png"), "none.png has missing or unreadable metadata"),
        (("--prompt", "a hat", "--method", "mix"), "face-first"),
        (("--prompt", "a (hat"), "never closed"),
        (("--prompt", "a hat <lora:gone:0.5>"), "no LoRA 'gone'"),
    ],
)
def test_a_request_that_makes_no_sense_is_one_sentence(
    command_line: CommandLine, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    code, reply = command_line.call("generate", *options, "--out", str(tmp_path / "out"))

    assert code == 2
    assert sentence in f"{reply['error']['message']} {reply['error']['fix']}"
