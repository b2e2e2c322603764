"""Copies the public headers with larger structs: grow_headers.py FROM TO

Every struct that may grow by the conventions of newshound.h gets a member at its
end. tests/api/test_library.py runs a program that was compiled against the frozen
headers of 1.0 on a library that was built with these.
"""

import pathlib
import re
import sys

MAY_GROW = ("nh_search_options", "nh_writer_options", "nh_stats", "nh_hit",
            "nh_total", "nh_reason", "nh_completion", "nh_proposal",
            "nh_article_view", "nh_counts", "nh_timeline_options",
            "nh_concordance_options", "nh_concordance_line")


def grow(text):
    """(text with larger structs, names of those that it has)"""
    grown = []

    def add(match):
        grown.append(match.group(1))
        return match.group(0)[:-2] + "    uint64_t grown[8];\n};"

    names = "|".join(MAY_GROW)
    return re.sub(rf"^struct ({names}) {{\n.*?^}};", add, text,
                  flags=re.M | re.S), grown


def main():
    source, target = map(pathlib.Path, sys.argv[1:3])
    target.mkdir(parents=True, exist_ok=True)
    found = []
    for path in sorted(source.glob("*.h")):
        text, grown = grow(path.read_text(encoding="utf-8"))
        found += grown
        (target / path.name).write_text(text, encoding="utf-8")
    assert sorted(found) == sorted(MAY_GROW), found


if __name__ == "__main__":
    main()
