"""newshound and its peers: how each is built, indexes and searches.

To add one: a class with these members, and a line in ALL.
"""

import glob
import json
import os
import shutil
import subprocess
import sys
import time

import workload

HERE = os.path.dirname(os.path.abspath(__file__))


class Missing(Exception):
    """A peer cannot be used; the message says what is missing."""


def _run(*command):
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise Missing(f"{os.path.basename(command[0])} failed: "
                      + done.stderr.decode("utf-8", "replace")[-300:].strip())
    return done.stdout.decode()


class Peer:
    name = ""
    many = True    # several may search at a time
    slow = False   # it indexes once, whatever the rounds
    packages = ()  # of Debian
    rounds = 10    # of each query
    skips = ()     # classes of queries that it does not have

    def __init__(self, program, work):
        self.program, self.work = program, work
        self.path = os.path.join(work, type(self).__name__)  # of its index
        self.articles = os.path.join(work, "articles.tsv")

    def build(self):
        """Makes what is needed to run it; Missing."""

    def index(self):
        """The command that indexes the articles into self.path."""
        raise NotImplementedError

    def finish(self):
        """What is done after indexing that is not counted."""

    def searcher(self, queries, rounds):
        """The command that searches, and prints a time and a number a line."""
        raise NotImplementedError

    def search(self, name, queries, rounds=None):
        """For each query the least microseconds, and the matches."""
        path = os.path.join(self.work, "queries." + type(self).__name__)
        workload.write(path, name, queries)
        lines = _run(*self.searcher(path, rounds or self.rounds)).splitlines()
        return [(float(t), int(n)) for t, n in (line.split() for line in lines)]

    def fresh(self, name, query):
        """Milliseconds of a process that answers one query."""
        path = os.path.join(self.work, "queries.one")
        workload.write(path, name, [query])
        command = self.searcher(path, 1)
        start = time.perf_counter()
        _run(*command)
        return (time.perf_counter() - start) * 1e3


class Newshound(Peer):
    name = "newshound"
    jobs = 1
    options = ()  # of index

    def index(self):
        return [self.program, "index", "-q", f"-j{self.jobs}", *self.options,
                "-d", self.path, os.path.join(self.work, "articles.jsonl")]

    def finish(self):
        subprocess.run([self.program, "merge", "-d", self.path], check=True,
                       capture_output=True)

    def search(self, name, queries, rounds=None):
        path = os.path.join(self.work, "queries.newshound")
        best, totals = [1e18] * len(queries), [0] * len(queries)
        with open(path, "w", encoding="utf-8") as file:
            for _ in range(rounds or self.rounds):
                for n, query in enumerate(queries):
                    file.write(f"{n}\t{workload.for_newshound(name, query)}\n")
        common = [self.program, "search", "-d", self.path, "--queries", path,
                  "--all-words", *workload.OPTIONS.get(name, ())]
        if "--any" in common:
            common.remove("--all-words")
        out = subprocess.run([*common, "--format", "json"], check=False,
                             capture_output=True).stdout
        for line in out.splitlines():
            answer = json.loads(line)
            n = int(answer["qid"])
            if "error" in answer:
                raise Missing(f"{queries[n]}: {answer['error']['message']}")
            best[n] = min(best[n], answer["elapsed_ms"] * 1000)
        with open(path, "w", encoding="utf-8") as file:
            for n, query in enumerate(queries):
                file.write(f"{n}\t{workload.for_newshound(name, query)}\n")
        if "--facet" in common:  # a number is all that --count prints
            at = common.index("--facet")
            del common[at:at + 2]
        out = subprocess.run([*common, "--count"], check=False,
                             capture_output=True, text=True).stdout
        for line in out.splitlines():
            n, total = line.split("\t")
            totals[int(n)] = int(total)
        return list(zip(best, totals))

    def fresh(self, name, query):
        command = [self.program, "search", "-d", self.path, "--format", "json",
                   *workload.OPTIONS.get(name, ()),
                   workload.for_newshound(name, query)]
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=False)
        return (time.perf_counter() - start) * 1e3


class NewshoundTwo(Newshound):
    name = "newshound, 2 workers"
    jobs = 2


