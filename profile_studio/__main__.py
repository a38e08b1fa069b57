"""`python -m profile_studio COMMAND ...`."""

import sys

from profile_studio.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
