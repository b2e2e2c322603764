"""Random queries, answered by newshound and by brute force, compared.

  random_queries.py NEWSHOUND WORKDIR COUNT SEED CORPUS

CORPUS is a .jsonl file, a folder of Reuters-21578, or TIME.ALL.
"""

import os
import random
import shutil
import subprocess
import sys
from collections import defaultdict

import corpora
from evaluate import Corpus, Generator, to_query


def load(path, work):
    """Articles, and the path that newshound indexes."""
    if path.endswith(".jsonl"):
        return list(corpora.jsonl(path)), [path]
    if path.endswith("TIME.ALL"):
        articles = list(corpora.time_collection(path))
        copy = os.path.join(work, "time.jsonl")
        corpora.write_jsonl(articles, copy)
        return articles, [copy]
    files = sorted(os.path.join(path, f) for f in os.listdir(path)
                   if f.endswith(".sgm"))
    return list(corpora.reuters(path)), files


def prepare(program, work, seed, path):
    """The corpus, its index, a generator, and a source of random numbers."""
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    articles, files = load(path, work)
    index = os.path.join(work, "oracle.idx")
    subprocess.run([program, "index", "-q", "--entities-only-given",
                    "-d", index, *files], check=True)
    corpus = Corpus(articles)
    return (corpus, index, Generator(corpus, int(seed)),
            random.Random(int(seed) + 1))


def main():
    program, work, count, seed, path = sys.argv[1:]
    corpus, index, generator, rand = prepare(program, work, seed, path)
    articles = corpus.articles
    trees, lines = {}, []
    for number in range(int(count)):
        tree = generator.tree()
        text = to_query(tree, rand)
        trees[str(number)] = (tree, text)
        lines.append(f"{number}\t{text}\n")
    queries = os.path.join(work, "queries.tsv")
    with open(queries, "w", encoding="utf-8") as file:
        file.writelines(lines)
    answer = subprocess.run(
        [program, "search", "-d", index, "--all", "--format", "trec",
         "--queries", queries], capture_output=True, check=False)
    if answer.returncode not in (0, 1):
        sys.stderr.write(answer.stderr.decode()[-4000:])
        print(f"the batch ended with status {answer.returncode}")
        return 1
    found, scores = defaultdict(list), defaultdict(dict)
    for line in answer.stdout.decode().splitlines():
        qid, _, ident, _, score, _ = line.split()
        found[qid].append(ident)
        scores[qid][ident] = float(score)
    wrong = hits = ranked = 0
    for qid, (tree, text) in trees.items():
        expected = {articles[n].id for n in corpus.evaluate(tree)}
        got = found[qid]
        hits += len(expected)
        if set(got) != expected or len(got) != len(set(got)):
            wrong += 1
            if wrong <= 10:
                print(f"{text}\n  missing {sorted(expected - set(got))[:5]} "
                      f"too many {sorted(set(got) - expected)[:5]}")
            continue
        wanted = corpus.scores(tree)
        if wanted is None:
            continue
        ranked += 1
        # A score of 0 is not printed as such: TREC's tools sort by it.
        wanted = {articles[n].id: s for n, s in wanted.items() if s}
        bad = [(i, s, scores[qid][i]) for i, s in wanted.items()
               if abs(s - scores[qid][i]) > 2e-9]
        order = [scores[qid][i] if i in wanted else 0 for i in got]
        if bad or order != sorted(order, reverse=True):
            wrong += 1
            if wrong <= 10:
                print(f"{text}\n  scores {bad[:3]}")
    print(f"{len(trees)} queries, {hits} matches in all, {ranked} ranked, "
          f"{wrong} differ")
    return 1 if wrong or hits == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
