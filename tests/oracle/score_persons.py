"""Scores the persons of articles: those that an article names, each once.

  score_persons.py GOLD FOUND

Both are BIO2 with a line -DOCSTART- before each article, the same tokens. A name
that is the end of a longer one in its article is that person."""
import sys

from score_entities import read, entities


def articles(lines):
    """The persons of each article, as sets of names."""
    text = []
    for line in [*lines, "-DOCSTART-"]:
        if not line.startswith("-DOCSTART-"):
            text.append(line)
            continue
        names = {" ".join(token for token, _ in sentence[start:end])
                 for sentence in read(text)
                 for kind, start, end in entities(sentence) if kind == "PER"}
        if text:
            yield {n for n in names
                   if not any(m.endswith(" " + n) for m in names)}
        text = []


def score(gold, found):
    """Precision, recall and F in percent, and the number of persons."""
    right = tagged = wanted = 0
    for a, b in zip(articles(gold), articles(found), strict=True):
        right += len(a & b)
        tagged += len(b)
        wanted += len(a)
    p = 100 * right / tagged if tagged else 0
    r = 100 * right / wanted if wanted else 0
    return p, r, 2 * p * r / (p + r) if p + r else 0, wanted


def main():
    with open(sys.argv[1], encoding="utf-8") as gold, \
            open(sys.argv[2], encoding="utf-8") as found:
        p, r, f, count = score(gold, found)
    print(f"persons of articles P {p:.1f} R {r:.1f} F {f:.1f} ({count})")


if __name__ == "__main__":
    main()
