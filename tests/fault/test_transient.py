"""Errors that are no damage: test_transient.py NEWSHOUND

`check` and `check --repair` meet, at each system call by which they read, an error
that says nothing about the index: no permission, too many open files, no memory, a
disk that fails. They stop, and nothing is changed, lost or called damaged.

NEWSHOUND_EVERY=1 takes each call, where the default takes some."""

import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import unittest

from writers import SOME_WORD, run, write_corpus

PROGRAM = os.path.abspath(sys.argv[1])
WORK = os.path.abspath("transient.work")
EVERY = int(os.environ.get("NEWSHOUND_EVERY", "0"))
STRACE = shutil.which("strace")
CALLS = ["openat", "open", "read", "pread64", "mmap", "fstat", "newfstatat",
         "stat", "lstat", "getdents64", "lseek", "fcntl", "linkat", "mkdirat",
         "mkdir", "renameat", "rename", "fsync", "flock", "write", "pwrite64"]
ERRORS = ["EACCES", "EMFILE", "ENOMEM", "EIO"]
ARTICLES = 60


def tree(path):
    """{path: hash} of the files below a folder, but the number in LOCK."""
    found = {}
    for folder, _, names in os.walk(path):
        for name in names:
            if name != "LOCK":
                with open(os.path.join(folder, name), "rb") as file:
                    found[os.path.relpath(os.path.join(folder, name), path)] = \
                        hashlib.sha1(file.read()).hexdigest()
    return found


def traced(inject, *args):
    log = os.path.join(WORK, "trace")
    sanitizers = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    done = subprocess.run(
        [STRACE, "-f", "-qq", "-o", log, "-e",
         "trace=" + ",".join("?" + c for c in CALLS), *inject, PROGRAM, *args],
        capture_output=True, check=False, timeout=120,
        env=dict(os.environ, ASAN_OPTIONS=sanitizers))
    return done, log


def places(log):
    """[(call, how often)] from the moment on at which the program itself runs; and
    how often each call was made before."""
    before, counts, started = {}, {}, False
    with open(log, encoding="utf-8", errors="replace") as file:
        for line in file:
            pid, _, rest = line.partition(" ")
            name = rest.strip().partition("(")[0]
            started = started or "idx" in line
            if name in CALLS:
                for which in ([before, counts] if not started else [counts]):
                    by_pid = which.setdefault(name, {})
                    by_pid[pid] = by_pid.get(pid, 0) + 1
    return [(name, max(before.get(name, {"": 0}).values()),
             max(by_pid.values())) for name, by_pid in counts.items()]


