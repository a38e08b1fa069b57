"""``python -m profile_studio.starter``: builds and measures the bundled models."""

from profile_studio.starter.cli import main

main()
