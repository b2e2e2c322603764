"""The writer dies or fails at each system call that changes a file, and at
many of its allocations: test_calls.py NEWSHOUND SAMPLES FAIL_ALLOC

NEWSHOUND_EVERY=1 takes each place in turn, where the default takes some."""

import collections
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import unittest

from writers import Writers, write_corpus

PROGRAM, SAMPLES, FAIL_ALLOC = map(os.path.abspath, sys.argv[1:4])
WORK = os.path.abspath("calls.work")
EVERY = int(os.environ.get("NEWSHOUND_EVERY", "0"))
CALLS = ["write", "pwrite64", "fsync", "fdatasync", "rename", "renameat",
         "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "linkat",
         "ftruncate", "openat"]
STRACE = shutil.which("strace")


def traced(inject, *args):
    """Runs the program under strace, where LeakSanitizer cannot run."""
    log = os.path.join(WORK, "trace")
    sanitizers = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    done = subprocess.run(
        [STRACE, "-f", "-qq", "-o", log, "-e", "trace=" + ",".join(CALLS),
         *inject, PROGRAM, *args],
        capture_output=True, check=False, timeout=120,
        env=dict(os.environ, ASAN_OPTIONS=sanitizers))
    return done, log


def places(log):
    """How often each call was made that may change a file, most in one thread
    (strace counts by thread)."""
    counts = {}
    with open(log, encoding="utf-8", errors="replace") as file:
        for line in file:
            pid, _, rest = line.partition(" ")
            name = rest.strip().partition("(")[0]
            if name in CALLS:
                counts.setdefault(name, {}).setdefault(pid, 0)
                counts[name][pid] += 1
    return {name: max(by_pid.values()) for name, by_pid in counts.items()}


def message_lost(log):
    """Whether the write that failed was that of the message."""
    with open(log, encoding="utf-8", errors="replace") as file:
        return any("write(2, " in line and "INJECTED" in line
                   for line in file)


def timeless(text):
    """Without the time that the search took."""
    return re.sub(rb'[\d.]+ ms|"elapsed_ms":[\d.]+', b"", text)


