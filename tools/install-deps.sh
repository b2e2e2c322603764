#!/bin/sh
# Installs the Debian packages that building and testing need, where they are
# missing. With "build" as its argument, only those for building.
set -eu
build="gcc g++ cmake ninja-build pkg-config libxapian-dev zlib1g-dev
libstemmer-dev libutf8proc-dev libxxhash-dev libxml2-dev
libarchive-dev libbrotli-dev libedit-dev"
test="libcmocka-dev python3 python3-venv python3-jsonschema
python3-snowballstemmer mypy strace xapian-tools bash zsh fish luajit
libffi-platypus-perl clang-format"
wanted="$build"
if [ "${1:-}" != build ]; then
    wanted="$build $test"
    # They may come from elsewhere.
    command -v npm >/dev/null || wanted="$wanted nodejs npm"
fi
missing=""
for package in $wanted; do
    case "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)" in
    "install ok installed") ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0
echo "installing:$missing" >&2
as_root=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "as root, run: apt-get install$missing" >&2
        exit 1
    }
    as_root=sudo
fi
$as_root apt-get update -qq >&2
# shellcheck disable=SC2086 # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends $missing >&2
