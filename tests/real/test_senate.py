"""72,488 press releases: all in, unchanged the second time, exact text back,
small enough.  test_senate.py NEWSHOUND WORKDIR
"""

import gzip
import json
import os
import re
import shutil

from common import arguments, data, expect, run


def size(program, index):
    """Bytes of the index for a byte of text."""
    stats = run(program, "stats", "-d", index)
    return float(re.search(r"index .* bytes +([0-9.]+) of", stats).group(1))


def main():
    source = data("corpora", "senate-press-releases.jsonl.gz")
    program, work = arguments()
    index = os.path.join(work, "idx")
    out = run(program, "index", "-d", index, source)
    expect(out.startswith("72488 added, 0 replaced, 0 unchanged, 0 skipped"),
           out.strip())
    out = run(program, "index", "-d", index, source)
    expect(out.startswith("0 added, 0 replaced, 72488 unchanged, 0 skipped"),
           out.strip())
    expect(size(program, index) <= 0.65,
           f"{size(program, index)} bytes a byte of text, with the names found")
    bare = os.path.join(work, "bare")
    run(program, "index", "-q", "--entities-only-given", "-d", bare, source)
    expect(size(program, bare) <= 0.5,
           f"{size(program, bare)} bytes a byte of text without them")
    exported = run(program, "export", "-d", index).splitlines()
    same = 0
    with gzip.open(source, "rt", encoding="utf-8") as file:
        for line, back in zip(file, exported):
            a, b = json.loads(line), json.loads(back)
            same += (a["title"], a["body"]) == (b["title"], b["body"])
    expect(same == len(exported) == 72488, f"{same} texts come back exactly")
    for name in os.listdir(index):
        if name.startswith("seg-"):
            run("xapian-check", os.path.join(index, name))
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
