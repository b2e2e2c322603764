"""The TIME collection: mean average precision, and random queries against brute
force.  test_time.py NEWSHOUND WORKDIR
"""

import os
import re
import subprocess
from collections import defaultdict

from common import arguments, data, expect, run

import corpora


def queries(path):
    """number -> text, in small letters and without punctuation: the originals
    are in capitals, where AND, OR and NOT would be operators."""
    with open(path, encoding="latin-1") as file:
        parts = re.split(r"^\*FIND\s+(\d+)\s*$",
                         file.read().split("*STOP")[0], flags=re.M)
    return {number: re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()
            for number, text in zip(parts[1::2], parts[2::2])}


def judgements(path):
    relevant = {}
    with open(path, encoding="latin-1") as file:
        for line in file:
            if line.split():
                number, *ids = line.split()
                relevant[number] = set(ids)
    return relevant


def average_precision(ranking, relevant):
    hits = total = 0
    for rank, ident in enumerate(ranking, 1):
        if ident in relevant:
            hits += 1
            total += hits / rank
    return total / len(relevant)


def main():
    folder = data("ir", "time")
    program, work = arguments()
    index = os.path.join(work, "idx")
    source = os.path.join(work, "time.jsonl")
    articles = list(corpora.time_collection(os.path.join(folder, "TIME.ALL")))
    corpora.write_jsonl(articles, source)
    out = run(program, "index", "-d", index, source)
    expect(out.startswith("423 added"), out.strip())
    lines = "".join(f"{n}\t{q}\n" for n, q in
                    queries(os.path.join(folder, "TIME.QUE")).items())
    rankings = defaultdict(list)
    for line in run(program, "search", "-d", index, "--any", "--all",
                    "--format", "trec", "--queries", "-",
                    stdin=lines.encode()).splitlines():
        qid, _, ident, _, _, _ = line.split()
        rankings[qid].append(ident)
    relevant = judgements(os.path.join(folder, "TIME.REL.ALL"))
    precision = sum(average_precision(rankings[q], r)
                    for q, r in relevant.items()) / len(relevant)
    expect(len(relevant) == 83 and precision >= 0.60,
           f"MAP over {len(relevant)} queries is {precision:.4f}")
    oracle = os.path.join(os.path.dirname(__file__), "..", "oracle",
                          "random_queries.py")
    count = os.environ.get("NEWSHOUND_QUERIES", "500")
    subprocess.run(["/usr/bin/python3", oracle, program,
                    os.path.join(work, "oracle"), count, "12",
                    os.path.join(folder, "TIME.ALL")], check=True)


if __name__ == "__main__":
    main()
