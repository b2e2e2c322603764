"""Tests of the module newshound, run by test_python.py where it is installed."""

import copy
import ctypes
import datetime
import gc
import gzip
import io
import itertools
import json
import multiprocessing
import os
import pickle
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest

import newshound
from newshound import _library

SAMPLES = os.environ["SAMPLES"]
PROGRAM = os.environ["PROGRAM"]
ASAN = "LD_PRELOAD" in os.environ
UTC = datetime.timezone.utc
# Processes that are started have the folder of the first one.
WORK = os.environ.setdefault("WORK", tempfile.mkdtemp(dir=os.getcwd()))
INDEX = os.path.join(WORK, "samples.idx")
# Programs that are no part of this get an environment without the sanitizer.
PLAIN = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True,
                          env=PLAIN, **options).stdout


def setUpModule():
    run(PROGRAM, "index", "-q", "-d", INDEX, SAMPLES)


def path(name):
    return os.path.join(WORK, name)


class Searching(unittest.TestCase):
    def setUp(self):
        self.index = newshound.open(INDEX)

    def tearDown(self):
        self.index.close()

    def test_the_example_of_the_documentation(self):
        lines = []
        with newshound.open(INDEX) as idx:
            for hit in idx.search("person:Leike safety", limit=5,
                                  facets=["org"]):
                lines.append((hit.title, hit.date,
                              hit.snippet.highlight("**", "**")))
        self.assertEqual(len(lines), 1)
        title, date, snippet = lines[0]
        self.assertTrue(title.startswith("Safety lead Jan Leike quits"))
        self.assertEqual(date, datetime.datetime(2024, 5, 17, tzinfo=UTC))
        self.assertIn("**Leike** wrote that over the past years \"**safety**",
                      snippet)

    def test_hits_are_those_of_the_program(self):
        for query in ("safety", "person:leike", "market OR bank",
                      '"safety culture"', "org:OpenAI -altman", "date:2024-05",
                      "a OR the OR of"):
            line = json.loads(run(PROGRAM, "search", "-d", INDEX, "--format",
                                  "json", "-n", "30", "--all-words", query))
            found = self.index.search(query, limit=30)
            self.assertEqual(int(found.total), line["total"])
            self.assertEqual(len(found), len(line["hits"]))
            for hit, other in zip(found, line["hits"]):
                self.assertEqual(
                    (hit.rank, hit.id, hit.title, hit.date_text or None,
                     hit.source or None, hit.url or None, list(hit.person),
                     list(hit.org), list(hit.place)),
                    tuple(other[k] for k in (
                        "rank", "id", "title", "date", "source", "url",
                        "person", "org", "place")))
                self.assertAlmostEqual(hit.score, other["score"], places=8)
                self.assertEqual(hit.snippet.text, other["snippet"]["text"])
                self.assertEqual([list(h) for h in hit.snippet.highlights],
                                 other["snippet"]["highlights"])

    def test_results_are_a_sequence(self):
        found = self.index.search("safety OR year OR bank", limit=6)
        every = list(found)
        self.assertEqual(len(every), len(found))
        self.assertEqual(found[-1], every[-1])
        self.assertEqual(found[1:3], every[1:3])
        self.assertEqual(found[::-1], every[::-1])
        self.assertIn(every[2], found)
        self.assertEqual(list(reversed(found)), every[::-1])
        with self.assertRaises(IndexError):
            found[len(found)]
        with self.assertRaises(TypeError):
            found["x"]
        self.assertFalse(self.index.search("nosuchword"))
        next_page = self.index.search("safety OR year OR bank", limit=2, offset=2)
        self.assertEqual([h.rank for h in next_page], [3, 4])
        self.assertEqual([h.id for h in next_page], [h.id for h in every[2:4]])

    def test_all_matches_are_walked(self):
        every = self.index.search("NOT nosuchword", limit=None, sort="oldest")
        self.assertEqual(len(every), len(self.index))
        scanned = list(self.index.scan("NOT nosuchword", sort="oldest"))
        self.assertEqual(scanned, list(every))
        self.assertEqual([a.id for a in scanned[:3]],
                         [h.id for h in every[:3]])
        self.assertEqual(sorted(a.id for a in self.index),
                         sorted(h.id for h in scanned))
        self.assertEqual(self.index.count("person:leike"), 5)

    def test_a_bad_query_says_where(self):
        with self.assertRaises(newshound.QueryError) as caught:
            self.index.search("é persn:x")
        error = caught.exception
        self.assertIsInstance(error, ValueError)
        self.assertEqual((str(error), error.hint, error.offset, error.length),
                         ("there is no field 'persn'", "did you mean person: ?",
                          2, 6))
        self.assertTrue(error.caret.startswith("é persn:x\n  ^~~~~"))
        again = pickle.loads(pickle.dumps(error))
        self.assertEqual(again.__dict__, error.__dict__)

    def test_errors_have_classes(self):
        with self.assertRaises(newshound.NotFound):
            newshound.open(path("none"))
        with self.assertRaises(newshound.NotFound):
            self.index.article("none")
        with self.assertRaises(newshound.InvalidArgument):
            self.index.search("safety", facets="nosuch")
        for options in ({"limit": -1}, {"sort": "best"}, {"offset": "1"},
                        {"recency": float("nan")}):
            with self.assertRaises(newshound.InvalidArgument):
                self.index.search("safety", **options)
        with self.assertRaises(TypeError):
            self.index.search("safety", limt=1)
        broken = path("broken")
        shutil.copytree(INDEX, broken)
        with open(os.path.join(broken, "XAPIANDB"), "r+b") as file:
            file.write(b"\xff" * 20)
        with self.assertRaises(newshound.Error):
            newshound.open(broken)
        closed = newshound.open(INDEX)
        closed.close()
        closed.close()
        with self.assertRaises(ValueError):
            closed.search("safety")
        found = self.index.search("safety")
        found.close()
        with self.assertRaises(ValueError):
            found[0]

    def test_facets_groups_periods_and_the_rest(self):
        found = self.index.search("safety date:2024", facets=["person", "year"],
                                  facet_limit=3, explain=True)
        self.assertEqual(list(found.facets), ["person", "year"])
        person = found.facets["person"]
        self.assertEqual(len(person.values), 3)
        self.assertGreaterEqual(person.distinct, 3)
        text, count = person.values[0]
        self.assertEqual(self.index.count(f'safety date:2024 person:"{text}"'),
                         count)
        period = found.periods[0]
        self.assertEqual((period.first, period.last),
                         (datetime.date(2024, 1, 1),
                          datetime.date(2024, 12, 31)))
        self.assertEqual("safety date:2024"[period.start:period.end],
                         "date:2024")
        self.assertTrue(found.plan and found.tree)
        self.assertTrue(found.total.exact)
        hit = found[0]
        self.assertAlmostEqual(sum(s.score for s in hit.scores()) *
                               hit.recency(), hit.score, places=6)
        groups = self.index.search("safety", group="year", group_size=2)
        self.assertEqual(groups.groups_total, len(groups.groups))
        self.assertEqual(groups.groups[0].hits[0].date.year,
                         int(groups.groups[0].value))
        self.assertEqual(self.index.search("safty").suggestion, "safety")
        self.assertTrue(self.index.search('"safety', lenient=True).notice)
        self.assertTrue(self.index.search("safety banana").can_loosen)
        self.assertTrue(self.index.search("safety banana", any=True))
        old = self.index.search("safety", until=datetime.date(2023, 12, 31))
        self.assertTrue(old and all(h.date.year < 2024 for h in old))

    def test_help_with_queries(self):
        self.assertIn(("person:\"Jan Leike\"", 5),
                      self.index.complete("person:lei"))
        self.assertEqual([(p.name, p.into, p.reason)
                          for p in self.index.propose("place")],
                         [("usa", "United States", "abbreviation")])
        with self.assertRaises(newshound.InvalidArgument):
            self.index.propose("author")
        reasons = self.index.why_not("leike banana", "leike-resigns")
        self.assertEqual([(r.start, r.end) for r in reasons], [(6, 12)])
        self.assertEqual(self.index.why_not("leike", "leike-resigns"), [])

    def test_timelines_are_rows(self):
        with newshound.open(INDEX) as index:
            rows = index.timeline(["safety", "harbour"], by="year",
                                  occurrences=True)
            for query in ("safety", "harbour"):
                mine = [r for r in rows if r["query"] == query]
                years = [int(r["start"]) for r in mine]
                self.assertEqual(years, list(range(years[0], years[-1] + 1)))
                for row in mine:
                    found = index.search(query, since=row["start"],
                                         until=row["start"], limit=0,
                                         exact_total=True)
                    self.assertEqual(row["articles"], found.total.value)
                    self.assertGreaterEqual(row["occurrences"],
                                            row["articles"])
            split = index.timeline("safety", by="year", by_field="person",
                                   field_limit=2)
            self.assertEqual(len({r["value"] for r in split}), 2)
            with self.assertRaises(newshound.InvalidArgument):
                index.timeline("safety", by="decade")
            with self.assertRaises(newshound.InvalidArgument):
                index.timeline([])
            with self.assertRaises(newshound.InvalidArgument):
                index.timeline("safety", by_field="month")
            with self.assertRaises(newshound.QueryError) as caught:
                index.timeline('"safety')
            self.assertEqual(caught.exception.offset, 0)

    def test_concordances_are_lines(self):
        with newshound.open(INDEX) as index:
            lines = index.concordance("safety NEAR/5 culture", limit=None)
            self.assertEqual((len(lines), lines.sampled), (lines.total, False))
            self.assertEqual(lines.articles, len({c["id"] for c in lines}))
            for c in lines:
                article = index.article(c["id"])
                text = (article.title if c["part"] == "title" else
                        article.body).encode()
                match = text[c["start"]:c["end"]].decode()
                self.assertEqual(" ".join(match.split()), c["match"])
                whole = " ".join(text.decode().split())
                self.assertIn((c["left"] + c["match"] + c["right"]).strip(),
                              whole)
            some = index.concordance("safety", limit=2, seed=7, context=3)
            self.assertEqual((len(some), some.sampled), (2, True))
            self.assertEqual(some, index.concordance("safety", limit=2, seed=7,
                                                     context=3))
            ends = index.concordance("safety", limit=None, sort="right")
            self.assertEqual(len(ends), some.total)
            with self.assertRaises(newshound.InvalidArgument):
                index.concordance("safety", sort="up")
            with self.assertRaises(newshound.InvalidArgument):
                index.concordance("safety", context=1001)
            with self.assertRaises(newshound.QueryError):
                index.concordance('"safety')

    def test_articles(self):
        article = self.index.article("leike-resigns")
        self.assertIn("leike-resigns", self.index)
        self.assertNotIn("none", self.index)
        shown = json.loads(run(PROGRAM, "show", "-d", INDEX, "--format",
                               "json", "leike-resigns"))
        for name in ("id", "title", "body", "source", "section"):
            self.assertEqual(getattr(article, name), shown[name])
        self.assertEqual(list(article.topic), shown["topic"])
        self.assertEqual(article.language, shown["lang"])
        self.assertLessEqual(article.given_persons, len(article.person))
        mentions = self.index.mentions("leike-resigns")
        self.assertGreater(len(mentions), 5)
        for m in mentions:
            text = article.title if m.in_title else article.body
            words = text[m.start:m.end].split()
            self.assertTrue(words and m.name.split()[-1] in m.name)
            if m.field == "person":
                self.assertEqual(words[-1], m.name.split()[-1])
            self.assertIn(m.name, getattr(article, m.field))

    def test_hits_outlive_everything(self):
        index = newshound.open(INDEX)
        hit = index.search("person:leike")[0]
        expected = self.index.search("person:leike")[0].title
        index.close()
        del index
        gc.collect()
        self.assertEqual(hit.title, expected)
        for twin in (pickle.loads(pickle.dumps(hit)), copy.copy(hit),
                     copy.deepcopy(hit)):
            self.assertEqual(twin, hit)
            self.assertEqual(twin.date, hit.date)
            self.assertEqual(twin.snippet, hit.snippet)
            self.assertEqual((twin.rank, twin.score), (hit.rank, hit.score))
        article = self.index.article("leike-resigns")
        self.assertEqual(pickle.loads(pickle.dumps(article)), article)
        found = self.index.search("safety", facets="org", group="year")
        twin = pickle.loads(pickle.dumps(found))
        self.assertEqual(list(twin), list(found))
        self.assertEqual((twin.facets, twin.total, twin.groups),
                         (found.facets, found.total, found.groups))

    def test_hits_outlive_results_that_are_closed(self):
        found = self.index.search("safety OR year", explain=True)
        hits = list(found)
        titles = [h.title for h in self.index.search("safety OR year")]
        found.close()
        self.index.close()
        gc.collect()
        self.assertEqual([h.title for h in hits], titles)
        self.assertTrue(all(h.snippet.text and h.scores() for h in hits))

    def test_structs_have_the_sizes_of_the_header(self):
        names = {"nh_error": _library.Error, "nh_string": _library.String,
                 "nh_list": _library.List, "nh_stats": _library.Stats,
                 "nh_search_options": _library.SearchOptions,
                 "nh_total": _library.Total, "nh_period": _library.Period,
                 "nh_facet": _library.Facet, "nh_group": _library.Group,
                 "nh_facet_value": _library.FacetValue,
                 "nh_span": _library.Span, "nh_snippet": _library.Snippet,
                 "nh_hit": _library.Hit, "nh_term_score": _library.TermScore,
                 "nh_reason": _library.Reason,
                 "nh_completion": _library.Completion,
                 "nh_article_view": _library.ArticleView,
                 "nh_mention": _library.Mention, "nh_value": _library.Value,
                 "nh_writer_options": _library.WriterOptions,
                 "nh_counts": _library.WriterCounts,
                 "nh_concordance_options": _library.ConcordanceOptions,
                 "nh_concordance_line": _library.ConcordanceLine,
                 "nh_timeline_options": _library.TimelineOptions,
                 "nh_timeline_period": _library.TimelinePeriod,
                 "nh_timeline_series": _library.TimelineSeries}
        source = ("#include <stdio.h>\n#include <newshound.h>\n"
                  "#include <newshound_writer.h>\n"
                  "#include <newshound_reading.h>\nint main(void){" + "".join(
                      f'printf("%zu ", sizeof(struct {n}));' for n in names) +
                  "}\n")
        run("gcc", "-x", "c", "-I", os.environ["INCLUDE"], "-o", path("sizes"),
            "-", input=source)
        sizes = [int(n) for n in run(path("sizes")).split()]
        self.assertEqual([ctypes.sizeof(t) for t in names.values()], sizes)


