"""The program that tests call, in a folder of their own; its arguments are
NEWSHOUND SOURCE-FOLDER."""

import json
import os
import random
import shutil
import subprocess
import sys

PROGRAM = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
NAME = os.path.splitext(os.path.basename(sys.argv[0]))[0]
WORK = os.path.abspath(NAME + ".work")
SAMPLES = os.path.join(SOURCE, "corpus", "samples")


def run(*args, stdin=None, env=None):
    """(exit status, standard output, standard error)"""
    environment = dict(os.environ, NEWSHOUND_INDEX=os.path.join(WORK, "idx"))
    environment.update(env or {})
    done = subprocess.run([PROGRAM, *args], input=stdin, capture_output=True,
                          cwd=WORK, env=environment, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def search(*args):
    status, out, err = run("search", "--format", "ids", *args)
    assert status in (0, 1), err
    return out.split()


def write(name, text):
    path = os.path.join(WORK, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def write_many(path, count=400):
    """Articles with words that are in most of them."""
    rand = random.Random(8)
    with open(os.path.join(WORK, path), "w", encoding="utf-8") as file:
        for n in range(count):
            words = rand.choices(["harbour", "mill", "tide", "ferry",
                                  f"rare{n % 50}"], k=rand.randint(2, 20))
            file.write(json.dumps({
                "id": str(n), "title": words[0], "body": " ".join(words),
                "person": ["Jan Leike"] * (n % 3 > 0),
                "topic": ["ships"]}) + "\n")


def index_samples():
    """An empty folder, but for the index of the samples."""
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    status, out, err = run("index", SAMPLES)
    assert status == 0, err
    assert out.startswith("45 added, 0 replaced, 0 unchanged, 0 skipped")
