"""Includes go downward only: layers.py SOURCE-FOLDER"""

import pathlib
import re
import sys

ALLOWED = {
    "common": {"common"},
    "corpus": {"corpus", "common"},
    "indexer": {"indexer", "corpus", "common"},
    "searcher": {"searcher", "common"},
    "cli": {"cli", "indexer", "searcher", "corpus", "common"},
}


def main():
    root = pathlib.Path(sys.argv[1])
    wrong, seen = [], 0
    for layer, allowed in ALLOWED.items():
        for path in sorted((root / layer).rglob("*.[ch]*")):
            if path.suffix not in (".c", ".h", ".cc", ".hpp"):
                continue
            text = path.read_text()
            for name in re.findall(r'#include "([^"]+)"', text):
                seen += 1
                target = name.split("/")[0] if "/" in name else layer
                if target not in allowed:
                    wrong.append(f"{path}: {name}")
            if path.suffix in (".cc", ".hpp") and "xapian" not in str(path):
                wrong.append(f"{path}: C++ outside the wrapper")
            if "<xapian" in text and "common/xapian" not in str(path):
                wrong.append(f"{path}: Xapian outside the wrapper")
    print("\n".join(wrong) or f"{seen} includes, all downward")
    return 1 if wrong or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
