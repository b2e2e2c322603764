"""Time and memory of every reader: test_linear.py NEWSHOUND SEEDS

A record is blown up by one piece of text that is written many times. Twice as many
take at most 2.5 times the CPU time and memory. Figures are compared with each other
only, and measured again where they look bad, so that a busy machine does no harm.

NEWSHOUND_EVERY=1 takes each piece in each seed, where the default takes some."""

import json
import os
import random
import shutil
import sys
import unittest

PROGRAM, SEEDS = map(os.path.abspath, sys.argv[1:3])
WORK = os.path.abspath("linear.work")
EVERY = int(os.environ.get("NEWSHOUND_EVERY", "0"))
BYTES = 300000
# Noise of the smallest runs: less is not compared.
LEAST_SECONDS, LEAST_KIB = 0.06, 12000
PIECES = [
    "<p>a", "<a ", "<a b=c ", " b%d=c", "<x>", "</x>", "<", ">", "&", "&lt;",
    "&#", "<!--", "-->", "<!-- -", "<![CDATA[", "]]>", "<?", "<DOC>\n",
    "</DOC>\n", "<TEXT>\n", "<REUTERS>", "<div>", "<script>", "<b>", "<br>",
    "<table><tr><td>", "\"", "'", "\\", "\"\n", ",", "[", "{", "{\"a\":", "[1,",
    "[[", "]]", "{{", "}}", "{|", "''", "==\n", "X-%d: y\n", "Subject: x\n",
    " x\n", "\n", "\r\n", "--b1\n", "--", "=\n", "=?utf-8?q?a?=", " ", "\t",
    "a", "a ", "A. ", "By A B and ", "Ann Lee, ", "Ann Lee %d. ", "w%d ", "\xc3",
    "\xff", "\0", "From x\n", "1 of 2 DOCUMENTS\n", "TY  - NEWS\n",
    "AU  - Lee, A\n", "HD a\n", "January 3, 2004 ", "WARC/1.0\r\n",
    "Content-Length: 3\r\n\r\n", "(", ")", ".", "- ", "|", "1", "1/",
    "<p>By Ann Lee</p>", "<li>a", "<String CONTENT=\"a\"/>", "<item>",
    "<meta name=\"author\" content=\"x y\">", "http://a/", "<text>", "<!ENTITY "]
# What once took time that grew by the square, in each seed of its kind.
KNOWN = {"html": [" b%d=c", "&", "&#", "<b>"], "alto": ["<!--", " b%d=c", "&"],
         "rss": ["<!--", "&", " b%d=c"], "trec": ["<DOC>\n", "<TEXT>\n"],
         "mail": ["X-%d: y\n", "--b1\n"], "json": ["Ann Lee %d. "]}


def repeated(piece, size):
    if "%d" not in piece:
        return (piece * (size // len(piece) + 1)).encode("latin-1")
    out, length, n = [], 0, 0
    while length < size:
        out.append(piece % n)
        length += len(out[-1])
        n += 1
    return "".join(out).encode("latin-1")


def measure(*arguments):
    """(CPU seconds, KiB at the peak) of the program."""
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for fd in range(3):
            os.dup2(null, fd)
        os.execv(PROGRAM, [PROGRAM, *arguments])
    _, status, used = os.wait4(pid, 0)
    assert os.WIFEXITED(status), (arguments, status)
    return used.ru_utime + used.ru_stime, used.ru_maxrss


class Linear(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)

    def compare(self, what, once, twice):
        """Runs both until twice the input is seen to take at most 2.5 times."""
        empty = self.least
        small = large = (1e9, 1e9)
        for _ in range(5):
            small = tuple(map(min, small, measure(*once)))
            large = tuple(map(min, large, measure(*twice)))
            good = [l - e <= 2.5 * (s - e) + least for s, l, e, least in
                    zip(small, large, empty, (LEAST_SECONDS, LEAST_KIB))]
            if all(good):
                return
        self.fail(f"{what}: {small} once, {large} twice (seconds, KiB)")

    def inspect(self, seed, at, piece):
        paths = []
        for name, size in ("once", BYTES), ("twice", 2 * BYTES):
            paths.append(os.path.join(WORK, name))
            with open(paths[-1], "wb") as file:
                file.write(seed[:at] + repeated(piece, size) + seed[at:])
        self.compare(f"{piece!r} at {at}", ["inspect", "-q", paths[0]],
                     ["inspect", "-q", paths[1]])

    def test_twice_the_input_takes_at_most_twice_as_much(self):
        rand = random.Random(5)
        path = os.path.join(WORK, "empty")
        with open(path, "wb"):
            pass
        Linear.least = measure("inspect", "-q", path)
        for name in sorted(os.listdir(SEEDS)):
            with open(os.path.join(SEEDS, name), "rb") as file:
                seed = file.read()
            text = seed.find(b">", seed.find(b"body")) + 1
            places = {len(seed), len(seed) // 3, text}
            for piece in PIECES:
                known = piece in KNOWN.get(name, [])
                for at in sorted(places):
                    if EVERY or known or rand.random() < 0.01:
                        with self.subTest(seed=name):
                            self.inspect(seed, at, piece)

    def write(self, name, *texts):
        path = os.path.join(WORK, name)
        with open(path, "w", encoding="utf-8") as file:
            for n, text in enumerate(texts):
                file.write(json.dumps({"id": f"{name}{n}", "title": "Ferry",
                                       "body": text}) + "\n")
        return path

    def test_indexing_one_article_takes_time_by_its_size(self):
        index = os.path.join(WORK, "idx")
        options = ["index", "-q", "-j1", "-d", index, "--again"]
        Linear.least = measure(*options, self.write("none", "a"))
        for piece in "a ", "w%d ", "Ann Lee%d. ", "A. ", "x", "\u00fc":
            paths = [self.write(name, repeated(piece, size).decode("latin-1"))
                     for name, size in (("1", BYTES), ("2", 2 * BYTES))]
            self.compare(f"indexing {piece!r}", [*options, paths[0]],
                         [*options, paths[1]])
            shutil.rmtree(index)

    def test_an_article_that_memory_cannot_hold_is_skipped(self):
        index = os.path.join(WORK, "one.idx")
        names = [f"Mr {chr(97 + n % 26)}n{n} M{n * 7}son said. ".title()
                 for n in range(150000)]
        large = self.write("large", "".join(names))
        small = self.write("small", "the harbour", "the mill")
        with os.popen(f"{PROGRAM} index -d {index} --memory 64 {large} {small} "
                      "2>&1") as out:
            said = out.read()
        self.assertRegex(said, r"skipped .*/large at byte 0: indexing the "
                         r"article's \d+ MB of text takes about \d+ MB of "
                         r"memory, more than --memory allows")
        self.assertIn("2 added, 0 replaced, 0 unchanged, 1 skipped", said)
        _, kib = measure("index", "-q", "-d", index, "--memory", "64", large)
        self.assertLess(kib, 200000)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
