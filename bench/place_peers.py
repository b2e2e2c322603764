"""Speed of phrases, NEAR and prefixes beside Lucene, stock Xapian (positions)
and SQLite FTS5, in one run on the same articles.

  bench/place_peers.py NEWSHOUND FILE.jsonl WORKDIR

Draws from the texts 300 phrases of two to four words, 300 groups of as many
words from anywhere, 300 pairs of words of four letters or more that stand two
to eight words apart somewhere, and the beginnings of 100 words. Prints
microseconds as search_peers.py does. Needs what search_peers.py and
index_peers.py need.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys

from index_peers import build_fts5
from search_peers import build_lucene, build_program, newshound, row, times


def draw(source, texts):
    """Writes the texts for the peers; the queries by class."""
    rand, bodies = random.Random(31), []
    with open(source, encoding="utf-8") as lines, \
            open(texts, "w", encoding="utf-8") as out:
        for line in lines:
            record = json.loads(line)
            body = re.sub(r"\s+", " ", record.get("body") or "")
            out.write(re.sub(r"\s+", " ", record.get("title") or "") + "\t" +
                      body + "\n")
            bodies.append(body)
    operators = {"and", "or", "not", "near"}

    def stretch():
        """Words with nothing but spaces between them."""
        while True:
            body = rand.choice(bodies).lower()
            at = rand.randrange(max(1, len(body) - 400))
            words = re.search(r"(?<=[a-z] )[a-z]+(?: [a-z]+){9,}(?= )",
                              body[at:at + 400])
            if words:
                return words.group().split(" ")

    def any_word(least=1):
        while True:
            word = rand.choice(stretch())
            if len(word) >= least and word not in operators:
                return word

    sets = {"phrase": [], "groups": [], "near": [], "prefix": []}
    while len(sets["phrase"]) < 300:
        words, size = stretch(), rand.randint(2, 4)
        sets["phrase"].append(" ".join(words[:size]))
        sets["groups"].append(" ".join(any_word() for _ in range(size)))
    while len(sets["near"]) < 300:
        words, apart = stretch(), rand.randint(2, 8)
        pair = words[0], words[apart]
        if min(map(len, pair)) >= 4 and pair[0] != pair[1]:
            sets["near"].append(" ".join(pair))
    while len(sets["prefix"]) < 100:
        sets["prefix"].append(any_word(7)[:rand.randint(4, 6)])
    return sets


SHAPES = {"phrase": '"{}"', "groups": '"{}"', "prefix": "{}*"}


def main():
    program, source, work = sys.argv[1:4]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    texts, queries, index, xapian, fts5, lucene = (
        os.path.join(work, n) for n in ("texts.tsv", "queries", "nh.idx",
                                        "xapian.idx", "fts5.db", "lucene"))
    sets = draw(source, texts)
    subprocess.run([program, "index", "-q", "-d", index, source], check=True)
    subprocess.run([program, "merge", "-d", index], check=False,
                   capture_output=True)
    peers = {}
    stock = build_program(work, "stock_xapian")
    subprocess.run([stock, "index", texts, xapian], check=True)
    peers["Xapian"] = [stock, "search", xapian, queries]
    if build_fts5(work):
        sqlite = build_fts5(work)
        subprocess.run([*sqlite, "index", source, fts5], check=True,
                       capture_output=True)
        peers["FTS5"] = [*sqlite, "search", fts5, queries]
    java = build_lucene(work)
    if java:
        times([*java, "index", texts, lucene])
        peers["Lucene 8"] = [*java, "search", lucene, queries]
    print(f"{'':16} {'mean':>9} {'p50':>9} {'p95':>9}   us; as a part of it")
    for name, lines in sets.items():
        shaped = [" NEAR/8 ".join(line.split(" ")) if name == "near" else
                  SHAPES[name].format(line) for line in lines]
        base = row(f"{name} newshound",
                   newshound(program, index, queries, shaped, "--all-words"),
                   None)
        for peer, command in peers.items():
            mode = "phrase" if name == "groups" else name
            with open(queries, "w", encoding="utf-8") as file:
                file.writelines(f"{mode}\t{line}\n" for line in lines)
            row(f"{name} {peer}", times(command), base)


if __name__ == "__main__":
    main()
