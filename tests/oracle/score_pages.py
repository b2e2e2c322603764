"""Titles, authors, dates and bodies of web pages against what people marked in
them: score_pages.py NEWSHOUND FOLDER [tune|held|all] [--show body|date|title|author]

FOLDER has pages/ and truth.jsonl. A line of truth.jsonl names a page (`file`) and
has some of: `with` and `without` (pieces that must and must not stand in the
body), `html` (the whole article), `title`, `author` (a list, or names with "; " between),
`date` (YYYY-MM-DD). A piece counts as found if it stands in the body, blanks
folded. An `html` counts as its paragraphs, each a piece of `with`. A title is
right if it contains the marked one or is contained in it. Pages are in two halves
by a hash of their names; rules are made from the first half alone."""

import argparse
import collections
import hashlib
import html.parser
import json
import pathlib
import re
import subprocess
import sys

BLOCKS = frozenset("p div li h1 h2 h3 h4 h5 h6 pre td th blockquote br article "
                   "section ul ol table tr".split())
SHORTEST = 20  # characters; a shorter paragraph stands on a page by chance


def half(name):
    return "held" if hashlib.sha256(name.encode()).digest()[0] % 2 else "tune"


def fold(text):
    return " ".join(str(text or "").split())


def key(text):
    """A title or name without what spellings differ in."""
    return "".join(re.findall(r"\w+", str(text or "").lower()))


class Paragraphs(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = [""]

    def handle_starttag(self, tag, attrs):
        if tag in BLOCKS:
            self.found.append("")

    handle_endtag = lambda self, tag: self.handle_starttag(tag, ())

    def handle_data(self, data):
        self.found[-1] += data


def pieces(truth):
    if "html" not in truth:
        return truth.get("with", ()), truth.get("without", ())
    parser = Paragraphs()
    parser.feed(truth["html"])
    return [p for p in map(fold, parser.found) if len(p) >= SHORTEST], ()


def article(newshound, page):
    done = subprocess.run([newshound, "inspect", page], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    lines = done.stdout.splitlines()
    return json.loads(lines[0]) if lines else {}


def judge_body(truth, got, seen):
    body = fold(got.get("body"))
    wanted, unwanted = pieces(truth)
    for piece in wanted:
        seen["with" if fold(piece) in body else "missed"].append(piece)
    for piece in unwanted:
        seen["extra" if fold(piece) in body else "left out"].append(piece)


def judge_date(truth, got):
    if not truth.get("date"):
        return None
    if not got.get("date"):
        return "none"
    return "right" if got["date"][:10] == truth["date"][:10] else "wrong"


def judge_title(truth, got):
    wanted, found = key(truth.get("title")), key(got.get("title"))
    if not wanted:
        return None
    if not found:
        return "none"
    return "right" if wanted in found or found in wanted else "wrong"


def judge_author(truth, got):
    """Right if the first marked name is among those found, or the reverse."""
    marked = truth.get("author") or ""
    marked = marked if isinstance(marked, list) else re.split(r"[;,]", marked)
    wanted = [key(n) for n in marked]
    found = [key(n) for n in got.get("author", ())]
    wanted = [n for n in wanted if n]
    if not wanted:
        return None
    if not found:
        return "none"
    return "right" if any(w in f or f in w for w in wanted for f in found) \
        else "wrong"


JUDGES = {"date": judge_date, "title": judge_title, "author": judge_author}


def score(newshound, folder, show=None):
    """{half: {field: Counter}}; the body's are of pieces."""
    found = {h: collections.defaultdict(collections.Counter)
             for h in ("tune", "held", "all")}
    for line in (folder / "truth.jsonl").read_text().splitlines():
        truth = json.loads(line)
        got = article(newshound, folder / "pages" / truth["file"])
        seen = collections.defaultdict(list)
        judge_body(truth, got, seen)
        results = {f: judge(truth, got) for f, judge in JUDGES.items()}
        for which in (half(truth["file"]), "all"):
            for outcome, texts in seen.items():
                found[which]["body"][outcome] += len(texts)
            for field, outcome in results.items():
                if outcome:
                    found[which][field][outcome] += 1
        if show and half(truth["file"]) == "tune":
            tell(show, truth, got, seen, results)
    return found


def tell(field, truth, got, seen, results):
    if field == "body":
        for outcome in ("missed", "extra"):
            for piece in seen[outcome]:
                print(f"{truth['file']}\t{outcome}\t{fold(piece)[:100]}")
    elif results[field] not in (None, "right"):
        print(f"{truth['file']}\t{results[field]}\t{truth[field]!r}\t"
              f"{got.get(field)!r}")


def measure(body):
    """(precision, recall, F) of pieces."""
    right = body["with"]
    precision = right / (right + body["extra"] or 1)
    recall = right / (right + body["missed"] or 1)
    return (precision, recall,
            2 * precision * recall / (precision + recall or 1))


def table(found):
    lines = ["half  body P    R    F     titles      authors          dates",
             "                      right of   right wrong none   right wrong none"]
    for which, fields in found.items():
        p, r, f = measure(fields["body"])
        title, author, date = (fields[x] for x in ("title", "author", "date"))
        lines.append(
            f"{which:5} {p:.3f} {r:.3f} {f:.3f}  {title['right']:4} "
            f"{sum(title.values()):4}  " + "   ".join(
                f"{c['right']:5} {c['wrong']:5} {c['none']:4}"
                for c in (author, date)))
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("newshound")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--show", choices=("body", *JUDGES))
    options = parser.parse_args()
    print(table(score(options.newshound, options.folder, options.show)))


if __name__ == "__main__":
    sys.exit(main())
