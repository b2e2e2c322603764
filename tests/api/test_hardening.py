"""Programs and libraries are built with what hardens them:
test_hardening.py COMPILE_COMMANDS PROGRAM LIBRARY

readelf says what the linker did; flags that leave no trace are looked up in
compile_commands.json."""

import json
import platform
import shutil
import subprocess
import sys

COMMANDS, PROGRAM, LIBRARY = sys.argv[1:4]
FLAGS = ["-fstack-protector-strong", "-D_FORTIFY_SOURCE=2"]
if platform.machine() == "x86_64":
    # Debian's start files are not marked for control-flow protection, so that
    # programs are not either: readelf does not show it.
    FLAGS += ["-fstack-clash-protection", "-fcf-protection"]
FAILED = []


def need(holds, what):
    if not holds:
        FAILED.append(what)


def readelf(*arguments):
    return subprocess.run(["readelf", "-W", *arguments], check=True,
                          capture_output=True, text=True).stdout


def check(path):
    header = readelf("-h", path)
    segments = readelf("-l", path)
    dynamic = readelf("-d", path)
    symbols = [line.split()[7].split("@")[0]
               for line in readelf("--dyn-syms", path).splitlines()
               if " UND " in line and len(line.split()) > 7]
    # Also in a program: the kernel places it anywhere.
    need("DYN" in header, f"{path}: its addresses are fixed")
    need("GNU_RELRO" in segments, f"{path}: no RELRO")
    need("BIND_NOW" in dynamic or "NOW" in dynamic, f"{path}: no BIND_NOW")
    stack = [line for line in segments.splitlines() if "GNU_STACK" in line]
    need(stack and "RWE" not in stack[0], f"{path}: code runs on the stack")
    need("TEXTREL" not in dynamic, f"{path}: its code is written to")
    need("__stack_chk_fail" in symbols, f"{path}: no stack protector")
    need(any(name.endswith("_chk") for name in symbols),
         f"{path}: no checked library functions")


def main():
    if not shutil.which("readelf"):
        print("skipped: readelf is missing")
        sys.exit(77)
    for path in PROGRAM, LIBRARY:
        check(path)
    with open(COMMANDS, encoding="utf-8") as file:
        for entry in json.load(file):
            for flag in FLAGS:
                need(flag in entry["command"], f"{entry['file']}: no {flag}")
    for line in FAILED[:20]:
        print(line)
    sys.exit(1 if FAILED else 0)


if __name__ == "__main__":
    main()
