"""Technical texts for people, without where things lie on the computer that wrote them."""

import re

_IN_QUOTES = re.compile(r"""(?P<quote>["'])(?P<path>(?:/|[A-Za-z]:[\\/]|\\\\)[^"'\n]+)(?P=quote)""")
_STEP = r"""[^/\\\s"'<>|,;()\[\]{}]+"""
_BARE = re.compile(rf"(?<![\w.:/\\~<-])(?:[A-Za-z]:)?(?:[/\\]{{1,2}}{_STEP}){{2,}}[/\\]?")
_LOCAL_URL = re.compile(r"""\b\w+:/{3,}[^\s"'<>]+""")
_KNOWN = ("profile_studio", "site-packages")  # folders below which a path says nothing of the computer


def without_places(text: str) -> str:
    """The text with every absolute path cut to the file's name, or to where it lies in this program or in a package.

    >>> without_places('File "/home/me/studio/profile_studio/ui/app.py", line 3: no /home/me/data/face.png')
    'File "profile_studio/ui/app.py", line 3: no face.png'
    """
    text = _LOCAL_URL.sub(lambda match: _cut(match[0]), text)
    text = _IN_QUOTES.sub(lambda match: f"{match['quote']}{_cut(match['path'])}{match['quote']}", text)
    return _BARE.sub(lambda match: _cut(match[0]), text)


def _cut(path: str) -> str:
    steps = [step for step in re.split(r"[/\\]+", path) if step]
    known = [place for place, step in enumerate(steps) if step in _KNOWN]
    return "/".join(steps[known[-1] if known else -1 :])