@unittest.skipUnless(STRACE, "there is no strace")
class Transient(unittest.TestCase):

    tried = 0

    @classmethod
    def tearDownClass(cls):
        print(f"{cls.tried} calls failed")

    def setUp(self):
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        self.base = os.path.join(WORK, "base")
        self.index = os.path.join(WORK, "idx")
        files = os.path.join(WORK, "files")
        os.makedirs(files)
        for n in range(3):
            write_corpus(os.path.join(files, f"{n}.jsonl"), n * 20, 20)
            self.assertEqual(run(PROGRAM, "index", "-d", self.base,
                                 "--no-merge", "-j1", files).returncode, 0)
        run(PROGRAM, "delete", "-d", self.base, "id:n59")
        self.expected = run(PROGRAM, "check", "-d", self.base).stdout

    def damage(self):
        """Damage that loses nothing."""
        with open(os.path.join(self.base, "seg-000002", "words"), "r+b") as f:
            f.seek(30)
            f.write(b"\0\0\0\0")
        done = run(PROGRAM, "check", "-d", self.base)
        self.assertEqual(done.returncode, 3)
        self.expected = done.stdout

    def renew(self):
        for name in os.listdir(WORK):
            if name.startswith("idx"):
                shutil.rmtree(os.path.join(WORK, name))
        shutil.copytree(self.base, self.index)

    def each_failure(self, args, most, look):
        self.renew()
        done, log = traced([], *args)
        self.assertEqual(done.stderr, b"")
        for name, before, last in places(log):
            numbers = range(before + 1, last + 1)
            for error in ERRORS:
                some = numbers
                if not EVERY and len(numbers) > most:
                    some = random.Random(name + error).sample(numbers, most)
                for n in some:
                    what = f"{args[:2]}: {error} at {name} {n} of {last}"
                    self.renew()
                    done, _ = traced(["-e", f"inject={name}:error={error}"
                                      f":when={n}"], *args)
                    self.assertGreaterEqual(done.returncode, 0,
                                            f"{what}: {done.stderr}")
                    Transient.tried += 1
                    look(done, what)

    def unchanged(self, what):
        self.assertEqual(tree(self.index), tree(self.base), what)

    def look_at_check(self, done, what):
        self.unchanged(what)
        if done.returncode in (0, 3) and not done.stderr:
            self.assertEqual(done.stdout, self.expected, what)
        else:
            self.assertNotIn(b" problem", done.stdout, what)
            self.assertIn(done.returncode, (2, 4), f"{what}: {done.stderr}")

    def test_check_calls_nothing_damaged_that_is_not(self):
        self.each_failure(["check", "-d", self.index], 2, self.look_at_check)

    def look_at_repair(self, done, what):
        count = run(PROGRAM, "search", "-d", self.index, "--count", SOME_WORD)
        self.assertEqual(int(count.stdout), ARTICLES - 1,
                         f"{what}: {done.stderr}{count.stderr}")
        taken = b"has taken the place" in done.stderr
        if taken:
            self.assertEqual(done.returncode, 4, what)
        if b"repaired:" in done.stdout or taken:
            self.assertTrue(taken or b" 59 articles are kept, 0 are lost" in
                            done.stdout, what)
            self.assertEqual(run(PROGRAM, "check", "-d", self.index).returncode,
                             0, what)
            self.assertEqual(tree(self.index + ".damaged"),
                             {path: data for path, data in
                              tree(self.base).items()}, what)
            return
        self.assertNotIn(b"lost", done.stdout, what)
        self.assertIn(done.returncode, (2, 3, 4), f"{what}: {done.stderr}")
        left = tree(self.index)
        for path, data in tree(self.base).items():
            self.assertEqual(left.get(path), data, f"{what}: {path}")

    def test_repair_loses_nothing(self):
        self.damage()
        self.each_failure(["check", "--repair", "-d", self.index], 1,
                          self.look_at_repair)

    def test_a_killed_repair_leaves_the_old_index_or_the_new_one(self):
        self.damage()
        self.renew()
        args = ["check", "--repair", "-d", self.index]
        _, log = traced([], *args)
        for name, before, last in places(log):
            if name not in ("linkat", "mkdirat", "renameat", "fsync", "write",
                            "openat"):
                continue
            numbers = range(before + 1, last + 1)
            if not EVERY and len(numbers) > 2:
                numbers = random.Random(name).sample(numbers, 2)
            for n in numbers:
                what = f"killed at {name} {n} of {last}"
                self.renew()
                traced(["-e", f"inject={name}:signal=SIGKILL:when={n}"], *args)
                Transient.tried += 1
                count = run(PROGRAM, "search", "-d", self.index, "--count",
                            SOME_WORD)
                self.assertEqual(int(count.stdout), ARTICLES - 1, what)
                again = run(PROGRAM, *args)
                self.assertEqual(again.returncode, 0, f"{what} {again.stderr}")
                kept = [n for n in os.listdir(WORK)
                        if re.fullmatch(r"idx\.damaged(-\d+)?", n)]
                self.assertEqual(kept, ["idx.damaged"], what)
                self.assertEqual(tree(self.index + ".damaged"),
                                 tree(self.base), what)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
