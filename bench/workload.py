"""The articles and queries that newshound and its peers are given: the same.

Articles are JSON lines as `newshound inspect` prints them, and lines of TITLE,
BODY, AUTHOR, YYYYMMDD between tabs, 0 for no date. Queries are lines of CLASS,
WORDS, AUTHOR, FROM, TO between tabs, drawn from the articles with a fixed seed.
"""

import json
import os
import random
import re
import subprocess

# What a query of each class means; the words that follow are its own.
CLASSES = {
    "or": "any of one to five words",
    "and": "all of one to five words",
    "phrase": "a phrase of two to four words that stand in a title",
    "groups": "words of several texts, as a phrase: hardly ever one",
    "near": "two words at most eight apart",
    "prefix": "words that begin so",
    "filter": "an author",
    "filter+words": "an author, and all of one or two words",
    "date+words": "a year, and all of one or two words",
    "facet": "all of one or two words; authors of all matches, counted",
    "newest": "all of one or two words, the newest first",
}
OPERATORS = {"and", "or", "not", "near"}


def _cell(text):
    return re.sub(r"[\s\0-\x1f]+", " ", text)  # a NUL ends a line for Sphinx


def prepare(program, corpus, work):
    """Writes articles.jsonl and articles.tsv; bytes of text and articles."""
    jsonl, tsv = (os.path.join(work, "articles." + n) for n in ("jsonl", "tsv"))
    total = count = 0
    with open(jsonl, "wb") as out:
        subprocess.run([program, "inspect", corpus], stdout=out, check=True,
                       stderr=subprocess.DEVNULL)
    with open(jsonl, encoding="utf-8") as lines, \
            open(tsv, "w", encoding="utf-8") as out:
        for line in lines:
            record = json.loads(line)
            total += len((record["title"] + record["body"]).encode())
            count += 1
            author = (record.get("author") or [""])[0]
            date = record.get("date", "")[:10].replace("-", "").ljust(8, "1")
            out.write("\t".join((
                _cell(record["title"]), _cell(record["body"]), _cell(author),
                date if record.get("date") else "0")) + "\n")
    return total, count


class _Source:
    """Words of the articles, as queries take them."""

    def __init__(self, path, seed):
        self.rand = random.Random(seed)
        self.rows = []
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                title, body, author, date = line.rstrip("\n").split("\t")
                self.rows.append((re.findall("[a-z]+", title.lower()), body,
                                  author, date))
        self.titled = [r for r in self.rows if len(r[0]) > 3]

    def title(self):
        return self.rand.choice(self.titled)

    def some(self, words, least, most, length=1):
        """So many words, none of them an operator; None if there are not."""
        words = [w for w in words if len(w) >= length and w not in OPERATORS]
        size = self.rand.randint(least, most)
        return self.rand.sample(words, size) if len(words) >= size else None

    def stretch(self):
        """Words of a text with nothing but spaces between them."""
        while True:
            body = self.rand.choice(self.rows)[1].lower()
            at = self.rand.randrange(max(1, len(body) - 400))
            found = re.search(r"(?<=[a-z] )[a-z]+(?: [a-z]+){9,}(?= )",
                              body[at:at + 400])
            if found:
                return found.group().split(" ")


def _draw_one(source, name):
    words, _, author, date = source.title()
    rand = source.rand
    if name in ("or", "and"):
        return source.some(words, 1, 5), "", "", ""
    if name == "phrase":
        size = rand.randint(2, 4)
        at = rand.randrange(len(words) - size + 1)
        return words[at:at + size], "", "", ""
    if name == "groups":
        size = rand.randint(2, 4)
        return [rand.choice(source.stretch()) for _ in range(size)], "", "", ""
    if name == "near":
        some, apart = source.stretch(), rand.randint(2, 8)
        pair = [some[0], some[apart]]
        good = min(map(len, pair)) >= 4 and pair[0] != pair[1]
        return (pair if good else None), "", "", ""
    if name == "prefix":
        some = source.some(source.stretch(), 1, 1, 7)
        return some and [some[0][:rand.randint(4, 6)]], "", "", ""
    if name == "filter":
        return (author and []), author, "", ""
    some = source.some(words, 1, 2, 3)
    if name == "filter+words":
        return (some if author else None), author, "", ""
    if name == "date+words":
        year = date[:4]
        return ((some if date != "0" else None), "", year + "0101",
                year + "1231")
    return some, "", "", ""


def draw(work, count, seed=9):
    """Queries by class, each a list of (words, author, from, to)."""
    source = _Source(os.path.join(work, "articles.tsv"), seed)
    sets = {}
    for name in CLASSES:
        sets[name] = queries = []
        for _ in range(200 * count):
            words, author, first, last = _draw_one(source, name)
            bad = words is None or words == "" or OPERATORS & set(words)
            if not bad and not re.search(r'["\\]', author):
                queries.append((words, author, first, last))
            if len(queries) == count:
                break
        if not queries:  # no authors, no dates
            del sets[name]
    return sets


def write(path, name, queries):
    """The file of queries that peers read."""
    with open(path, "w", encoding="utf-8") as out:
        for words, author, first, last in queries:
            out.write("\t".join((name, " ".join(words), author, first or "0",
                                 last or "0")) + "\n")


def for_newshound(name, query):
    """A query in newshound's language, and the options it wants."""
    words, author, first, last = query
    plain = " ".join(words)
    text = {"phrase": f'"{plain}"', "groups": f'"{plain}"',
            "near": " NEAR/8 ".join(words), "prefix": f"{plain}*"}.get(name,
                                                                       plain)
    if author:
        text = f'author:"{author}" {text}'.strip()
    if first:
        text += f" date:{first[:4]}"
    return text


OPTIONS = {"or": ["--any"], "facet": ["--facet", "author"],
           "newest": ["--sort", "newest"]}
