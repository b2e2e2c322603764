#!/bin/sh
# Installs what is missing, builds newshound, indexes the sample corpus and runs
# a search in it.
set -eu
cd "$(dirname "$0")"
tools/install-deps.sh build
cmake --preset release -DNEWSHOUND_TESTS=OFF >/dev/null
cmake --build --preset release >/dev/null
newshound=build/release/newshound
echo "\$ newshound index corpus/samples"
$newshound index -d news.idx corpus/samples
echo "\$ newshound search person:Leike safety"
$newshound search -d news.idx person:Leike safety
echo "the program is $newshound, the index news.idx"
