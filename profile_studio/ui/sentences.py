"""The studio's own sentences in another language, looked up by the template of the English one, as gettext does.

Errors, advice and notes are made far from any page and kept in English: in rows, in logs, on the command line. Only the
page that shows one has it in its language.
"""

from collections.abc import Mapping

from profile_studio.domain.sentences import Sentence, Value, listed


class Sentences:
    """English sentences to those of another language.

    Args:
        templates: keys are the templates of `Sentence`, letter by letter; values have the same holes, without `!r`.
    """

    def __init__(self, templates: Mapping[str, str]) -> None:
        self.templates = templates

    def of(self, sentence: str) -> str:
        """This sentence in the other language; as it is, if nobody has translated it.

        >>> Sentences({"No LoRA {name!r}.": "LoRA “{name}” 없음"}).of(Sentence("No LoRA {name!r}.", name="ink"))
        'LoRA “ink” 없음'
        """
        if not isinstance(sentence, Sentence):
            return self.templates.get(sentence, sentence)
        words = self.templates.get(sentence.template)
        if words is None or not sentence.values:
            return words or sentence
        return words.format(**{name: self._shown(value) for name, value in sentence.values.items()})

    def _shown(self, value: Value) -> Value:
        if isinstance(value, list):
            return listed([str(self._shown(part)) for part in value])
        return self.of(value) if isinstance(value, Sentence) else value
