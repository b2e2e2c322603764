"""Searches and what they print, as users call them: test_cli.py NEWSHOUND
SOURCE-FOLDER"""

import json
import os
import random
import sys
import unittest

from program import WORK, index_samples, run, search, write, write_many


class Cli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        index_samples()

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

    def test_totals_of_single_words_are_exact(self):
        """Tombstones do not count; other totals have bounds that hold."""
        def write_half(name, first):
            write(name, "".join(json.dumps({
                "id": str(n), "title": "gazette" if n % 3 else "bulletin",
                "body": f"tide {'mill' if n % 5 < first else 'crane'} w{n}"})
                + "\n" for n in range(3000 if first == 2 else 600)))
        write_half("first.jsonl", 2)
        write_half("second.jsonl", 4)
        for name in ("first.jsonl", "second.jsonl"):
            status, _, err = run("index", "-q", "-d", "totals.idx",
                                 "--no-merge", "--no-entities", name)
            self.assertEqual(status, 0, err)
        for query in ("tide", "mill", "crane", "title:gazette", "NOT mill",
                      "mill OR crane", "tide mill", "gaz*", "tide -mill"):
            _, out, _ = run("search", "-d", "totals.idx", "--count", query)
            _, page, _ = run("search", "-d", "totals.idx", "--format", "json",
                             query)
            page, count = json.loads(page), int(out)
            self.assertLessEqual(page["total_lower"], count, query)
            self.assertGreaterEqual(page["total_upper"], count, query)
            self.assertLess(abs(page["total"] - count), count * 0.1, query)
            if page["exact"] or " " not in query.replace("NOT ", ""):
                self.assertEqual(page["total"], count, query)

    def test_any_words_are_an_offer_not_an_answer(self):
        """The notice comes first, the total stays 0, and so does --count."""
        write("any.jsonl", "".join(json.dumps(
            {"id": str(n), "title": word, "body": word, "date": f"2024-0{n}-01",
             "source": "gazette"}) + "\n"
            for n, word in enumerate(["tide", "mill"], 3)))
        run("index", "-q", "-d", "any.idx", "any.jsonl")

        def ask(*args):
            return run("search", "-d", "any.idx", *args)[:2]

        status, out = ask("tide mill")
        self.assertEqual(status, 1)
        self.assertTrue(out.startswith("no article has all the words; these "
                                       "have any of them\n"), out)
        self.assertIn("\n0 articles; 2 with any of the words (", out)
        status, out = ask("--format", "json", "tide mill")
        page = json.loads(out)
        self.assertEqual((status, page["total"], page["total_upper"],
                          page["any_total"], len(page["hits"])),
                         (1, 0, 0, 2, 2))
        self.assertEqual(ask("--count", "tide mill"), (1, "0\n"))
        for args in (["--facet", "source"], ["--group", "source"],
                     ["--sort", "newest"], ["-n", "0"], ["--all-words"]):
            status, out = ask("--format", "json", *args, "tide mill")
            page = json.loads(out)
            self.assertEqual((status, page["total"], page["notice"]),
                             (1, 0, None), args)
            self.assertNotIn("any_total", page)
        status, out = ask("--format", "json", "crane ferry")
        page = json.loads(out)
        self.assertEqual((page["total"], page["notice"]), (0, None))

    def test_limits_of_nothing_and_all_articles(self):
        self.assertEqual(run("search", "-n", "0", "openai")[0], 0)
        self.assertEqual(run("search", "-n", "0", "--format", "json",
                             "openai")[0], 0)
        self.assertEqual(run("search", "-n", "0", "nosuchword")[0], 1)
        for args in (["*"], [""], [" "], ["--"]):
            status, out, err = run("search", "--count", *args)
            self.assertEqual((status, out), (0, "45\n"), err)
        status, out, _ = run("search", "-n", "0", "--facet", "month",
                             "--facet-limit", "0")
        self.assertEqual(status, 0)
        months = [line.split() for line in out.splitlines()[2:]]
        self.assertGreater(len(months), 10)
        self.assertEqual(months, sorted(months, key=lambda m: m[1]))
        self.assertEqual(run("search")[0], 2)
        self.assertEqual(run("search", "-d", "a", "-d", "b", "x")[0], 2)
        self.assertEqual(run("search", "--since", "2024-03", "--until", "2024",
                             "x")[0], 1)
        status, _, err = run("search", "--since", "2024-03", "--until",
                             "2024-02", "x")
        self.assertEqual(status, 2)
        self.assertIn("end before they begin", err)
        self.assertEqual(run("delete", "")[0], 2)

    def test_places_of_errors_are_under_the_query(self):
        for query, mark in (("\u6771\u4eac persn:x", 5), ("o\u0308l persn:x", 3),
                            ("\u0416 persn:x", 2)):
            _, _, err = run("search", query)
            self.assertEqual(err.splitlines()[2], "  " + " " * mark +
                             "^~~~~~", query)

    def test_batches_may_begin_with_a_byte_order_mark(self):
        write("mark.tsv", "\ufeff1\tleike -sutskever\n\ufeff2\tleike\n")
        out = run("search", "--count", "-Q", "mark.tsv")[1]
        self.assertEqual([line.split("\t")[0] for line in out.splitlines()],
                         ["1", "\ufeff2"])

    def test_names_with_punctuation_are_words_side_by_side(self):
        write("names.jsonl", "".join(json.dumps(
            {"id": ident, "title": "x", "body": "The ferry left.",
             "person": people}) + "\n" for ident, people in (
                 ("a", ["Mary O'Teary"]), ("b", ["O. Smith", "Ann Teary"]),
                 ("c", ["Hans Weber-Kling"]), ("d", ["Kling Weber"]))))
        run("index", "-q", "-d", "names.idx", "names.jsonl")

        def ids(query, *args):
            return run("search", "-d", "names.idx", "--format", "ids", *args,
                       query)[1].split()

        self.assertEqual(ids("person:O'Teary"), ["a"])
        self.assertEqual(ids("person:o\u2019teary"), ["a"])
        self.assertEqual(ids("person:Weber-Kling"), ["c"])
        self.assertEqual(ids("ferry -person:Weber-Kling person:Weber"), ["d"])
        self.assertEqual(ids('person:"Weber-Kling"'), [])
        write("names.idx/entities.rules",
              'merge person "Kling Weber" = "Hans Weber-Kling"\n'
              'hide person "Mary O\'Teary"\n')
        self.assertEqual(sorted(ids("person:Weber-Kling")), ["c", "d"])
        self.assertEqual(ids("person:O'Teary"), [])

        def suggestion(query):
            return json.loads(run("search", "-d", "names.idx", "--format",
                                  "json", query)[1])["suggestion"]

        self.assertEqual(suggestion('person:"hans weber klng"'),
                         'person:"hans weber kling"')
        self.assertEqual(suggestion(b"fery\xe9".decode("utf-8", "surrogateescape")),
                         None)

    def test_sites_and_languages_have_parts(self):
        write("sites.jsonl", "".join(json.dumps(
            {"id": ident, "title": "x", "body": "The ferry left.",
             "url": url, "lang": lang, "source": source}) + "\n"
            for ident, url, lang, source in (
                ("a", "https://www.Harbour.example/1", "pt-BR", "Harbour.com"),
                ("b", "http://u@news.harbour.example:80/2?x", "pt", "Harbour.com"),
                ("c", "https://notharbour.example/3", "ptx", "Ferry Wire"),
                ("d", "harbour.example", "zh_Hant_TW", "Ferry Wire"))))
        run("index", "-q", "-d", "sites.idx", "sites.jsonl")

        def ids(query):
            return sorted(run("search", "-d", "sites.idx", "--format", "ids",
                              query)[1].split())

        def suggestion(query):
            return json.loads(run("search", "-d", "sites.idx", "--format",
                                  "json", query)[1])["suggestion"]

        for query, wanted in (
                ("url:harbour.example", "abd"), ("url:HARBOUR.example/", "abd"),
                ("url:www.harbour.example", "abd"),
                ("url:news.harbour.example", "b"), ("url:example", ""),
                ("url:https://www.Harbour.example/1", "a"),
                ("url:https://www.harbour.example/1", ""),
                ("ferry -url:harbour.example", "c"),
                ("lang:pt", "ab"), ("lang:PT-br", "a"), ("lang:zh", "d"),
                ("lang:zh-hant", "d"), ("lang:z", ""), ("lang:hant", "")):
            self.assertEqual("".join(ids(query)), wanted, query)
        for query, wanted in (
                ("source:harbour", 'source:"harbour com"'),
                ('source:"harbour"', 'source:"harbour com"'),
                ('ferry source:"the ferry wire"', 'ferry source:"ferry wire"'),
                ("url:harbor.example", "url:harbour.example"),
                ("url:notharbour", "url:notharbour.example"),
                ("lang:french", None), ("source:nobody", None),
                ("url:https://nowhere.example/", None)):
            self.assertEqual(suggestion(query), wanted, query)

    def test_initials_are_one_name(self):
        write("initials.jsonl", "".join(json.dumps(
            {"id": ident, "title": "x", "body": "The ferry left.",
             "person": [person], "place": [place]}) + "\n"
            for ident, person, place in (
                ("a", "T. K. Holm", "U.S."), ("b", "T.K. Holm", "USA"),
                ("c", "TK Holm", "US"), ("d", "T. Holm", "U.S. Virgin Islands"))))
        run("index", "-q", "-d", "initials.idx", "initials.jsonl")

        def ids(query):
            return "".join(sorted(run("search", "-d", "initials.idx", "--format",
                                      "ids", query)[1].split()))

        for spelt in ("T. K. Holm", "t.k. holm", "TK Holm"):
            self.assertEqual(ids(f'person:"{spelt}"'), "abc")
        for spelt in ("U.S.", "US", "USA", "u.s.a."):
            self.assertEqual(ids(f'place:"{spelt}"'), "abc")
            self.assertEqual(ids(f"place:{spelt}"), "abcd")
        listed = run("entities", "-d", "initials.idx", "-t", "place")[1]
        self.assertEqual(listed.split()[0], "3")

    def test_merges_of_names_are_proposed(self):
        people = (["Tom Holm"] * 5 + ["T. Holm", "Holm", "Tom Anders Holm"] +
                  ["Eva Weller"] * 3 + ["Ida Weller", "E. Weller", "Weller"] +
                  ["Max Brandt Jr.", "Max Brandt"] +
                  ["A. \"Bo\" Linde", "Anna Linde"])
        orgs = ["Ridge Times", "The Ridge Times", "Ferry Co. Inc.",
                "Ferry Company", "Harbour and Ferry Board", "HFB", "Farm Guild"]
        places = ["Conn.", "Connecticut", "U.S.", "United States", "St. Anna",
                  "Saint Anna"]
        names = [("person", n) for n in people] + [("org", n) for n in orgs] + [
            ("place", n) for n in places]
        write("merges.jsonl", "".join(json.dumps(
            {"id": str(i), "title": "x", "body": "The ferry left.",
             field: [name]}) + "\n" for i, (field, name) in enumerate(names)))
        run("index", "-q", "-d", "merges.idx", "merges.jsonl")

        def proposals(field):
            return run("entities", "-d", "merges.idx", "--propose", "-t", field,
                       "-n", "0")

        wanted = {
            "person": {('T. Holm', 'Tom Holm', 'initials'),
                       ('Tom Anders Holm', 'Tom Holm', 'middle name'),
                       ('Holm', 'Tom Holm', 'last name'),
                       ('E. Weller', 'Eva Weller', 'initials')},
            "org": {("The Ridge Times", "Ridge Times", "abbreviation"),
                    ("Ferry Co. Inc.", "Ferry Company", "abbreviation"),
                    ("HFB", "Harbour and Ferry Board", "acronym")},
            "place": {("Conn.", "Connecticut", "abbreviation"),
                      ("U.S.", "United States", "abbreviation"),
                      ("St. Anna", "Saint Anna", "abbreviation")}}
        rules = ""
        for field, pairs in wanted.items():
            lines = run("entities", "-d", "merges.idx", "--propose", "-t", field,
                        "-n", "0", "--format", "json")[1].splitlines()
            found = {(p["name"], p["into"], p["reason"])
                     for p in map(json.loads, lines)}
            self.assertEqual(found, pairs, field)
            rules += proposals(field)[1]
        self.assertIn('merge person "T. Holm" = "Tom Holm"  # initials; 1 and 5 '
                      "articles\n", rules)
        self.assertEqual(len(run("entities", "-d", "merges.idx", "--propose",
                                 "-m", "weller")[1].splitlines()), 1)
        self.assertEqual(run("entities", "-d", "merges.idx", "--propose", "-t",
                             "author")[0], 2)
        write("merges.idx/entities.rules", rules)
        for field in wanted:
            self.assertEqual(proposals(field)[:2], (1, ""))
        self.assertEqual(run("search", "-d", "merges.idx", "--count",
                             'person:"Tom Holm"')[1].strip(), "8")

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
        self.assertEqual(status, 1)
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

    def test_stats_and_help(self):
        status, out, _ = run("stats")
        self.assertEqual(status, 0)
        self.assertIn("articles                         45", out)
        for command in ("index", "search", "show", "stats", "export", "merge",
                        "tag", "entities"):
            status, out, _ = run(command, "--help")
            self.assertEqual(status, 0)
            self.assertLess(len(out.splitlines()), 60)
            self.assertEqual(run("help", command)[1], out)
        self.assertEqual(run("--version")[0], 0)
        self.assertEqual(run()[0], 2)

    def test_nothing_reaches_the_terminal_but_text(self):
        text = json.dumps({"id": "e", "title": "a\u001b[31mb\u009bc\nd",
                           "body": "x\u001b]0;t\u0007y"}).encode()
        run("index", "-d", "esc.idx", "-", stdin=text)
        for out in (run("search", "-d", "esc.idx", "b OR x OR y")[1],
                    run("show", "-d", "esc.idx", "e")[1]):
            self.assertNotIn("\u001b", out)
            self.assertNotIn("\u009b", out)
            self.assertNotIn("\u0007", out)

    def test_threads_change_nothing(self):
        write_many("threads.jsonl")
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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
