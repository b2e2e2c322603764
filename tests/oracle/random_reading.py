"""What is read over a whole corpus, against brute force: timelines of random
queries, with occurrences, by period and by value; concordances in all orders, and
samples of them.

  random_reading.py NEWSHOUND WORKDIR COUNT SEED CORPUS

CORPUS as for random_queries.py.
"""

import datetime
import json
import re
import subprocess
import sys
from collections import Counter

import text_rules as rules
from evaluate import to_query
from random_queries import prepare

PERIODS = ("day", "week", "month", "quarter", "year")
FIELDS = ("person", "org", "place", "author", "source", "section", "topic",
          "lang")
# Days without gaps are many where the first and the last article are centuries
# apart.
DAYS_MOST = 4000


def start_of(by, date):
    """The first day of a date's period."""
    if by == "week":
        return date - datetime.timedelta(days=date.weekday())
    if by == "day":
        return date
    month = {"month": date.month, "quarter": (date.month - 1) // 3 * 3 + 1,
             "year": 1}[by]
    return date.replace(month=month, day=1)


def next_start(by, start):
    days = {"day": 1, "week": 7, "month": 31, "quarter": 93, "year": 366}[by]
    return start_of(by, start + datetime.timedelta(days=days))


def name_of(by, start):
    return start.isoformat()[:{"year": 4, "month": 7, "quarter": 7}.get(by)]


def row_of(by, dates):
    """Names of the periods from the first to the last date."""
    if not dates:
        return []
    start, last, names = start_of(by, min(dates)), max(dates), []
    while start <= last:
        names.append(name_of(by, start))
        start = next_start(by, start)
    return names


def flat(text):
    return re.sub("[\\x00-\\x20\\x7f]+", " ", text)


