"""Queries of 4 KB that ask for as much work as they can, on Reuters-21578: each
ends in a page or an error, in a time that a reader would wait.

  test_limits.py NEWSHOUND WORKDIR
"""

import os
import random
import resource
import subprocess

from common import arguments, data, expect, run

BYTES = 4096
# Of a core. About one on an idle machine; others share its caches.
SECONDS = 5
COMMON = ("the of to and in a said for mln it s dlrs from reuter vs lt is its "
          "on by at pct year with will was be that u would cts net has 000 "
          "which inc company corp have an market not new but or this billion "
          "as shr one trade last oil share").split()


def fill(make, joint):
    """As many parts as there is room for."""
    query = make()
    while True:
        longer = query + joint + make()
        if len(longer) > BYTES:
            return query
        query = longer


def queries():
    rand = random.Random(1)
    word = lambda: rand.choice(COMMON)
    letters = lambda n: "".join(rand.choice("etaoinshrdlu") for _ in range(n))
    yield fill(lambda: f'"{word()} {word()}"', " OR ")
    yield fill(lambda: f'"{word()} {word()} {word()}"', " OR ")
    yield fill(lambda: f'-"{word()} {word()} {word()}"', " ")
    yield fill(word, " NEAR/10000 ")
    yield fill(lambda: "the", " NEAR/10000 ")
    yield fill(lambda: "(the NEAR/100 of NEAR/100 to)", " OR ")
    yield fill(lambda: f"({word()} NEAR {word()})", " OR ")
    yield fill(lambda: "(place:* NEAR/10000 the)", " OR ")
    yield fill(lambda: f"({word()} {word()} {word()})/s", " OR ")
    yield fill(lambda: f"({word()} {word()})/p", " OR ")
    yield fill(lambda: f"*{letters(1)}*{letters(1)}", " OR ")
    yield fill(lambda: f"*q{letters(1)}zx", " OR ")
    yield fill(lambda: letters(5) + "~2", " OR ")
    yield fill(lambda: letters(30) + "~2", " OR ")
    yield fill(lambda: f"(the NEAR {letters(4)}~2)", " OR ")
    yield fill(lambda: "*" + "*".join(letters(20)) + "*", " OR ")
    yield fill(lambda: f'title:"{word()} {word()}"', " OR ")
    yield fill(word, " OR ")
    yield fill(word, " ")
    yield fill(lambda: f"date:1987-02-01..1987-11-0{rand.randint(1, 9)}",
               " OR ")
    yield "(" * 60 + "the" + " NEAR of)" * 60
    yield '"' + " ".join(word() for _ in range(256)) + '"'


def cpu_seconds():
    """Of all programs that were run so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    folder = data("corpora", "reuters21578")
    program, work = arguments()
    index = os.path.join(work, "idx")
    run(program, "index", "--entities-only-given", "-q", "-d", index,
        *sorted(os.path.join(folder, f) for f in os.listdir(folder)
                if f.endswith(".sgm")))
    longest, refused, count = 0, 0, 0
    for query in queries():
        for options in ([], ["--count"]):
            start = cpu_seconds()
            done = subprocess.run(
                [program, "search", "-d", index, "--format", "ids", *options,
                 "--", query], capture_output=True, check=False,
                timeout=SECONDS * 20)
            took = cpu_seconds() - start
            longest = max(longest, took)
            refused += done.returncode == 2
            count += 1
            if done.returncode not in (0, 1, 2) or took > SECONDS:
                expect(False, f"{took:.1f} s, status {done.returncode}: "
                       f"{query[:60]} {done.stderr[:200]}")
    expect(count == 44, f"{count} searches of 4 KB, {refused} refused, the "
           f"longest took {longest:.2f} s")


if __name__ == "__main__":
    main()
