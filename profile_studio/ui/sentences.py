"""The studio's own sentences in another language, looked up by the English one, as gettext does.

Errors, advice and notes are made far from any page and kept in English: in rows, in logs, on the command line. Only the
page that shows one has it in its language. A `Sentence` says which template it was made from; other text is matched with
the templates.
"""

import re
from collections.abc import Mapping
from functools import cached_property

from profile_studio.domain.sentences import Sentence, Value, listed

_HOLE = re.compile(r"\{(?P<name>\w+)(?P<kind>![rs])?\}")
_FILLINGS = {None: r"(?P<{name}>.*?)", "!r": r"(?P<{name}>'.*?'|\".*?\")", "!s": r"(?P<{name}>.*?)"}


class Sentences:
    """English sentences to those of another language.

    Args:
        templates: keys are whole sentences with holes, as the code that makes them has it: `{name}` holds any text,
            `{name!r}` text in the quotation marks of `repr`, which are taken off, and `{name!s}` a sentence or word of
            this dictionary, or several with commas between, which are translated as well. Values have plain holes.
    """

    def __init__(self, templates: Mapping[str, str]) -> None:
        self.templates = templates

    def of(self, sentence: str) -> str:
        """This sentence in the other language; as it is, if nobody has translated it.

        >>> Sentences({"There is no LoRA {name!r}.": "LoRA “{name}” 없음"}).of("There is no LoRA 'ink'.")
        'LoRA “ink” 없음'
        """
        if isinstance(sentence, Sentence) and sentence.template in self.templates:
            return self._filled(sentence)
        if sentence in self.templates:
            return self.templates[sentence]
        for pattern, key in self._patterns:
            if match := pattern.fullmatch(sentence):
                kinds = {hole["name"]: hole["kind"] for hole in _HOLE.finditer(key)}
                filled = {name: self._filling(text, kinds[name]) for name, text in match.groupdict().items()}
                return self.templates[key].format(**filled)
        return sentence

    def _filled(self, sentence: Sentence) -> str:
        words = self.templates[sentence.template]
        return words.format(**{name: self._value(value) for name, value in sentence.values.items()})

    def _value(self, value: Value) -> Value:
        if isinstance(value, list):
            return listed([str(self._value(part)) for part in value])
        return self.of(value) if isinstance(value, Sentence) else value

    def _filling(self, text: str, kind: str | None) -> str:
        if kind == "!r":
            return text[1:-1]
        if kind == "!s":
            parts = text.split(", ")
            translated = [self.of(part) for part in parts]
            is_list = text not in self.templates and parts != translated
            return ", ".join(translated) if is_list else self.of(text)
        return text

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """Those with holes; the one that says most itself is tried first."""
        with_holes = [key for key in self.templates if _HOLE.search(key)]
        with_holes.sort(key=lambda key: -len(_HOLE.sub("", key)))
        return [(_pattern(key), key) for key in with_holes]


def _pattern(template: str) -> re.Pattern[str]:
    parts: list[str] = []
    end = 0
    for hole in _HOLE.finditer(template):
        parts += [re.escape(template[end : hole.start()]), _FILLINGS[hole["kind"]].format(name=hole["name"])]
        end = hole.end()
    return re.compile("".join(parts) + re.escape(template[end:]), re.DOTALL)
