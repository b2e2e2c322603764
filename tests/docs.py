"""The documents agree with the source: docs.py SOURCE-FOLDER

Links between documents lead somewhere, files that a document names exist, and the
numbers of formats are those of the headers.
"""

import pathlib
import re
import sys

SUFFIXES = "c|h|cc|hpp|py|md|txt|json|sh|rules|dict|model"
# Names in documents that are no files of this tree.
NOT_OURS = {"entities.rules", "synonyms.rules", "hello.py", "hello.c", "x.c",
            "package.json", "feed.jsonl"}


def constant(root, path, name):
    text = (root / path).read_text(encoding="utf-8")
    return int(re.search(rf"{name}\s*(?:=|\s)\s*(\d+)", text).group(1))


def numbers(root):
    """Each document's number of a format beside the source's."""
    doc = root / "doc" / "internals"
    form = re.search(r"Format (\d+)", (doc / "index-format.md").read_text(
        encoding="utf-8"))
    analyser = re.search(r"Analyser version (\d+)", (
        doc / "analysis.md").read_text(encoding="utf-8"))
    yield ("index-format.md: Format", int(form.group(1)),
           constant(root, "common/store/manifest.h", "MANIFEST_FORMAT"))
    yield ("analysis.md: Analyser version", int(analyser.group(1)),
           constant(root, "common/text/analysis.h", "ANALYSIS_VERSION"))


def broken(root, path, known):
    """What a document names and does not exist."""
    text = path.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        if not (path.parent / link).exists():
            yield f"{path}: link to {link}"
    text = re.sub(r"```.*?```|^    .*?$", "", text, flags=re.S | re.M)
    for name in re.findall(rf"\b([\w./-]+/[\w.-]+\.(?:{SUFFIXES}))\b", text):
        if "*" not in name and "NAME" not in name and name not in NOT_OURS and not any(
                k.endswith("/" + name) or k == name for k in known):
            yield f"{path}: there is no {name}"


def main():
    root = pathlib.Path(sys.argv[1])
    known = {p.relative_to(root).as_posix() for p in root.rglob("*")
             if "build" not in p.relative_to(root).parts[:1]}
    documents = [root / n for n in ("README.md", "HACKING.md",
                                    "tests/README.md")]
    documents += sorted((root / "doc").rglob("*.md"))
    wrong = [line for path in documents for line in broken(root, path, known)]
    wrong += [f"{what} {said}, but the source has {true}"
              for what, said, true in numbers(root) if said != true]
    print("\n".join(wrong) or f"{len(documents)} documents agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
