"""The program as its users call it: test_cli.py NEWSHOUND SOURCE-FOLDER"""

import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
WORK = os.path.abspath("cli.work")
SAMPLES = os.path.join(SOURCE, "corpus", "samples")


def run(*args, stdin=None, env=None):
    """(exit status, standard output, standard error)"""
    environment = dict(os.environ, NEWSHOUND_INDEX=os.path.join(WORK, "idx"))
    environment.update(env or {})
    done = subprocess.run([PROGRAM, *args], input=stdin, capture_output=True,
                          cwd=WORK, env=environment, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def search(*args):
    status, out, err = run("search", "--format", "ids", *args)
    assert status in (0, 1), err
    return out.split()


class Cli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        status, out, err = run("index", SAMPLES)
        assert status == 0, err
        assert out.startswith("45 added, 0 replaced, 0 unchanged, 0 skipped")

    def test_sample_questions_have_their_answers(self):
        self.assertEqual(set(search("person:Leike")), {
            "leike-resigns", "sutskever-leaves", "leike-anthropic",
            "superalignment-launch", "schulman-leaves"})
        self.assertEqual(set(search("person:Altman org:OpenAI safety")),
                         {"openai-safety-committee", "leike-resigns"})
        self.assertEqual(search('"safety culture"'), ["leike-resigns"])
        self.assertEqual(search("AT&T"), ["WIRE840101-0001"])
        self.assertEqual(search("O'Neill's"), ["WIRE940106-0001"])
        self.assertEqual(search("原子力"), ["text/fukushima.txt"])
        self.assertEqual(search('person:"Jan Leike" date:2023'),
                         ["superalignment-launch"])
        self.assertEqual(search("francois -tunnel"), ["text/higgs.txt"])

    def test_inspect_shows_what_index_would_take(self):
        self.write("inspect/feed.xml", "<rss><channel><title>Feed</title><item>"
                   "<title>One</title><guid>f1</guid></item><item/></channel>"
                   "</rss>")
        self.write("inspect/list.json", '[{"id": "j1", "title": "Two"}]')
        self.write("inspect/other.xml", "<?xml version='1.0'?><catalog/>")
        status, out, err = run("inspect", "inspect")
        self.assertEqual(status, 0)
        self.assertEqual([json.loads(x) for x in out.splitlines()], [
            {"id": "f1", "title": "One", "source": "Feed", "body": ""},
            {"id": "j1", "title": "Two", "body": ""}])
        self.assertIn("feed.xml at byte 79: the article has neither", err)
        self.assertIn("<catalog> is not a format that is known", err)
        self.assertIn("feed       1 article, 0 with a date, 0.0 MB of text; "
                      "1 skipped\n", err)
        status, out, _ = run("inspect", "-q", "inspect/other.xml")
        self.assertEqual((status, out), (1, ""))
        self.assertEqual(run("inspect")[0], 2)
        self.assertEqual(run("inspect", "--format", "none", "x")[0], 2)
        self.assertEqual(run("inspect", "inspect/missing")[0], 4)
        # And index takes the same.
        status, out, _ = run("index", "-d", "inspect.idx", "inspect")
        self.assertTrue(out.startswith("2 added, 0 replaced, 0 unchanged, 2 "
                                       "skipped"), out)

    def test_copies_are_shown_once(self):
        story = " ".join(f"harbour crane ferry word{n} pier" for n in range(40))
        lines = [
            {"id": "wire", "title": "Crane falls", "body": story,
             "date": "2024-03-02", "source": "wire"},
            {"id": "daily", "title": "Crane in harbour", "body":
             story.upper() + ".", "date": "2024-03-03", "source": "daily"},
            {"id": "first", "title": "Crane falls", "body":
             story + " More to follow.", "date": "2024-03-01"},
            {"id": "undated", "body": story.replace(" ", "  ")},
            {"id": "other", "body": "A crane flew over the ferry and the pier "
             "of another harbour.", "date": "2024-03-05"},
            {"id": "stub", "title": "One", "body": "Full text follows."},
            {"id": "stub2", "title": "Two", "body": "Full text follows."},
            {"id": "empty", "title": "", "body": ""}]
        run("index", "-d", "copies.idx", "-",
            stdin="".join(json.dumps(x) + "\n" for x in lines).encode())

        def ids(*args):
            status, out, err = run("search", "-d", "copies.idx", "--format",
                                   "ids", "--all", *args)
            self.assertIn(status, (0, 1), err)
            return out.split()

        story_ids = {"wire", "daily", "first", "undated"}
        for ident in story_ids:
            self.assertEqual(set(ids("copies:" + ident)), story_ids)
        self.assertEqual(ids("copies:stub"), ["stub"])
        self.assertEqual(ids("copies:empty"), ["empty"])
        self.assertEqual(set(ids("crane -copies:wire")), {"other"})
        self.assertEqual(len(ids("crane")), 5)
        self.assertEqual(set(ids("crane", "--collapse")), {"first", "other"})
        # The earliest of those that match.
        self.assertEqual(ids("crane source:*", "--collapse"), ["wire"])
        self.assertEqual(ids("copies:wire", "--collapse", "--sort", "oldest"),
                         ["first", "wire", "daily", "undated"])
        status, out, _ = run("search", "-d", "copies.idx", "crane")
        self.assertEqual(status, 0)
        self.assertIn("[first]  and 3 copies\n", out)
        self.assertIn("5 articles, the first 2 shown", out)
        self.assertNotIn("[wire]", out)
        _, out, _ = run("search", "-d", "copies.idx", "crane source:*")
        self.assertIn("[wire]  and 1 copy\n", out)
        _, out, _ = run("search", "-d", "copies.idx", "--copies", "crane")
        self.assertIn("[wire]\n", out)
        self.assertNotIn("cop", out)
        _, out, _ = run("search", "-d", "copies.idx", "--format", "json",
                        "--collapse", "--facet", "day", "crane")
        page = json.loads(out)
        self.assertEqual(page["total"], 5)
        self.assertEqual(page["facets"]["day"]["articles"], 4)
        self.assertEqual({h["id"]: h.get("copies") for h in page["hits"]}, {
            "first": ["wire", "daily", "undated"], "other": None})
        self.assertEqual([h["rank"] for h in page["hits"]], [1, 2])
        _, out, _ = run("search", "-d", "copies.idx", "copies:nobody")
        self.assertIn("there is no article 'nobody'", out)
        status, _, err = run("search", "-d", "copies.idx", "copies:*")
        self.assertEqual(status, 2)
        self.assertIn("copies: wants the id of an article", err)
        for args in (("--collapse", "--copies"), ("--collapse", "--count"),
                     ("--collapse", "--group", "day")):
            self.assertEqual(run("search", *args, "crane")[0], 2)

    def test_filters_alone_give_the_newest_first(self):
        self.assertEqual(search("section:science", "-n", "2"),
                         ["nobel-chemistry-2024", "nobel-physics-2024"])
        self.assertEqual(search("section:science", "--sort", "oldest", "-n",
                                "1"), ["deep-blue-kasparov"])
        self.assertEqual(search("section:science", "--since", "1997",
                                "--until", "1997-12"), ["deep-blue-kasparov"])

    def test_pages_join_up(self):
        everything = search("NOT xyzzy", "--all")
        self.assertEqual(len(everything), 45)
        pages = []
        for offset in range(0, 50, 7):
            pages += search("NOT xyzzy", "-n", "7", "--offset", str(offset))
        self.assertEqual(pages, everything)
        status, out, _ = run("search", "--count", "NOT xyzzy")
        self.assertEqual((status, out), (0, "45\n"))

    def test_json_says_what_it_found(self):
        status, out, _ = run("search", "--format", "json", "person:Leike",
                             "safety")
        self.assertEqual(status, 0)
        page = json.loads(out)
        self.assertEqual(page["version"], 1)
        self.assertEqual(page["query"], "person:Leike safety")
        self.assertEqual((page["total"], page["exact"]), (1, True))
        self.assertIsNone(page["notice"])
        hit = page["hits"][0]
        self.assertEqual(hit["id"], "leike-resigns")
        self.assertEqual(hit["date"], "2024-05-17")
        self.assertIn("Jan Leike", hit["person"])
        text = hit["snippet"]["text"]
        marked = [text[a:b] for a, b in hit["snippet"]["highlights"]]
        self.assertIn("safety", marked)
        lines = run("search", "--format", "jsonl", "openai")[1].splitlines()
        self.assertEqual([json.loads(l)["rank"] for l in lines],
                         list(range(1, len(lines) + 1)))

    def test_the_fall_back_is_announced_and_can_be_turned_off(self):
        query = ["comet", "kasparov"]
        status, out, _ = run("search", *query)
        self.assertEqual(status, 0)
        self.assertIn("no article has all the words", out)
        status, out, _ = run("search", "--format", "json", *query)
        self.assertIn("any of them", json.loads(out)["notice"])
        self.assertEqual(run("search", "--all-words", *query)[0], 1)
        self.assertEqual(search(*query), [])
        self.assertEqual(set(search("--any", *query)),
                         {"text/philae.txt", "deep-blue-kasparov"})
        # Filters stay required.
        self.assertEqual(search("--any", *query, "section:science"),
                         ["deep-blue-kasparov"])
        self.assertEqual(search("--any", "comet", "+kasparov", "ibm"),
                         ["deep-blue-kasparov"])

    def test_other_formats(self):
        out = run("search", "--format", "trec", "kasparov")[1]
        fields = out.split()
        self.assertEqual([fields[i] for i in (0, 1, 2, 3, 5)],
                         ["1", "Q0", "deep-blue-kasparov", "1", "newshound"])
        out = run("search", "--format", "tsv", "kasparov")[1]
        self.assertEqual(out.rstrip("\n").split("\t")[2:],
                         ["deep-blue-kasparov", "1997-05-11",
                          "newshound samples", "Deep Blue defeats Garry "
                          "Kasparov"])

    def test_exit_statuses(self):
        self.assertEqual(run("search", "kasparov")[0], 0)
        self.assertEqual(run("search", "xyzzy")[0], 1)
        self.assertEqual(run("search", "persn:x")[0], 2)
        self.assertEqual(run("search", "--nosuch", "x")[0], 2)
        self.assertEqual(run("search")[0], 2)
        self.assertEqual(run("nosuch")[0], 2)
        self.assertEqual(run("search", "-d", "none.idx", "x")[0], 3)
        self.assertEqual(run("index", "no-such-file")[0], 4)
        self.assertEqual(run("index")[0], 2)
        self.assertEqual(run("index", "--format", "list")[0], 0)

    def test_explain_shows_the_query_as_it_is_run(self):
        _, out, err = run("search", "--explain", "person:Leike OR title:wall")
        self.assertIn("XPWleike", err)
        self.assertIn("Swall", err)
        self.assertNotIn("XPW", out)

    def test_errors_point_at_the_place(self):
        _, _, err = run("search", "safety persn:Leike")
        self.assertIn("\n  safety persn:Leike\n         ^~~~~~\n", err)
        self.assertIn("did you mean person: ?", err)
        _, _, err = run("search", "openai", "-altman")
        self.assertIn("unknown option '-altman'", err)
        for word in ("-nixon", "-stocks", "-fed"):
            status, _, err = run("search", "openai", word)
            self.assertEqual(status, 2)
            self.assertIn("'openai -altman'", err)
        self.assertIn("'openai -altman'", err)
        _, _, err = run("search", "a NEAR/3 (b c)")
        self.assertIn("\n  a NEAR/3 (b c)\n            ^~~\n", err)

    def test_places(self):
        self.assertEqual(search("safety ONEAR/1 culture"), ["leike-resigns"])
        self.assertEqual(search("culture ONEAR/1 safety"), [])
        self.assertEqual(search('person:Leike NEAR/12 "safety culture"'),
                         ["leike-resigns"])
        self.assertEqual(search("person:Altman NEAR/2 culture"), [])
        self.assertIn("leike-resigns", search("(safety culture products)/s"))
        self.assertEqual(search("(culture backseat xyzzy)/p"), [])

    def test_wildcards_and_fuzzy_words_mean_word_forms(self):
        texts = {"one": "He resigned. They behave.", "two": "She resigns now.",
                 "three": "Schulman spoke of resignation.",
                 "four": "Schulmann's behavior; behaviour too.",
                 "five": "Shculman again."}
        text = "".join(json.dumps({"id": i, "title": i, "body": t}) + "\n"
                       for i, t in texts.items())
        run("index", "-q", "-d", "forms.idx", "-", stdin=text.encode())
        def found(*query):
            return sorted(search("-d", "forms.idx", "--all", *query))
        self.assertEqual(found("resign*"), ["one", "three", "two"])
        self.assertEqual(found("resigne?"), ["one"])
        self.assertEqual(found("*IGNS"), ["two"])
        self.assertEqual(found("behavi*r"), ["four"])
        self.assertEqual(found("behavio?r"), ["four"])
        self.assertEqual(found("resigned"), ["one", "three", "two"])
        self.assertEqual(found("schulman~"), ["five", "four", "three"])
        self.assertEqual(found("Schulmen~"), ["three"])
        self.assertEqual(found("Schulmen~2"), ["five", "four", "three"])
        self.assertEqual(found("title:t*"), ["three", "two"])
        self.assertEqual(found("resign* -resigns*"), ["one", "three"])
        self.assertEqual(found("*ed ONEAR/2 b*"), ["one"])
        self.assertEqual(found("(resign* now)/s"), ["two"])
        status, out, err = run("search", "-d", "forms.idx", "xyz*")
        self.assertEqual(status, 1)
        self.assertIn("the index has no word like 'xyz*'\n", out)
        status, out, err = run("search", "-d", "forms.idx", "--expand", "2",
                               "now resign*")
        self.assertEqual(status, 2)
        self.assertIn("more than 2 words", err)
        self.assertIn("\n  now resign*\n      ^~~~~~~\n", err)
        self.assertIn("more of its letters", err)
        self.assertEqual(found("--expand", "3", "resign*"),
                         ["one", "three", "two"])
        self.assertEqual(found("--expand", "3", " OR ".join(["resign*"] * 5)),
                         ["one", "three", "two"])
        status, _, err = run("search", "-d", "forms.idx", "--expand", "3",
                             " OR ".join(["resign*"] * 17))
        self.assertEqual(status, 2)
        self.assertIn("more than 48 words of the index together", err)
        page = json.loads(run("search", "-d", "forms.idx", "--format", "json",
                              "behavi* schulmen~2")[1])
        snippet = page["hits"][0]["snippet"]
        marked = [snippet["text"][a:b] for a, b in snippet["highlights"]]
        self.assertEqual(marked, ["Schulmann", "behavior", "behaviour"])

    def test_batches(self):
        lines = "1\tkasparov\n2\tpersn:x\n3\tperson:Leike\nnotab\n"
        with open(os.path.join(WORK, "q.tsv"), "w", encoding="utf-8") as f:
            f.write(lines)
        status, out, err = run("search", "--queries", "q.tsv", "--format",
                               "ids")
        self.assertEqual(status, 2)
        rows = [l.split("\t") for l in out.splitlines()]
        self.assertEqual(rows[0], ["1", "deep-blue-kasparov"])
        self.assertEqual([r[0] for r in rows].count("3"), 5)
        self.assertIn("in line 2 of q.tsv", err)
        self.assertIn("in line 4 of q.tsv", err)
        status, out, _ = run("search", "--queries", "-", "--format", "json",
                             stdin=b"a\tkasparov\nb\txyzzy\n")
        self.assertEqual(status, 0)
        pages = [json.loads(l) for l in out.splitlines()]
        self.assertEqual([p["qid"] for p in pages], ["a", "b"])
        self.assertEqual(pages[1]["hits"], [])

    def test_show_prints_the_whole_article(self):
        status, out, _ = run("show", "text/dolly.txt")
        self.assertEqual(status, 0)
        self.assertIn("The method worked\nonce in 277 attempts.", out)
        status, out, _ = run("show", "--format", "json", "leike-resigns")
        self.assertIn("Leike wrote that", json.loads(out)["body"])
        self.assertEqual(run("show", "nosuch")[0], 1)

    def test_export_indexes_again_to_the_same(self):
        status, first, _ = run("export")
        self.assertEqual(status, 0)
        self.assertEqual(len(first.splitlines()), 45)
        status, out, err = run("index", "-d", "again.idx", "-",
                               stdin=first.encode())
        self.assertTrue(out.startswith("45 added"), err)
        self.assertEqual(run("export", "-d", "again.idx")[1], first)
        status, out, _ = run("index", "-", stdin=first.encode())
        self.assertTrue(out.startswith("0 added, 0 replaced, 45 unchanged"))

    def test_long_pages_come_out_whole(self):
        text = "".join(json.dumps({"id": f"n{n}", "body": "word " * 60}) + "\n"
                       for n in range(4000)).encode()
        text += b'{"id":"empty","title":"","body":""}\n'
        out = run("index", "-d", "long.idx", "-", stdin=text)[1]
        self.assertTrue(out.startswith("4001 added"))
        expected = [f"n{n}" for n in range(4000)]
        page = json.loads(run("search", "-d", "long.idx", "--all", "--format",
                              "json", "word")[1])
        self.assertEqual([h["id"] for h in page["hits"]], expected)
        lines = run("search", "-d", "long.idx", "--all", "--format", "jsonl",
                    "word")[1].splitlines()
        self.assertEqual([json.loads(l)["id"] for l in lines], expected)
        self.assertEqual(run("search", "-d", "long.idx", "--all", "--format",
                             "ids", "word")[1].split(), expected)
        exported = run("export", "-d", "long.idx")[1]
        out = run("index", "-d", "long.idx", "-", stdin=exported.encode())[1]
        self.assertTrue(out.startswith("0 added, 0 replaced, 4001 unchanged"))

    def test_merging_changes_nothing_that_can_be_seen(self):
        rand, final = random.Random(8), {}
        words = [f"w{n}" for n in range(300)] + ["Zyzzyva", "naïve", "京都"]
        for number in range(40):
            batch = {}
            for _ in range(30):
                ident = f"a{rand.randrange(600)}"
                batch[ident] = {
                    "id": ident, "title": " ".join(rand.choices(words, k=4)),
                    "date": f"20{rand.randrange(10, 25)}-05-17",
                    "source": rand.choice(["one", "two"]),
                    "person": [f"Jan W{rand.randrange(5)}"],
                    "body": " ".join(rand.choices(words, k=60)) + ".\n"}
            final.update(batch)
            text = "".join(json.dumps(a) + "\n" for a in batch.values())
            builder = ("bulk", "api")[number % 2]
            status, _, err = run("index", "-q", "-d", "merge.idx", "--builder",
                                 builder, "-", stdin=text.encode())
            self.assertEqual(status, 0, err)
        segments = int(re.search(r"segments +(\d+)",
                                 run("stats", "-d", "merge.idx")[1]).group(1))
        self.assertLess(segments, 16)
        whole = "".join(json.dumps(a) + "\n" for a in final.values())
        run("index", "-q", "-d", "whole.idx", "-", stdin=whole.encode())

        def exported(index):
            lines = run("export", "-d", index)[1].splitlines()
            return sorted(lines)

        def answers(index, *options):
            queries = ("w1 w2", "w1 OR w2 OR zyzzyva", '"w3 w4" OR 京都',
                       "source:one -w5", "person:W1 naive",
                       "person:W2 NEAR/20 w1*",
                       "date:2014..2016 w7", "title:w9", "w1?0 zyz*a",
                       "title:w2?", "w29~ -source:two")
            return [run("search", "-d", index, "--all", *options, q)[1]
                    for q in queries]

        def ids(index):
            return [sorted(a.split()) for a in answers(index, "--format", "ids")]

        self.assertEqual(exported("merge.idx"), exported("whole.idx"))
        self.assertEqual(ids("merge.idx"), ids("whole.idx"))
        before = ids("merge.idx")
        self.assertGreater(min(map(len, before)), 0)
        status, out, err = run("merge", "-d", "merge.idx")
        self.assertEqual(status, 0, err)
        self.assertEqual(ids("merge.idx"), before)
        self.assertEqual(exported("merge.idx"), exported("whole.idx"))
        out = run("stats", "-d", "merge.idx")[1]
        self.assertRegex(out, r"segments +1\n")
        self.assertRegex(out, r"tombstoned +0\n")
        self.assertEqual(run("search", "-d", "merge.idx", "--verify",
                             "w1")[0], 0)
        # Without tombstones the statistics are those of a fresh index.
        def scores(index):
            rows = [l.split() for l in answers(index, "--format", "trec")[1]
                    .splitlines()]
            return sorted((r[2], r[4]) for r in rows)
        self.assertEqual(scores("merge.idx"), scores("whole.idx"))
        def vocabulary(index):
            (path,) = glob.glob(os.path.join(WORK, index, "*", "words"))
            with open(path, "rb") as f:
                return f.read()
        self.assertEqual(vocabulary("merge.idx"), vocabulary("whole.idx"))
        self.assertEqual(run("merge", "-d", "none.idx")[0], 3)

    def test_stats_and_help(self):
        status, out, _ = run("stats")
        self.assertEqual(status, 0)
        self.assertIn("articles                         45", out)
        for command in ("index", "search", "show", "stats", "export", "merge",
                        "tag", "entities"):
            status, out, _ = run(command, "--help")
            self.assertEqual(status, 0)
            self.assertLess(len(out.splitlines()), 40)
            self.assertEqual(run("help", command)[1], out)
        self.assertEqual(run("--version")[0], 0)
        self.assertEqual(run()[0], 2)

    def test_bad_records_are_skipped_or_stop(self):
        text = b'{"id":"x1","body":"fine"}\n{bad\n{"id":"x2","body":"too"}\n'
        status, out, err = run("index", "-d", "bad.idx", "-", stdin=text)
        self.assertEqual(status, 0)
        self.assertIn("2 added, 0 replaced, 0 unchanged, 1 skipped", out)
        self.assertIn("skipped - at byte 27", err)
        status, out, err = run("index", "-d", "strict.idx", "--strict", "-",
                               stdin=text)
        self.assertEqual(status, 4)
        self.assertEqual(run("search", "-d", "strict.idx", "fine")[0], 1)

    def test_collections_and_maps(self):
        text = b'{"nr":1,"h":"T","t":"mapped words"}\n'
        status, _, err = run("index", "-d", "map.idx", "--collection", "c",
                             "--map", "id=nr,title=h,body=t", "-", stdin=text)
        self.assertEqual(status, 0, err)
        self.assertEqual(search("-d", "map.idx", "mapped"), ["c:1"])
        self.assertEqual(run("index", "--map", "bogus", "-")[0], 2)

    def test_charsets(self):
        text = "<DOC><DOCNO>k</DOCNO><TEXT>\u043c\u0438\u0440</TEXT></DOC>"
        status, _, err = run("index", "-d", "koi.idx", "--charset", "koi8-r",
                             "-", stdin=text.encode("koi8-r"))
        self.assertEqual(status, 0, err)
        self.assertEqual(search("-d", "koi.idx", "\u043c\u0438\u0440"), ["k"])
        run("index", "-d", "win.idx", "-", stdin="caf\xe9".encode("cp1252"))
        self.assertEqual(len(search("-d", "win.idx", "caf\xe9")), 1)
        self.assertEqual(run("index", "--charset", "nosuch", "-")[0], 2)

    def test_nothing_reaches_the_terminal_but_text(self):
        text = json.dumps({"id": "e", "title": "a\u001b[31mb\u009bc\nd",
                           "body": "x\u001b]0;t\u0007y"}).encode()
        run("index", "-d", "esc.idx", "-", stdin=text)
        for out in (run("search", "-d", "esc.idx", "b OR x OR y")[1],
                    run("show", "-d", "esc.idx", "e")[1]):
            self.assertNotIn("\u001b", out)
            self.assertNotIn("\u009b", out)
            self.assertNotIn("\u0007", out)

    def many(self, path, count=400):
        """Articles with words that are in most of them."""
        rand = random.Random(8)
        with open(os.path.join(WORK, path), "w", encoding="utf-8") as file:
            for n in range(count):
                words = rand.choices(["harbour", "mill", "tide", "ferry",
                                      f"rare{n % 50}"], k=rand.randint(2, 20))
                file.write(json.dumps({
                    "id": str(n), "title": words[0], "body": " ".join(words),
                    "person": ["Jan Leike"] * (n % 3 > 0),
                    "topic": ["ships"]}) + "\n")

    def test_threads_change_nothing(self):
        self.many("threads.jsonl")
        run("index", "-q", "-d", "threads.idx", "threads.jsonl")
        for query in ("tide", "tide OR rare7", "ferry mill",
                      '"ferry tide" OR rare3', "person:Leike", "topic:ships",
                      "NOT tide", "harbour -ferry topic:ships"):
            alone = run("search", "-d", "threads.idx", "--format", "trec",
                        "-n", "30", "--threads", "1", query)
            self.assertEqual(alone[0], 0, query)
            for threads in ("2", "5", "16"):
                self.assertEqual(
                    run("search", "-d", "threads.idx", "--format", "trec",
                        "-n", "30", "--threads", threads, query), alone)
                for option in ("--count", "--all"):
                    self.assertEqual(
                        run("search", "-d", "threads.idx", "--format", "ids",
                            option, "--threads", threads, query),
                        run("search", "-d", "threads.idx", "--format", "ids",
                            option, query))
        self.assertEqual(run("search", "--threads", "99", "x")[0], 2)

    def test_batches_keep_their_order_in_threads(self):
        with open(os.path.join(WORK, "many.tsv"), "w",
                  encoding="utf-8") as file:
            for n in range(300):
                query = "(" if n % 50 == 7 else "no tab" if n == 11 else \
                    random.Random(n).choice(["openai", "leike", "nobel", "zz"])
                file.write(("" if n == 11 else f"{n}\t") + query + "\n")
        alone = run("search", "--format", "ids", "--queries", "many.tsv")
        self.assertEqual(alone[0], 2)
        self.assertIn("in line 12 of many.tsv", alone[2])
        self.assertEqual(run("search", "--format", "ids", "--threads", "4",
                             "--queries", "many.tsv"), alone)

    def test_xapians_tools_find_long_lists_where_they_are_asked_to(self):
        self.many("lists.jsonl")
        delve = shutil.which("xapian-delve")
        if not delve:
            self.skipTest("there is no xapian-delve")
        def found(index, term):
            out = subprocess.run([delve, "-t", term, "-1", index], cwd=WORK,
                                 capture_output=True, check=False).stdout
            return len(out.decode().splitlines()) - 1
        run("index", "-q", "-d", "few.idx", "lists.jsonl")
        run("index", "-q", "--xapian-lists", "-d", "all.idx", "lists.jsonl")
        self.assertEqual(found("all.idx", "Kships"), 400)
        self.assertEqual(found("few.idx", "Kships"), 0)
        self.assertGreater(found("few.idx", "rare7"), 0)
        status, _, err = run("index", "-d", "few.idx", "--xapian-lists",
                             "lists.jsonl")
        self.assertEqual(status, 2, err)
        self.assertIn("--xapian-lists", err)
        for query in ("tide", "topic:ships rare7"):
            self.assertEqual(search("-d", "few.idx", "--all", query),
                             search("-d", "all.idx", "--all", query))
        # Later runs and merges keep to it.
        self.many("more.jsonl", 900)
        run("index", "-q", "--no-merge", "-d", "all.idx", "more.jsonl")
        self.assertRegex(run("stats", "-d", "all.idx")[1], r"segments +2\n")
        self.assertEqual(run("merge", "-d", "all.idx")[0], 0)
        self.assertEqual(found("all.idx", "Kships"), 900)

    def test_an_id_that_comes_again_and_again_is_one_article(self):
        text = "".join(f'{{"id":"same","body":"version {n}"}}\n'
                       for n in range(500)).encode()
        status, out, _ = run("index", "-d", "same.idx", "-", stdin=text)
        self.assertIn("1 added, 499 replaced", out)
        self.assertEqual(search("-d", "same.idx", "version"), ["same"])
        status, out, _ = run("index", "-d", "same.idx", "-",
                             stdin=b'{"id":"same","body":"version 500"}\n')
        self.assertEqual(status, 0)
        self.assertIn("0 added, 1 replaced", out)
        self.assertEqual(search("-d", "same.idx", "--all", "version"),
                         ["same"])

    def test_export_for_opensearch(self):
        lines = run("export", "--format", "opensearch")[1].splitlines()
        self.assertEqual(len(lines), 90)
        mapping = json.loads(run("export", "--format", "mapping")[1])
        fields = mapping["mappings"]["properties"]
        self.assertEqual(fields["person"]["type"], "keyword")
        self.assertEqual(fields["date"]["type"], "date")
        plain = run("export")[1].splitlines()
        for action, source, line in zip(lines[::2], lines[1::2], plain):
            self.assertEqual(source, line)
            article = json.loads(source)
            self.assertEqual(json.loads(action), {"index": {"_id": article["id"]}})
            self.assertLessEqual(set(article), set(fields))
        self.assertEqual(run("export", "--format", "xml")[0], 2)

    def write(self, name, text):
        path = os.path.join(WORK, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_what_has_not_changed_is_not_read_again(self):
        index = ["-d", "unread.idx"]
        path = self.write("again/a.txt", "A title\n\nold words\n")
        os.utime(path, (1e9, 1e9))
        self.write("again/b.jsonl", '{"id":"b","body":"other words"}\n')
        self.assertIn("2 added", run("index", *index, "again")[1])
        # With the same size and time it passes for the same file.
        self.write("again/a.txt", "A title\n\nnew words\n")
        os.utime(path, (1e9, 1e9))
        self.assertIn("0 added, 0 replaced, 2 unchanged",
                      run("index", *index, "again")[1])
        self.assertEqual(search(*index, "new"), [])
        self.assertIn("1 replaced", run("index", *index, "--again", "again")[1])
        self.assertEqual(search(*index, "new"), ["a.txt"])
        # Only touched: the contents decide, and are then known by time.
        os.utime(path, (1e9 + 5, 1e9 + 5))
        self.assertIn("0 replaced, 2 unchanged",
                      run("index", *index, "again")[1])
        # Other options may mean other articles, another collection does: what
        # is in one is not gone from the other.
        self.assertIn("2 added", run("index", *index, "-c", "x", "again")[1])
        self.assertNotIn("deleted", run("index", *index, "--prune", "again")[1])
        self.assertIn("2 unchanged", run("index", *index, "again")[1])
        os.remove(path)
        self.assertIn("2 deleted", run("index", *index, "--prune", "again")[1])
        self.assertEqual(set(search(*index, "words")), {"b", "x:b"})

    def test_prune_drops_what_is_gone(self):
        index = ["-d", "prune.idx"]
        self.write("prune/a.jsonl", '{"id":"a","body":"one"}\n'
                   '{"id":"both","body":"two"}\n{"id":"c","body":"three"}\n')
        self.write("prune/b.jsonl", '{"id":"both","body":"two"}\n')
        self.write("apart/d.txt", "other")
        run("index", "-q", *index, "prune", "apart")
        self.write("prune/a.jsonl", '{"id":"a","body":"one"}\n')
        run("index", "-q", *index, "prune")
        self.assertEqual(search(*index, "three"), ["c"])
        self.assertIn("1 deleted", run("index", *index, "--prune", "prune")[1])
        self.assertEqual(search(*index, "one OR two OR three"), ["a", "both"])
        shutil.rmtree(os.path.join(WORK, "prune"))
        status, _, err = run("index", *index, "prune")
        self.assertEqual(status, 4, err)
        self.assertIn("2 deleted", run("index", *index, "--prune", "prune")[1])
        self.assertEqual(search(*index, "one OR two OR other"), ["d.txt"])

    def test_delete_takes_queries_and_ids(self):
        index = ["-d", "delete.idx"]
        text = "".join(f'{{"id":"d{n}","body":"word{n} all"}}\n'
                       for n in range(5)).encode()
        run("index", "-q", *index, "-", stdin=text)
        self.assertEqual(run("delete", *index, "-n", "word1 OR word2")[:2],
                         (0, "d1\nd2\n"))
        self.assertEqual(len(search(*index, "all")), 5)
        self.assertEqual(run("delete", *index, "word1 OR word2")[:2],
                         (0, "2 deleted\n"))
        self.assertEqual(run("delete", *index, "word1")[:2],
                         (1, "0 deleted\n"))
        status, out, err = run("delete", *index, "--id", "d3", "nobody")
        self.assertEqual((status, out), (0, "1 deleted\n"))
        self.assertIn("no article 'nobody'", err)
        self.assertEqual(set(search(*index, "all")), {"d0", "d4"})
        status, _, err = run("delete", *index, "persn:x")
        self.assertEqual(status, 2)
        self.assertIn("  persn:x\n  ^~~~~~\n", err)
        self.assertEqual(run("delete", *index)[0], 2)
        self.assertEqual(run("delete", *index, " ")[0], 2)
        self.assertEqual(run("delete", "-d", "none.idx", "x")[0], 3)
        self.assertFalse(os.path.exists(os.path.join(WORK, "none.idx")))

    def wait_for(self, index, word, ids):
        for _ in range(100):
            if os.path.exists(os.path.join(WORK, index, "XAPIANDB")) and \
                    search("-d", index, word) == ids:
                return
            time.sleep(0.1)
        self.fail(f"{word} does not find {ids}")

    def test_a_feed_is_found_before_it_ends(self):
        feed = subprocess.Popen(
            [PROGRAM, "index", "-d", "feed.idx", "--commit-every", "1s", "-"],
            cwd=WORK, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for n in range(2):
            feed.stdin.write(f'{{"id":"f{n}","body":"feed{n}"}}\n'.encode())
            feed.stdin.flush()
            self.wait_for("feed.idx", f"feed{n}", [f"f{n}"])
        # Another one waits for its turn, or says who is at it.
        status, _, err = run("merge", "-d", "feed.idx")
        self.assertEqual(status, 4)
        self.assertIn(f"written by process {feed.pid}", err)
        other = subprocess.Popen([PROGRAM, "merge", "--wait", "-d", "feed.idx"],
                                 cwd=WORK, stderr=subprocess.PIPE,
                                 stdout=subprocess.PIPE)
        out, _ = feed.communicate(b'{"id":"last","body":"feedlast"}')
        self.assertIn(b"3 added", out)
        self.assertEqual(other.wait(20), 0)
        other.communicate()
        self.assertEqual(search("-d", "feed.idx", "feedlast"), ["last"])
        for bad in ("5", "s", "0s", "5h", "-3MB"):
            self.assertEqual(run("index", "--commit-every", bad, "-",
                                 stdin=b"")[0], 2)

    def test_follow_sees_what_comes_changes_and_goes(self):
        self.write("follow/one.txt", "first follower")
        self.write("follow/bad.jsonl", '{"id": 1}\n{"id": \n')
        program = subprocess.Popen(
            [PROGRAM, "index", "-d", "follow.idx", "--follow", "--prune",
             "follow"], cwd=WORK, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        try:
            self.wait_for("follow.idx", "follower", ["one.txt"])
            self.write("follow/bad.jsonl",
                       '{"id": 1}\n{"id": \n{"id": 2, "body": "good"}\n')
            self.write("follow/new/deep/two.txt", "second follower")
            self.wait_for("follow.idx", "second", ["new/deep/two.txt"])
            self.write("follow/new/deep/two.txt", "changed follower")
            self.wait_for("follow.idx", "changed", ["new/deep/two.txt"])
            shutil.rmtree(os.path.join(WORK, "follow", "new"))
            self.wait_for("follow.idx", "follower", ["one.txt"])
            # Between its turns others may write.
            self.assertEqual(run("delete", "-d", "follow.idx", "--wait",
                                 "first")[0], 0)
        finally:
            program.terminate()
            out, err = program.communicate(timeout=20)
        self.assertEqual(program.returncode, 0)
        self.assertIn(b"1 replaced", out)
        # What is wrong is said once.
        self.assertEqual(sorted(set(err.splitlines())),
                         sorted(err.splitlines()))
        self.assertIn(b"bad.jsonl at byte 16: invalid JSON", err)
        self.assertEqual(run("index", "--follow", "-", stdin=b"")[0], 2)

    STORY = (b"Jan Leike left Microsoft in San Francisco. Leike, who led a "
             b"team with Ilya Sutskever, was glad of it.\n")

    def test_tag_prints_names_with_their_places(self):
        status, out, err = run("tag", stdin=self.STORY)
        self.assertEqual((status, err), (0, ""))
        found = [json.loads(line) for line in out.splitlines()]
        for entity in found:
            text = self.STORY[entity["start"]:entity["end"]].decode()
            self.assertEqual(text, entity["text"])
        self.assertEqual(
            [(e["type"], e["name"], e["text"]) for e in found],
            [("person", "Jan Leike", "Jan Leike"),
             ("org", "Microsoft", "Microsoft"),
             ("place", "San Francisco", "San Francisco"),
             ("person", "Jan Leike", "Leike"),
             ("person", "Ilya Sutskever", "Ilya Sutskever")])
        tsv = run("tag", "--format", "tsv", stdin=self.STORY)[1]
        self.assertEqual(tsv.splitlines()[3], "person\tJan Leike\tLeike\t43\t48")
        self.assertEqual(run("tag", "--format", "xml")[0], 2)
        self.assertEqual(run("tag", "no-such-file")[0], 4)
        self.assertEqual(run("tag", "--model", "no-such-model")[0], 3)

    def test_tag_keeps_given_tokens(self):
        lines = ("-DOCSTART-\n\nPresident\tx\nBarack\nObama\nspoke\n.\n\n"
                 "-DOCSTART-\tO\nHe\nlives\nin\nChicago\n.")
        status, out, _ = run("tag", "--format", "bio", stdin=lines.encode())
        self.assertEqual(status, 0)
        self.assertEqual(out, "-DOCSTART-\n\nPresident\tO\nBarack\tB-PER\n"
                         "Obama\tI-PER\nspoke\tO\n.\tO\n\n-DOCSTART-\tO\n"
                         "He\tO\nlives\tO\nin\tO\nChicago\tB-LOC\n.\tO\n")

    def test_names_in_texts_are_found(self):
        run("index", "-q", "-d", "tag.idx", "-", stdin=self.STORY)
        self.assertEqual(len(search("-d", "tag.idx", "person:Leike")), 1)
        self.assertEqual(len(search("-d", "tag.idx", "org:Microsoft")), 1)
        self.assertEqual(
            len(search("-d", "tag.idx", 'person:Sutskever NEAR/4 team')), 1)
        self.assertEqual(search("-d", "tag.idx", "place:Leike"), [])
        status, out, _ = run("entities", "-d", "tag.idx")
        self.assertEqual((status, out.split("\n")[:2]),
                         (0, ["       1  Ilya Sutskever",
                              "       1  Jan Leike"]))
        out = run("entities", "-d", "tag.idx", "--match", "LEIKE", "--format",
                  "json")[1]
        self.assertEqual(json.loads(out), {"name": "Jan Leike", "articles": 1})
        self.assertEqual(run("entities", "-d", "tag.idx", "-m", "x")[0], 1)
        self.assertNotIn("person", json.loads(run("export", "-d",
                                                  "tag.idx")[1]))
        self.assertEqual(json.loads(run("export", "--entities", "-d",
                                        "tag.idx")[1])["org"], ["Microsoft"])

    def test_given_names_stay_and_others_join_them(self):
        text = json.dumps({"id": "a", "person": ["Jan Leike", "Charles Dickens"],
                           "body": self.STORY.decode()}).encode()
        for options, persons in (
                ([], ["Jan Leike", "Charles Dickens", "Ilya Sutskever"]),
                (["--entities-only-given"], ["Jan Leike", "Charles Dickens"]),
                (["--no-entities"], None)):
            name = "given%d.idx" % len(persons or [])
            run("index", "-q", *options, "-d", name, "-", stdin=text)
            shown = json.loads(run("show", "-d", name, "--format", "json",
                                   "a")[1])
            self.assertEqual(shown.get("person"), persons)

    def test_xapian_opens_the_index(self):
        delve = shutil.which("xapian-delve")
        check = shutil.which("xapian-check")
        self.assertTrue(delve and check)
        index = os.path.join(WORK, "idx")
        out = subprocess.run([delve, index], capture_output=True, check=True)
        self.assertIn(b"number of documents = 45", out.stdout)
        segments = [d for d in os.listdir(index) if d.startswith("seg-")]
        self.assertTrue(segments)
        for segment in segments:
            subprocess.run([check, os.path.join(index, segment)], check=True,
                           capture_output=True)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
