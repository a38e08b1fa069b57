"""What a prompt asks for, in plain words: without the signs that say how much each word counts."""

import re

from profile_studio.domain.captions import tidy
from profile_studio.domain.prompts import prepare_prompt

_OPERATOR = re.compile(r"\.(?:blend|and)\([^()]*\)")
_CLOSING = re.compile(r"(?<!\\)\)(?:[+-]+|[0-9]*\.?[0-9]+)?")
_OPENING = re.compile(r"(?<!\\)[(\[\]]")
_SIGNS = re.compile(r"(?<=\w)(?:\++|-+)(?![\w+-])")
_QUOTES = re.compile(r'(?<!\\)"')


def prompt_words(prompt: str) -> str:
    """The words of a prompt as a person would say them, for those that do not know weights and blends.

    Raises:
        InvalidPrompt: it cannot be read.

    >>> prompt_words('("a (red)1.3 cat", "a dog++").blend(0.6, 0.4)')
    'a red cat, a dog'
    """
    words = prepare_prompt(prompt, latin_only=False)
    for signs in (_OPERATOR, _CLOSING, _OPENING, _SIGNS, _QUOTES):
        words = signs.sub("", words)
    return tidy(re.sub(r"\\(.)", r"\1", words))
