#!/bin/sh
# Installs what is missing, builds newshound, indexes the sample corpus and runs
# a search in it.
set -eu
cd "$(dirname "$0")"
echo "1 of 4: look for the libraries and tools that newshound needs"
tools/install-deps.sh build
echo "2 of 4: build newshound (a minute or two on two cores)"
cmake --preset release -DNEWSHOUND_TESTS=OFF >/dev/null
cmake --build --preset release
newshound=build/release/newshound
echo "3 of 4: index 45 sample articles"
echo "\$ newshound index corpus/samples"
$newshound index -d news.idx corpus/samples
echo "4 of 4: search"
echo "\$ newshound search person:Leike safety"
$newshound search -d news.idx person:Leike safety
echo "the program is $newshound, the index news.idx"
