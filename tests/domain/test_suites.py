"""Suites of prompts: enough to be sure of something, and none that a base cannot read."""

import pytest

from profile_studio.domain.power import fewest_prompts
from profile_studio.domain.prompt_syntax import read_prompt
from profile_studio.domain.suites import SUITES, read_suite


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_has_sixteen_different_prompts_that_every_base_reads(name: str) -> None:
    prompts = SUITES[name].prompts
    assert len(set(prompts)) == len(prompts) == 16 > fewest_prompts(9)
    for prompt in prompts:
        read_prompt(prompt, latin_only=True)
    assert SUITES[name].is_trigger_free == (name == "trigger-free")


def test_short_prompts_are_short_and_long_ones_long() -> None:
    assert max(map(len, SUITES["short"].prompts)) < min(map(len, SUITES["long"].prompts)) / 3


@pytest.mark.parametrize(
    "text", ["a hat\na dog", "\ufeffa hat\r\n\r\n# a cat\n  a dog  \n", "# only\n\ta hat\n\n\na dog\n"]
)
def test_an_own_suite_is_its_lines_without_mark_comments_and_blanks(text: str) -> None:
    assert read_suite(text) == ("a hat", "a dog")
