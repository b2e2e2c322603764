"""Includes go downward only, folder by folder: layers.py SOURCE-FOLDER

LAYERS lists the folders from the lowest to the highest. A file may include headers
of its own folder and of the folders that its row names. A row names only folders
above itself in the list, so a circle cannot be written down. Folders that are not
listed, C++ outside the wrapper and folders or files that grow too large fail too.
"""

import pathlib
import re
import sys

BASE = ["include/newshound", "common/base"]
TEXT = BASE + ["common/text", "common/stream"]
STORE = TEXT + ["common/xapian", "common/store"]
CORPUS = BASE + ["common/text", "corpus/input", "corpus/markup"]
SEARCH = STORE + ["searcher/query", "searcher/index"]
INDEX = STORE + ["entities", "indexer/segment", "indexer/writer"]
INGEST = INDEX + ["corpus/input", "corpus", "indexer/ingest"]
CLI = ["cli", "cli/output", "cli/shell"]

LAYERS = {
    "include/newshound": [],
    "common/base": ["include/newshound"],
    "common/text": BASE,
    "common/stream": BASE + ["common/text"],
    "common/xapian": BASE,
    "common/store": TEXT + ["common/xapian"],
    "corpus/input": BASE + ["common/text"],
    "corpus/markup": BASE + ["common/text", "corpus/input"],
    "corpus/formats": CORPUS,
    "corpus/structured": CORPUS,
    "corpus": CORPUS + ["corpus/formats", "corpus/structured"],
    "entities": TEXT,
    "indexer/segment": STORE,
    "indexer/writer": STORE + ["indexer/segment"],
    "indexer/ingest": INDEX + ["corpus/input", "corpus"],
    "indexer/upkeep": INGEST,
    "indexer/api": INGEST + ["indexer/upkeep"],
    "searcher/query": STORE,
    "searcher/index": STORE + ["searcher/query"],
    "searcher/places": SEARCH,
    "searcher/match": SEARCH + ["searcher/places"],
    "searcher/widen": SEARCH + ["searcher/places", "searcher/match"],
    "searcher/present": SEARCH + ["searcher/places", "searcher/match",
                                  "searcher/widen"],
    "searcher/insight": SEARCH + ["searcher/places", "searcher/match",
                                  "searcher/widen", "searcher/present"],
    "searcher/api": SEARCH + ["searcher/places", "searcher/match",
                              "searcher/widen", "searcher/present",
                              "searcher/insight"],
    "cli": BASE + ["common/xapian", "entities"],
    "cli/output": BASE + ["common/text", "corpus", "corpus/input", "cli"],
    "cli/shell": BASE + ["common/text", "common/store", "corpus/input",
                         "searcher/index", "cli", "cli/output"],
    "cli/commands": INGEST + ["indexer/upkeep", "searcher/query",
                              "searcher/index"] + CLI,
}

FOLDER_FILES = 26
FILE_LINES = 760


def problems(root):
    """(number of includes seen, list of what is wrong)"""
    order, wrong, seen = list(LAYERS), [], 0
    for folder, below in LAYERS.items():
        for name in below:
            if order.index(name) >= order.index(folder):
                wrong.append(f"layers.py: {folder} names {name}, which is above")
    tops = sorted({folder.split("/")[0] for folder in LAYERS})
    paths = [p for top in tops for p in sorted((root / top).rglob("*"))
             if p.suffix in (".c", ".h", ".cc", ".hpp")]
    count = {}
    for path in paths:
        text = path.read_text(encoding="utf-8")
        folder = path.parent.relative_to(root).as_posix()
        count[folder] = count.get(folder, 0) + 1
        if folder not in LAYERS:
            wrong.append(f"{path}: its folder has no row in tests/layers.py")
            continue
        for name in re.findall(r'#include "([^"]+)"', text):
            seen += 1
            target = name.rpartition("/")[0] or folder
            target = {"newshound": "include/newshound"}.get(target, target)
            if target != folder and target not in LAYERS[folder]:
                wrong.append(f"{path}: includes {name}, which is not below")
        if path.suffix in (".cc", ".hpp") and folder != "common/xapian":
            wrong.append(f"{path}: C++ outside the wrapper")
        if "<xapian" in text and folder != "common/xapian":
            wrong.append(f"{path}: Xapian outside the wrapper")
        if text.count("\n") > FILE_LINES:
            wrong.append(f"{path}: {text.count(chr(10))} lines")
    wrong += [f"{folder}: {n} files" for folder, n in count.items()
              if n > FOLDER_FILES]
    return seen, wrong


def main():
    seen, wrong = problems(pathlib.Path(sys.argv[1]))
    print("\n".join(wrong) or f"{seen} includes, all downward")
    return 1 if wrong or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
