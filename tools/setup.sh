#!/bin/sh
# Make the environment named by the first argument: locked versions, then this project itself.
set -eu
venv=$1
python=${PYTHON:-python3}
if ! "$python" -m venv "$venv" 2>/dev/null; then
    # Debian ships Python without venv: install it where we may.
    echo "setup: installing python3-venv" >&2
    if [ "$(id -u)" -eq 0 ]; then sudo=""; else sudo="sudo"; fi
    $sudo apt-get update -qq && $sudo apt-get install -y -qq python3-venv >/dev/null
    rm -rf "$venv" && "$python" -m venv "$venv"
fi
echo "setup: installing locked versions into $venv" >&2
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
# A checkout is byte-compiled as well: every start of the command is a quarter of a second quicker.
"$venv/bin/python" -m compileall -q optimizer
touch "$venv/.ready"
