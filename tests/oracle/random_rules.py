"""Rules about names (entities.rules), at random, against brute force: what
filters find, what is counted, grouped, completed and shown.

  random_rules.py NEWSHOUND WORKDIR COUNT SEED

Each of COUNT rounds writes rules for the same index of made-up articles.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter, defaultdict

FIELDS = ("person", "org", "place")
FIRST = ("Ann", "Bo", "Cy")
LAST = ("Alder", "Birch", "Cedar", "Dale")
# Persons and firms share words, and some names are in two fields.
NAMES = ([f"{a} {b}" for a in FIRST for b in LAST] +
         [f"{b} Works" for b in LAST] + list(LAST) + ["AI", "Wired"])
ARTICLES = 120


def fold(name):
    return name.lower()


class Rules:
    """The rules, and what they make of a stored name; written from
    doc/internals/entities.md alone."""

    def __init__(self, rng):
        self.lines, self.into = [], {}
        self.text, self.hidden, self.retyped = {}, set(), {}
        for _ in range(rng.randint(0, 6)):
            getattr(self, rng.choice(("merge", "hide", "retype")))(rng)
        rng.shuffle(self.lines)
        self.lines.insert(rng.randint(0, len(self.lines)), "# a comment")

    def merge(self, rng):
        field, (a, b) = rng.choice(FIELDS), rng.sample(NAMES, 2)
        if (field, fold(a)) in self.into or self.root(field, b) == fold(a):
            return
        self.into[field, fold(a)] = fold(b)
        self.text[field, fold(b)] = b
        self.lines.append(f'merge {field} "{a}" = "{b}"')

    def hide(self, rng):
        field, name = rng.choice(FIELDS), rng.choice(NAMES)
        self.hidden.add((field, fold(name)))
        self.lines.append(f'  hide {field} "{name.upper()}"  # not one')

    def retype(self, rng):
        field, name = rng.choice(FIELDS), rng.choice(NAMES)
        if fold(name) in self.retyped:
            return
        self.retyped[fold(name)] = field
        self.lines.append(f'retype "{name}" {field}')

    def chain(self, field, name):
        name = fold(name)
        yield name
        while (field, name) in self.into:
            name = self.into[field, name]
            yield name

    def root(self, field, name):
        return list(self.chain(field, name))[-1]

    def show(self, field, name):
        """(field, text) or None."""
        field = self.retyped.get(fold(name), field)
        chain = list(self.chain(field, name))
        if any((field, n) in self.hidden for n in chain):
            return None
        return field, self.text.get((field, chain[-1]), name)

    def names_of(self, field, text):
        """All that are shown as the text."""
        root = self.root(field, text)
        return {fold(n) for n in NAMES if self.root(field, n) == root} | {
            fold(text)}


class Check:
    def __init__(self, program, work, rng):
        self.program, self.rng, self.wrong = program, rng, 0
        self.seen = Counter()
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        self.index = os.path.join(work, "idx")
        self.articles = []
        for n in range(ARTICLES):
            article = {"id": f"a{n:03}", "title": f"number {n}"}
            text = []
            for field in FIELDS:
                article[field] = rng.sample(NAMES, rng.choice((0, 0, 1, 2, 3)))
                text += article[field]
            rng.shuffle(text)
            article["body"] = " lorem ipsum ".join(text) or "nothing"
            self.articles.append(article)
        half = ARTICLES // 2
        for part in (self.articles[:half], self.articles[half:]):
            lines = "".join(json.dumps(a) + "\n" for a in part)
            subprocess.run([program, "index", "-q", "--entities-only-given",
                            "--no-merge", "-d", self.index, "-"],
                           input=lines.encode(), check=True)

    def run(self, *args):
        done = subprocess.run([self.program, args[0], "-d", self.index,
                               *args[1:]], capture_output=True, check=False)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{args}: {done.stderr.decode()}")
        return done.stdout.decode()

    def expect(self, good, what):
        if not good:
            self.wrong += 1
            if self.wrong <= 10:
                print("\n".join(self.rules.lines), "\n ", what)

    def shown(self, article):
        """{field: [texts]} under the rules."""
        out = defaultdict(list)
        for field in FIELDS:
            for name in article[field]:
                new = self.rules.show(field, name)
                if new and new[1] not in out[new[0]]:
                    out[new[0]].append(new[1])
        return out

    def found(self, field, means):
        """Ids of articles with a name in the field of which one form fits."""
        return {a["id"] for a in self.articles
                if any(means(n) for text in self.shown(a)[field]
                       for n in self.rules.names_of(field, text))}

    def filters(self):
        for field in FIELDS:
            word = fold(self.rng.choice(FIRST + LAST + ("AI", "Wired",
                                                        "Works")))
            name = self.rng.choice(NAMES)
            for query, means in (
                    (f"{field}:{word}", lambda n: word in n.split()),
                    (f'{field}:"{name}"', lambda n: n == fold(name)),
                    (f"{field}:*", lambda n: True)):
                wanted = self.found(field, means)
                for text, answer in (
                        (query, wanted),
                        (f"{query} lorem",
                         {i for i in wanted if "lorem" in self.by_id[i]["body"]}),
                        (f"-{query}", set(self.by_id) - wanted)):
                    got = self.run("search", "--all", "--format", "ids",
                                   "--threads", self.rng.choice("13"), "--",
                                   text).split()
                    self.seen["filters"] += 1
                    self.expect(len(got) == len(set(got)) and
                                set(got) == answer,
                                f"{text}: {sorted(set(got) ^ answer)}")

    def near(self):
        """A name near another one of its field, in an article whose names share
        no words, so that each stands in one place."""
        article = self.rng.choice(self.articles)
        names = [(f, n) for f in FIELDS for n in article[f]]
        words = [w for _, name in names for w in name.split()]
        if len(words) != len(set(words)):
            return
        for field, texts in self.shown(article).items():
            places = [n for f, n in names
                      if (self.rules.show(f, n) or "")[:1] == (field,)]
            for text in texts:
                form = self.rng.choice(sorted(self.rules.names_of(field, text)))
                got = self.run("search", "--all", "--format", "ids", "--",
                               f'{field}:"{form}" NEAR/9999 {field}:*').split()
                self.seen["places"] += 1
                self.expect((article["id"] in got) == (len(places) > 1),
                            f"{article['id']} {field}:{form} NEAR {field}:*")

    def answers(self):
        page = json.loads(self.run(
            "search", "--all", "--format", "json", "--facet",
            ",".join(FIELDS), "title:number"))
        count, listed = defaultdict(Counter), {}
        for article in self.articles:
            for field, texts in self.shown(article).items():
                for text in {fold(t) for t in texts}:
                    count[field][text] += 1
        for field in FIELDS:
            facet = page["facets"][field]
            wanted = sorted(count[field].items(),
                            key=lambda v: (-v[1], v[0]))[:10]
            got = [(fold(v["value"]), v["count"]) for v in facet["values"]]
            self.seen["values"] += len(got)
            self.expect(got == wanted and
                        facet["distinct"] == len(count[field]),
                        f"facet {field}: {got}, wanted {wanted}")
            out = self.run("entities", "--type", field, "--limit", "0",
                           "--format", "json")
            listed = {fold(v["name"]): v["articles"]
                      for v in map(json.loads, out.splitlines())}
            self.expect(listed == dict(count[field]),
                        f"entities {field}: {listed}")
            letter = self.rng.choice("abcdw")
            out = self.run("complete", "-n", "100", "--format", "json",
                           f"{field}:{letter}")
            got = {fold(v["text"].split(":", 1)[1].strip('"')): v["count"]
                   for v in json.loads(out)}
            wanted = {n: c for n, c in count[field].items()
                      if any(w.startswith(letter) for w in n.split())}
            self.seen["completions"] += len(got)
            self.expect(got == wanted,
                        f"complete {field}:{letter}: {got}, wanted {wanted}")
        for hit in page["hits"]:
            wanted = self.shown(self.by_id[hit["id"]])
            for field in FIELDS:
                self.expect(sorted(hit.get(field, [])) == sorted(wanted[field]),
                            f"{hit['id']} shows {field} {hit.get(field)}, "
                            f"wanted {wanted[field]}")

    def round(self):
        self.rules = Rules(self.rng)
        self.by_id = {a["id"]: a for a in self.articles}
        with open(os.path.join(self.index, "entities.rules"), "w",
                  encoding="utf-8") as file:
            file.write("\n".join(self.rules.lines) + "\n")
        self.filters()
        self.near()
        self.answers()

    def exported(self):
        """Rules change nothing of what is stored."""
        got = {}
        for line in self.run("export").splitlines():
            article = json.loads(line)
            got[article["id"]] = [article.get(f, []) for f in FIELDS]
        self.expect(got == {a["id"]: [a[f] for f in FIELDS]
                            for a in self.articles}, "export follows rules")


def main():
    program, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    rng = random.Random(int(sys.argv[4]))
    check = Check(program, work, rng)
    for _ in range(int(sys.argv[3])):
        check.round()
    check.exported()
    print(dict(check.seen), check.wrong, "wrong")
    sys.exit(check.wrong > 0)


if __name__ == "__main__":
    main()
