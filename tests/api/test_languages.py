"""The examples in other languages print what the example in C does, with the
installed library and nothing of the tree.

  test_languages.py BUILD-FOLDER SOURCE-FOLDER
"""

import os
import shutil
import subprocess
import sys
import unittest

from prefix import Prefix

BUILD, SOURCE = (os.path.abspath(a) for a in sys.argv[1:])
QUERIES = ("person:Leike safety", "nobel", "caf\u00e9 OR bank OR \"chess\"",
           "nosuchword", "place:Stockholm", "date:2024-05", "persn:x", "(a")


class Languages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prefix = Prefix(BUILD)
        cls.examples = os.path.join(cls.prefix.work, "examples")
        shutil.copytree(os.path.join(SOURCE, "examples"), cls.examples)
        extra = os.path.join(cls.prefix.work, "extra.jsonl")
        with open(extra, "w", encoding="utf-8") as file:
            file.write('{"id": "x", "title": "Caf\u00e9 \u00fcber \u4eac", '
                       '"body": "Ein Caf\u00e9 in K\u00f6ln, das Caf\u00e9."}')
        cls.index = cls.prefix.index(
            "idx", os.path.join(SOURCE, "corpus", "samples"), extra)
        program = os.path.join(cls.prefix.work, "search")
        cls.prefix.run("gcc", "-I", cls.prefix.include, "-o", program,
                       os.path.join(cls.examples, "search.c"), "-L",
                       cls.prefix.folder, "-lnewshound")
        cls.expected = {q: cls.answer(program, query=q) for q in QUERIES}

    @classmethod
    def tearDownClass(cls):
        cls.prefix.close()

    @classmethod
    def answer(cls, *command, query, cwd=None):
        done = subprocess.run([*command, cls.index, query], cwd=cwd,
                              env=cls.prefix.env, capture_output=True,
                              check=False)
        # C prints a mark under the query, too.
        errors = done.stderr.decode().splitlines()[:1]
        return done.returncode, done.stdout.decode(), errors

    def check(self, *command, cwd=None):
        for query in QUERIES:
            self.assertEqual(self.answer(*command, query=query, cwd=cwd),
                             self.expected[query], query)

    def need(self, name):
        if not shutil.which(name):
            self.skipTest(f"{name} is not installed")

    def test_c_finds_something(self):
        found = [q for q in QUERIES if "**" in self.expected[q][1]]
        self.assertGreaterEqual(len(found), 3)
        self.assertIn("Caf\u00e9 \u00fcber \u4eac", self.expected[QUERIES[2]][1])
        self.assertEqual([self.expected[q][0] for q in QUERIES[-2:]], [1, 1])

    def test_lua(self):
        self.need("luajit")
        self.check("luajit", os.path.join(self.examples, "search.lua"))

    def test_perl(self):
        self.need("perl")
        self.check("perl", os.path.join(self.examples, "search.pl"))

    def test_node(self):
        self.need("npm")
        folder = os.path.join(self.examples, "node")
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund"],
                              cwd=folder, capture_output=True, text=True,
                              check=False)
        if done.returncode:
            self.skipTest("npm cannot get koffi: " + done.stderr[-300:])
        self.check("node", "search.js", cwd=folder)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
