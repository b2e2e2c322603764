"""What is said about the matches of random queries, against brute force: facets,
groups, scores by term, ages, and why an article is not found.

  random_answers.py NEWSHOUND WORKDIR COUNT SEED CORPUS

CORPUS as for random_queries.py.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from datetime import datetime, timezone

import text_rules as rules
from evaluate import has_words, to_query
from random_queries import prepare

FIELDS = ("person", "org", "place", "author", "source", "section", "topic",
          "lang")
DATES = {"year": 4, "month": 7, "day": 10}
HALF_LIFE = 3650


def values(article, facet):
    """The values of an article as {folded: spellings}."""
    if facet in DATES:
        text = article.date.isoformat()[:DATES[facet]] if article.date else ""
        return {text: [text]} if text else {}
    out = defaultdict(list)
    for value in dict.fromkeys(article.fields.get(facet, ())):
        spelt = " ".join(value.split())
        out[rules.fold_name(spelt)].append(spelt)
    return out


class Check:
    def __init__(self, corpus):
        self.corpus = corpus
        self.number = {a.id: n for n, a in enumerate(corpus.articles)}
        self.wrong = 0
        self.seen = Counter()

    def expect(self, good, query, what):
        if not good:
            self.wrong += 1
            if self.wrong <= 10:
                print(f"{query}\n  {what}")

    def facets(self, query, answer, matches):
        for facet, got in answer["facets"].items():
            count, spelt, articles = Counter(), defaultdict(Counter), 0
            for n in matches:
                found = values(self.corpus.articles[n], facet)
                articles += bool(found)
                for folded, spellings in found.items():
                    count[folded] += 1
                    spelt[folded].update(spellings)
            order = sorted(count, key=lambda v: (-count[v], v.encode()))[:10]
            if facet in DATES:
                order.sort()
            wanted = [count[v] for v in order]
            self.seen["facet values"] += len(wanted)
            self.expect(
                [v["count"] for v in got["values"]] == wanted and
                got["distinct"] == len(count) and
                got["articles"] == articles and
                all(spelt[f][v["value"]] == max(spelt[f].values())
                    for f, v in zip(order, got["values"])),
                query, f"facet {facet}: {got}, wanted {order} {wanted}")

    def groups(self, query, facet, answer, ranked):
        """`ranked`: article numbers, best first."""
        members = defaultdict(list)
        for n in ranked:
            for folded in values(self.corpus.articles[n], facet) or {"": 0}:
                members[folded].append(n)
        order = list(members)
        self.seen["groups"] += len(order)
        self.expect(answer["groups_total"] == len(order) and
                    answer["total"] == len(ranked) and answer["exact"], query,
                    f"{answer['groups_total']} groups of {answer['total']}, "
                    f"not {len(order)} of {len(ranked)}")
        for folded, got in zip(order[:10], answer["groups"]):
            value = got["value"] or ""
            same = value if facet in DATES else rules.fold_name(value)
            ids = [self.number[h["id"]] for h in got["hits"]]
            ranks = [h["rank"] - 1 for h in got["hits"]]
            self.expect(
                (same if value else "") == folded and
                got["articles"] == len(members[folded]) and
                ids == members[folded][:3] and
                [ranked[r] for r in ranks] == ids,
                query, f"group {got['value']} {ids} is not {folded} "
                f"{members[folded][:3]}")

    def scores(self, query, answer):
        for hit in answer["hits"]:
            total = sum(t["score"] for t in hit["scores"])
            self.seen["scores"] += 1
            self.expect(abs(total - hit["score"]) < 1e-8, query,
                        f"{hit['id']}: the terms add up to {total}, not to "
                        f"{hit['score']}")

    def ages(self, query, answer, plain):
        """`plain`: scores without regard to age, by article number."""
        wanted = {}
        for n, score in plain.items():
            date = self.corpus.articles[n].date
            part = 0
            if date:
                first = datetime(date.year, date.month, date.day,
                                 tzinfo=timezone.utc).timestamp()
                part = 2 ** (-max(0, time.time() - first) / 86400 / HALF_LIFE)
            wanted[n] = score * (1 + part) / 2
        best = sorted(wanted.values(), reverse=True)
        got = [h["score"] for h in answer["hits"]]
        # Dates of the oracle are days: half a day of a half-life of ten years.
        self.seen["ages"] += len(got)
        self.expect(
            all(abs(h["score"] - wanted[self.number[h["id"]]]) < 2e-3
                for h in answer["hits"]) and
            all(abs(a - b) < 2e-3 for a, b in zip(got, best)) and
            len(got) == min(10, len(best)), query, f"ages: {got} {best[:10]}")


def batch(program, index, queries, *options):
    answer = subprocess.run(
        [program, "search", "-d", index, "--format", "json", "--all-words",
         "--queries", queries, *options], capture_output=True, check=False)
    if answer.returncode not in (0, 1):
        sys.exit(answer.stderr.decode()[-4000:])
    return {r["qid"]: r for r in map(json.loads,
                                     answer.stdout.decode().splitlines())}


def why_not(program, index, query, ident):
    return subprocess.run([program, "search", "-d", index, "--why-not", ident,
                           "--", query], capture_output=True, check=False)


def main():
    program, work, count, seed, path = sys.argv[1:]
    corpus, index, generator, rand = prepare(program, work, seed, path)
    articles, check = corpus.articles, Check(corpus)
    trees = {}
    while len(trees) < int(count):
        tree = generator.tree()
        trees[str(len(trees))] = (tree, to_query(tree, rand))
    queries = os.path.join(work, "queries.tsv")
    with open(queries, "w", encoding="utf-8") as file:
        file.writelines(f"{q}\t{text}\n" for q, (_, text) in trees.items())
    facets = ",".join(FIELDS + tuple(DATES))
    everything = batch(program, index, queries, "--all")
    counted = batch(program, index, queries, "--facet", facets, "--explain")
    aged = batch(program, index, queries, "--recency", f"{HALF_LIFE}d")
    for field in ("topic", "day"):
        grouped = batch(program, index, queries, "--group", field)
        for qid, (_, text) in trees.items():
            ranked = [check.number[h["id"]] for h in everything[qid]["hits"]]
            check.groups(text, field, grouped[qid], ranked)
    for qid, (tree, text) in trees.items():
        matches = corpus.evaluate(tree)
        check.expect(counted[qid]["total"] == len(matches) and
                     counted[qid]["exact"], text, "total")
        check.facets(text, counted[qid], matches)
        check.scores(text, counted[qid])
        if has_words(tree):
            check.ages(text, aged[qid],
                       {check.number[h["id"]]: h["score"]
                        for h in everything[qid]["hits"]})
        for _ in range(2):
            number = rand.randrange(len(articles))
            if matches and rand.random() < 0.3:
                number = rand.choice(sorted(matches))
            done = why_not(program, index, text, articles[number].id)
            found = done.returncode == 0
            check.seen["reasons"] += not found
            check.expect(done.returncode in (0, 1) and
                         found == (number in matches) and
                         (found or len(done.stdout.splitlines()) > 2), text,
                         f"why not {articles[number].id}: "
                         f"{done.stdout} {done.stderr}")
    print(f"{len(trees)} queries; {dict(check.seen)}; {check.wrong} differ")
    return 1 if check.wrong or min(check.seen.values()) == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
