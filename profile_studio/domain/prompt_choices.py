"""`{red|blue} hair`: one of several words in each picture, by its seed."""

import hashlib
import re
from itertools import count

from profile_studio.domain.errors import InvalidPrompt

_INNERMOST = re.compile(r"\{([^{}]*)\}")


def choose(prompt: str, seed: int) -> str:
    """The prompt with one of each `{one|other}`, the same for one seed on every machine; choices may lie in choices.

    Raises:
        InvalidPrompt: the braces do not match, or leave nothing to choose.

    >>> choose("portrait", 7)
    'portrait'
    """
    numbers = count()
    while choice := _INNERMOST.search(prompt):
        words = choice[1].split("|")
        if len(words) < 2 or "$$" in choice[1] or "::" in choice[1]:
            raise InvalidPrompt(
                "“{choice}” is not a choice this studio can read.",
                r"Write {{red|blue}} to have one of them drawn by the seed, or \{{ and \}} for plain braces.",
                choice=choice[0],
            )
        drawn = hashlib.sha256(f"{seed}:{next(numbers)}".encode()).digest()
        prompt = prompt[: choice.start()] + words[int.from_bytes(drawn[:8]) % len(words)] + prompt[choice.end() :]
    if re.search(r"[{}]", prompt):
        raise InvalidPrompt(
            "The braces in “{choice}” do not match.",
            r"Write {{red|blue}} to have one of them drawn by the seed, or \{{ and \}} for plain braces.",
            choice=prompt[:60],
        )
    return prompt


def has_choices(prompt: str) -> bool:
    """Whether pictures of one prompt differ in their words."""
    return _INNERMOST.search(prompt) is not None
