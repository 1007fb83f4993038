#!/usr/bin/env bash
# Creates a virtual environment with a locked set of its own, apart from the one the project is developed in.
#   own_environment.sh VENV LOCKED
set -euo pipefail
venv=$1 locked=$2
python=${PYTHON:-python3.11}
command -v "$python" >/dev/null || python=python3
stamp="$venv/.installed-$(sha256sum "$locked" | cut -c1-16)"
[ -e "$stamp" ] && exit 0
rm -rf "$venv"
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$locked"
touch "$stamp"
