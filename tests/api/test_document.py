"""doc/user/embedding.md, followed to the letter: what it has as files is written, what
it has at a prompt is run in order, and prints what it says. Dots stand for any
text.

  test_document.py BUILD-FOLDER SOURCE-FOLDER
"""

import os
import re
import shutil
import subprocess
import sys

from prefix import Prefix


def blocks(text):
    """(name of the file or None, language, lines) of each fenced block."""
    pattern = re.compile(r"(?:^`([\w.]+)`:\n\n)?^```(\w+)\n(.*?)^```$",
                         re.M | re.S)
    for found in pattern.finditer(text):
        yield found.group(1), found.group(2), found.group(3)


def steps(console):
    """(command, expected output) of each prompt."""
    for part in re.split(r"^\$ ", console, flags=re.M)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def matches(expected, got):
    pattern = ".*".join(re.escape(p) for p in expected.split("..."))
    return re.fullmatch(pattern, got, re.S)


def main():
    build, source = (os.path.abspath(a) for a in sys.argv[1:])
    prefix = Prefix(build)
    work = os.path.join(prefix.work, "user")
    try:
        os.makedirs(work)
        shutil.copytree(os.path.join(source, "corpus", "samples"),
                        os.path.join(work, "corpus", "samples"))
        shutil.copytree(os.path.join(source, "examples"),
                        os.path.join(work, "examples"))
        venv = os.path.join(prefix.work, "venv")
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        prefix.run(os.path.join(venv, "bin", "pip"), "install", "-q",
                   "--no-index", os.path.join(source, "bindings", "python"))
        prefix.env["PATH"] = ":".join(
            [os.path.join(prefix.path, "bin"), os.path.join(venv, "bin"),
             os.environ["PATH"]])
        with open(os.path.join(source, "doc", "user", "embedding.md"),
                  encoding="utf-8") as file:
            text = file.read()
        wrong = run = 0
        for name, language, body in blocks(text):
            if name:
                with open(os.path.join(work, name), "w",
                          encoding="utf-8") as file:
                    file.write(body)
            elif language == "console":
                for command, expected in steps(body):
                    got = subprocess.run(
                        command, shell=True, cwd=work, env=prefix.env,
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                        executable="/bin/bash", check=False).stdout.decode()
                    run += 1
                    if not matches(expected, got):
                        wrong += 1
                        print(f"$ {command}\n-- expected:\n{expected}"
                              f"-- got:\n{got}")
        print(f"{run} commands, {wrong} of them wrong")
        return 1 if wrong or run < 15 else 0
    finally:
        prefix.close()


if __name__ == "__main__":
    sys.exit(main())
