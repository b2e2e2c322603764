"""Scores tags of names: entities that match exactly in class and extent, per
class and together (the measure of CoNLL-2003, Tjong Kim Sang and De Meulder).

  score_entities.py GOLD FOUND

Both are BIO2, token TAB tag, the same tokens. MISC is left out."""
import sys

CLASSES = ("PER", "ORG", "LOC")


def read(lines):
    """Sentences, each a list of (token, tag)."""
    sentence = []
    for line in lines:
        line = line.rstrip("\r\n")
        if line.startswith("-DOCSTART-"):
            continue
        if line:
            cells = line.split("\t")
            sentence.append((cells[0], cells[1]))
        elif sentence:
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def entities(sentence):
    """Set of (class, first, end)."""
    found, start, kind = set(), None, None
    for i, (_, tag) in enumerate(sentence + [("", "O")]):
        goes_on = kind and tag == "I-" + kind
        if kind and not goes_on:
            found.add((kind, start, i))
            kind = None
        if tag != "O" and not goes_on:
            start, kind = i, tag[2:]
    return {e for e in found if e[0] in CLASSES}


def score(gold, found):
    """{class or "all": (precision, recall, F, number wanted)} in percent."""
    counts = {c: [0, 0, 0] for c in CLASSES + ("all",)}
    gold, found = list(gold), list(found)
    assert len(gold) == len(found), "not the same sentences"
    for a, b in zip(gold, found):
        assert [t for t, _ in a] == [t for t, _ in b], "not the same tokens"
        wanted, got = entities(a), entities(b)
        for c in CLASSES + ("all",):
            in_class = {e for e in wanted if c in ("all", e[0])}
            got_class = {e for e in got if c in ("all", e[0])}
            counts[c][0] += len(in_class & got_class)
            counts[c][1] += len(got_class)
            counts[c][2] += len(in_class)
    result = {}
    for c, (right, got, wanted) in counts.items():
        p = 100 * right / got if got else 0
        r = 100 * right / wanted if wanted else 0
        result[c] = (p, r, 2 * p * r / (p + r) if p + r else 0, wanted)
    return result


def main():
    with open(sys.argv[1], encoding="utf-8") as gold, \
            open(sys.argv[2], encoding="utf-8") as found:
        for c, (p, r, f, n) in score(read(gold), read(found)).items():
            print(f"{c:4} P {p:5.1f} R {r:5.1f} F {f:5.1f} ({n})")


if __name__ == "__main__":
    main()