class NewshoundPlain(Newshound):
    name = "newshound, names as given"
    options = ("--entities-only-given",)


class NewshoundPlainTwo(NewshoundPlain):
    name = "the same, 2 workers"
    jobs = 2


class NewshoundLists(NewshoundPlain):
    name = "the same, --xapian-lists"
    options = ("--entities-only-given", "--xapian-lists")


class Fts5(Peer):
    name = "SQLite FTS5"
    packages = ("gcc", "libsqlite3-dev")
    rounds = 3

    def build(self):
        self.tool = os.path.join(self.work, "fts5")
        _run("gcc", "-std=gnu11", "-O2", os.path.join(HERE, "fts5.c"), "-o",
             self.tool, "-lsqlite3")

    def index(self):
        return [self.tool, "index", self.articles, self.path]

    def searcher(self, queries, rounds):
        return [self.tool, "search", self.path, queries, str(rounds)]


class Lucene(Peer):
    name = "Lucene 8"
    packages = ("liblucene8-java", "default-jdk-headless")

    def build(self):
        jars = ":".join(glob.glob("/usr/share/java/lucene-core-8*.jar") +
                        glob.glob("/usr/share/java/lucene-analyzers-common-8"
                                  "*.jar"))
        if not jars or not shutil.which("javac"):
            raise Missing("there is no Lucene or no JDK")
        _run("javac", "-cp", jars, "-d", self.work,
             os.path.join(HERE, "Lucene.java"))
        self.java = ["java", "-XX:+UseSerialGC", "-Xmx2g", "-cp",
                     jars + ":" + self.work, "Lucene"]

    def index(self):
        return [*self.java, "index", self.articles, self.path]

    def searcher(self, queries, rounds):
        return [*self.java, "search", self.path, queries, str(rounds)]


class Xapian(Peer):
    name = "Xapian"
    slow = True
    packages = ("g++", "libxapian-dev")
    rounds = 5

    def build(self):
        flags = _run("pkg-config", "--cflags", "--libs", "xapian-core").split()
        self.tool = os.path.join(self.work, "stock_xapian")
        if not os.path.exists(self.tool):
            _run("g++", "-std=c++17", "-O2", os.path.join(
                HERE, "stock_xapian.cc"), "-o", self.tool, *flags)

    def index(self):
        return [self.tool, "index", self.articles, self.path]

    def searcher(self, queries, rounds):
        return [self.tool, "search", self.path, queries, str(rounds)]


class Omega(Xapian):
    name = "Omega's scriptindex"
    packages = ("g++", "libxapian-dev", "xapian-omega")

    def build(self):
        super().build()
        if not shutil.which("scriptindex"):
            raise Missing("scriptindex is not installed")
        self.script = os.path.join(self.work, "omega.script")
        with open(self.script, "w", encoding="utf-8") as file:
            file.write("title : index\nbody : index\n"
                       "author : boolean=XA value=1\ndate : value=0\n")
        self.dump = os.path.join(self.work, "articles.omega")
        with open(self.articles, encoding="utf-8") as lines, \
                open(self.dump, "w", encoding="utf-8") as out:
            for line in lines:
                title, body, author, date = line.rstrip("\n").split("\t")
                out.write(f"title={title}\nbody={body}\nauthor={author[:200]}"
                          f"\ndate={date if date != '0' else ''}\n\n")

    def index(self):
        return ["scriptindex", "--overwrite", self.path, self.script,
                self.dump]


class Sphinx(Peer):
    name = "Sphinx 2.2"
    many = False  # the searcher is a server of its own
    packages = ("sphinxsearch",)
    rounds = 5

    def build(self):
        if not shutil.which("searchd"):
            raise Missing("Sphinx is not installed")

    def index(self):
        return [sys.executable, os.path.join(HERE, "sphinx.py"), "index",
                self.articles, self.path]

    def searcher(self, queries, rounds):
        return [sys.executable, os.path.join(HERE, "sphinx.py"), "search",
                self.path, queries, str(rounds)]


# By the name that --peers takes.
ALL = {"fts5": Fts5, "lucene": Lucene, "sphinx": Sphinx, "xapian": Xapian,
       "omega": Omega}