class Lives(unittest.TestCase):
    """Objects that go in any order, and threads."""

    def test_any_order_of_going(self):
        for order in itertools.permutations(range(5)):
            index = newshound.open(INDEX)
            first = index.search("safety")
            second = index.search("person:leike")
            things = [index, first, second, first[0], second[0]]
            del index, first, second
            for i in order:
                if i % 2 and hasattr(things[i], "close"):
                    things[i].close()
                elif i >= 3:
                    self.assertTrue(things[i].title and things[i].snippet)
                things[i] = None
        gc.collect()

    def test_cycles_are_collected_in_any_order(self):
        for n in range(200):
            index = newshound.open(INDEX)
            found = index.search("safety")
            hit = found[0]
            for a, b in random.Random(n).sample(
                    list(itertools.permutations((index, found, hit), 2)), 4):
                a.__dict__.setdefault("others", []).append(b)
            del index, found, hit, a, b
            if n % 7 == 0:
                gc.collect()
        gc.collect()

    def test_the_collector_may_come_in_the_middle(self):
        threshold = gc.get_threshold()
        gc.set_threshold(1)
        try:
            index = newshound.open(INDEX)
            for _ in range(30):
                found = index.search("safety")
                found.me = found  # only the collector frees it
                self.assertTrue(found[0].title)
        finally:
            gc.set_threshold(*threshold)

    def allocated(self):
        if ASAN:
            read = getattr(ctypes.CDLL(None),
                           "__sanitizer_get_current_allocated_bytes")
            read.restype = ctypes.c_size_t
            gc.collect()
            return read()
        gc.collect()
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4096

    def test_nothing_leaks(self):
        def work(count):
            for _ in range(count):
                with newshound.open(INDEX) as index:
                    found = index.search("safety OR year OR bank", facets="org",
                                         group="year")
                    [hit.detach() for hit in found]
                    self.assertTrue(found.facets and found.groups)
                    list(index.scan("person:leike"))
                    index.complete("lei")
                    index.why_not("banana", "leike-resigns")
                    index.mentions("leike-resigns")
                    index.article("leike-resigns")
                    "none" in index
                    try:
                        index.search("(")
                    except newshound.QueryError:
                        pass
        work(20)
        before = self.allocated()
        work(60)
        # Under the sanitizer bytes are counted, else pages.
        self.assertLess(self.allocated() - before,
                        40_000 if ASAN else 4_000_000)

    def test_objects_may_live_at_the_end(self):
        done = subprocess.run(
            [sys.executable, "-c",
             "import newshound, sys\n"
             "index = newshound.open(sys.argv[1])\n"
             "found = index.search('safety')\n"
             "hit = found[0]\n"
             "loop = [index, found, hit]; loop.append(loop)\n"
             "writer = newshound.Writer(sys.argv[2], names='given')\n"
             "writer.add(body='x')\n"
             "print(hit.id)\n", INDEX, path("end.idx")],
            capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_threads_share_an_index(self):
        index = newshound.open(INDEX)
        expected = {q: [h.id for h in index.search(q)] for q in
                    ("safety", "market", "person:leike", "bank OR coffee")}
        wrong = []

        def work(seed):
            choose = random.Random(seed)
            for _ in range(60):
                query = choose.choice(list(expected))
                if [h.id for h in index.search(query)] != expected[query]:
                    wrong.append(query)

        self.run_threads(work, 8)
        self.assertEqual(wrong, [])
        index.close()

    def run_threads(self, work, count):
        errors = []

        def guarded(seed):
            try:
                work(seed)
            except BaseException as error:  # told below
                errors.append(error)

        threads = [threading.Thread(target=guarded, args=(i,))
                   for i in range(count)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        if errors:
            raise errors[0]

    def test_a_pool_follows_a_writer(self):
        name = path("pool.idx")
        with newshound.Writer(name, names="given") as writer:
            writer.add(id="0", body="count zero")
        done = threading.Event()
        seen = []

        def work(seed):
            if seed == 0:
                with newshound.Writer(name, names="given") as writer:
                    for n in range(1, 25):
                        writer.add(id=str(n), body=f"count {n}")
                        writer.commit()
                done.set()
            else:
                last = 0
                while not done.is_set() or not last:
                    found = pool.search("count", fresh=True, limit=None)
                    self.assertEqual(sorted(int(h.id) for h in found),
                                     list(range(len(found))))
                    seen.append(len(found))
                    last = len(found)
                    pool.article("0")

        with newshound.Pool(name, 3) as pool:
            self.run_threads(work, 6)
            self.assertEqual(
                len(pool.search("count", fresh=True, limit=None)), 25)
        self.assertGreater(len(set(seen)), 1)

    def test_processes_get_hits(self):
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            hits = pool.map(search_in_process, ["safety", "person:leike"])
        with newshound.open(INDEX) as index:
            self.assertEqual(hits[0], index.search("safety")[0])

    def test_reopening_with_results_in_use(self):
        name = path("reopen.idx")
        with newshound.Writer(name, names="given") as writer:
            writer.add(id="a", body="one")
            writer.commit()
            index = newshound.open(name)
            held = index.search("one OR two")
            self.assertFalse(index.reopen())
            writer.add(id="b", body="two")
        self.assertTrue(index.reopen())
        self.assertEqual(len(index.search("one OR two")), 2)
        self.assertEqual([h.id for h in held], ["a"])
        held.close()
        self.assertFalse(index.reopen())
        index.use_rules(False)

    def test_synonyms_widen_searches_until_they_are_off(self):
        name = path("synonyms.idx")
        with newshound.Writer(name, names="given") as writer:
            writer.add(id="a", body="the pier")
            writer.add(id="b", body="the jetty")
        with newshound.open(name) as index:
            self.assertEqual([h.id for h in index.search("pier")], ["a"])
            with open(name + "/synonyms.rules", "w", encoding="utf-8") as file:
                file.write('same "pier" = "jetty"\n')
            self.assertTrue(index.reopen())
            self.assertEqual({h.id for h in index.search("pier")}, {"a", "b"})
            index.use_synonyms(False)
            self.assertEqual([h.id for h in index.search("pier")], ["a"])
            with open(name + "/synonyms.rules", "w", encoding="utf-8") as file:
                file.write('like "pier"\n')
            with self.assertRaisesRegex(newshound.DataError, "synonyms.rules:1"):
                index.reopen()


def search_in_process(query):
    with newshound.open(INDEX) as index:
        return index.search(query)[0]


class Writing(unittest.TestCase):
    def test_articles_are_what_was_added(self):
        when = datetime.datetime(1969, 7, 20, 22, 17, 40, tzinfo=datetime
                                 .timezone(datetime.timedelta(hours=2)))
        with newshound.Writer(path("w1"), names="given") as w:
            name = w.add(title="Über \U0001f6a2", body="Schiffe\n\nkamen",
                         date=when, author=["Ann A", "Bob and Co"],
                         topic=("x", "y"), lang="de", url="https://e.org/1",
                         source="s", section="t", person=["P Q"], org="O",
                         place=["Köln"])
            self.assertEqual(name, "https://e.org/1")
            w.add(id="day", body="b", date=datetime.date(2024, 5, 17))
            w.add(id="month", body="b", date="2024-05")
            w.add(id="none", body="b")
        with newshound.open(path("w1")) as index:
            a = index.article("https://e.org/1")
            self.assertEqual(
                (a.title, a.body, a.date, a.author, a.topic, a.language,
                 a.source, a.section, a.person, a.org, a.place),
                ("Über \U0001f6a2", "Schiffe\n\nkamen", when,
                 ("Ann A", "Bob and Co"), ("x", "y"), "de", "s", "t", ("P Q",),
                 ("O",), ("Köln",)))
            self.assertEqual(a.date_text, "1969-07-20T20:17:40Z")
            self.assertEqual(index.article("day").date_text, "2024-05-17")
            month = index.article("month")
            self.assertEqual((month.date_text, month.date),
                             ("2024-05", datetime.datetime(2024, 5, 1,
                                                           tzinfo=UTC)))
            self.assertIsNone(index.article("none").date)
            hit = index.search("schiffe")[0]
            self.assertEqual(hit.snippet.highlight("[", "]"),
                             "[Schiffe] kamen")

    def test_an_exception_gives_up_what_was_added(self):
        with newshound.Writer(path("w2"), names="given") as w:
            w.add(id="a", body="one")
        with self.assertRaises(RuntimeError):
            with newshound.Writer(path("w2"), names="given") as w:
                w.add(id="b", body="two")
                raise RuntimeError
        self.assertEqual([a.id for a in newshound.open(path("w2"))], ["a"])

    def test_names_are_found(self):
        with newshound.Writer(path("w3")) as w:
            w.add(id="a", title="Minister resigns",
                  body="Jan Leike said on Friday that OpenAI in San Francisco "
                       "had changed. Leike left the company.")
        with newshound.open(path("w3")) as index:
            self.assertEqual(index.article("a").person, ("Jan Leike",))

    def test_wrong_articles_and_options(self):
        told = []
        w = newshound.Writer(path("w4"), names="given",
                             on_skipped=lambda *a: told.append(a))
        with self.assertRaises(newshound.DataError):
            w.add(id="x")
        with self.assertRaises(newshound.DataError):
            w.add(body="x", date="soon")
        with self.assertRaises(newshound.InvalidArgument):
            w.add_bytes(b"x", format="nosuch")
        with self.assertRaises(newshound.NotFound):
            w.delete("none")
        with self.assertRaises(newshound.Locked):
            newshound.Writer(path("w4"))
        w.add_bytes(gzip.compress(b'{"id": "a", "body": "one"}\nno\n'),
                    name="feed")
        w.commit()
        self.assertEqual([(n, m) for n, _, m in told],
                         [("feed", told[0][2])])
        self.assertEqual(w.counts, (1, 0, 0, 0, 1, 0))
        w.close()
        for options in ({"names": "all"}, {"charset": "nosuch"},
                        {"map": {"nosuch": "x"}}, {"jobs": 1000}):
            with self.assertRaises(newshound.InvalidArgument):
                newshound.Writer(path("w4"), **options)
        with self.assertRaises(newshound.NotFound):
            newshound.Writer(path("w5"), existing=True)
        with self.assertRaises(newshound.InvalidArgument):
            newshound.Writer(path("w4"), names="none")
        with newshound.Writer(path("w4"), names="none", date_order="ymd",
                              change_options=True) as w:
            w.add(id="dated", body="two", date="2024-05-17")
        with newshound.open(path("w4")) as index:
            self.assertEqual(index.marks("two", "dated"), ([], [(0, 3)]))
            self.assertEqual(index.stats[6:], ("", "", "ymd", "none"))
            self.assertEqual(index.dates.dated, 1)
            self.assertEqual(str(index.dates.newest.date()), "2024-05-17")
        with self.assertRaises(ValueError):
            w.add(body="x")

    def test_what_is_skipped_of_an_archive_is_named(self):
        told, packed = [], io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as out:
            data = b'{"id": "m", "body": "one"}\n{"id": 1,\n'
            info = tarfile.TarInfo("day/wire.jsonl")
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
            out.addfile(tarfile.TarInfo("picture.bin"), None)
            data = b"\x7fELF\0\1\2\3" * 40
            info = tarfile.TarInfo("day/program")
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
        with newshound.Writer(path("w8"), names="given",
                              on_skipped=lambda *a: told.append(a)) as w:
            w.add_bytes(packed.getvalue(), name="news.tar")
            w.commit()
            self.assertEqual(w.counts.added, 1)
            self.assertEqual(w.counts.skipped, len(told))
        names = {name for name, _, _ in told}
        self.assertLessEqual({"news.tar/day/wire.jsonl", "news.tar/day/program"},
                             names)

    def test_an_exception_of_the_callback_comes_out(self):
        def refuse(*_):
            raise KeyError("refused")
        w = newshound.Writer(path("w6"), names="given", on_skipped=refuse)
        with self.assertRaises(KeyError):
            w.add_bytes(b'{"id": 1, \n{"id": "b", "body": "x"}\n',
                        format="jsonl")
            w.commit()
        w.commit()
        w.close()
        self.assertEqual([a.id for a in newshound.open(path("w6"))], ["b"])

    def test_files_and_merging(self):
        with newshound.Writer(path("w7"), names="none") as w:
            w.add_path(SAMPLES)
            w.commit()
            w.add_path(os.path.join(SAMPLES, "technology.jsonl"))
            w.commit()
            w.delete("leike-resigns")
            w.merge()
            self.assertEqual(w.counts.deleted, 1)
        with newshound.open(path("w7")) as index, \
                newshound.open(INDEX) as other:
            self.assertEqual(len(index), len(other) - 1)
            self.assertEqual((index.stats.segments, index.stats.tombstones),
                             (1, 0))
            self.assertFalse(index.search("person:leike"))
            index.verify()

    def test_random_changes_are_as_in_a_dictionary(self):
        choose = random.Random(11)
        name = path("random.idx")
        kept, given = {}, {}
        words = [f"w{i}" for i in range(30)]
        w = newshound.Writer(name, names="given", jobs=2)
        index = newshound.open(name)
        for step in range(600):
            key = f"k{choose.randrange(40)}"
            what = choose.random()
            if what < 0.6:
                given[key] = " ".join(choose.choices(words, k=5))
                w.add(id=key, body=given[key])
            elif what < 0.8:
                if key in given:
                    w.delete(key)
                    del given[key]
                else:
                    with self.assertRaises(newshound.NotFound):
                        w.delete(key)
            elif what < 0.9:
                (w.merge if choose.random() < 0.1 else w.commit)()
                kept = dict(given)
            elif what < 0.93:
                w.close()
                w = newshound.Writer(name, names="given", jobs=2)
                given = dict(kept)
            else:
                index.reopen()
                word = choose.choice(words)
                self.assertEqual(
                    sorted(h.id for h in index.scan(word)),
                    sorted(k for k, t in kept.items() if word in t.split()),
                    step)
                self.assertEqual(len(index), len(kept))
        w.close()


class Typing(unittest.TestCase):
    @unittest.skipIf(ASAN or not shutil.which("mypy"), "mypy is not installed")
    def test_it_is_typed(self):
        source = path("client.py")
        with open(source, "w", encoding="utf-8") as file:
            file.write(
                "import datetime\n"
                "from typing import Optional\n"
                "import newshound\n"
                "with newshound.open('x') as index:\n"
                "    hit = index.search('a', limit=3)[0]\n"
                "    day: Optional[datetime.datetime] = hit.date\n"
                "    names: tuple[str, ...] = hit.person\n"
                "    text: str = hit.snippet.highlight('*', '*')\n"
                "    wrong: int = hit.title\n")
        folder = os.path.dirname(newshound.__file__)
        env = dict(PLAIN, MYPYPATH=os.path.dirname(folder))
        clean = subprocess.run(["mypy", "--strict", "--python-version", "3.9",
                                "--cache-dir", path("mypy"), folder],
                               env=PLAIN, capture_output=True, text=True,
                               check=False)
        self.assertEqual(clean.returncode, 0, clean.stdout)
        done = subprocess.run(
            ["mypy", "--strict", "--cache-dir", path("mypy"), source], env=env,
            capture_output=True, text=True, check=False)
        self.assertIn('client.py:9: error: Incompatible types in assignment '
                      '(expression has type "str", variable has type "int")',
                      done.stdout)
        self.assertIn("Found 1 error", done.stdout)
