"""Search speed beside Lucene and Xapian's own lists, in one run on the same
articles.

  bench/search_peers.py NEWSHOUND FILE.jsonl WORKDIR [QUERIES]

Draws QUERIES (default 400) lists of one to five words, and as many phrases of
two to four, from the titles, and prints microseconds for the ten best articles:
mean, median and 95th percentile over the queries of the least time of ten
rounds in a warm process, one thread. Needs liblucene8-java, a JDK and
python3-snowballstemmer; Lucene is left out where it is missing.
"""

import collections
import glob
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys

import snowballstemmer

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = 10
STEM = snowballstemmer.stemmer("english").stemWord


def draw(source, count, texts):
    """Writes the texts for Lucene; returns lists of words and phrases."""
    rand, titles = random.Random(9), []
    with open(source, encoding="utf-8") as lines, \
            open(texts, "w", encoding="utf-8") as out:
        for line in lines:
            record = json.loads(line)
            title = re.sub(r"\s", " ", record.get("title") or "")
            words = re.findall("[a-z]+", title.lower())
            if len(words) > 1:
                titles.append(words)
            out.write(title + "\t" + re.sub(r"\s", " ",
                                            record.get("body") or "") + "\n")
    words, phrases = [], []
    while len(words) < count:
        title, size = rand.choice(titles), rand.randint(1, 5)
        some = rand.sample(title, min(size, len(title)))
        if not {"and", "or", "not", "near"} & set(some):
            words.append(some)
    while len(phrases) < count:
        title, size = rand.choice(titles), rand.randint(2, 4)
        if len(title) >= size:
            at = rand.randrange(len(title) - size + 1)
            phrases.append(title[at:at + size])
    return words, phrases


def newshound(program, index, path, lines, *options):
    """Least microseconds of each of the lines."""
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(ROUNDS):
            file.writelines(f"{n}\t{line}\n" for n, line in enumerate(lines))
    out = subprocess.run([program, "search", "-d", index, "--format", "json",
                          "-n", "10", "--queries", path, *options],
                         capture_output=True, check=False).stdout
    best = collections.defaultdict(lambda: 1e9)
    for line in out.splitlines():
        answer = json.loads(line)
        best[int(answer["qid"])] = min(best[int(answer["qid"])],
                                       answer["elapsed_ms"] * 1000)
    return [best[n] for n in range(len(lines))]


def times(command):
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]}: {done.stderr.decode()[-800:]}")
    return [float(line) for line in done.stdout.split()]


def build_lucene(work):
    jars = ":".join(glob.glob("/usr/share/java/lucene-*-8*.jar"))
    built = jars and shutil.which("javac") and subprocess.run(
        ["javac", "-cp", jars, "-d", work,
         os.path.join(HERE, "LuceneSearch.java")], check=False).returncode == 0
    return ["java", "-XX:+UseSerialGC", "-Xmx2g", "-cp", jars + ":" + work,
            "LuceneSearch"] if built else None


def build_program(work, name):
    """A program of this folder over libxapian."""
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "xapian-core"],
                           capture_output=True, check=True).stdout.decode()
    program = os.path.join(work, name)
    subprocess.run(["g++", "-std=c++17", "-O2",
                    os.path.join(HERE, name + ".cc"), "-o", program,
                    *flags.split()], check=True)
    return program


def row(name, values, base):
    values = sorted(values)
    figures = (statistics.mean(values), statistics.median(values),
               values[int(len(values) * 0.95)])
    ratios = "" if base is None else "   newshound is " + " ".join(
        f"{b / f:5.2f}" for b, f in zip(base, figures))
    print(f"{name:16} " + " ".join(f"{f:9.0f}" for f in figures) + ratios)
    return figures


def main():
    program, source, work = sys.argv[1:4]
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 400
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    texts, queries = (os.path.join(work, n) for n in ("texts.tsv", "queries"))
    words, phrases = draw(source, count, texts)
    plain, both = (os.path.join(work, n) for n in ("plain.idx", "both.idx"))
    subprocess.run([program, "index", "-q", "-d", plain, source], check=True)
    subprocess.run([program, "index", "-q", "--xapian-lists", "-d", both,
                    source], check=True)
    for index in (plain, both):
        subprocess.run([program, "merge", "-d", index], check=False,
                       capture_output=True)
    xapian, lucene = build_program(work, "xapian_lists"), build_lucene(work)
    if lucene:
        times([*lucene, "index", texts, os.path.join(work, "lucene")])
    sets = {"or": (words, ["--any"]), "and": (words, ["--all-words"]),
            "phrase": (phrases, ["--all-words"])}
    print(f"{'':16} {'mean':>9} {'p50':>9} {'p95':>9}   us; as a part of it")
    for mode, (lists, options) in sets.items():
        lines = [" ".join(some) for some in lists]
        if mode == "phrase":
            lines = [f'"{line}"' for line in lines]
        base = row(f"{mode} newshound",
                   newshound(program, plain, queries, lines, *options), None)
        if lucene:
            with open(queries, "w", encoding="utf-8") as file:
                file.writelines(f"{mode}\t{' '.join(s)}\n" for s in lists)
            row(f"{mode} Lucene 8", times([*lucene, "search", os.path.join(
                work, "lucene"), queries]), base)
        if mode != "phrase":
            with open(queries, "w", encoding="utf-8") as file:
                file.writelines(f"{mode}\t{' '.join(map(STEM, s))}\n"
                                for s in lists)
            row(f"{mode} Xapian", times([xapian, both, queries]), base)


if __name__ == "__main__":
    main()
