"""Crafted indexes through the API and every command:
test_craft.py CRAFT NEWSHOUND [COUNT [SEED]]

NEWSHOUND_CRAFTED sets the number of indexes (default 60)."""

import datetime
import json
import os
import random
import shutil
import subprocess
import sys

CRAFT, PROGRAM = map(os.path.abspath, sys.argv[1:3])
COUNT = (os.environ.get("NEWSHOUND_CRAFTED") or
         (sys.argv[3] if len(sys.argv) > 3 else "60"))
SEED = sys.argv[4] if len(sys.argv) > 4 else "1"
WORK = os.path.abspath(os.environ.get("NEWSHOUND_WORK") or "craft.work")
WORDS = ("the of to and in senator Senate Iraq health school water funding "
         "program bill state people today federal said would").split()
NAMES = ["Ann Smith", "Jan Leike", "Department of Water", "Ohio"]
BASES = {"bulk": [], "both": ["--xapian-lists"], "api": ["--builder", "api"]}


def article(n):
    rand = random.Random(n - 1 if n % 10 == 9 else n)  # every tenth a copy
    words = rand.choices(WORDS + [f"w{n % 50}", f"v{n % 9}"], k=30)
    words[10:12] = rand.choice(NAMES).split()[:2]
    name = rand.choice(NAMES)  # in the title, and its end too
    out = {"id": f"n{n}",
           "title": " ".join(rand.choices(WORDS, k=3)) + " " + name,
           "body": ". ".join(" ".join(words[i:i + 6])
                             for i in range(0, 30, 6)),
           "person": [name], "topic": [f"t{n % 7}"],
           "source": f"wire {n % 3}", "url": f"u{n}", "language": "en"}
    if n % 5:
        day = datetime.date(2004, 1, 1) + datetime.timedelta(3 * n)
        out["date"] = day.isoformat()
    return out


def filler(n):
    """Long words make enough text for a dictionary of the index's own, which is
    small, and so opened fast."""
    out = article(n)
    out["id"] = f"filler {n}"
    out["section"] = "filler"
    out["body"] += " " + " ".join(random.Random(n).choices(
        [c * 24 for c in "abcdefgh"], k=60))
    return out


def write(name, numbers, make=article):
    path = os.path.join(WORK, name)
    with open(path, "w", encoding="utf-8") as file:
        for n in numbers:
            file.write(json.dumps(make(n)) + "\n")
    return path


def run(*arguments):
    subprocess.run([PROGRAM, *arguments], check=True, capture_output=True)


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    parts = [write("a.jsonl", range(150)), write("b.jsonl", range(150, 190))]
    more = write("more.jsonl", range(170, 200))
    fillers = write("fillers.jsonl", range(1000), filler)
    indexes = []
    for name, options in BASES.items():
        path = os.path.join(WORK, name)
        run("index", "-d", path, *(options if name != "api" else []), fillers)
        run("delete", "-d", path, "section:filler")
        run("merge", "-d", path)
        for part in parts:
            run("index", "--no-merge", "-d", path, *options, part)
        run("delete", "-d", path, "topic:t5 date:2004")
        indexes.append(path)
    done = subprocess.run([CRAFT, WORK, SEED, COUNT, more, *indexes],
                          check=False)
    if done.returncode:
        for name in "round", "stderr":
            with open(os.path.join(WORK, name), errors="replace") as file:
                print(file.read()[-12000:])
        print("exit", done.returncode)
        sys.exit(1)


if __name__ == "__main__":
    main()
