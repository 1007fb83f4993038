#!/usr/bin/env bash
# Creates the virtual environment and installs the locked requirements and crosswarden itself.
#   make_environment.sh VENV LOCKED
set -euo pipefail
venv=$1 locked=$2
python=${PYTHON:-python3.11}
if ! command -v "$python" >/dev/null; then
  python=python3
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "crosswarden needs Python 3.11 or newer; found $("$python" --version 2>&1). Set PYTHON=/path/to/python3.11" >&2
  exit 2
fi
"$python" -m venv --help >/dev/null 2>&1 || { echo "Python's venv module is missing: install the Debian package python3-venv" >&2; exit 2; }
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$locked"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
