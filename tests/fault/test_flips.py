"""Every byte of an index of 1,000 articles, or about so many of them, is changed:
test_flips.py FLIP_BYTES NEWSHOUND [STEP [FIRST]]

NEWSHOUND_EVERY=1 means each byte."""

import datetime
import json
import os
import random
import shutil
import subprocess
import sys

FLIP, PROGRAM = map(os.path.abspath, sys.argv[1:3])
STEP = (1 if os.environ.get("NEWSHOUND_EVERY") else
        int(sys.argv[3]) if len(sys.argv) > 3 else 997)
FIRST = sys.argv[4] if len(sys.argv) > 4 else "3"
WORK = os.path.abspath("flips.work")
WORDS = ("the of to and in senator senate iraq health school water funding "
         "program bill state people today federal said would").split()
NAMES = ["Ann Smith", "Jan Leike", "Department of Water", "Ohio"]


def article(n, rand):
    # Long words make enough text for a dictionary of its own, which is small.
    words = rand.choices(WORDS + [f"w{n % 50}", f"v{n % 9}"], k=25)
    words += rand.choices([c * 24 for c in "abcdefgh"], k=46)
    rand.shuffle(words)
    if n % 10 == 9:  # a copy of the one before
        words = article(n - 1, random.Random(n - 1))["body"].split()
    out = {"id": f"n{n}", "title": " ".join(rand.choices(WORDS, k=4)),
           "body": " ".join(words), "person": [rand.choice(NAMES)],
           "topic": [f"t{n % 7}"]}
    if n % 5:
        day = datetime.date(2004, 1, 1) + datetime.timedelta(n)
        out["date"] = day.isoformat()
    return out


def index(count, first):
    path = os.path.join(WORK, "articles.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        for n in range(first, count):
            file.write(json.dumps(article(n, random.Random(n))) + "\n")
    subprocess.run([PROGRAM, "index", "--no-merge", "-d",
                    os.path.join(WORK, "idx"), path], check=True,
                   capture_output=True)


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    index(900, 0)
    index(1000, 900)
    subprocess.run([PROGRAM, "delete", "-d", os.path.join(WORK, "idx"),
                    "topic:t2 date:2005"], check=True, capture_output=True)
    # The checker says what it found, and where it stopped.
    done = subprocess.run([FLIP, os.path.join(WORK, "idx"), str(STEP), FIRST],
                          check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
