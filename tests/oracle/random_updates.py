"""An index that lives: files that come, change and go, deletions and merges at
random, beside readers; after each step against a model in memory.

  random_updates.py NEWSHOUND WORKDIR STEPS SEED

What a reader sees must be the index after one of the writer's commands that ran
beside it. NEWSHOUND_STEPS, NEWSHOUND_SECONDS (in the place of steps) and
NEWSHOUND_READERS make it a soak."""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time

WORDS = ("ferry", "tide", "harbour", "gull", "anchor", "storm")
IDS = [f"id{n}" for n in range(40)]


class Model:
    """What the index should hold. Each stored version of an article is a number,
    as in the index."""

    def __init__(self):
        self.live = {}      # id -> (version, text)
        self.sources = {}   # file -> [text of the file, versions, stale ones]
        self.versions = 0

    def read(self, path, text):
        entry = self.sources.get(path)
        if entry and entry[0] == text:
            return
        now = set()
        for line in text.splitlines():
            article = json.loads(line)
            old = self.live.get(article["id"])
            if not old or old[1] != article["body"]:
                self.versions += 1
                self.live[article["id"]] = (self.versions, article["body"])
            now.add(self.live[article["id"]][0])
        stale = (entry[1] | entry[2]) - now if entry else set()
        self.sources[path] = [text, now, stale]

    def delete(self, gone):
        self.live = {i: v for i, v in self.live.items() if v[0] not in gone}

    def prune(self, files):
        kept = {p: e for p, e in self.sources.items() if p in files}
        claimed = set().union(*(e[1] for e in kept.values())) if kept else set()
        gone = set()
        for path, entry in self.sources.items():
            gone |= entry[2] | (set() if path in files else entry[1])
        self.delete(gone - claimed)
        for entry in kept.values():
            entry[2] = set()
        self.sources = kept

    def having(self, word):
        return {i for i, v in self.live.items() if word in v[1].split()}


