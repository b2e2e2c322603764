"""Files of every format: what is read of them against what they say.
test_formats.py NEWSHOUND WORKDIR"""

import ast
import gzip
import html.parser
import json
import pathlib
import re
import subprocess

from common import arguments, data, expect

import score_html

HERE = pathlib.Path(__file__).parent
# Floors of the bodies of pages: all of them, and the half that no rule was made
# from.
HTML_FLOOR = {"all": 0.96, "held": 0.95}
# Entries that have nothing but an id; base64 where Atom 1.0 has none; what stands
# in an <object>, which is not shown.
FEEDS_LEFT_OUT = ("entry_id", "rdf_about", "atom10__entry_summary_base64",
                  "object")
wrong = []


def check(good, message):
    if not good:
        wrong.append(message)


def inspect(newshound, path):
    done = subprocess.run([newshound, "inspect", path], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    check(done.returncode in (0, 1), f"{path}: status {done.returncode}")
    articles = [json.loads(line) for line in done.stdout.splitlines()]
    return articles, done.stderr.decode(errors="replace")


def first_words(text):
    return " ".join(text.split()[:3]) or "-"


def check_table(newshound, folder):
    """The table of values, which were looked up in the files."""
    seen, rows = {}, 0
    for line in (HERE / "formats.tsv").read_text().splitlines():
        if line.startswith("#"):
            continue
        name, number, *wanted = line.split("\t")
        if name not in seen:
            seen[name] = inspect(newshound, folder / name)[0]
        if len(seen[name]) < int(number):
            wrong.append(f"{name}: no article {number}")
            continue
        a = seen[name][int(number) - 1]
        got = [a.get("date") or "-", ";".join(a.get("author", [])) or "-",
               str(len(a.get("title", "").split())),
               first_words(a.get("title", "")), first_words(a.get("body", ""))]
        check(got == wanted, f"{name} {number}: {got}, not {wanted}")
        rows += 1
    expect(rows >= 60, f"only {rows} rows")
    print(f"{rows} articles as written down")


def check_reasons(newshound, folder):
    """Every file is read, or refused with a reason."""
    files = articles = 0
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        found, said = inspect(newshound, path)
        files += 1
        articles += len(found)
        empty = not gzip.open(path).read() if path.suffix == ".gz" else \
            not path.stat().st_size
        check(found or "skipped" in said or empty,
              f"{path}: neither read nor refused")
    print(f"{files} files, {articles} articles")


class Text(html.parser.HTMLParser):
    """The text that markup shows."""

    def __init__(self):
        super().__init__()
        self.parts, self.hidden = [], 0

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("script", "style")
        if tag in ("p", "br", "div", "li"):
            self.parts.append(" ")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style") and self.hidden > 0

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(data)


def shown(markup):
    parser = Text()
    parser.feed(markup)
    return " ".join("".join(parser.parts).split())


def check_feeds(newshound, folder):
    """The suite says of each feed what a reader must find."""
    pattern = re.compile(
        r"Expect:\s+not bozo and entries\[0\]\['(title|id|summary|description"
        r"|content'\]\[0\]\['value)'\] == u?('.*?'|\".*?\")\s*$", re.M)
    compared = 0
    for path in sorted(folder.glob("*.xml")):
        found = pattern.search(path.read_text(errors="replace"))
        if not found or any(x in path.name for x in FEEDS_LEFT_OUT):
            continue
        try:
            wanted = ast.literal_eval(found[2])
        except ValueError:  # an expression
            continue
        articles, _ = inspect(newshound, path)
        if not shown(wanted):  # nothing to be read, or nothing shown
            continue
        if not articles:
            wrong.append(f"{path.name}: nothing was read")
            continue
        key = found[1] if found[1] in ("title", "id") else "body"
        got = " ".join(articles[0].get(key, "").split())
        check(got in (shown(wanted), wanted),
              f"{path.name}: {got!r}, not {wanted!r}")
        compared += 1
    expect(compared >= 30, f"only {compared} feeds were compared")
    print(f"{compared} feeds as their suite expects them")


def check_pages(newshound, folder):
    for which, floor in HTML_FLOOR.items():
        f1, precision, recall, pages = score_html.score(newshound, folder,
                                                        which)
        print(f"{which}: {len(pages)} pages, F1 {f1:.3f}, precision "
              f"{precision:.3f}, recall {recall:.3f}")
        expect(f1 >= floor, f"F1 {f1:.3f} of {which} pages, below {floor}")


def main():
    newshound, _ = arguments()
    folder = pathlib.Path(data("formats"))
    check_table(newshound, folder)
    check_reasons(newshound, folder)
    check_feeds(newshound, folder / "feeds")
    check_pages(newshound, folder / "html-articles")
    print("\n".join(wrong))
    expect(not wrong, f"{len(wrong)} differences")


if __name__ == "__main__":
    main()
