#!/bin/sh
# The browser that the journeys in tests/e2e drive: Debian's chromium, installed where it is missing.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
if ! command -v apt-get >/dev/null 2>&1; then
    echo "The browser tests need Chromium: install it with your system's package manager, then try again." >&2
    exit 1
fi
echo "== Installing Chromium for the browser tests (one to two minutes)"
if [ "$(id -u)" -eq 0 ]; then sudo=""; else sudo="sudo"; fi
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends chromium fonts-noto-color-emoji >/dev/null