class Soak:
    def __init__(self, program, work, seed):
        self.program, self.rng = program, random.Random(seed)
        shutil.rmtree(work, ignore_errors=True)
        self.folder = os.path.join(work, "files")
        self.index = os.path.join(work, "idx")
        os.makedirs(os.path.join(self.folder, "sub"))
        self.model, self.wrong, self.files = Model(), 0, {}
        self.done, self.searches, self.failed = False, 0, []
        # What the index held, one after the other; answers that are to be
        # looked for in these, each with the number of the first that may be it.
        self.states, self.answers = [{}], []

    def run(self, *args, accept=(0, 1)):
        done = subprocess.run([self.program, args[0], "-d", self.index,
                               *args[1:]], capture_output=True, check=False)
        if done.returncode not in accept:
            raise SystemExit(f"{args}: {done.returncode} "
                             f"{done.stderr.decode()}")
        return done.stdout.decode()

    def reader(self, seed):
        """Exports and searches all the time."""
        rng = random.Random(seed)
        while not self.done:
            first = len(self.states) - 1
            word = rng.choice((None, *WORDS))
            args = (["export"] if word is None else
                    ["search", "--all", "--format", "ids", word])
            out = subprocess.run(
                [self.program, args[0], "-d", self.index, *args[1:]],
                capture_output=True, check=False)
            self.searches += 1
            if out.returncode not in (0, 1):
                self.failed.append(out.stderr.decode())
            else:
                self.answers.append((first, word, out.stdout.decode()))

    def commit(self):
        self.states.append({i: v[1] for i, v in self.model.live.items()})

    def check_readers(self, step):
        """All states are known that were there when these answers were given.
        """
        answers, self.answers = self.answers, []
        for first, word, out in answers:
            if word is None:
                got = {x["id"]: x["body"] for x in map(json.loads,
                                                       out.splitlines())}
                good = got in self.states[first:]
            else:
                got = sorted(out.split())
                good = any(got == sorted(i for i, body in state.items()
                                         if word in body.split())
                           for state in self.states[first:])
            self.expect(good, f"before the end of step {step} a reader saw "
                        f"{word}: {got}, which the index never was")

    def article(self):
        return {"id": self.rng.choice(IDS),
                "body": " ".join(self.rng.choices(WORDS, k=3))}

    def change_files(self):
        for _ in range(self.rng.randint(0, 3)):
            name = self.rng.choice(("a", "b", "c", "sub/d", "sub/e"))
            path = os.path.join(self.folder, name + ".jsonl")
            kind = self.rng.random()
            if kind < 0.2 and path in self.files:
                os.remove(path)
                del self.files[path]
                continue
            old = self.files.get(path, "") if kind < 0.7 else ""
            lines = old.splitlines() + [json.dumps(self.article())
                                        for _ in range(self.rng.randint(0, 4))]
            if kind > 0.9:
                self.rng.shuffle(lines)
            self.files[path] = "".join(line + "\n" for line in lines)
            with open(path, "w", encoding="utf-8") as file:
                file.write(self.files[path])

    def step(self):
        self.change_files()
        options = ["--no-merge"] * (self.rng.random() < 0.3)
        prune = self.rng.random() < 0.3
        if self.files or prune:
            self.run("index", "-q", "--entities-only-given", *options,
                     *["--prune"] * prune, "-j", self.rng.choice("12"),
                     self.folder)
            for path in sorted(self.files):
                self.model.read(path, self.files[path])
            self.commit()
            if prune:
                self.model.prune(self.files)
                self.commit()
        kind = self.rng.random()
        if kind < 0.15:
            word = self.rng.choice(WORDS)
            self.run("delete", f"{word} {self.rng.choice(WORDS)}"
                     if kind < 0.1 else word)
            self.catch_up()
        elif kind < 0.25:
            ident = self.rng.choice(IDS)
            self.run("delete", "--id", ident)
            self.model.live.pop(ident, None)
            self.commit()
        elif kind < 0.35:
            self.run("merge")

    def catch_up(self):
        """Searches are tested elsewhere: what a query deleted is gone."""
        left = {json.loads(line)["id"]
                for line in self.run("export").splitlines()}
        self.model.live = {i: v for i, v in self.model.live.items()
                           if i in left}
        self.commit()

    def expect(self, good, what):
        if not good:
            self.wrong += 1
            print(what)

    def compare(self, step):
        got = {}
        for line in self.run("export").splitlines():
            article = json.loads(line)
            self.expect(article["id"] not in got,
                        f"step {step}: {article['id']} is there twice")
            got[article["id"]] = article.get("body", "")
        wanted = {i: v[1] for i, v in self.model.live.items()}
        self.expect(got == wanted, f"step {step}: {got}, wanted {wanted}")
        word = self.rng.choice(WORDS)
        found = self.run("search", "--all", "--format", "ids", word).split()
        self.expect(sorted(found) == sorted(self.model.having(word)),
                    f"step {step}: {word} found {found}")
        count = self.run("stats").split()[1]
        self.expect(count == str(len(wanted)),
                    f"step {step}: {count} articles, wanted {len(wanted)}")


def main():
    program, work = (os.path.abspath(a) for a in sys.argv[1:3])
    steps = int(os.environ.get("NEWSHOUND_STEPS", sys.argv[3]))
    seconds = float(os.environ.get("NEWSHOUND_SECONDS", "0"))
    soak = Soak(program, work, int(sys.argv[4]))
    soak.run("index", "-q", soak.folder)
    readers = [threading.Thread(target=soak.reader, args=(n,)) for n in
               range(int(os.environ.get("NEWSHOUND_READERS", "2")))]
    start, step = time.monotonic(), 0
    for reader in readers:
        reader.start()
    try:
        while (time.monotonic() - start < seconds if seconds
               else step < steps) and soak.wrong <= 3:
            soak.step()
            soak.compare(step)
            soak.check_readers(step)
            step += 1
    finally:
        soak.done = True
        for reader in readers:
            reader.join()
    soak.check_readers(step)
    for message in soak.failed[:3]:
        print("a reader failed:", message)
    print(f"{step} steps, {soak.searches} searches beside them, "
          f"{len(soak.failed)} failed, {soak.wrong} differences")
    sys.exit(bool(soak.wrong or soak.failed))


if __name__ == "__main__":
    main()
