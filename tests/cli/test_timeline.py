"""newshound timeline: text that fits, tables, charts, errors.

  test_timeline.py NEWSHOUND SOURCE-FOLDER
"""

import csv
import io
import json
import os
import shutil
import sys
import unittest
import xml.etree.ElementTree as ElementTree

import program
from program import run, write

DAYS = [("a", "2020-01-31", "Tide", "tide tide mill", "Gazette"),
        ("b", "2020-02-01", "", "tide, with a comma", "Gazette"),
        ("c", "2020-06-30", "Mill", "mill and tide", 'The "Post"'),
        ("d", "2021", "Mill", "the mill", 'The "Post"'),
        ("e", "", "Ferry", "a tide without a date", "Gazette")]


def setUpModule():
    shutil.rmtree(program.WORK, ignore_errors=True)
    os.makedirs(program.WORK)
    lines = [json.dumps({"id": i, "date": d, "title": t, "body": b,
                         "source": s}) for i, d, t, b, s in DAYS]
    status, _, err = run("index", write("days.jsonl", "\n".join(lines) + "\n"))
    assert status == 0, err


def table(*args):
    status, out, err = run("timeline", "--format", "csv", *args)
    assert status in (0, 1), err
    return list(csv.DictReader(io.StringIO(out)))


class Timeline(unittest.TestCase):
    def test_months_come_without_gaps(self):
        rows = table("--occurrences", "tide")
        self.assertEqual([(r["start"], r["articles"], r["occurrences"])
                          for r in rows],
                         [("2020-01", "1", "3"), ("2020-02", "1", "1"),
                          ("2020-03", "0", "0"), ("2020-04", "0", "0"),
                          ("2020-05", "0", "0"), ("2020-06", "1", "1")])
        self.assertEqual([r["all_words"] for r in rows],
                         ["4", "4", "0", "0", "0", "4"])

    def test_each_length_of_period(self):
        for by, starts in (
                ("year", ["2020", "2021"]),
                ("quarter", ["2020-01", "2020-04", "2020-07", "2020-10",
                             "2021-01"])):
            rows = table("--by", by, "tide OR mill")
            self.assertEqual([r["start"] for r in rows], starts)
        rows = table("--by", "week", "tide")
        self.assertEqual(rows[0]["start"], "2020-01-27")  # a Monday
        self.assertEqual(rows[0]["articles"], "2")
        self.assertEqual(len(table("--by", "day", "tide")), 152)

    def test_since_and_until_are_shown_without_matches(self):
        rows = table("--since", "2019-12", "--until", "2020-01", "tide")
        self.assertEqual([(r["start"], r["articles"]) for r in rows],
                         [("2019-12", "0"), ("2020-01", "1")])

    def test_all_queries_have_the_same_periods_in_one_table(self):
        rows = table("--by", "year", "tide", "mill")
        self.assertEqual([(r["query"], r["start"], r["articles"], r["share"])
                          for r in rows],
                         [("tide", "2020", "3", "1"), ("tide", "2021", "0", "0"),
                          ("mill", "2020", "2", "0.666666667"),
                          ("mill", "2021", "1", "1")])

    def test_values_of_a_field(self):
        rows = table("--by", "year", "--by-field", "source", "tide")
        self.assertEqual([(r["source"], r["articles"], r["all_articles"])
                          for r in rows],
                         [("Gazette", "2", "2"), ('The "Post"', "1", "1")])
        rows = table("--by", "year", "--by-field", "source", "--field-limit",
                     "1", "tide", "mill")
        self.assertEqual(sorted({(r["query"], r["source"]) for r in rows}),
                         [("mill", 'The "Post"'), ("tide", "Gazette")])

    def test_undated_matches_are_said(self):
        out = run("timeline", "tide")[1]
        self.assertIn("1 of 4 articles without a date: tide", out)
        series = json.loads(run("timeline", "--format", "json", "tide")[1])
        self.assertEqual((series["series"][0]["articles"],
                          series["series"][0]["undated"]), (4, 1))

    def test_text_fits_the_width(self):
        for by in ("month", "quarter", "year"):
            for queries in (["tide"], ["tide", "mill"],
                            ["tide", "mill", "ferry", "tide OR mill", "*"]):
                out = run("timeline", "--by", by, *queries)[1]
                for line in out.splitlines():
                    self.assertLessEqual(len(line), 80, line)
                for query in queries:
                    self.assertIn(query + " (", out)

    def test_bars_are_as_long_as_their_numbers(self):
        lines = run("timeline", "--by", "year", "tide OR mill")[1].splitlines()
        whole = [line.count("\u2588") for line in lines[1:3]]
        self.assertGreater(whole[0], 50)
        self.assertAlmostEqual(whole[1], whole[0] / 3, delta=1)

    def test_a_chart_is_xml(self):
        for queries in (["tide"], ["tide", '"tide" OR a<b&c>']):
            status, out, err = run("timeline", "--format", "svg", *queries)
            self.assertEqual((status, err), (0, ""))
            root = ElementTree.fromstring(out)
            self.assertTrue(root.tag.endswith("}svg"))
        self.assertIn('"tide" OR a<b&c>', "".join(root.itertext()))

    def test_nothing_found(self):
        for kind in ("text", "json", "csv", "svg"):
            status, out, err = run("timeline", "--format", kind, "nosuchword")
            self.assertEqual((status, err), (1, ""), kind)

    def test_what_is_wrong_is_said(self):
        status, out, err = run("timeline", "tide", '"mill')
        self.assertEqual((status, out), (2, ""))
        self.assertIn('  "mill\n  ^', err)
        for args in ([], ["--by", "decade", "tide"],
                     ["--by-field", "month", "tide"],
                     ["--by-field", "source,topic", "tide"],
                     ["--since", "then", "tide"], ["tide"] * 65):
            self.assertEqual(run("timeline", *args)[0], 2, args)
        status, _, err = run("timeline", "--by", "day", "--since", "0001",
                             "--until", "9999", "tide", "mill")
        self.assertEqual(status, 2)
        self.assertIn("take longer periods", err)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
