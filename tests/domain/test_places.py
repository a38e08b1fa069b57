import doctest

import pytest

from profile_studio.domain import places
from profile_studio.domain.places import without_places


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('File "/srv/my studio/profile_studio/ui/app.py", line 3', 'File "profile_studio/ui/app.py", line 3'),
        ('File "/usr/lib/python3.11/json/decoder.py", line 3', 'File "decoder.py", line 3'),
        ('File "/x/.venv/lib/python3.11/site-packages/torch/nn.py"', 'File "site-packages/torch/nn.py"'),
        ("[Errno 2] No such file: '/home/me/data/pictures/a face.png'", "[Errno 2] No such file: 'a face.png'"),
        ("/home/me/data/studio.db is locked", "studio.db is locked"),
        ("cannot write to /home/me/data/, sorry", "cannot write to data, sorry"),
        (r"no C:\Users\me\data\studio.db here", "no studio.db here"),
        (r"""FileNotFoundError: 'C:\\Users\\me\\My Pictures\\a.png'""", "FileNotFoundError: 'a.png'"),
        ("//server/share/a.png", "a.png"),
        ("(/home/me/a.safetensors)", "(a.safetensors)"),
        ("no sqlite:////home/me/data/studio.db here", "no studio.db here"),
        ("file:///home/me/data/face.png", "face.png"),
        ("1.5 steps/s, 3/4 done", "1.5 steps/s, 3/4 done"),
        ("see https://huggingface.co/docs/peft", "see https://huggingface.co/docs/peft"),
        ("POST /login", "POST /login"),
        ("unet/down_blocks.0", "unet/down_blocks.0"),
    ],
)
def test_a_text_says_what_but_not_where(text: str, expected: str) -> None:
    assert without_places(text) == expected


def test_the_example_is_true() -> None:
    assert doctest.testmod(places).failed == 0
