"""newshound concordance: lines that are aligned and fit, their order, samples.

  test_concordance.py NEWSHOUND SOURCE-FOLDER
"""

import csv
import io
import json
import os
import shutil
import sys
import unittest

import program
from program import run, write

ARTICLES = [
    {"id": "a", "date": "2020-02-01", "source": "Post", "title": "Tide and mill",
     "body": "The old tide came in. A mill stood by the tide,\nand ran well."},
    {"id": "b", "date": "2019-05-01", "source": "Gazette", "title": "",
     "body": "\u00d6l Jan Leike saw the tide. Leike left\x1b[31m the mill."},
    {"id": "a-longer-identifier-of-an-article", "title": "Tide",
     "body": "word " * 50 + "tide " + "more " * 50}]


def setUpModule():
    shutil.rmtree(program.WORK, ignore_errors=True)
    os.makedirs(program.WORK)
    path = write("tide.jsonl", "".join(json.dumps(a) + "\n" for a in ARTICLES))
    status, _, err = run("index", "--entities-only-given", path)
    assert status == 0, err


def lines(*args):
    status, out, err = run("concordance", "--format", "jsonl", *args)
    assert status in (0, 1), err
    return [json.loads(line) for line in out.splitlines()]


class Concordance(unittest.TestCase):
    def test_every_occurrence_has_a_line(self):
        got = [(c["id"], c["part"], c["start"], c["end"])
               for c in lines("tide")]
        self.assertEqual(got, [
            ("a", "title", 0, 4), ("a", "body", 8, 12), ("a", "body", 42, 46),
            ("b", "body", 22, 26),
            (ARTICLES[2]["id"], "title", 0, 4),
            (ARTICLES[2]["id"], "body", 250, 254)])

    def test_the_text_is_whole(self):
        line = lines("--context", "100", '"mill stood"')[0]
        self.assertEqual((line["left"], line["match"], line["right"]),
                         ("The old tide came in. A ", "mill stood",
                          " by the tide, and ran well."))
        line = lines("--context", "1", '"mill stood"')[0]
        self.assertEqual((line["left"], line["right"]), ("A ", " by"))
        line = lines("--context", "0", "stood")[0]
        self.assertEqual((line["left"], line["right"]), ("", ""))

    def test_orders(self):
        def ids(*args):
            return [c["id"][0] + c["part"][0] for c in lines(*args, "tide")]
        self.assertEqual(ids("--sort", "oldest"),
                         ["bb", "at", "ab", "ab", "at", "ab"])
        self.assertEqual(ids("--sort", "newest"),
                         ["at", "ab", "ab", "bb", "at", "ab"])
        self.assertEqual([c["source"] for c in lines("--sort", "source", "tide")],
                         [None, None, "Gazette", "Post", "Post", "Post"])
        self.assertEqual([c["right"].split()[:1] for c in
                          lines("--sort", "right", "tide")],
                         [[], ["and"], [",",], ["came"], ["."], ["more"]])
        self.assertEqual([c["left"].split()[-1:] for c in
                          lines("--sort", "left", "tide")],
                         [[], [], ["old"], ["the"], ["the"], ["word"]])

    def test_text_is_aligned_and_fits(self):
        out = run("concordance", "tide")[1].splitlines()
        self.assertEqual(out[-1], "6 occurrences in 3 articles")
        places = {line.lower().index("tide", 38) for line in out[:-1]}
        self.assertEqual(len(places), 1)
        for line in out:
            self.assertLessEqual(len(line), 80)
        self.assertTrue(out[0].startswith("2020-02-01  a  "))

    def test_what_matched_is_bold(self):
        out = run("concordance", "--color", "always", "tide NEAR/8 mill")[1]
        self.assertIn("\x1b[1mTide\x1b[0m and \x1b[1mmill\x1b[0m", out)

    def test_nothing_of_a_text_steers_the_terminal(self):
        out = run("concordance", "left")[1]
        self.assertNotIn("\x1b", out)

    def test_a_sample_says_that_it_is_one(self):
        out = run("concordance", "-n", "2", "tide")[1]
        self.assertIn("a random sample of 2 of 6 occurrences in 3 articles", out)
        self.assertEqual(len(out.splitlines()), 3)
        samples = {json.dumps(lines("-n", "2", "--seed", str(n), "tide"))
                   for n in range(12)}
        self.assertGreater(len(samples), 3)
        err = run("concordance", "-n", "2", "-f", "jsonl", "tide")[2]
        self.assertIn("--all prints all", err)

    def test_each_occurrence_has_the_same_chance(self):
        seen = {}
        for seed in range(300):
            for line in lines("-n", "2", "--seed", str(seed), "tide"):
                key = line["id"], line["part"], line["start"]
                seen[key] = seen.get(key, 0) + 1
        self.assertEqual(sum(seen.values()), 600)
        for count in seen.values():  # 100 are expected; 4 deviations
            self.assertTrue(67 < count < 133, seen)

    def test_tables(self):
        out = run("concordance", "-f", "csv", "--all", "tide")[1]
        rows = list(csv.DictReader(io.StringIO(out)))
        self.assertEqual(len(rows), 6)
        self.assertEqual(rows[0]["match"], "Tide")

    def test_names(self):
        path = write("names.jsonl", json.dumps(
            {"id": "n", "person": ["Jan Leike"],
             "body": "Jan Leike spoke. Later Leike left."}) + "\n")
        index = os.path.join(program.WORK, "names.idx")
        self.assertEqual(run("index", "-q", "-d", index,
                             "--entities-only-given", path)[0], 0)
        got = lines("-d", index, "person:leike")
        self.assertEqual([c["match"] for c in got], ["Jan Leike", "Leike"])

    def test_what_is_wrong_is_said(self):
        self.assertEqual(run("concordance", "nosuchword")[0], 1)
        self.assertEqual(run("concordance", "source:Post")[:2],
                         (1, "0 occurrences in 0 articles\n"))
        for args in ([], ["--sort", "up", "tide"], ["--context", "1001", "tide"],
                     ["-n", "0", "tide"]):
            self.assertEqual(run("concordance", *args)[0], 2, args)
        status, _, err = run("concordance", 'tide "mill')
        self.assertEqual(status, 2)
        self.assertIn("^", err)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
