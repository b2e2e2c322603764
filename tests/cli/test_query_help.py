"""Help with queries: examples, suggestions, completion, mending, explanations.

  test_query_help.py NEWSHOUND SOURCE-FOLDER
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
WORK = os.path.abspath("query_help.work")
INDEX = os.path.join(WORK, "idx")


def run(*args):
    """(exit status, standard output, standard error)"""
    done = subprocess.run([PROGRAM, *args], capture_output=True, check=False,
                          env=dict(os.environ, NEWSHOUND_INDEX=INDEX))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def page(*args):
    status, out, err = run("search", "--format", "json", *args)
    assert status in (0, 1), err
    return json.loads(out)


def help_examples():
    _, out, _ = run("help", "query")
    language = out.split("\nFields\n")[0]
    return [line[2:32].rstrip() for line in language.splitlines()
            if line.startswith("  ")]


def man_examples():
    with open(os.path.join(SOURCE, "man", "newshound-query.7"),
              encoding="utf-8") as file:
        text = file.read().split(".SH RANKING")[0].split(".SH WORDS")[1]
    for line in text.splitlines():
        if not re.match(r"\.BR? ", line):
            continue
        macro, rest = line.split(" ", 1)
        rest = rest.replace("\\-", "-")
        if macro == ".BR":
            quoted = rest.replace(r"\(dq", "\1").replace(r"\(aq", "\2")
            parts = [p.replace("\1", '"').replace("\2", "'")
                     for p in shlex.split(quoted)[::2]]
        else:
            parts = [rest.replace(r"\(dq", '"').replace(r"\(aq", "'")]
        yield from (part.replace("\\e", "\\") for part in parts)


class Help(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        status, _, err = run("index", "-q",
                             os.path.join(SOURCE, "corpus", "samples"))
        assert status == 0, err

    def test_every_example_of_help_finds_something(self):
        examples = help_examples()
        self.assertGreater(len(examples), 25)
        for query in examples:
            status, out, err = run("search", "--count", "--", query)
            self.assertEqual((status, err), (0, ""), query)
            self.assertGreater(int(out), 0, query)

    def test_every_example_of_the_manual_is_a_query(self):
        examples = list(man_examples())
        self.assertGreater(len(examples), 60)
        for query in examples:
            status, _, err = run("search", "--count", "--", query)
            self.assertIn(status, (0, 1), query + err)
            self.assertEqual(err, "", query)

    def test_field_examples_of_help_are_queries(self):
        _, out, _ = run("help", "query")
        rows = out.split("\nFields\n")[1].split("\n\n")[0].splitlines()
        for row in rows:
            status, _, err = run("search", "--count", "--",
                                 row[2:32].rstrip())
            self.assertIn(status, (0, 1), row + err)

    def test_rare_words_that_are_like_common_ones_get_a_suggestion(self):
        lines = [{"id": str(n), "body": "the governor spoke of climate change",
                  "person": ["Hillary Clinton"]} for n in range(300)]
        lines += [{"id": "a", "body": "the govenor was ill",
                   "person": ["Hillary Clinten"]},
                  {"id": "b", "body": "no chnge is known"},
                  {"id": "c", "body": "a gavel fell"}]
        path = os.path.join(WORK, "rare.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
        index = os.path.join(WORK, "rare.idx")
        run("index", "-q", "--names", "given", "-d", index, path)
        for query, wanted in (
                ("govenor", "governor"), ("Govenor", "governor"),
                ("climte chnge", "climate change"),
                ("govenor climate", "governor climate"),
                ('person:"Hillary Clinten"', 'person:"hillary clinton"'),
                ("person:clinten", "person:clinton"),
                # A rare word that no common one is like stays.
                ("gavel", None), ("gavel chnge", "gavel change"),
                ("Gavel chnge", "Gavel change"),
                ("governor", None), ("ill", None)):
            status, out, _ = run("search", "-d", index, "--format", "json",
                                 query)
            self.assertEqual(json.loads(out)["suggestion"], wanted, query)

    def test_words_that_are_missing_get_a_suggestion(self):
        for query, wanted in (
                ("opnai saftey", "openai safety"),
                ("leikee", "leike"),
                ('"safety cultrue"', '"safety culture"'),
                ("person:Leikes safety", "person:leike safety"),
                ("title:safty OR kasparov", "title:safety OR kasparov"),
                ("openai -saftey", None),
                ("openai safety", None),
                ("zzzzzzzzzz", None)):
            self.assertEqual(page(query)["suggestion"], wanted, query)
        _, out, _ = run("search", "opnai saftey")
        self.assertIn("did you mean: openai safety ?", out)

    def test_a_suggestion_finds_something_as_a_whole(self):
        # "chess" is as near as "chest" would be; only the query tells.
        self.assertEqual(page("kasparov chesz")["suggestion"],
                         "kasparov chess")

    def test_completion(self):
        def complete(*args):
            status, out, err = run("complete", *args)
            self.assertEqual(err, "")
            self.assertEqual(status, 0 if out else 1)
            return [tuple(line.split("\t")) for line in out.splitlines()]
        self.assertEqual(complete("lei"),
                         [("leike", "9"), ('person:"Jan Leike"', "5")])
        self.assertEqual(complete("person:lei"), [('person:"Jan Leike"', "5")])
        self.assertEqual(complete('person:"jan l'),
                         [('person:"Jan Leike"', "5")])
        self.assertEqual(complete("topic:", "-n", "2"),
                         [('topic:"artificial intelligence"', "17"),
                          ("topic:safety", "8")])
        self.assertIn(("person:", "0"), complete("per"))
        self.assertEqual(complete("xyzzyx"), [])
        for text, count in complete("pe", "-n", "50"):
            if count != "0":
                status, out, _ = run("search", "--count", "--", text)
                self.assertGreater(int(out), 0, text)
        status, out, _ = run("complete", "--format", "json", "lei")
        self.assertEqual(json.loads(out)[0], {"text": "leike", "count": 9})

    def test_completion_counts_are_those_of_searches(self):
        for field in ("person", "org", "place", "topic", "source", "section"):
            _, out, _ = run("complete", "-n", "100", field + ":")
            for line in out.splitlines():
                text, count = line.split("\t")
                _, found, _ = run("search", "--count", "--", text)
                self.assertEqual(int(found), int(count), text)

    def test_lenient_queries_are_mended(self):
        for query, mended in (
                ('"safety culture', '"safety culture"'),
                ("(safety culture", "(safety culture)"),
                ("safety) culture", "safety culture"),
                ("safety AND", "safety "),
                ("OR safety", " safety"),
                ("safety AND OR culture", "safety AND  culture"),
                ("(safety AND ) culture", "(safety  ) culture"),
                ("safety () culture", "safety  culture"),
                ("persn:Leike", '"persn:Leike"'),
                ("https://example.org/x", '"https://example.org/x"'),
                ("person: Leike", "person:Leike"),
                ("safety person:", "safety "),
                ("safety date:2o24", "safety "),
                ("safety date:2024..2023", "safety "),
                ('safety person:""', "safety "),
                ("person:(Leike OR org:OpenAI)", "person:(Leike OR OpenAI)"),
                ("safety~3 culture", "safety culture"),
                ("safety NEAR/0 culture", "safety NEAR culture"),
                ("(safety culture) NEAR posts", "(safety culture) AND posts"),
                ("(safety -culture)/s", "(safety -culture)"),
                ("person:Lei*", "person:Lei"),
                ('safety ""', "safety ")):
            status, _, err = run("search", "--", query)
            self.assertEqual(status, 2, query)
            self.assertIn("^", err)
            self.assertEqual(page("--lenient", "--", mended)["notice"], None)
            got, wanted = page("--lenient", "--", query), page("--", mended)
            self.assertIn(f"searched for {mended} (", got["notice"])
            self.assertEqual([h["id"] for h in got["hits"]],
                             [h["id"] for h in wanted["hits"]], query)
        status, _, err = run("search", "--lenient", "--", "()")
        self.assertEqual(status, 2)

    def test_dates_are_echoed(self):
        got = page("--since", "2023", "leike", "date:2024-05..")["dates"]
        self.assertEqual(got, [
            {"offset": 6, "length": 14, "from": "2024-05-01", "to": None},
            {"offset": 0, "length": 0, "from": "2023-01-01", "to": None}])
        self.assertEqual(page("leike")["dates"], [])

    def test_explanations(self):
        _, out, err = run("search", "--explain", "leike -(org:Anthropic OR "
                          "xyzzy)", "-n", "1")
        self.assertIn("1 Safety lead", out)
        self.assertIn("query\nall of\n  word leike\n  not\n    any of\n"
                      "      filter org: with the word 'anthropic'\n", err)
        self.assertIn("plan\n(leik WITHOUT (", err)
        self.assertRegex(err, r"leike-resigns: [\d.]+ = [\d.]+ leik \(6 times, "
                         r"in 5 articles\)")

    def test_reasons(self):
        status, out, _ = run(
            "search", "--why-not", "leike-resigns", "--", '"culture safety" '
            '"safety xyzzy" date:2023 -leike (products NEAR/2 culture) '
            "(culture sad)/s openai person:Hinton =resigns kasparov")
        self.assertEqual(status, 1)
        reasons = [line.strip() for line in out.splitlines()[3::3]]
        self.assertEqual(reasons, [
            "the article has the words, not as a phrase",
            "the article does not have xyzzy",
            "the article is of 2024-05-17",
            "the article has this",
            "the article has both, not within 2 words",
            "the article has all of it, not in one sentence",
            "the article has Jan Leike; Ilya Sutskever; John Schulman; "
            "Sam Altman",
            "the article does not have exactly this",
            "no form of this word is in the article"])
        self.assertEqual(
            run("search", "--why-not", "leike-resigns", "leike")[:2],
            (0, "leike-resigns is found\n"))
        self.assertEqual(
            run("search", "--why-not", "leike-resigns", "--any", "leike",
                "kasparov")[0], 0)
        status, _, err = run("search", "--why-not", "nobody", "leike")
        self.assertEqual(status, 1)
        self.assertIn("nobody", err)
        status, out, _ = run("search", "--why-not", "leike-resigns",
                             "--format", "json", "--until", "2023", "leike")
        self.assertEqual(json.loads(out)["reasons"], [
            {"offset": 0, "length": 0, "text": "the article is of 2024-05-17"}])

    def test_what_does_not_go_together_is_refused(self):
        for args in (("--facet", "colour"), ("--group", "person,org"),
                     ("--facet", "person", "--format", "ids"),
                     ("--facet", "person", "--count"),
                     ("--recency", "soon"), ("--recency", "0d"),
                     ("--recency", "30d", "--sort", "newest"),
                     ("--facet-limit", "-1"), ("--group", "")):
            status, out, err = run("search", *args, "leike")
            self.assertEqual((status, out), (2, ""), args)
            self.assertNotEqual(err, "")


if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    unittest.main()
