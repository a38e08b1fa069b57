#!/usr/bin/env bash
# One test runs jobs on a PostgreSQL of its own; where apt is there and may be used, its programs are installed.
set -euo pipefail
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
command -v initdb >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing PostgreSQL for one test ..." >&2
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
else
  echo "No PostgreSQL here and no way to install it: put its initdb and postgres on the PATH to run the test of it." >&2
  exit 2
fi
