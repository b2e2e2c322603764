#!/bin/sh
# Installs what is missing, builds and runs all tests. The argument is a preset
# of CMakePresets.json; default dev. NEWSHOUND_DATA, if set, names a folder with
# real corpora (tests/README.md) for further tests.
set -eu
cd "$(dirname "$0")"
preset="${1:-dev}"
tools/install-deps.sh
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
ctest --test-dir "build/$preset" --output-on-failure --parallel "$(nproc)"
