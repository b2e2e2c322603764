#!/usr/bin/env python3
"""Precision and recall of copies: by brute force, all pairs of articles whose
sets of three neighbouring words overlap enough (Jaccard).

usage: score_copies.py NEWSHOUND CORPUS [--least N] [--floor R]

CORPUS is a JSONL file or a folder of Reuters-21578. All pairs are found with
the prefix filter of Bayardo, Ma and Srikant, "Scaling up all pairs similarity
search" (WWW 2007), which leaves none out. Doc/copies.md has the rules.
"""

import argparse
import collections
import math
import os
import subprocess
import sys
import tempfile

import corpora
import text_rules

# The rules of doc/copies.md.
BODY_LEAST = 20
COPY = 0.75


def shingles(article):
    """The set of three neighbouring words, as numbers that differ where the
    words do."""
    words = [w[0] for w in text_rules.words(article.body)]
    if len(words) < BODY_LEAST:
        words = [w[0] for w in text_rules.words(article.title)] + words
    if not words:
        return frozenset()
    count = max(len(words) - 2, 1)
    return frozenset(hash(tuple(words[i:i + 3])) for i in range(count))


def all_pairs(sets, least):
    """{(i, j): similarity}, i < j, of those that are similar enough."""
    counts = collections.Counter()
    for s in sets:
        counts.update(s)
    index = collections.defaultdict(list)
    pairs = {}
    order = sorted(range(len(sets)), key=lambda i: len(sets[i]))
    for i in order:
        mine = sets[i]
        size = len(mine)
        shared = sorted((counts[x], x) for x in mine if counts[x] > 1)
        prefix = size - math.ceil(least * size) + 1 - (size - len(shared))
        if prefix <= 0:
            continue
        near = set()
        for _, x in shared[:prefix]:
            near.update(index[x])
            index[x].append(i)
        for j in near:
            other = sets[j]
            if len(other) < least * size:
                continue
            both = len(mine & other)
            similarity = both / (size + len(other) - both)
            if similarity >= least:
                pairs[min(i, j), max(i, j)] = similarity
    return pairs


def load(path):
    articles = corpora.reuters(path) if os.path.isdir(path) else (
        corpora.jsonl(path))
    return list(articles)


def found_pairs(program, articles, wanted):
    """Pairs that the program finds for these articles."""
    place = {a.id: i for i, a in enumerate(articles)}
    out = set()
    with tempfile.TemporaryDirectory() as work:
        corpus = os.path.join(work, "corpus.jsonl")
        index = os.path.join(work, "index")
        corpora.write_jsonl(articles, corpus)
        subprocess.run([program, "index", "--no-entities", "-d", index,
                        corpus], check=True, capture_output=True)
        queries = "".join(f'{i}\tcopies:"{articles[i].id}"\n' for i in wanted)
        answer = subprocess.run(
            [program, "search", "-d", index, "--format", "ids", "--all", "-Q",
             "-"], input=queries, text=True, check=True, capture_output=True)
    for line in answer.stdout.splitlines():
        query, ident = line.split("\t")
        i, j = int(query), place[ident]
        if i != j:
            out.add((min(i, j), max(i, j)))
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("newshound")
    parser.add_argument("corpus")
    parser.add_argument("--least", type=float, default=0.5)
    parser.add_argument("--floor", type=float, default=0)
    o = parser.parse_args()
    articles = load(o.corpus)
    sets = [shingles(a) for a in articles]
    pairs = all_pairs(sets, o.least)
    found = found_pairs(o.newshound, articles, range(len(articles)))
    copies = {p for p, s in pairs.items() if s >= COPY}
    right = len(found & copies)
    for low in (0.75, 0.8, 0.85, 0.9, 0.95, 1):
        some = {p for p, s in pairs.items() if low <= s}
        print(f"similarity {low:.2f} and more: {len(some)} pairs, found "
              f"{100 * len(some & found) / max(len(some), 1):.2f} %")
    precision = right / max(len(found), 1)
    recall = right / max(len(copies), 1)
    print(f"{len(articles)} articles, {len(copies)} pairs of copies: "
          f"precision {100 * precision:.2f} %, recall {100 * recall:.2f} %")
    return 0 if precision == 1 and recall >= o.floor else 1


if __name__ == "__main__":
    sys.exit(main())