class Concordance:
    """Lines of random queries."""

    CONTEXT, KEY = 5, 8
    ORDERS = ("text", "left", "right", "match", "oldest", "newest", "source")

    def __init__(self, program, index, corpus):
        self.command = [program, "concordance", "-d", index, "--context",
                        str(self.CONTEXT), "--format", "jsonl"]
        self.corpus = corpus
        self.places = {}
        self.wrong = self.lines = 0

    def ask(self, *args):
        done = subprocess.run([*self.command, *args], capture_output=True,
                              check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"{args}: {done.stderr.decode()}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def words(self, number, part):
        """(folded, start, end) of the words of a title or body."""
        if (number, part) not in self.places:
            article = self.corpus.articles[number]
            text = article.title if part == "title" else article.body
            self.places[number, part] = text, [
                (w[0], w[3], w[4]) for w in rules.placed_words(text)]
        return self.places[number, part]

    def line(self, number, part, first, last):
        text, words = self.words(number, part)
        start, end = words[first][1], words[last][2]
        left = words[first - self.CONTEXT][1] if first > self.CONTEXT else 0
        right = (words[last + self.CONTEXT][2]
                 if last + self.CONTEXT + 1 < len(words) else len(text))
        article = self.corpus.articles[number]
        return {"id": article.id, "part": part,
                "start": len(text[:start].encode()),
                "end": len(text[:end].encode()),
                "left": flat(text[left:start]), "match": flat(text[start:end]),
                "right": flat(text[end:right])}

    def key(self, order, place):
        number, _, (part, first, last) = place
        words = [w[0] for w in self.words(number, part)[1]]
        article = self.corpus.articles[number]
        day = article.date.toordinal() if article.date else None
        if order == "left":
            key = "".join(w + " " for w in words[max(0, first - self.KEY):
                                                 first][::-1])
        elif order == "right":
            key = " ".join(words[last + 1:last + 1 + self.KEY])
        elif order == "match":
            key = " ".join(words[first:last + 1])
        else:
            key = (rules.fold_name(next(iter(article.fields.get("source", ())),
                                        "")) if order == "source" else "")
        if order in ("left", "right", "match"):
            return key.encode(), place
        if order == "text":
            return b"", place
        return (key.encode(), day is None,
                -day if day and order == "newest" else day or 0, place)

    def check(self, text, tree, order):
        matches = self.corpus.evaluate(tree)
        places = sorted((n, o[0] == "body", o) for n in matches
                        for o in self.corpus.occurrences(n, tree))
        self.lines += len(places)
        expected = [self.line(n, *o) for n, _, o in
                    sorted(places, key=lambda p: self.key(order, p))]
        got = [{k: line[k] for k in ("id", "part", "start", "end", "left",
                                     "match", "right")}
               for line in self.ask("--all", "--sort", order, "--", text)]
        if got != expected:
            self.wrong += 1
            if self.wrong <= 10:
                pairs = [p for p in zip(got, expected) if p[0] != p[1]]
                print(f"{text} by {order}: {len(got)} lines, "
                      f"{len(expected)} expected\n  {pairs[:1]}")
        self.sample(text, expected, order)

    def sample(self, text, expected, order):
        """A sample has so many of the lines, once each, in their order."""
        asked = ("--sort", order, "-n", "3", "--seed", "9", "--", text)
        got = self.ask(*asked)
        rest = iter(expected)
        good = (len(got) == min(3, len(expected)) and got == self.ask(*asked) and
                all(any({**line, **e} == line for e in rest) for line in got))
        if not good:
            self.wrong += 1
            print(f"{text} by {order}: wrong sample")


class Check:
    def __init__(self, program, index, corpus):
        self.command = [program, "timeline", "-d", index, "--format", "json"]
        self.corpus = corpus
        self.words = [len(rules.words(a.title)) + len(rules.words(a.body))
                      for a in corpus.articles]
        self.wrong = self.places = self.matches = 0

    def ask(self, *args):
        done = subprocess.run([*self.command, *args], capture_output=True,
                              check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"{args}: {done.stderr.decode()}")
        return json.loads(done.stdout)["series"]

    def period(self, by, number):
        date = self.corpus.articles[number].date
        return name_of(by, start_of(by, date)) if date else None

    def values(self, field, number):
        texts = self.corpus.articles[number].fields.get(field, ())
        return {rules.fold_name(" ".join(v.split())) for v in texts}

    def expect(self, by, matches, occurrences, field=None, value=None):
        """Rows by period, and totals, of some matches."""
        has = (lambda n: value in self.values(field, n)) if field else (
            lambda n: True)
        mine = [n for n in matches if has(n)]
        rows = {}
        for name in row_of(by, [self.corpus.articles[n].date
                                for n in self.all_matches
                                if self.corpus.articles[n].date]):
            rows[name] = Counter()
        for n in mine:
            if self.period(by, n):
                rows[self.period(by, n)].update(
                    articles=1, occurrences=occurrences[n])
        for n in range(len(self.words)):
            if self.period(by, n) in rows and has(n):
                rows[self.period(by, n)].update(all_articles=1,
                                                all_words=self.words[n])
        return rows, {"articles": len(mine),
                      "occurrences": sum(occurrences[n] for n in mine),
                      "undated": sum(self.period(by, n) is None for n in mine)}

    def compare(self, text, got, rows, totals):
        keys = ("articles", "occurrences", "all_articles", "all_words")
        found = {p["start"]: {k: p[k] for k in keys} for p in got["periods"]}
        expected = {s: {k: c[k] for k in keys} for s, c in rows.items()}
        same = (found == expected and list(found) == list(expected) and
                all(got[k] == totals[k] for k in totals))
        for p in got["periods"]:
            share = p["articles"] / p["all_articles"] if p["all_articles"] else 0
            rate = (p["occurrences"] * 1e6 / p["all_words"] if p["all_words"]
                    else 0)
            same = (same and abs(p["share"] - share) < 1e-8 and
                    abs(p["per_million"] - rate) <= rate * 1e-8)
        if same:
            return
        self.wrong += 1
        if self.wrong <= 10:
            differ = [(s, found.get(s), expected.get(s))
                      for s in sorted(found.keys() | expected.keys())
                      if found.get(s) != expected.get(s)]
            print(f"{text}\n  {differ[:3]} {got['articles'], got['occurrences']} "
                  f"{totals}")

    def queries(self, texts, trees, by):
        """Several queries at once."""
        found = [self.corpus.evaluate(t) for t in trees]
        self.all_matches = set().union(*found)
        got = self.ask("--occurrences", "--by", by, "--", *texts)
        assert len(got) == len(texts)
        for text, tree, matches, series in zip(texts, trees, found, got):
            counts = {n: len(self.corpus.occurrences(n, tree)) for n in matches}
            self.places += sum(counts.values())
            self.matches += len(matches)
            assert series["query"] == text
            self.compare(text, series, *self.expect(by, matches, counts))

    def split(self, text, tree, by, field):
        """One query, by the values of a field."""
        matches = self.all_matches = self.corpus.evaluate(tree)
        counts = {n: len(self.corpus.occurrences(n, tree)) for n in matches}
        got = self.ask("--occurrences", "--by", by, "--by-field", field,
                       "--field-limit", "3", "--", text)
        most = Counter(v for n in matches for v in self.values(field, n))
        ranked = sorted(most, key=lambda v: (-most[v], v.encode()))[:3]
        if [rules.fold_name(s["value"]) for s in got] != ranked:
            self.wrong += 1
            print(f"{text}: {[s['value'] for s in got]} not {ranked}")
            return
        for value, series in zip(ranked, got):
            self.compare(f"{text} {field}:{value}", series, *self.expect(
                by, matches, counts, field, value))


def main():
    program, work, count, seed, path = sys.argv[1:]
    corpus, index, generator, rand = prepare(program, work, seed, path)
    check = Check(program, index, corpus)
    lines = Concordance(program, index, corpus)
    for _ in range(int(count)):
        trees = [generator.tree() for _ in range(rand.choice((1, 1, 1, 2)))]
        texts = [to_query(t, rand) for t in trees]
        dates = [corpus.articles[n].date for t in trees
                 for n in corpus.evaluate(t) if corpus.articles[n].date]
        far = dates and (max(dates) - min(dates)).days > DAYS_MOST
        by = rand.choice(PERIODS[2:] if far else PERIODS)
        check.queries(texts, trees, by)
        lines.check(texts[0], trees[0], rand.choice(lines.ORDERS))
        if rand.random() < 0.3:
            check.split(texts[0], trees[0], by, rand.choice(FIELDS))
    print(f"{count} timelines, {check.matches} matches, {check.places} "
          f"occurrences, {check.wrong} differ; {lines.lines} lines, "
          f"{lines.wrong} concordances differ")
    return 1 if check.wrong or lines.wrong or not check.places else 0


if __name__ == "__main__":
    sys.exit(main())
