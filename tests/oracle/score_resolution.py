"""Scores the resolution of short names of persons on documents of GUM, by their
coreference: a mention of one proper noun, whose person has a fuller name
elsewhere in the document, counts as resolved where the tag of these bytes has
another name, and as right where that is such a fuller name.

  score_resolution.py NEWSHOUND GUM_FILE... [-- MODEL]"""
import json
import re
import subprocess
import sys

TITLES = {"president", "mr.", "mr", "mrs.", "ms.", "dr.", "prime", "minister",
          "senator", "sen.", "governor", "gov.", "professor", "prof.",
          "general", "judge", "secretary", "mayor", "king", "queen", "sir"}


class Document:
    """The text of a file, and its mentions of persons by proper names."""

    def __init__(self, path):
        self.text = ""
        self.names = {}  # entity -> list of (start, end)
        self.open = []
        with open(path, encoding="utf-8") as file:
            for sentence in file.read().split("\n\n"):
                self.sentence([line.split("\t") for line in
                               sentence.split("\n")
                               if line and line[0] != "#"])
                self.text += "\n" if self.text else ""

    def sentence(self, rows):
        tokens, joined, joined_space = [], 0, True
        for row in rows:
            space = "SpaceAfter=No" not in row[9]
            if "-" in row[0]:
                joined, joined_space = int(row[0].split("-")[1]), space
                continue
            if "." in row[0]:
                continue
            number, start = int(row[0]), len(self.text.encode())
            self.text += row[1]
            tokens.append((start, len(self.text.encode()), row[4], int(row[6]),
                           row[1]))
            if number == joined:
                self.text += " " * joined_space
            elif number > joined:
                self.text += " " * space
            entity = re.search(r"(?:^|\|)Entity=([^|]*)", row[9])
            for part in re.findall(r"\([^()]*\)?|[^()]+\)",
                                   entity.group(1) if entity else ""):
                if part[0] == "(":
                    self.open.append((*part.strip("()").split("-")[:2],
                                      len(tokens) - 1))
                if part[-1] == ")":
                    self.close(part.strip("()").split("-")[0], tokens)

    def close(self, ident, tokens):
        for i in range(len(self.open) - 1, -1, -1):
            if self.open[i][0] == ident:
                _, kind, first = self.open.pop(i)
                if kind == "person":
                    self.add(ident, first, tokens)
                return

    def add(self, ident, first, tokens):
        last = len(tokens)
        head = next((i for i in range(first, last)
                     if not first < tokens[i][3] <= last), None)
        if head is None or not tokens[head][2].startswith("NNP"):
            return
        start, end = head, head + 1
        while start > first and tokens[start - 1][2].startswith("NNP"):
            start -= 1
        while end < last and tokens[end][2].startswith("NNP"):
            end += 1
        for i in range(start, end):
            if tokens[i][4].lower() in TITLES:
                start = i + 1
        if start < end and tokens[end - 1][2] == "NNP":
            self.names.setdefault(ident, []).append(
                (tokens[start][0], tokens[end - 1][1]))


def score(program, paths, model=()):
    """(short names, of those resolved, of those right)"""
    short = resolved = right = 0
    for path in paths:
        document = Document(path)
        text = document.text.encode()
        done = subprocess.run([program, "tag", *model], input=text,
                              capture_output=True, check=True)
        tags = [json.loads(line) for line in done.stdout.splitlines()]
        names = {(t["start"], t["end"]): t["name"] for t in tags}
        for spans in document.names.values():
            spelt = [text[a:b].decode() for a, b in spans]
            full = {s for s in spelt if " " in s}
            for (a, b), name in zip(spans, spelt):
                if " " in name or "-" in name or not any(
                        f.split()[-1] == name for f in full):
                    continue
                short += 1
                found = names.get((a, b), name)
                resolved += found != name
                right += found in full
    return short, resolved, right


def arguments():
    """(program, files, options that name the model)"""
    args = sys.argv[2:]
    model = ()
    if "--" in args:
        model = ("--model", args[args.index("--") + 1])
        args = args[:args.index("--")]
    return sys.argv[1], args, model


def main():
    short, resolved, right = score(*arguments())
    print(f"{short} short names, {resolved} resolved, {right} right")


if __name__ == "__main__":
    main()
