#!/usr/bin/env bash
# The browser tests drive Debian's Chromium; where apt is there and may be used, it is installed.
set -euo pipefail
command -v chromium >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing Chromium for the browser tests ..." >&2
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null
else
  echo "No Chromium here and no way to install it: put one on the PATH as 'chromium' to run the browser tests." >&2
  exit 2
fi
