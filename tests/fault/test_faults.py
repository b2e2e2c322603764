"""Kills, full disks and damage: test_faults.py NEWSHOUND SAMPLES"""

import glob
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
SAMPLES = os.path.abspath(sys.argv[2])
WORK = os.path.abspath("faults.work")
KILLS = int(os.environ.get("NEWSHOUND_KILLS", "25"))


def run(*args, **options):
    return subprocess.run([PROGRAM, *args], capture_output=True, check=False,
                          **options)


def write_corpus(path, count, seed):
    rand = random.Random(seed)
    words = [f"w{n}" for n in range(5000)]
    with open(path, "w", encoding="utf-8") as file:
        for n in range(count):
            body = " ".join(rand.choices(words, k=120))
            file.write(json.dumps({"id": f"{seed}-{n}", "body": body,
                                   "person": ["Jan Leike"]}) + "\n")


class Faults(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        self.index = os.path.join(WORK, "idx")

    def count(self):
        done = run("search", "-d", self.index, "--count", "NOT xyzzy")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return int(done.stdout)

    def test_a_kill_at_any_moment_leaves_the_last_commit(self):
        first = os.path.join(WORK, "first.jsonl")
        second = os.path.join(WORK, "second.jsonl")
        write_corpus(first, 500, 1)
        write_corpus(second, 4000, 2)
        self.assertEqual(run("index", "-d", self.index, first).returncode, 0)
        start = time.monotonic()
        whole = os.path.join(WORK, "whole")
        run("index", "-d", whole, second)
        seconds = time.monotonic() - start
        killed, rand = 0, random.Random(3)
        for _ in range(KILLS):
            process = subprocess.Popen(
                [PROGRAM, "index", "-d", self.index, second],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(rand.random() * seconds)
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            self.assertIn(self.count(), (500, 4500))
            done = run("search", "-d", self.index, "--verify", "w1")
            self.assertEqual(done.returncode, 0, done.stderr)
            if self.count() == 4500:
                shutil.rmtree(self.index)
                run("index", "-d", self.index, first)
        self.assertGreater(killed, KILLS // 3)
        self.assertEqual(run("index", "-d", self.index, second).returncode, 0)
        self.assertEqual(self.count(), 4500)
        left = [n for n in os.listdir(self.index) if n.startswith("build-")]
        self.assertEqual(left, [])

    def test_a_kill_while_merging_leaves_the_last_commit(self):
        corpus = os.path.join(WORK, "corpus.jsonl")
        for n in range(6):
            write_corpus(corpus, 700, 20 + n)
            run("index", "-d", self.index, corpus)
        write_corpus(corpus, 700, 20) # the first again: unchanged
        with open(corpus, encoding="utf-8") as file:
            text = file.read().replace("w1", "x1")
        done = run("index", "-d", self.index, "-", input=text.encode())
        self.assertEqual(done.returncode, 0, done.stderr)
        copy, start = os.path.join(WORK, "copy"), time.monotonic()
        shutil.copytree(self.index, copy)
        self.assertEqual(run("merge", "-d", copy).returncode, 0)
        seconds, rand, killed = time.monotonic() - start, random.Random(4), 0
        for _ in range(KILLS):
            process = subprocess.Popen(
                [PROGRAM, "merge", "-d", self.index],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(rand.random() * seconds)
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            self.assertEqual(self.count(), 4200)
            done = run("search", "-d", self.index, "--verify", "x1")
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(killed, 0)
        self.assertEqual(run("merge", "-d", self.index).returncode, 0)
        self.assertEqual(self.count(), 4200)
        names = [n for n in os.listdir(self.index) if n.startswith("seg-")]
        self.assertEqual(len(names), 1)

    def test_a_full_disk_leaves_the_last_commit(self):
        corpus = os.path.join(WORK, "corpus.jsonl")
        write_corpus(corpus, 3000, 4)
        run("index", "-d", self.index, SAMPLES)
        for kib in (16, 100, 300, 600):
            def limit(size=kib * 1024):
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            done = run("index", "-d", self.index, corpus, preexec_fn=limit)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertTrue(done.stderr)
            self.assertEqual(self.count(), 45)
        done = run("index", "-d", self.index, corpus)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.count(), 3045)

    def test_a_changed_byte_is_found_by_verify_and_never_crashes(self):
        run("index", "-d", self.index, SAMPLES)
        files = [os.path.join(folder, name)
                 for folder, _, names in os.walk(self.index)
                 for name in names if name not in ("LOCK", "flintlock")]
        rand = random.Random(5)
        self.assertGreater(len(files), 3)
        for path in files:
            with open(path, "rb") as file:
                good = file.read()
            for _ in range(12):
                at = rand.randrange(len(good))
                bad = bytearray(good)
                bad[at] ^= 1 << rand.randrange(8)
                with open(path, "wb") as file:
                    file.write(bad)
                done = run("search", "-d", self.index, "--verify", "leike",
                           timeout=60)
                self.assertEqual(done.returncode, 3,
                                 f"{path} byte {at}: {done.stderr}")
                for query in ("person:Leike safety", '"safety culture"'):
                    done = run("search", "-d", self.index, query, timeout=60)
                    self.assertIn(done.returncode, (0, 1, 3, 4),
                                  f"{path} byte {at}: {done.stderr}")
            with open(path, "wb") as file:
                file.write(good)
        self.assertEqual(run("search", "-d", self.index, "--verify",
                             "leike").returncode, 0)

    def test_check_finds_damage_and_repairs_what_can_be_read(self):
        """All but the articles themselves is made again of them."""
        run("index", "-d", self.index, os.path.join(SAMPLES, "text"))
        run("index", "--no-merge", "-d", self.index, SAMPLES)
        run("delete", "-d", self.index, "kasparov")
        with open(os.path.join(self.index, "entities.rules"), "w",
                  encoding="utf-8") as file:
            file.write('merge person "J. Leike" = "Jan Leike"\n')
        def articles():
            out = run("export", "--entities", "-d", self.index).stdout
            return {json.loads(line)["id"]: line for line in out.splitlines()}
        def found():
            return run("search", "-d", self.index, "--all", "--format", "ids",
                       "person:Leike OR berlin").stdout
        good, answer = articles(), found()
        done = run("check", "-d", self.index, "--step", "1")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(b"all is well", done.stdout)
        whole = os.path.join(WORK, "whole")
        shutil.copytree(self.index, whole)
        files = [os.path.relpath(os.path.join(folder, name), whole)
                 for folder, _, names in os.walk(whole) for name in names
                 if name not in ("LOCK", "entities.rules")]
        rand = random.Random(6)
        kinds = set()
        for path in files:
            for cut in (False, False, True):
                shutil.rmtree(self.index)
                shutil.copytree(whole, self.index)
                with open(os.path.join(self.index, path), "rb") as file:
                    bad = bytearray(file.read())
                bad[rand.randrange(len(bad))] ^= 1 << rand.randrange(8)
                if cut:
                    del bad[len(bad) // 2:]
                with open(os.path.join(self.index, path), "wb") as file:
                    file.write(bad)
                done = run("check", "-d", self.index)
                self.assertEqual(done.returncode, 3, path)
                name = os.path.basename(path)
                kind = name.split("-")[0]
                kinds.add(kind)
                self.assertIn(name.encode(), done.stdout)
                done = run("check", "--repair", "-d", self.index)
                if kind == "XAPIANDB":
                    self.assertEqual(done.returncode, 3, done.stdout)
                    self.assertIn(b"index the sources again", done.stderr)
                    continue
                lost = b"lost: " in done.stdout
                self.assertEqual(done.returncode, 3 if lost else 0,
                                 done.stdout + done.stderr)
                self.assertTrue(kind == "articles" or not lost, path)
                for kept in glob.glob(self.index + ".damaged*"):
                    shutil.rmtree(kept)
                self.assertEqual(
                    run("check", "--step", "1", "-d", self.index).returncode, 0)
                left = articles()
                if kind == "articles":
                    self.assertTrue(left.items() <= good.items())
                    self.assertIn(f"{len(left)} articles are kept".encode(),
                                  done.stdout)
                elif kind == "del": # those that were deleted come back
                    self.assertTrue(good.items() <= left.items())
                else:
                    self.assertEqual(left, good, path)
                    self.assertEqual(found(), answer, path)
                left = [n for n in os.listdir(self.index) if "repair" in n]
                self.assertEqual(left, [])
        self.assertEqual(kinds, {"XAPIANDB", "articles", "blocks", "copies",
                                 "del", "dict", "iamglass", "postlist.glass",
                                 "sources", "words"})

    def test_files_that_are_missing_are_named(self):
        run("index", "-d", self.index, SAMPLES)
        segment = [n for n in os.listdir(self.index) if n.startswith("seg-")][0]
        os.remove(os.path.join(self.index, segment, "articles"))
        done = run("search", "-d", self.index, "leike")
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"articles", done.stderr)

    def test_a_reader_keeps_its_commit_while_others_write(self):
        corpus = os.path.join(WORK, "corpus.jsonl")
        write_corpus(corpus, 300, 6)
        run("index", "-d", self.index, SAMPLES)
        # Through standard input each line would be answered from the last commit.
        fifo = os.path.join(WORK, "queries")
        os.mkfifo(fifo)
        with subprocess.Popen(
                [PROGRAM, "search", "-d", self.index, "--queries", fifo,
                 "--count"], stdout=subprocess.PIPE) as reader:
            with open(fifo, "w", encoding="utf-8") as queries:
                for n in range(5):
                    print(n, "NOT xyzzy", sep="\t", file=queries, flush=True)
                    write_corpus(corpus, 50, 10 + n)
                    self.assertEqual(run("index", "-d", self.index,
                                         corpus).returncode, 0)
            self.assertEqual(reader.stdout.read(),
                             b"".join(b"%d\t45\n" % n for n in range(5)))
        self.assertEqual(self.count(), 45 + 250)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