class Calls(Writers):
    PROGRAM, WORK = PROGRAM, WORK
    tried = collections.Counter()

    @classmethod
    def tearDownClass(cls):
        for effect, count in cls.tried.items():
            print(f"{count} times {effect}")

    def some(self, last, most):
        if EVERY or last <= most:
            return range(1, last + 1)
        rand = random.Random(last)
        return sorted(rand.sample(range(1, last + 1), most))

    def each_place(self, command, effect, most):
        """Does `effect` at each place of the command; the cases in which the
        command then failed."""
        counts, args = self.prepare(command)
        self.renew()
        done, log = traced([], *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.look(counts, "undisturbed")
        failed = 0
        for name, last in places(log).items():
            for n in self.some(last, most):
                what = f"{command}: {effect} at {name} {n} of {last}"
                self.renew()
                done, log = traced(
                    ["-e", f"inject={name}:{effect}:when={n}"], *args)
                Calls.tried[effect] += 1
                if "error" in effect:
                    self.assertIn(done.returncode, (0, 2, 3, 4),
                                  f"{what}: {done.stderr}")
                    self.assertTrue(done.returncode == 0 or done.stderr or
                                    message_lost(log), what)
                failed += done.returncode != 0
                self.look(counts, what)
                self.finish(counts, args, what)
        return failed

    @unittest.skipUnless(STRACE, "there is no strace")
    def test_a_kill_at_each_call_leaves_a_commit(self):
        self.assertGreater(
            self.each_place("index", "signal=SIGKILL", 12), 20)

    @unittest.skipUnless(STRACE, "there is no strace")
    def test_a_kill_at_each_call_of_a_merge_leaves_a_commit(self):
        self.assertGreater(
            self.each_place("merge", "signal=SIGKILL", 6), 10)

    @unittest.skipUnless(STRACE, "there is no strace")
    def test_a_kill_at_each_call_of_others_leaves_a_commit(self):
        for command in ("delete", "prune", "repair"):
            with self.subTest(command):
                self.setUp()
                self.assertGreater(
                    self.each_place(command, "signal=SIGKILL", 2), 3)

    @unittest.skipUnless(STRACE, "there is no strace")
    def test_a_full_disk_at_each_call_leaves_a_commit(self):
        self.assertGreater(self.each_place("index", "error=ENOSPC", 6), 10)

    @unittest.skipUnless(STRACE, "there is no strace")
    def test_a_failing_disk_at_each_call_leaves_a_commit(self):
        self.assertGreater(self.each_place("index", "error=EIO", 5), 10)

    @unittest.skipUnless(os.path.exists(FAIL_ALLOC), "not with sanitizers")
    def test_no_memory_at_an_allocation_leaves_a_commit(self):
        for command in ("index", "merge"):
            with self.subTest(command):
                self.setUp()
                self.no_memory(command)

    def no_memory(self, command):
        counts, args = self.prepare(command)
        environment = dict(os.environ, LD_PRELOAD=FAIL_ALLOC)
        last, failed = 1, 0
        while True:  # how many allocations there are, to a factor of two
            self.renew()
            if self.run_program(*args, env=dict(
                    environment, FAIL_ALLOC=str(last),
                    FAIL_ALLOC_ON="1")).returncode == 0:
                break
            last *= 2
        for n in self.some(last, 120):
            for on in ({}, {"FAIL_ALLOC_ON": "1"}):
                what = f"{command}: allocation {n} of {last} {on}"
                self.renew()
                done = self.run_program(*args, env=dict(
                    environment, FAIL_ALLOC=str(n), **on))
                self.assertIn(done.returncode, (0, 3, 4),
                              f"{what}: {done.stderr}")
                failed += done.returncode != 0
                self.look(counts, what)
        self.assertGreater(failed, 20)

    @unittest.skipUnless(os.path.exists(FAIL_ALLOC), "not with sanitizers")
    def test_no_memory_while_searching_is_an_error_or_no_matter(self):
        write_corpus(self.corpus, 0, 200)
        self.assertEqual(self.run_program("index", "-d", self.index,
                                          self.corpus).returncode, 0)
        environment = dict(os.environ, LD_PRELOAD=FAIL_ALLOC)
        failed = 0
        for args in (
                ("search", "--explain", "--facet", "person,day", 'w1* "title '
                 '1" OR w2~ OR (w3 NEAR/9 w4) OR (w5 w6)/s -w7'),
                ("search", "--format", "json", "--group", "day", "--recency",
                 "9999y", "person:Leike NEAR w8 OR w9 date:2024"),
                ("search", "--lenient", "--format", "jsonl", '(w1 "w2 w3'),
                ("search", "--format", "json", "ww1 ww2"),
                ("search", "--format", "json", "--collapse", "w1 OR w2"),
                ("search", "--format", "ids", "copies:n7 OR copies:none"),
                ("search", "--why-not", "n7", 'w1 "w2 w3" w4 NEAR w5'),
                ("complete", "person:le"), ("complete", "w"),
                ("show", "n3")):
            args = (args[0], "-d", self.index, *args[1:])
            plain = self.run_program(*args)
            self.assertIn(plain.returncode, (0, 1), plain.stderr)
            last = 1
            while self.run_program(*args, env=dict(
                    environment, FAIL_ALLOC=str(last),
                    FAIL_ALLOC_ON="1")).returncode >= 2:
                last *= 2
            for n in self.some(last, 100):
                done = self.run_program(*args, env=dict(environment,
                                                        FAIL_ALLOC=str(n)))
                if done.returncode == plain.returncode:
                    self.assertEqual(timeless(done.stdout),
                                     timeless(plain.stdout), f"{args} {n}")
                else:
                    self.assertIn(done.returncode, (3, 4),
                                  f"{args} {n}: {done.stderr}")
                    self.assertIn(b"memory", done.stderr, f"{args} {n}")
                    failed += 1
        self.assertGreater(failed, 100)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
