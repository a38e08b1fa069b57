#!/usr/bin/env bash
# Double-click on macOS (or run on Linux): sets everything up once and opens the studio, as `make run` does.
set -euo pipefail
cd "$(dirname "$0")"
scripts/install.sh run
exec .venv/bin/python app.py --open
