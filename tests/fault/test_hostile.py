"""An index that somebody sent, and a parent process that closed descriptors:
test_hostile.py NEWSHOUND

Links and FIFOs in the place of each file of an index, for each command: nothing
outside of the index is read, written or removed, and nothing waits. Standard
streams that are closed, a LOCK that is removed, files that may only be read, and
what a repair must keep.

NEWSHOUND_EVERY=1 takes each command on each file, where the default takes some."""

import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import time
import unittest

from writers import SOME_WORD, run, write_corpus

PROGRAM = os.path.abspath(sys.argv[1])
WORK = os.path.abspath("hostile.work")
EVERY = int(os.environ.get("NEWSHOUND_EVERY", "0"))
COMMANDS = {
    "index": ["index", "-j1", "{files}"],
    "delete": ["delete", "id:n1"],
    "merge": ["merge"],
    "check": ["check"],
    "repair": ["check", "--repair"],
    "search": ["search", "w1"],
    "export": ["export"],
    "stats": ["stats"]}


class Hostile(unittest.TestCase):

    tried = 0

    @classmethod
    def tearDownClass(cls):
        print(f"{cls.tried} commands on hostile indexes")

    def setUp(self):
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        os.chmod(WORK, 0o755)
        self.base = os.path.join(WORK, "base")
        self.index = os.path.join(WORK, "idx")
        self.outside = os.path.join(WORK, "outside")
        self.files = os.path.join(WORK, "files")
        os.makedirs(self.files)
        for n in range(2):
            write_corpus(os.path.join(self.files, f"{n}.jsonl"), n * 20, 20)
            self.good("index", "-d", self.base, "--no-merge", "-j1", self.files)
        self.good("delete", "-d", self.base, "id:n3")

    def good(self, *args, status=0, **options):
        done = run(PROGRAM, *args, **options)
        self.assertEqual(done.returncode, status, f"{args}: {done.stderr}")
        return done.stdout.decode()

    def renew(self):
        for name in os.listdir(WORK):
            if name.startswith("idx") or name == "outside":
                shutil.rmtree(os.path.join(WORK, name))
        shutil.copytree(self.base, self.index)
        # What looks like an index, too.
        shutil.copytree(self.base, self.outside)
        with open(os.path.join(self.outside, "thesis.txt"), "w",
                  encoding="ascii") as file:
            file.write("precious")

    def state(self):
        found = {}
        for folder, _, names in os.walk(self.outside):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[path] = file.read()
        return found

    def names(self):
        """The files and folders of an index, and others of newshound's names."""
        found = ["LOCK", "XAPIANDB.tmp", "entities.rules", "build-tmp",
                 "repair-tmp", "seg-000003", "seg-000004", "seg-999999",
                 "seg-999999/seg-000001", "seg-999999/batch-1", "sources-9",
                 "dict-0123456789abcdef", "del-000001-9", "build-tmp/probe",
                 "seg-000001/v.tmp", "seg-000001/flintlock"]
        for folder, folders, names in os.walk(self.base):
            for name in folders + names:
                found.append(os.path.relpath(os.path.join(folder, name),
                                             self.base))
        return sorted(set(found))

    def each(self, make):
        rand = random.Random(1)
        for name in self.names():
            for command, args in COMMANDS.items():
                if not EVERY and rand.random() > 0.2:
                    continue
                self.renew()
                path = os.path.join(self.index, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                if os.path.isdir(path):
                    shutil.rmtree(path)
                elif os.path.exists(path):
                    os.remove(path)
                make(path, name)
                before = self.state()
                done = subprocess.run(
                    [PROGRAM, args[0], "-d", self.index,
                     *(a.format(files=self.files) for a in args[1:])],
                    capture_output=True, check=False, timeout=60)
                Hostile.tried += 1
                what = f"{name}: {command}: {done.stderr}"
                self.assertIn(done.returncode, (0, 1, 2, 3, 4), what)
                self.assertEqual(self.state(), before, what)
                self.assertNotIn(b"precious", done.stdout + done.stderr, what)
                self.assertTrue(os.path.islink(path) or os.path.exists(path),
                                f"removed {what}")

    def test_links_to_the_same_of_another_index(self):
        self.each(lambda path, name: os.symlink(
            os.path.join(self.outside, name), path))

    def test_links_to_a_file_or_folder(self):
        self.each(lambda path, name: os.symlink(
            self.outside if "-" in os.path.basename(name) else
            os.path.join(self.outside, "thesis.txt"), path))

    def test_fifos(self):
        self.each(lambda path, name: os.mkfifo(path))

    def test_closed_descriptors_get_no_data(self):
        lines = os.path.join(WORK, "mixed.jsonl")
        with open(lines, "w", encoding="ascii") as file:
            for n in range(900):
                file.write(json.dumps({"id": f"m{n}", "body": f"mixed {n}"})
                           + "\n" + ("{broken\n" if n % 50 == 0 else ""))
        for closed in itertools.chain.from_iterable(
                itertools.combinations(range(3), n) for n in (1, 2, 3)):
            self.renew()

            def close(closed=closed):
                for fd in closed:
                    os.close(fd)
            done = subprocess.run([PROGRAM, "index", "-d", self.index, lines],
                                  preexec_fn=close, check=False, timeout=60,
                                  stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 0)
            self.good("check", "-d", self.index)
            self.assertEqual(self.good("search", "-d", self.index, "--count",
                                       "mixed").strip(), "900")
            for folder, _, names in os.walk(self.index):
                for name in names:
                    with open(os.path.join(folder, name), "rb") as file:
                        self.assertNotIn(b"newshound: skipped", file.read())

    # ---- The lock.

    def writer(self):
        """A writer that has read an article and waits for more."""
        process = subprocess.Popen(
            [PROGRAM, "index", "-j1", "-d", self.index, "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        process.stdin.write(b'{"id":"first","body":"of the first writer"}\n')
        process.stdin.flush()
        lock = os.path.join(self.index, "LOCK")
        for _ in range(600): # until it has the lock, which says who
            with open(lock, encoding="ascii") as file:
                if file.read().strip() == str(process.pid):
                    break
            time.sleep(0.1)
        time.sleep(1)
        return process

    def count(self):
        return int(run(PROGRAM, "search", "-d", self.index, "--count",
                       SOME_WORD).stdout)

    def test_a_removed_lock_lets_no_second_writer_in(self):
        self.renew()
        process = self.writer()
        os.remove(os.path.join(self.index, "LOCK"))
        second = os.path.join(WORK, "second.jsonl")
        write_corpus(second, 500, 5)
        for args in (["index", "-d", self.index, second],
                     ["merge", "-d", self.index],
                     ["check", "--repair", "-d", self.index]):
            self.assertEqual(run(PROGRAM, *args).returncode, 4, args)
        _, messages = process.communicate()
        self.assertEqual(process.returncode, 0, messages)
        self.assertEqual(self.count(), 40)
        self.good("index", "-d", self.index, second)
        self.good("check", "-d", self.index)

    def test_a_lock_of_another_writer_keeps_the_first_from_committing(self):
        self.renew()
        process = self.writer()
        # As on a file system without locks of folders.
        os.remove(os.path.join(self.index, "LOCK"))
        with open(os.path.join(self.index, "LOCK"), "w", encoding="ascii"):
            pass
        _, messages = process.communicate()
        self.assertEqual(process.returncode, 4, messages)
        self.assertIn(b"lock", messages)
        self.assertEqual(self.count(), 39)
        self.good("check", "-d", self.index)

    def test_a_commit_of_another_writer_is_not_overwritten(self):
        self.renew()
        process = self.writer()
        copy = os.path.join(WORK, "idx2")
        shutil.copytree(self.index, copy)
        second = os.path.join(WORK, "second.jsonl")
        write_corpus(second, 500, 5)
        self.good("index", "-d", copy, second)
        for name in os.listdir(copy):  # what it wrote, in place of the old
            if name not in ("LOCK", "XAPIANDB", "build-tmp"):
                shutil.copytree(os.path.join(copy, name),
                                os.path.join(self.index, name),
                                dirs_exist_ok=True) \
                    if os.path.isdir(os.path.join(copy, name)) else \
                    shutil.copy(os.path.join(copy, name), self.index)
        shutil.copy(os.path.join(copy, "XAPIANDB"), self.index)
        _, messages = process.communicate()
        self.assertEqual(process.returncode, 4, messages)
        self.assertEqual(self.count(), 44)

    # ---- Files that are cut short while they are mapped.

    def test_a_file_that_is_cut_short_ends_a_reader_with_a_message(self):
        self.renew()
        reader = subprocess.Popen(
            [PROGRAM, "search", "-d", self.index, "--format", "json",
             "--queries", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        reader.stdin.write(b"1\tw1\n")
        reader.stdin.flush()
        self.assertTrue(reader.stdout.readline())
        for segment in ("seg-000001", "seg-000002"):
            for name in ("articles", "blocks", "postlist.glass"):
                os.truncate(os.path.join(self.index, segment, name), 0)
        _, messages = reader.communicate(b"2\tw2 w3\n")
        self.assertEqual(reader.returncode, 4, messages)
        self.assertIn(b"cut short", messages)

    # ---- Permissions.

    @unittest.skipUnless(os.getuid() == 0, "root only")
    def test_another_user_can_check_what_it_cannot_write(self):
        self.renew()
        subprocess.run(["chmod", "-R", "a+rX,go-w", self.index], check=True)
        done = run(PROGRAM, "check", "-d", self.index, user=65534, group=65534)
        self.assertEqual(done.returncode, 0, done.stderr)
        os.remove(os.path.join(self.index, "LOCK"))
        done = run(PROGRAM, "check", "-d", self.index, user=65534, group=65534)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.index, "LOCK")))

    @unittest.skipUnless(os.getuid() == 0, "root only")
    def test_a_file_that_may_not_be_read_is_not_lost(self):
        self.renew()
        self.harm("seg-000001/words", 30)
        os.chmod(os.path.join(self.index, "seg-000002", "articles"), 0)
        subprocess.run(["chown", "-R", "65534", WORK], check=True)
        os.chown(os.path.join(self.index, "seg-000002", "articles"), 0, 0)
        for args in (["check"], ["check", "--repair"]):
            done = run(PROGRAM, *args, "-d", self.index, user=65534,
                       group=65534)
            self.assertEqual(done.returncode, 4, done.stdout)
            self.assertIn(b"ermission", done.stderr)
        self.assertEqual(self.count(), 39)

    # ---- Repair.

    def harm(self, name, at):
        with open(os.path.join(self.index, name), "r+b") as file:
            file.seek(at)
            old = file.read(1)
            file.seek(at)
            file.write(bytes([old[0] ^ 1]))

    def ids(self, index):
        return sorted(json.loads(line)["id"] for line in
                      self.good("export", "-d", index).splitlines())

    def test_what_is_lost_is_named_and_comes_back_from_its_file(self):
        self.renew()
        before = self.ids(self.index)
        self.harm("seg-000001/articles", 90)
        done = self.good("check", "--repair", "-d", self.index, status=3)
        self.assertIn("1 is lost", done)
        lost = set(before) - set(self.ids(self.index))
        self.assertEqual(len(lost), 1)
        self.assertIn(f"lost: article '{lost.pop()}'", done)
        # The old one is beside, whole but for its damage.
        kept = self.index + ".damaged"
        self.assertIn("problem", self.good("check", "-d", kept, status=3))
        self.good("check", "-d", self.index)
        self.good("index", "-d", self.index, self.files)
        self.assertEqual(self.ids(self.index), sorted(set(before) | {"n3"}))

    def test_a_lost_segment_is_named_but_for_what_was_deleted(self):
        self.renew()
        before = self.ids(self.index)
        os.remove(os.path.join(self.index, "seg-000001", "articles"))
        done = self.good("check", "--repair", "-d", self.index, status=3)
        self.assertIn("19 are lost", done)
        lost = set(before) - set(self.ids(self.index))
        self.assertEqual(sorted(f"lost: article '{n}'" for n in lost),
                         sorted(line for line in done.splitlines()
                                if line.startswith("lost:")))
        self.assertEqual(len(lost), 19)
        self.good("index", "-d", self.index, self.files)
        self.assertEqual(len(self.ids(self.index)), 40)

    def test_a_second_repair_keeps_the_first_ones_index(self):
        self.renew()
        self.harm("seg-000001/articles", 90)
        self.good("check", "--repair", "-d", self.index, status=3)
        segment = [n for n in os.listdir(self.index) if n.startswith("seg-")][0]
        self.harm(segment + "/words", 30)
        self.good("check", "--repair", "-d", self.index)
        self.assertEqual(self.good("search", "-d", self.index + ".damaged-2",
                                   "--count", SOME_WORD).strip(), "38")
        self.assertTrue(os.path.exists(self.index + ".damaged/XAPIANDB"))

    def test_prune_still_deletes_after_a_repair(self):
        self.renew()
        self.harm("seg-000001/postlist.glass", 100)
        self.good("check", "--repair", "-d", self.index)
        done = self.good("index", "-d", self.index, self.files)
        self.assertIn("0 added, 0 replaced, 39 unchanged", done)
        os.remove(os.path.join(self.files, "0.jsonl"))
        self.good("index", "--prune", "-d", self.index, self.files)
        self.assertEqual(self.ids(self.index),
                         sorted(f"n{n}" for n in range(20, 40)))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
