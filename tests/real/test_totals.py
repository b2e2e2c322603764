"""Totals that are estimated, compared with all matches counted:
test_totals.py NEWSHOUND WORKDIR. 95 of 100 are right within 10 %."""

import json
import math
import os
import random
import re
import sys
from collections import defaultdict

from common import arguments, data, expect, run

WORD = re.compile(r"[A-Za-z]{3,}")
QUERIES = int(os.environ.get("NEWSHOUND_QUERIES", "1700"))


class Generator:
    """Queries of all classes, whose words are of the articles."""

    def __init__(self, lines, seed):
        self.rand = random.Random(seed)
        self.articles = [a for a in map(json.loads, lines)
                         if len(WORD.findall(a["body"])) > 20]
        self.titles = [a for a in self.articles if WORD.search(a["title"])]

    def article(self):
        return self.rand.choice(self.articles)

    def word(self, article=None):
        body = (article or self.article())["body"][:6000]
        return self.rand.choice(WORD.findall(body)).lower()

    def pair(self, apart):
        words = WORD.findall(self.article()["body"][:6000])
        at = self.rand.randrange(len(words) - apart)
        return words[at].lower(), words[at + apart].lower()

    def phrase(self):
        first, second = self.pair(1)
        return f'"{first} {second}"'

    def title(self):
        words = WORD.findall(self.rand.choice(self.titles)["title"])
        return "title:" + self.rand.choice(words).lower()

    def date(self):
        date = ""
        while not date:
            date = self.article().get("date", "")
        return self.rand.choice([f"date:{date[:4]}", f"date:{date[:7]}",
                                 f"date:{date[:7]}..", f"date:..{date[:7]}"])

    def queries(self):
        """(class, query)"""
        a, word = self.article(), self.word
        near, sentence = self.pair(4), self.pair(4)
        return {
            "word": word(), "title": self.title(), "not": f"NOT {word()}",
            "and": f"{word(a)} {word(a)}", "or": f"{word()} OR {word()}",
            "and 3": f"{word(a)} {word(a)} {word(a)}",
            "or 4": " OR ".join(word() for _ in range(4)),
            "and not": f"{word()} -{word()}", "wildcard": word()[:4] + "*",
            "wildcard and": f"{word(a)[:4]}* {word(a)}",
            "fuzzy": word() + "~", "date": f"{word()} {self.date()}",
            "mixed": f"{word(a)} ({word(a)} OR {word()}) -{word()}",
            "title and": f"{self.title()} {word()}",
            "phrase": self.phrase(), "phrase and": f"{self.phrase()} {word()}",
            "near": f"{near[0]} NEAR/8 {near[1]}",
            "sentence": f"({sentence[0]} {sentence[1]})/s"}.items()


def compare(program, index, work, seed):
    """Of each class, the relative errors of the totals."""
    made = Generator(run(program, "export", "-d", index).splitlines(), seed)
    lines, kinds = [], {}
    while len(lines) < QUERIES:
        for kind, query in made.queries():
            kinds[str(len(lines))] = kind
            lines.append(f"{len(lines)}\t{query}\n")
    path = os.path.join(work, "queries.tsv")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines)
    search = (program, "search", "-d", index, "--all-words", "-Q", path)
    true = {}
    for line in run(*search, "--count").splitlines():
        qid, count = line.split("\t")
        true[qid] = int(count)
    errors = defaultdict(list)
    for line in run(*search, "--format", "json").splitlines():
        page = json.loads(line)
        if "error" in page: # a wildcard that means too many words
            continue
        total, count = page["total"], true[page["qid"]]
        if not page["total_lower"] <= count <= page["total_upper"]:
            print(f"{page['query']}: {count} is out of bounds")
            sys.exit(1)
        if page["exact"] and total != count:
            print(f"{page['query']}: {total} is not {count}")
            sys.exit(1)
        errors[kinds[page["qid"]]].append(abs(total - count) / max(count, 1))
    return errors


def share(errors):
    return sum(e <= 0.1 for e in errors) / len(errors)


def main():
    program, work = arguments()
    everything = []
    for seed, name in enumerate(["reuters21578", "modern-news.jsonl.gz",
                                 "senate-press-releases.jsonl.gz"]):
        index = os.path.join(work, name + ".idx")
        run(program, "index", "-q", "--no-entities", "-d", index,
            data("corpora", name))
        errors = compare(program, index, work, seed)
        for kind in sorted(errors):
            print(f"{name}: {kind}: {share(errors[kind]):.3f} "
                  f"of {len(errors[kind])} within 10 %")
        for kind in ("word", "title", "not"):
            expect(share(errors[kind]) == 1, f"{name}: {kind} is exact")
        everything += [e for kind in errors.values() for e in kind]
    # Less what a sample of so many queries is off by.
    floor = 0.95 - 2 * math.sqrt(0.95 * 0.05 / len(everything))
    expect(share(everything) >= floor, f"{share(everything):.4f} of "
           f"{len(everything)} totals are right within 10 %")


if __name__ == "__main__":
    main()
