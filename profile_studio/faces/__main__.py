"""A process that looks at drawings: pictures come in on standard input, the critic's scores go out on standard output.

Run: python -m profile_studio.faces FOLDER, with the critic's folder.
"""

import io
import os
import sys
from pathlib import Path

from PIL import Image

from profile_studio.decoding.frames import read_frame, write_frame
from profile_studio.metrics.critic import Critic


def main() -> None:
    """Answers until its input ends, which is when the process that started it is gone."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints must not speak into the frames
    critic = Critic(Path(sys.argv[1]))
    while True:
        try:
            _, (content,) = read_frame(sys.stdin.buffer)
        except EOFError:
            return
        with Image.open(io.BytesIO(content)) as picture:
            write_frame(output, {"score": critic.score_picture(picture)})


if __name__ == "__main__":
    main()
