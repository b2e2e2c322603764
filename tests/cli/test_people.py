"""The program at a terminal: widths, colours, a pager, questions, ^C.

  test_people.py NEWSHOUND SOURCE-FOLDER
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

from program import PROGRAM, WORK, index_samples, run, search, write


def at_terminal(args, columns=80, keys=b"", env=None):
    """(exit status, what the terminal got) of the program with a terminal as its
    input, output and errors."""
    environment = {k: v for k, v in os.environ.items()
                   if k not in ("COLUMNS", "NO_COLOR", "PAGER", "LESS")}
    environment.update({"NEWSHOUND_INDEX": os.path.join(WORK, "idx"),
                        "TERM": "xterm", "NEWSHOUND_PAGER": "cat"})
    environment.update(env or {})
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ,
                struct.pack("HHHH", 24, columns, 0, 0))
    done = subprocess.Popen([PROGRAM, *args], stdin=theirs, stdout=theirs,
                            stderr=theirs, cwd=WORK, env=environment)
    os.close(theirs)
    if keys:
        os.write(ours, keys)
    out = b""
    limit = time.time() + 60
    while time.time() < limit:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            out += piece
        elif done.poll() is not None:
            break
    os.close(ours)
    return done.wait(), out.decode().replace("\r\n", "\n")


class Lines(unittest.TestCase):
    def test_text_is_broken_at_the_width_of_the_terminal(self):
        for columns in (40, 60, 80, 120):
            _, out = at_terminal(["search", "--color=never", "openai", "safety"],
                                 columns)
            self.assertLessEqual(max(map(len, out.splitlines())), columns)
            self.assertIn("led by", " ".join(out.split()))

    def test_nothing_is_broken_where_no_one_looks(self):
        _, out, _ = run("search", "openai", "safety")
        self.assertGreater(max(map(len, out.splitlines())), 100)
        self.assertNotIn("\033", out)

    def test_words_are_the_same_at_any_width(self):
        _, wide, _ = run("search", "-n", "1", "higgs")
        _, narrow = at_terminal(["search", "-n", "1", "--color=never", "higgs"],
                                40)
        strip = lambda text: text[:text.rindex("\n\n")].split()
        self.assertEqual(strip(narrow)[9:], strip(wide)[-len(strip(narrow)) + 9:])

    def test_wide_characters_take_two_columns(self):
        path = write("wide.jsonl", json.dumps({
            "id": "wide", "title": "橋が開通した" * 20, "body": "harbourx " * 40}))
        run("index", path)
        _, out = at_terminal(["search", "--color=never", "harbourx"], 50)
        first = out.splitlines()[0]
        self.assertTrue(first.endswith("..."), first)
        self.assertLessEqual(len(first) + first.count("橋") * 0 +
                             sum(ord(c) > 0x2000 for c in first), 50)

    def test_an_article_without_title_shows_its_first_words(self):
        path = write("untitled.jsonl", json.dumps({
            "id": "untitled", "body": "The zeppelinx rose over the lake at "
            "noon and was seen by many people who stood on the shore."}))
        run("index", path)
        _, out, _ = run("search", "zeppelinx")
        self.assertIn("  1 The zeppelinx rose over the lake at noon and was "
                      "seen by many people who stood ...\n", out)
        self.assertNotIn("(no title)", out)


class Colours(unittest.TestCase):
    def test_matches_are_bold_at_a_terminal(self):
        self.assertIn("\033[1m", at_terminal(["search", "higgs"])[1])

    def test_an_article_shows_what_was_looked_for(self):
        mark = ("show", "--mark", 'person:Leike "safety culture" wrote*')
        status, out = at_terminal([*mark, "leike-resigns"])
        self.assertEqual(status, 0)
        bold = re.findall("\033\\[1m(.*?)\033\\[0m", out)
        self.assertEqual(bold[:2], ["Leike", "Leike"])
        self.assertLessEqual({"safety", "culture", "wrote"}, set(bold))
        plain = run(*mark, "leike-resigns")[1]
        self.assertNotIn("\033", plain)
        self.assertEqual(run(*mark, "--color=always", "leike-resigns")[1].replace(
            "\033[1m", "").replace("\033[0m", ""), plain)
        self.assertEqual(plain, run("show", "leike-resigns")[1])
        self.assertEqual(run("show", "--mark", "persn:x", "leike-resigns")[0], 2)

    def test_dumb_terminals_and_no_color_get_none(self):
        for env in ({"TERM": "dumb"}, {"NO_COLOR": "1"}):
            self.assertNotIn("\033", at_terminal(["search", "higgs"],
                                                 env=env)[1])

    def test_color_says_it_outright(self):
        self.assertIn("\033[1mHiggs\033[0m",
                      run("search", "--color=always", "higgs")[1])
        self.assertNotIn("\033", at_terminal(["search", "--color=never",
                                              "higgs"])[1])
        self.assertEqual(run("search", "--color=often", "x")[0], 2)


class Pager(unittest.TestCase):
    def test_output_goes_through_the_pager(self):
        _, out = at_terminal(["search", "higgs"],
                             env={"NEWSHOUND_PAGER": "sed 's/^/> /'"})
        self.assertTrue(all(line.startswith("> ")
                            for line in out.splitlines() if line), out)
        _, out = at_terminal(["show", "leike-resigns"],
                             env={"NEWSHOUND_PAGER": "sed 's/^/> /'"})
        self.assertIn("> id: leike-resigns", out)

    def test_the_status_is_the_programs(self):
        env = {"NEWSHOUND_PAGER": "cat >/dev/null"}
        self.assertEqual(at_terminal(["search", "zzzznothing"], env=env)[0], 1)
        self.assertEqual(at_terminal(["search", "higgs"], env=env)[0], 0)

    def test_no_pager_prints_at_once(self):
        _, out = at_terminal(["search", "--no-pager", "higgs"],
                             env={"NEWSHOUND_PAGER": "cat >/dev/null"})
        self.assertIn("CERN", out)


class Commands(unittest.TestCase):
    def test_help_fits_into_80_columns(self):
        for command in re.findall(r"^  ([a-z]+) +\S", run("help")[1], re.M)[:-1]:
            for line in run(command, "--help")[1].splitlines():
                self.assertLessEqual(len(line), 80, command)

    def test_a_mistyped_command_gets_a_proposal(self):
        for typed, meant in (("serch", "search"), ("idnex", "index"),
                             ("stat", "stats")):
            status, _, err = run(typed, "x")
            self.assertEqual(status, 2)
            self.assertIn(f"did you mean: newshound {meant} ?", err)
        self.assertIn("see: newshound help", run("xyzzy")[2])

    def test_export_takes_a_query(self):
        status, out, _ = run("export", "person:Leike", "safety")
        self.assertEqual(status, 0)
        self.assertEqual([json.loads(line)["id"] for line in out.splitlines()],
                         search("--sort", "oldest", "person:Leike safety"))
        self.assertEqual(run("export", "zzzznothing")[:2], (1, ""))
        status, _, err = run("export", "persn:x")
        self.assertEqual(status, 2)
        self.assertIn("there is no field 'persn'", err)

    def test_delete_asks_before_many_articles_go(self):
        count = len(search("--all", "openai"))
        self.assertGreater(count, 10)
        _, out = at_terminal(["delete", "openai"], keys=b"n\n")
        self.assertIn(f"delete {count} articles? [y/N]", out)
        self.assertIn("nothing was deleted", out)
        self.assertEqual(len(search("--all", "openai")), count)
        _, out = at_terminal(["delete", "--id", "wide"])
        self.assertNotIn("[y/N]", out)
        _, out = at_terminal(["delete", "openai"], keys=b"y\n")
        self.assertIn(f"{count} deleted", out)
        self.assertEqual(search("openai"), [])
        index_samples()

    def test_interrupting_index_keeps_what_was_read(self):
        index = os.path.join(WORK, "interrupted")
        feed = subprocess.Popen([PROGRAM, "index", "-d", index, "-"],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, cwd=WORK)
        for n in range(20):
            feed.stdin.write(json.dumps({"id": str(n), "title": "harbour",
                                         "body": "tide"}).encode() + b"\n")
        feed.stdin.flush()
        time.sleep(1)
        feed.send_signal(signal.SIGINT)
        feed.stdin.close()
        err = feed.stderr.read().decode()
        feed.stderr.close()
        feed.stdout.close()
        self.assertEqual(feed.wait(), 130)
        self.assertIn("interrupted; what was read is in the index", err)
        self.assertEqual(len(search("-d", index, "--all", "harbour")), 20)


if __name__ == "__main__":
    index_samples()
    unittest.main(argv=["test_people.py"])
