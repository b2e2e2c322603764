"""Commands that change an index, with an index for each to be done to, and a
look whether what is left of it is a commit. For test_calls.py and test_power.py.
"""

import glob
import json
import os
import random
import shutil
import subprocess
import unittest

SOME_WORD = "NOT xyzzy"


def run(program, *args, **options):
    return subprocess.run([program, *args], capture_output=True, check=False,
                          timeout=120, **options)


def write_corpus(path, first, count):
    rand = random.Random(first)
    with open(path, "w", encoding="utf-8") as file:
        for n in range(first, first + count):
            body = " ".join(f"w{rand.randrange(900)}" for _ in range(80))
            file.write(json.dumps({"id": f"n{n}", "title": f"Title {n}",
                                   "body": body, "person": ["Jan Leike"],
                                   "date": "2024-05-17"}) + "\n")


class Writers(unittest.TestCase):
    """Sets the index up in self.base; commands work on its copy self.index."""

    PROGRAM = WORK = None

    def setUp(self):
        shutil.rmtree(self.WORK, ignore_errors=True)
        os.makedirs(self.WORK)
        self.base = os.path.join(self.WORK, "base")
        self.index = os.path.join(self.WORK, "idx")
        self.files = os.path.join(self.WORK, "files")
        os.makedirs(self.files)
        self.corpus = os.path.join(self.files, "corpus.jsonl")
        self.damaged = False

    def run_program(self, *args, **options):
        return run(self.PROGRAM, *args, **options)

    def prepare(self, command):
        """An index to which `command` is to be done; the counts of articles
        before and after, and the command's arguments."""
        old = os.path.join(self.files, "old.jsonl")
        write_corpus(old, 0, 60)
        self.assertEqual(
            self.run_program("index", "-d", self.base, old).returncode, 0)
        write_corpus(self.corpus, 30, 60)  # 30 replaced, as all bodies differ
        if command == "index":
            return [60, 90], ["index", "-j1", "-d", self.index, self.corpus]
        self.run_program("index", "-d", self.base, self.corpus)
        if command == "merge":
            return [90, 90], ["merge", "-d", self.index]
        if command == "delete":
            return [90, 87], ["delete", "-d", self.index,
                              "id:n1 OR id:n2 OR id:n80"]
        if command == "prune":
            os.remove(self.corpus)
            return [90, 30], ["index", "-j1", "--prune", "-d", self.index,
                              self.files]
        assert command == "repair"
        self.damaged = True
        segment = [n for n in os.listdir(self.base) if n.startswith("seg-")][0]
        with open(os.path.join(self.base, segment, "words"), "r+b") as file:
            file.seek(40)
            file.write(b"\0\0\0\0")
        return [90, 90], ["check", "--repair", "-d", self.index]

    def renew(self):
        for folder in [self.index, *glob.glob(self.index + ".damaged*")]:
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.base, self.index)

    def look(self, counts, what, mended=False):
        """The index is that of a commit, whole and searchable."""
        verify = ["--verify"] if mended or not self.damaged else []
        done = self.run_program("search", "-d", self.index, *verify, "--count",
                                SOME_WORD)
        self.assertIn(done.returncode, (0, 1), f"{what}: {done.stderr}")
        self.assertIn(int(done.stdout), counts, what)
        done = self.run_program("search", "-d", self.index, "--format", "ids",
                                "--all", 'person:"jan leike"')
        self.assertIn(len(done.stdout.split()), counts, what)

    def finish(self, counts, args, what):
        """The command done again does the rest."""
        done = self.run_program(*args)
        # Nothing is left to be deleted, perhaps.
        self.assertIn(done.returncode, (0, 1) if args[0] == "delete" else (0,),
                      f"after {what}: {done.stderr}")
        self.look(counts[-1:], "after " + what, mended=True)
