"""Our own writer and Xapian's API make the same tables of Reuters-21578 and of
the press releases: every list, count and length, and the ids and scores of
2,000 queries.  test_builders.py NEWSHOUND WORKDIR COMPARE_TABLES
"""

import filecmp
import json
import os
import random
import re
import shutil
import sys

from common import arguments, data, expect, run


def segments(index):
    return sorted(os.path.join(index, name) for name in os.listdir(index)
                  if name.startswith("seg-"))


def random_queries(program, index, count):
    """Words, alternatives and phrases out of the articles' own texts."""
    rand, texts = random.Random(17), []
    for line in run(program, "export", "-d", index).splitlines()[::50]:
        words = re.findall("[a-z]+", json.loads(line)["body"].lower())
        if len(words) > 20:
            texts.append(words)
    lines = []
    for n in range(count):
        words, size = rand.choice(texts), rand.randint(1, 4)
        at = rand.randrange(len(words) - size)
        some = {0: " ".join(rand.sample(words, size)),
                1: " OR ".join(rand.sample(words, size)),
                2: '"' + " ".join(words[at:at + size]) + '"'}[n % 3]
        lines.append(f"{n}\t{some}\n")
    return "".join(lines).encode()


def answers(program, index, queries):
    out = run(program, "search", "-d", index, "--format", "json", "--queries",
              "-", stdin=queries)
    found = []
    for line in out.splitlines():
        answer = json.loads(line)
        del answer["elapsed_ms"]
        found.append(answer)
    return found


def check(program, work, compare, source):
    indexes = [os.path.join(work, kind) for kind in ("api", "bulk")]
    for index in indexes:
        run(program, "index", "--entities-only-given", "--xapian-lists", "--builder",
            os.path.basename(index), "-d", index, source)
    folders = [segments(index) for index in indexes]
    expect(len(folders[0]) == len(folders[1]) > 0,
           f"{len(folders[0])} and {len(folders[1])} segments")
    for a, b in zip(*folders):
        run(compare, a, b)
        expect(filecmp.cmp(os.path.join(a, "blocks"), os.path.join(b, "blocks"),
                           shallow=False), "the same block-max lists")
    queries = random_queries(program, indexes[0], 2000)
    expect(answers(program, indexes[0], queries) ==
           answers(program, indexes[1], queries),
           "2,000 queries give the same articles and scores")
    for index in indexes:
        shutil.rmtree(index)


def main():
    sources = [data("corpora", "reuters21578"),
               data("corpora", "senate-press-releases.jsonl.gz")]
    compare = os.path.abspath(sys.argv[3])
    program, work = arguments()
    for source in sources:
        check(program, work, compare, source)


if __name__ == "__main__":
    main()
