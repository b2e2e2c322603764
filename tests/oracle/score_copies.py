#!/usr/bin/env python3
"""Precision and recall of copies: by brute force, all pairs of articles whose
sets of three neighbouring words overlap enough (Jaccard).

usage: score_copies.py NEWSHOUND CORPUS WORKDIR [--floor R] [--queries N]

CORPUS is a JSONL file, a folder of Reuters-21578, or "random": families of
copies of copies of random texts. All pairs are found with
the prefix filter of Bayardo, Ma and Srikant, "Scaling up all pairs similarity
search" (WWW 2007), which leaves none out. Then random queries are collapsed,
by the rule of doc/user/copies.md from the pairs that the program found. Fails where
a pair is none, recall is below R, or a page differs.
"""

import argparse
import collections
import datetime
import json
import math
import os
import random
import shutil
import subprocess
import sys

import corpora
import text_rules

# The rules of doc/user/copies.md.
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


def random_articles(count=600):
    """Each family a chain of edits, the dates in any order."""
    rand = random.Random(3)
    words = [a + b for a in "bcdfghjklmnpqrst" for b in
             ("ado", "emi", "ilu", "onda", "urt", "avel", "ezo", "im", "ost")]
    out, body = [], []
    for n in range(count):
        if n % 30 == 0 or not body:
            body = rand.choices(words, k=rand.choice((4, 25, 60, 200)))
        elif rand.random() < 0.8:
            for _ in range(max(1, len(body) // rand.choice((30, 60, 100)))):
                body[rand.randrange(len(body))] = rand.choice(words)
        if rand.random() < 0.1:
            body = body[:]
            rand.shuffle(body)
        date = datetime.date(2024, 1, 1) + datetime.timedelta(
            rand.randrange(400))
        out.append(corpora.Article(f"a{n}", f"t{n // 30}", " ".join(body),
                                   date if rand.random() < 0.9 else None))
    return out


def load(path):
    if path == "random":
        return random_articles()
    articles = corpora.reuters(path) if os.path.isdir(path) else (
        corpora.jsonl(path))
    return list(articles)


def make_index(program, articles, work):
    """Made in four runs, with articles that are deleted, and merged."""
    index = os.path.join(work, "index")
    gone = [corpora.Article(f"gone-{i}", a.title, a.body, a.date)
            for i, a in enumerate(articles[::20])]
    for part in (articles[0::4] + gone, articles[1::4], articles[2::4],
                 articles[3::4]):
        corpus = os.path.join(work, "corpus.jsonl")
        corpora.write_jsonl(part, corpus)
        subprocess.run([program, "index", "--no-entities", "--no-merge", "-d",
                        index, corpus], check=True, capture_output=True)
    # Ties of date go by place in the index.
    articles.sort(key=lambda a, order={
        a.id: (n % 4, n) for n, a in enumerate(articles)}: order[a.id])
    subprocess.run([program, "delete", "-d", index, "--id",
                    *[a.id for a in gone]], check=True, capture_output=True)
    subprocess.run([program, "merge", "-d", index], check=True,
                   capture_output=True)
    return index


def ask(program, index, queries, *options):
    """Lists of ids, one for each query."""
    lines = "".join(f"{n}\t{q}\n" for n, q in enumerate(queries))
    done = subprocess.run(
        [program, "search", "-d", index, "--format", "ids", "--all", "-Q", "-",
         *options], input=lines, text=True, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    out = [[] for _ in queries]
    for line in done.stdout.splitlines():
        number, ident = line.split("\t")
        out[int(number)].append(ident)
    return out


def find_pairs(program, index, articles):
    place = {a.id: i for i, a in enumerate(articles)}
    out = set()
    answers = ask(program, index, [f'copies:"{a.id}"' for a in articles])
    for i, ids in enumerate(answers):
        assert articles[i].id in ids, articles[i].id
        for j in map(place.get, ids):
            if i != j:
                out.add((min(i, j), max(i, j)))
    return out


def score(articles, found, floor):
    sets = [shingles(a) for a in articles]
    pairs = all_pairs(sets, COPY)
    for low in (0.75, 0.8, 0.85, 0.9, 0.95, 1):
        some = {p for p, s in pairs.items() if low <= s}
        print(f"similarity {low:.2f} and more: {len(some)} pairs, found "
              f"{100 * len(some & found) / max(len(some), 1):.2f} %")
    right = len(found & pairs.keys())
    precision = right / max(len(found), 1)
    recall = right / max(len(pairs), 1)
    print(f"{len(articles)} articles, {len(pairs)} pairs of copies: "
          f"precision {100 * precision:.2f} %, recall {100 * recall:.2f} %")
    return precision == 1 and recall >= floor


class Collapser:
    """Which of several copies is shown, by the definition."""

    def __init__(self, articles, pairs):
        self.near = collections.defaultdict(set)
        for i, j in pairs:
            self.near[articles[i].id].add(articles[j].id)
            self.near[articles[j].id].add(articles[i].id)
        self.order = {
            a.id: (a.date is None, a.date or datetime.date.min, i)
            for i, a in enumerate(articles)}

    def shown(self, ids):
        """{id: copies that it stands for}, in the order of the ids."""
        matching, shown = set(ids), {}
        for ident in sorted(ids, key=self.order.get):
            if not self.near[ident] & shown.keys():
                later = [x for x in self.near[ident] & matching
                         if self.order[x] > self.order[ident]]
                shown[ident] = sorted(later, key=self.order.get)
        return {i: shown[i] for i in ids if i in shown}


def check_collapsing(program, index, articles, pairs, count):
    rand = random.Random(5)
    words = sorted({w[0] for a in rand.sample(articles, min(200, len(articles)))
                    for w in text_rules.words(a.body)
                    if w[0].isascii() and w[0].isalpha()})
    queries = [" ".join(rand.sample(words, rand.choice((1, 1, 1, 2))))
               for _ in range(count)]
    collapser = Collapser(articles, pairs)
    wrong = hidden = 0
    for sort in ("relevance", "newest", "oldest"):
        plain = ask(program, index, queries, "--sort", sort)
        collapsed = ask(program, index, queries, "--sort", sort, "--collapse")
        for query, ids, got in zip(queries, plain, collapsed):
            want = collapser.shown(ids)
            hidden += len(ids) - len(want)
            if got != list(want):
                wrong += 1
                print(f"{query}, {sort}: {got} instead of {list(want)}")
    wrong += check_pages(program, index, queries, plain, collapser)
    print(f"{3 * count} collapsed answers, {hidden} copies hidden, {wrong} "
          "wrong")
    return wrong == 0 and hidden > 0


def check_pages(program, index, queries, plain, collapser):
    """Pages of a few, with the copies that each stands for."""
    lines = "".join(f"{n}\t{q}\n" for n, q in enumerate(queries))
    wrong = 0
    for offset in (0, 5):
        done = subprocess.run(
            [program, "search", "-d", index, "--format", "jsonl", "--sort",
             "oldest", "--collapse", "-n", "5", "--offset", str(offset), "-Q",
             "-"], input=lines, text=True, capture_output=True, check=False)
        pages = collections.defaultdict(list)
        for line in done.stdout.splitlines():
            hit = json.loads(line)
            pages[int(hit["qid"])].append(
                (hit["rank"], hit["id"], hit.get("copies", [])))
        for n, ids in enumerate(plain):
            shown = [(rank, ident, copies) for rank, (ident, copies)
                     in enumerate(collapser.shown(ids).items(), 1)]
            if pages[n] != shown[offset:offset + 5]:
                wrong += 1
                print(f"{queries[n]}, from {offset}: {pages[n]} instead of "
                      f"{shown[offset:offset + 5]}")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("newshound")
    parser.add_argument("corpus")
    parser.add_argument("work")
    parser.add_argument("--floor", type=float, default=0)
    parser.add_argument("--queries", type=int, default=200)
    o = parser.parse_args()
    shutil.rmtree(o.work, ignore_errors=True)
    os.makedirs(o.work)
    articles = load(o.corpus)
    index = make_index(o.newshound, articles, o.work)
    found = find_pairs(o.newshound, index, articles)
    good = check_collapsing(o.newshound, index, articles, found, o.queries)
    return 0 if score(articles, found, o.floor) and good else 1


if __name__ == "__main__":
    sys.exit(main())
