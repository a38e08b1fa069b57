#!/usr/bin/env bash
# Tests read words with CLIP's own tokenizer. Its vocabulary lies in open_clip_torch's wheel (MIT); only that file is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
vocabulary=.build/clip/bpe_simple_vocab_16e6.txt.gz
[ -e "$vocabulary" ] && exit 0
echo "Fetching CLIP's vocabulary for the tests ..." >&2
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
.venv/bin/python -m pip download --disable-pip-version-check --quiet --no-deps --dest "$folder" open_clip_torch==3.3.0
.venv/bin/python - "$folder" "$vocabulary" <<'PYTHON'
import hashlib
import sys
import zipfile
from pathlib import Path

folder, vocabulary = Path(sys.argv[1]), Path(sys.argv[2])
(wheel,) = folder.glob("*.whl")
content = zipfile.ZipFile(wheel).read(f"open_clip/{vocabulary.name}")
if hashlib.sha256(content).hexdigest() != "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a":
    sys.exit(f"{vocabulary.name} in {wheel.name} is not CLIP's vocabulary.")
vocabulary.parent.mkdir(parents=True, exist_ok=True)
(temporary := vocabulary.with_suffix(".tmp")).write_bytes(content)
temporary.replace(vocabulary)
PYTHON
