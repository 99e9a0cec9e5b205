#!/bin/sh
# The browser that the tests of HTML pages run in: installed where it is missing and where we may.
set -eu
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null; then exit 0; fi
done
if [ "${FLEETOPT_NO_BROWSER:-}" = 1 ]; then
    echo "browser: FLEETOPT_NO_BROWSER=1: HTML pages will not be checked" >&2
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "browser: no Chromium, and no apt-get to install it: the tests of HTML pages will fail" >&2
    exit 0
fi
echo "browser: installing chromium" >&2
if [ "$(id -u)" -eq 0 ]; then sudo=""; else sudo="sudo"; fi
if ! { $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; }; then
    echo "browser: chromium could not be installed: the tests of HTML pages will fail" >&2
fi
