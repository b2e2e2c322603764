"""Reuters-21578: every annotated value finds exactly its articles, and random
queries agree with brute force.  test_reuters.py NEWSHOUND WORKDIR
"""

import os
import re
import subprocess
from collections import defaultdict

from common import arguments, data, expect, run

FIELDS = {"PEOPLE": "person", "ORGS": "org", "PLACES": "place",
          "TOPICS": "topic"}


def counted(folder):
    """(field, value) -> set of ids, and the number of articles, counted from
    the SGML alone."""
    sets, articles = defaultdict(set), 0
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".sgm"):
            continue
        with open(os.path.join(folder, name), encoding="latin-1") as file:
            for chunk in file.read().split("</REUTERS>")[:-1]:
                articles += 1
                ident = "reuters-" + re.search(r'NEWID="(\d+)"',
                                               chunk).group(1)
                for tag, field in FIELDS.items():
                    inner = re.search(rf"<{tag}>(.*?)</{tag}>", chunk, re.S)
                    for value in re.findall(r"<D>(.*?)</D>", inner.group(1)):
                        sets[field, value].add(ident)
    return sets, articles


def main():
    folder = data("corpora", "reuters21578")
    program, work = arguments()
    index = os.path.join(work, "idx")
    files = [os.path.join(folder, f) for f in sorted(os.listdir(folder))
             if f.endswith(".sgm")]
    out = run(program, "index", "--entities-only-given", "-d", index, *files)
    expect(out.startswith("21578 added, 0 replaced, 0 unchanged, 0 skipped"),
           out.strip())
    sets, articles = counted(folder)
    expect(articles == 21578, f"{articles} articles in the files")
    keys = sorted(sets)
    queries = "".join(f'{n}\t{field}:"{value}"\n'
                      for n, (field, value) in enumerate(keys))
    found = defaultdict(set)
    for line in run(program, "search", "-d", index, "--all", "--format", "ids",
                    "--queries", "-", stdin=queries.encode()).splitlines():
        qid, ident = line.split("\t")
        found[int(qid)].add(ident)
    wrong = [k for n, k in enumerate(keys) if found[n] != sets[k]]
    expect(not wrong, f"{len(keys)} values, wrong: {wrong[:5]}")
    count = int(os.environ.get("NEWSHOUND_QUERIES", "500"))
    for script, part in (("random_queries.py", 1), ("random_answers.py", 10)):
        oracle = os.path.join(os.path.dirname(__file__), "..", "oracle", script)
        subprocess.run(["/usr/bin/python3", oracle, program,
                        os.path.join(work, "oracle"), str(count // part), "11",
                        folder], check=True)
    copies = os.path.join(os.path.dirname(__file__), "..", "oracle",
                          "score_copies.py")
    subprocess.run(["/usr/bin/python3", copies, program, folder,
                    os.path.join(work, "copies"), "--floor", "0.98",
                    "--queries", "50"], check=True)


if __name__ == "__main__":
    main()
