"""Searches that leave out what cannot win find what searches for everything
find first, in indexes of 1, 3 and 40 segments and with replaced articles, of
Reuters-21578 and the press releases.
  test_ranking.py NEWSHOUND WORKDIR COMPARE_RANKING

NEWSHOUND_QUERIES: random queries for Reuters, default 500, and a fourth as many
for the press releases.
"""

import gzip
import json
import os
import random
import re
import sys

from common import arguments, data, expect, run

import corpora
from evaluate import Generator, to_query


class Texts:
    """What the generator of queries wants to know of a corpus."""

    def __init__(self, articles):
        self.articles = articles


def reuters(folder):
    return list(corpora.reuters(folder))


def senate(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            yield corpora.Article(record["id"], record["title"] or "",
                                  record["body"] or "", None,
                                  {"author": [record["author"]]}
                                  if record.get("author") else {})


def queries(articles, count, seed):
    """Words of titles, all and any; trees of all operators."""
    rand = random.Random(seed)
    generator = Generator(Texts(articles), seed)
    lines = []
    while len(lines) < count:
        words = [w for w in rand.choice(articles).title.lower().split()
                 if w.isalpha() and w not in ("and", "or", "not", "near")]
        if len(lines) % 2:
            lines.append(to_query(generator.tree(), rand))
        elif words:
            some = rand.sample(words, min(len(words), rand.randint(1, 5)))
            lines.append(rand.choice(("", "?")) + " ".join(some))
    return "".join(line + "\n" for line in lines)


def make(program, index, articles, segments, work):
    """An index of the articles in so many segments."""
    step = len(articles) // segments + 1
    path = os.path.join(work, "part.jsonl")
    for start in range(0, len(articles), step):
        corpora.write_jsonl(articles[start:start + step], path)
        run(program, "index", "--entities-only-given", "-q", "--no-merge", "-d", index, path)
    stats = run(program, "stats", "-d", index)
    made = int(re.search(r"^segments +(\d+)$", stats, re.M).group(1))
    expect(made == segments, f"{made} segments")


def check(program, work, compare, name, articles, count):
    path = os.path.join(work, "queries")
    with open(path, "w", encoding="utf-8") as file:
        file.write(queries(articles, count, 5))
    indexes = []
    for segments in (1, 3, 40):
        indexes.append(os.path.join(work, f"{name}-{segments}"))
        make(program, indexes[-1], articles, segments, work)
    print(run(compare, path, *indexes), end="")
    changed = [corpora.Article(a.id, a.title, a.body + " once more", a.date,
                               a.fields) for a in articles[::5]]
    part = os.path.join(work, "changed.jsonl")
    corpora.write_jsonl(changed, part)
    for index in indexes[::2]:
        out = run(program, "index", "--entities-only-given", "--no-merge", "-d", index, part)
        expect(f"{len(changed)} replaced" in out, out.strip())
        print(run(compare, path, index), end="")


def main():
    sources = [data("corpora", "reuters21578"),
               data("corpora", "senate-press-releases.jsonl.gz")]
    compare = os.path.abspath(sys.argv[3])
    program, work = arguments()
    count = int(os.environ.get("NEWSHOUND_QUERIES", "500"))
    check(program, work, compare, "reuters", reuters(sources[0]), count)
    check(program, work, compare, "senate", list(senate(sources[1])),
          count // 4)


if __name__ == "__main__":
    main()
