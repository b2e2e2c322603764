"""Pages against what people marked on them: score_pages.py NEWSHOUND FOLDER
[tune|held|all] [--list FIELD] [--floors]

FOLDER has pages/ and truth.jsonl. The measures:

* text: a piece of `with` or `without` counts as found if it stands in the body,
  white space folded. Precision is the share of `with` among the pieces found,
  recall the share of `with` that is found; over all pieces.
* extract: for pages with an expected extract (`html`), precision and recall of
  runs of four words, averaged over the pages, as in score_html.py.
* dates: right if the day is the same.
* titles: right if one contains the other, case and white space folded.
* authors: right if each name found is in the one marked or contains it; of pages
  where one is marked.

Rules were made on the half `tune`; `held` was only looked at as a score. The
halves are told by a checksum of the file's name."""

import argparse
import concurrent.futures
import html.parser
import json
import pathlib
import subprocess
import sys
import zlib

import score_html

FIELDS = ("text", "extract", "date", "title", "author")


class Text(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts = []

    def handle_starttag(self, tag, attrs):
        self.parts.append(" ")

    def handle_endtag(self, tag):
        self.parts.append(" ")

    def handle_data(self, data):
        self.parts.append(data)


def half(name):
    return "held" if zlib.crc32(name.encode()) % 2 else "tune"


def fold(text):
    return " ".join(text.split())


def within(a, b):
    return bool(a) and bool(b) and (a in b or b in a)


def inspect(newshound, path):
    done = subprocess.run([newshound, "inspect", path], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    lines = done.stdout.splitlines()
    return json.loads(lines[0]) if lines else {}


def judge(got, wanted):
    """right, wrong or none"""
    return "none" if not got else "right" if wanted else "wrong"


def judge_author(truth, got):
    marked = fold(" ".join(truth) if isinstance(truth, list) else truth)
    return judge(got, all(within(fold(n), marked) for n in got))


def judge_page(truth, got):
    """What was found of one page: field -> verdict, or numbers."""
    found = {}
    body = fold(got.get("body", ""))
    if "with" in truth:
        kept = [w for w in truth["with"] if fold(w) in body]
        extra = [w for w in truth["without"] if fold(w) in body]
        found["text"] = (len(kept), len(extra), len(truth["with"]))
    if "html" in truth:
        parser = Text()
        parser.feed(truth["html"])
        found["extract"] = score_html.compare("".join(parser.parts), body)
    if isinstance(truth.get("date"), str) and truth["date"]:
        date = got.get("date", "")[:10]
        found["date"] = judge(date, date == truth["date"][:10])
    if truth.get("title"):
        found["title"] = judge(
            got.get("title"),
            within(fold(got.get("title", "")).casefold(),
                   fold(truth["title"]).casefold()))
    if truth.get("author") and "with" in truth:
        found["author"] = judge_author(truth["author"], got.get("author", []))
    return found


def read(newshound, folder, which):
    lines = (folder / "truth.jsonl").read_text().splitlines()
    truths = [t for t in map(json.loads, lines)
              if which in ("all", half(t["file"]))]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(
            lambda t: inspect(newshound, folder / "pages" / t["file"]), truths))
    return truths, pages


def average(values):
    return sum(values) / max(1, len(values))


def f_of(precision, recall):
    return 2 * precision * recall / (precision + recall or 1)


def score(truths, pages):
    """Field -> figures."""
    verdicts = [judge_page(t, p) for t, p in zip(truths, pages)]
    scores = {}
    texts = [v["text"] for v in verdicts if "text" in v]
    kept, extra, all_ = (sum(column) for column in zip(*texts))
    precision, recall = kept / max(1, kept + extra), kept / max(1, all_)
    scores["text"] = {"pages": len(texts), "P": precision, "R": recall,
                      "F": f_of(precision, recall)}
    extracts = [v["extract"] for v in verdicts if "extract" in v]
    precision, recall = (average(column) for column in zip(*extracts))
    scores["extract"] = {"pages": len(extracts), "P": precision, "R": recall,
                         "F": f_of(precision, recall)}
    for field in ("date", "title", "author"):
        values = [v[field] for v in verdicts if field in v]
        scores[field] = {"pages": len(values), **{
            k: values.count(k) for k in ("right", "wrong", "none")}}
    return scores, verdicts


def show(which, scores):
    for field, figures in scores.items():
        print(f"{which:5} {field:8}", "  ".join(
            f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}"
            for k, v in figures.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("newshound")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("which", nargs="?", default="all",
                        choices=("tune", "held", "all"))
    parser.add_argument("--list", choices=FIELDS)
    options = parser.parse_args()
    truths, pages = read(options.newshound, options.folder, options.which)
    scores, verdicts = score(truths, pages)
    show(options.which, scores)
    for truth, page, verdict in zip(truths, pages, verdicts):
        if options.list in verdict:
            marked, got = (t.get(options.list) for t in (truth, page))
            print(truth["file"], verdict[options.list], repr(marked), repr(got),
                  sep="\t")


if __name__ == "__main__":
    sys.exit(main())
