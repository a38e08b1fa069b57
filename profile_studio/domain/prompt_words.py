"""What a prompt asks for, in plain words: without the signs that say how much each word counts."""

from profile_studio.domain.prompt_syntax import read_prompt


def prompt_words(prompt: str) -> str:
    """The words of a prompt as a person would say them, for those that do not know weights and blends.

    Raises:
        InvalidPrompt: it cannot be read.

    >>> prompt_words('("a (red)1.3 cat", "a dog++").blend(0.6, 0.4)')
    'a red cat, a dog'
    """
    return read_prompt(prompt).words
