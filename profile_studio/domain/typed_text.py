"""What keyboards make of the signs of a prompt, brought back to those signs: full-width commas, curly quotes, long dashes."""

import re
import unicodedata

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63", "-"),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),  # take no room, and split words
        "\u3001": ",",  # the comma of Chinese and Japanese
    }
)
_MINUS_SIGNS = re.compile("(?<=[^\\s\u2014\u2015])[\u2014\u2015](?=[\\s,.;:!?)\\]}\"']|$)")
_LONG_DASH = re.compile("\\s*[\u2014\u2015]\\s*")


def plain_signs(text: str) -> str:
    """The text with the signs that a prompt knows in place of those that phones and other alphabets write for them.

    Source: Unicode Standard Annex 15, form NFKC, for all that is only wider, narrower or raised.

    >>> plain_signs("“red” hair—，smile")
    '"red" hair--,smile'
    """
    text = unicodedata.normalize("NFKC", text.translate(_SIGNS))  # before NFKC, which makes two signs of some quotes
    return _LONG_DASH.sub(" - ", _MINUS_SIGNS.sub("--", text.translate(_SIGNS)))
