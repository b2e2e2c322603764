"""Small inputs that went wrong somewhere, each with what is right: files as they
are found (cases/ingest, whose `check` asks `newshound inspect`) and searches
(cases/search, whose `cmd` prints `expect`).

  test_cases.py NEWSHOUND WORKDIR
"""

import os
import pathlib
import shutil
import subprocess

from common import arguments, data

# Cases that come out otherwise, each with the reason.
DIFFERENT = {}


def check_ingest(case, environment):
    """What differs of a file, or an empty text."""
    done = subprocess.run([case / "check"], env=environment, cwd=case,
                          capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode(errors="replace").strip()
    return said or "failed" if done.returncode else ""


def check_search(case, environment):
    """What a search prints, if that is not what it should."""
    done = subprocess.run(["sh", "./cmd"], env=environment, cwd=case,
                          capture_output=True, check=False)
    right = (case / "expect").read_bytes()
    return "" if done.stdout == right else f"{done.stdout!r}, not {right!r}"


def main():
    newshound, work = arguments()
    cases = pathlib.Path(work) / "cases"
    shutil.copytree(data("cases"), cases, symlinks=True)
    environment = dict(os.environ, NEWSHOUND=newshound)
    wrong, count = {}, 0
    for kind, check, mark in (("ingest", check_ingest, "check"),
                              ("search", check_search, "cmd")):
        for case in sorted(p.parent for p in cases.glob(f"{kind}/*/{mark}")):
            count += 1
            difference = check(case, environment)
            if difference:
                wrong[f"{kind}/{case.name}"] = difference
    for name, difference in wrong.items():
        print(f"{name}: {difference[-400:]}")
    for name in DIFFERENT.keys() - wrong.keys():
        print(f"{name} is right now")
    print(f"{count} cases, {len(wrong)} differ")
    raise SystemExit(count < 90 or wrong.keys() != DIFFERENT.keys())


if __name__ == "__main__":
    main()
