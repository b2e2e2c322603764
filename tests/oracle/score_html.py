"""Bodies of news pages against those that people marked: score_html.py
NEWSHOUND FOLDER [tune|held|all] [--worst N] [--floor F1]

FOLDER is the data of scrapinghub's article-extraction-benchmark
(ground-truth.json, html/). The measure is that benchmark's: runs of four words,
precision and recall a page, averaged over the pages, F1 of the averages. Pages
are in two halves by their names; rules are made from the first alone."""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys

WORD = re.compile(r"\w+")
RUN = 4


def half(name):
    return "held" if int(name[:8], 16) % 2 else "tune"


def runs(text):
    words = tuple(WORD.findall(text or ""))
    return collections.Counter(words[i:i + RUN] for i in
                               range(max(1, len(words) - RUN + 1)))


def compare(truth, got):
    """Precision and recall of one page."""
    truth, got = runs(truth), runs(got)
    both = sum((truth & got).values())
    extra, missed = sum((got - truth).values()), sum((truth - got).values())
    if extra == missed == 0:
        return 1.0, 1.0
    if both == 0:
        return 0.0, 0.0
    return both / (both + extra), both / (both + missed)


def body(newshound, page):
    found = subprocess.run([newshound, "inspect", page], check=True,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(found.stdout).get("body", "") if found.stdout else ""


def score(newshound, folder, which):
    truth = json.loads((folder / "ground-truth.json").read_text())
    names = sorted(n for n in truth if which in ("all", half(n)))
    pages = {n: compare(truth[n]["articleBody"],
                        body(newshound, folder / "html" / f"{n}.html.gz"))
             for n in names}
    precision = sum(p for p, _ in pages.values()) / len(pages)
    recall = sum(r for _, r in pages.values()) / len(pages)
    f1 = 2 * precision * recall / (precision + recall or 1)
    return f1, precision, recall, pages


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("newshound")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("which", nargs="?", default="all",
                        choices=("tune", "held", "all"))
    parser.add_argument("--worst", type=int, default=0)
    parser.add_argument("--floor", type=float, default=0)
    options = parser.parse_args()
    f1, precision, recall, pages = score(options.newshound, options.folder,
                                         options.which)
    for name in sorted(pages, key=lambda n: sum(pages[n]))[:options.worst]:
        print(f"{name} {pages[name][0]:.3f} {pages[name][1]:.3f}")
    print(f"{len(pages)} pages: F1 {f1:.3f}, precision {precision:.3f}, "
          f"recall {recall:.3f}")
    return f1 < options.floor


if __name__ == "__main__":
    sys.exit(main())
