#!/usr/bin/env bash
# Makes .venv and installs what the studio needs; with "dev" also what the tests need.
# Called by `make run`, `make test`, start.command and the container image. Does nothing when all is in place.
# TORCH=cpu or TORCH=cuda says which PyTorch; without it, an NVIDIA driver or a Mac says so.
set -euo pipefail
cd "$(dirname "$0")/.."
kind="${1:-run}"
python="${PYTHON:-python3}"
requirements=requirements.txt
[ "$kind" = dev ] && requirements=requirements-dev.txt

stamp=".venv/.installed-$kind-$(cat requirements.txt "$requirements" scripts/install.sh | cksum | cut -d' ' -f1)"
[ -e "$stamp" ] && exit 0

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Profile Studio needs Python 3.11 or newer; this is $("$python" --version). Set PYTHON=/path/to/python3.11." >&2
  exit 2
}
[ -x .venv/bin/python ] || "$python" -m venv .venv
pip=(.venv/bin/python -m pip install --disable-pip-version-check --quiet)

# Without an NVIDIA GPU, PyTorch's own CPU wheels spare gigabytes of CUDA; where that index is out of reach, PyPI serves.
torch="$(grep '^torch==' requirements.txt)"
if ! .venv/bin/python -c "import torch, sys; sys.exit(torch.__version__.split('+')[0] != '${torch#torch==}')" 2>/dev/null; then
  echo "Installing PyTorch ..." >&2
  if [ -z "${TORCH:-}" ]; then
    TORCH=cpu
    if command -v nvidia-smi >/dev/null 2>&1 || [ "$(uname)" = Darwin ]; then TORCH=cuda; fi
  fi
  if [ "$TORCH" = cuda ]; then
    "${pip[@]}" "$torch" # the registry's own: for CUDA on Linux, for Apple's GPU on a Mac
  else
    "${pip[@]}" --retries 0 --timeout 10 --index-url https://download.pytorch.org/whl/cpu "$torch" 2>/dev/null || "${pip[@]}" "$torch"
  fi
fi
echo "Installing packages from $requirements ..." >&2
"${pip[@]}" -r "$requirements"
touch "$stamp"
