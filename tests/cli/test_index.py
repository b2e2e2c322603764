"""What goes into indexes and out of them, as users call it: test_index.py
NEWSHOUND SOURCE-FOLDER"""

import datetime
import glob
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
import time
import unittest
import zipfile

from program import PROGRAM, SOURCE, WORK, index_samples, run, search, write, write_many


class Index(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        index_samples()

    def test_inspect_shows_what_index_would_take(self):
        write("inspect/feed.xml", "<rss><channel><title>Feed</title><item>"
                   "<title>One</title><guid>f1</guid></item><item/></channel>"
                   "</rss>")
        write("inspect/list.json", '[{"id": "j1", "title": "Two"}]')
        write("inspect/other.xml", "<?xml version='1.0'?><catalog/>")
        status, out, err = run("inspect", "inspect")
        self.assertEqual(status, 0)
        self.assertEqual([json.loads(x) for x in out.splitlines()], [
            {"id": "f1", "title": "One", "source": "Feed", "body": "",
             "plain": True},
            {"id": "j1", "title": "Two", "body": "", "plain": True}])
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

    def stats(self, index):
        return json.loads(run("stats", "-d", index, "--format", "json")[1])

    def test_the_index_keeps_options_that_shape_articles(self):
        record = {"id": "a", "head line": "Ferry stops", "story": "Mary Robinson "
                  "came to Dublin.", "when": "05/01/2024"}
        for name in "ab":
            write(f"kept/{name}.jsonl", json.dumps(dict(record, id=name)) + "\n")
        given = ("--map", "title=head line,body=story,date=when",
                 "--date-order", "dmy", "--names", "given")
        add = ("index", "-q", "-d", "kept.idx")
        self.assertEqual(run(*add, *given, "kept/a.jsonl")[0], 0)
        first = self.stats("kept.idx")
        self.assertEqual(first["options"], {
            "map": given[1], "charset": "", "date_order": "dmy",
            "names": "given"})
        self.assertEqual((first["dated"], first["oldest"], first["newest"]),
                         (1, "2024-01-05", "2024-01-05"))
        self.assertRegex(run("stats", "-d", "kept.idx")[1],
                         r"keeps --date-order +dmy\n")
        # The next run reads alike, and changes nothing of the first.
        self.assertEqual(run(*add, "kept")[0], 0)
        self.assertEqual(search("-d", "kept.idx", "title:ferry"), ["a", "b"])
        self.assertEqual(search("-d", "kept.idx", "person:Robinson"), [])
        self.assertEqual(self.stats("kept.idx")["tombstones"], 0)
        for wrong in (("--map", "body=story"), ("--date-order", "mdy"),
                      ("--charset", "big5"), ("--names", "found"),
                      ("--no-entities",), ("--map", "")):
            status, _, err = run(*add, *wrong, "kept")
            self.assertEqual(status, 2)
            self.assertRegex(err, r"keeps \S+ .* was given\n.*--change-options")
        # The same in other words is no change.
        self.assertEqual(run(*add, "--map", "date=when,body=story,title=head line",
                             "--entities-only-given", "kept")[0], 0)
        self.assertEqual(run(*add, "--names", "none", "--entities-only-given",
                             "kept")[0], 2)
        # On purpose, all is read again: hashes are of what came in, but names
        # are looked for now.
        self.assertEqual(run(*add, "--change-options", "--names", "found",
                             "--date-order", "mdy", "kept")[0], 0)
        self.assertEqual(sorted(search("-d", "kept.idx", "person:Robinson")),
                         ["a", "b"])
        last = self.stats("kept.idx")
        self.assertEqual((last["options"]["names"], last["newest"]),
                         ("found", "2024-05-01"))
        self.assertEqual(run("check", "-d", "kept.idx")[0], 0)

    def test_check_names_the_articles_that_are_damaged(self):
        write("hurt/a.jsonl", "".join(
            json.dumps({"id": f"ship-{n}", "body": f"ferry number {n} sails"})
            + "\n" for n in range(5)))
        run("index", "-q", "-d", "hurt.idx", "hurt")
        path = glob.glob(os.path.join(WORK, "hurt.idx", "seg-*", "articles"))[0]
        with open(path, "rb") as file:
            data = bytearray(file.read())
        at = data.index(b"ship-3")
        data[at + 8] ^= 1
        with open(path, "wb") as file:
            file.write(data)
        status, out, _ = run("check", "-d", "hurt.idx")
        self.assertEqual(status, 3)
        self.assertIn("articles: its checksum does not fit\n", out)
        self.assertEqual(re.findall("damaged: article '(.*)'", out), ["ship-3"])
        self.assertIn("1 problem\n", out)

    def test_merging_deleting_and_repair_keep_the_options(self):
        write("keep2/a.jsonl", '{"id": "a", "t": "one"}\n{"id": "b", "t": "two"}\n')
        run("index", "-q", "-d", "keep2.idx", "--map", "title=t", "keep2")
        for command in (("delete", "--id", "a"), ("merge",)):
            self.assertEqual(run(command[0], "-d", "keep2.idx", *command[1:])[0], 0)
            self.assertEqual(self.stats("keep2.idx")["options"]["map"], "title=t")
        words = glob.glob(os.path.join(WORK, "keep2.idx", "seg-*", "words"))[0]
        with open(words, "r+b") as file:
            file.truncate(10)
        run("check", "-d", "keep2.idx", "--repair")
        self.assertEqual(run("check", "-d", "keep2.idx")[0], 0)
        self.assertEqual(self.stats("keep2.idx")["options"]["map"], "title=t")

    def test_an_older_index_keeps_no_options_and_opens(self):
        golden = os.path.join(SOURCE, "tests", "data", "golden", "format-3",
                              "index")
        shutil.copytree(golden, os.path.join(WORK, "old.idx"))
        self.assertEqual(self.stats("old.idx")["options"], {})
        self.assertIn("keeps --map            (nothing yet)\n",
                      run("stats", "-d", "old.idx")[1])

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

    def test_xapians_tools_find_long_lists_where_they_are_asked_to(self):
        write_many("lists.jsonl")
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
        write_many("more.jsonl", 900)
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
            article = json.loads(source)
            self.assertEqual({**article, "plain": True}, json.loads(line))
            self.assertEqual(json.loads(action), {"index": {"_id": article["id"]}})
            self.assertLessEqual(set(article), set(fields))
        self.assertEqual(run("export", "--format", "xml")[0], 2)

    def test_what_has_not_changed_is_not_read_again(self):
        index = ["-d", "unread.idx"]
        path = write("again/a.txt", "A title\n\nold words\n")
        os.utime(path, (1e9, 1e9))
        write("again/b.jsonl", '{"id":"b","body":"other words"}\n')
        self.assertIn("2 added", run("index", *index, "again")[1])
        # With the same size and time it passes for the same file.
        write("again/a.txt", "A title\n\nnew words\n")
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

    def test_packed_files_are_known_by_what_was_read(self):
        index = ["-d", "packed.idx"]
        path = write("packed/plain.jsonl", "".join(
            f'{{"id":"p{n}","body":"words of {n}"}}\n' for n in range(3000)))
        with open(path, "rb") as plain, \
                gzip.open(os.path.join(WORK, "packed/a.jsonl.gz"), "wb") as out:
            shutil.copyfileobj(plain, out)
        with tarfile.open(os.path.join(WORK, "packed/b.tar.gz"), "w:gz") as tar:
            tar.add(path, "c/d.jsonl")
        with zipfile.ZipFile(os.path.join(WORK, "packed/c.zip"), "w",
                             zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, "e.jsonl")
        files = glob.glob(os.path.join(WORK, "packed/*"))
        for file in files:
            os.utime(file, (1e9, 1e9))
        status, out, err = run("index", *index, "packed")
        self.assertEqual((status, err), (0, ""))
        self.assertIn("jsonl", out)
        for file in files:  # only touched: their contents decide
            os.utime(file, (1e9 + 5, 1e9 + 5))
        status, out, err = run("index", *index, "packed")
        self.assertEqual((status, err), (0, ""))
        self.assertIn("0 added, 0 replaced", out)
        self.assertNotIn("jsonl", out)  # of what was read
        with open(path, "a", encoding="utf-8") as file:
            file.write('{"id":"new","body":"one more"}\n')
        self.assertIn("1 added", run("index", *index, "packed")[1])

    def test_prune_drops_what_is_gone(self):
        index = ["-d", "prune.idx"]
        write("prune/a.jsonl", '{"id":"a","body":"one"}\n'
                   '{"id":"both","body":"two"}\n{"id":"c","body":"three"}\n')
        write("prune/b.jsonl", '{"id":"both","body":"two"}\n')
        write("apart/d.txt", "other")
        run("index", "-q", *index, "prune", "apart")
        write("prune/a.jsonl", '{"id":"a","body":"one"}\n')
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
        write("follow/one.txt", "first follower")
        write("follow/bad.jsonl", '{"id": 1}\n{"id": \n')
        program = subprocess.Popen(
            [PROGRAM, "index", "-d", "follow.idx", "--follow", "--prune",
             "follow"], cwd=WORK, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        try:
            self.wait_for("follow.idx", "follower", ["one.txt"])
            write("follow/bad.jsonl",
                       '{"id": 1}\n{"id": \n{"id": 2, "body": "good"}\n')
            write("follow/new/deep/two.txt", "second follower")
            self.wait_for("follow.idx", "second", ["new/deep/two.txt"])
            write("follow/new/deep/two.txt", "changed follower")
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

    def test_the_best_by_date_are_those_of_a_plain_sort(self):
        rand, articles = random.Random(3), []
        # In the long part dates ascend, as in archives, but for two at the end
        # of a group of 64 times 64: its words of bits do not begin where it does.
        for part, size in enumerate((70, 1, 9000, 300, 33, 64)):
            lines = []
            for i in range(size):
                n = len(articles)
                days = (n if size == 9000 else
                        rand.choice((n, rand.randrange(9000), 300)))
                if size == 9000 and i in (4094, 4095):
                    days = (-4000, 20000)[i - 4094]
                date = None if rand.random() < 0.1 else (
                    datetime.date(2001, 1, 1) + datetime.timedelta(days))
                words = rand.choices("mill tide ferry harbour".split(),
                                     (20, 5, 1, 1), k=3)
                articles.append((f"d{n}", date, words))
                lines.append(json.dumps({"id": f"d{n}", "body": " ".join(words),
                                         **({"date": str(date)} if date
                                            else {})}))
            path = write(f"dated{part}.jsonl", "\n".join(lines))
            self.assertEqual(run("index", "-q", "--no-merge", "-d", "dated.idx",
                                 path)[0], 0)
        run("delete", "-d", "dated.idx", "--id",
            *(f"d{n}" for n in range(0, 500, 7)))
        left = [a for n, a in enumerate(articles) if n % 7 or n >= 500]
        # The first searches read dates one by one, the others all.
        words = ["mill", "tide", "ferry", "harbour"] * 6
        for order, sign in (("newest", -1), ("oldest", 1)):
            for offset in (0, 5):
                queries = write("dated.txt", "".join(
                    f"{n}\t{w}\n" for n, w in enumerate(words)))
                _, out, err = run("search", "-d", "dated.idx", "--queries",
                                  queries, "--format", "json", "--sort", order,
                                  "-n", "7", "--offset", str(offset))
                got = [[h["id"] for h in json.loads(x)["hits"]]
                       for x in out.splitlines()]
                wanted = {w: [a[0] for a in sorted(
                    (a for a in left if w in a[2]),
                    key=lambda a: (a[1] is None,
                                   a[1] and sign * a[1].toordinal()))]
                    [offset:offset + 7] for w in words}
                self.assertEqual(got, [wanted[w] for w in words], err)

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


class Dates(unittest.TestCase):
    def setUp(self):
        self.path = write("dates.jsonl", "".join(
            json.dumps({"id": str(n), "title": "Harbour", "date": date}) + "\n"
            for n, date in enumerate(("05/01/2024", "some day", None, "",
                                      "N/A", "31/12/2016"))))

    def test_dates_that_cannot_be_read_are_reported(self):
        index = os.path.join(WORK, "dates.idx")
        _, out, _ = run("index", "-d", index, self.path)
        self.assertIn("6 articles, 1 with a date, 0.0 MB of text; 2 dates not "
                      "understood\n", out)
        _, out, err = run("inspect", self.path)
        self.assertIn("the date '05/01/2024' is not understood", err)
        self.assertIn("the date 'some day' is not understood", err)
        self.assertEqual(err.count("is not understood"), 2)
        self.assertEqual(len(out.splitlines()), 6)

    def test_an_order_reads_them(self):
        for order, date in (("dmy", "2024-01-05"), ("mdy", "2024-05-01")):
            _, out, err = run("inspect", "--date-order", order, self.path)
            self.assertEqual(json.loads(out.splitlines()[0])["date"], date)
            self.assertNotIn("05/01/2024", err)
        self.assertEqual(run("inspect", "--date-order", "ydm", self.path)[0], 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
