"""What scripts and people at a terminal meet: JSON by its schema, batches as a
co-process, lines that end in NUL, completion in shells, the repl.

  test_shell.py NEWSHOUND SOURCE-FOLDER
"""

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
import unittest

import jsonschema

PROGRAM = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
WORK = os.path.abspath("shell.work")
INDEX = os.path.join(WORK, "idx")
# What shells are given: the program is found, and no file of the user's read.
ENV = dict(os.environ, NEWSHOUND_INDEX=INDEX, HOME=WORK, TERM="dumb", PS1="$ ",
           PATH=os.path.dirname(PROGRAM) + ":" + os.environ["PATH"])


def run(*args, stdin=None, status=(0, 1)):
    done = subprocess.run([PROGRAM, *args], capture_output=True, check=False,
                          input=stdin, env=ENV, cwd=WORK)
    assert done.returncode in status, (args, done)
    return done.stdout.decode()


def setUpModule():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    run("index", "-q", os.path.join(SOURCE, "corpus", "samples"), status=(0,))


def close(schema):
    """The schema with nothing allowed that it does not name."""
    if isinstance(schema, dict):
        schema = {key: close(value) for key, value in schema.items()}
        if "properties" in schema or "patternProperties" in schema:
            schema["additionalProperties"] = False
    elif isinstance(schema, list):
        schema = [close(value) for value in schema]
    return schema


class Json(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(SOURCE, "doc", "user", "output.schema.json"),
                  encoding="utf-8") as file:
            cls.schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(cls.schema)
        cls.closed = close(cls.schema)

    def check(self, kind, text, lines=True):
        """The values that a command printed, each of which is of this kind."""
        validator = jsonschema.Draft202012Validator(
            {**self.closed, "$ref": f"#/$defs/{kind}"})
        values = [json.loads(line) for line in text.splitlines()]
        self.assertTrue(values)
        if not lines:
            self.assertEqual(len(values), 1)
        for value in values:
            validator.validate(value)
        return values

    def test_pages(self):
        for options in (
                ("leike",), ("nosuchword",), ("safty",), ("leike banana",),
                ("--all", "NOT nosuchword"), ("-n", "0", "safety"),
                ("--explain", "leike safety"), ("--explain", "person:leike"),
                ("--facet", "person,org,place,author,source,section,topic,lang,"
                 "year,month,day", "safety"),
                ("--group", "year", "safety"), ("--group", "author", "safety"),
                ("--lenient", '"safety'), ("--sort", "newest", "safety"),
                ("--recency", "1y", "--explain", "safety"), ("--collapse",
                                                             "safety"),
                ("--since", "2024", "--until", "2024-06", "safety date:2024.."),
                ("--any", "leike banana")):
            self.check("page", run("search", "--format", "json", *options),
                       False)

    def test_timelines(self):
        for options in (("safety",), ("--occurrences", "safety", "harbour"),
                        ("--by", "week", "--since", "2024", "safety"),
                        ("--by-field", "person", "--measure", "share", "safety"),
                        ("--by", "quarter", "nosuchword")):
            self.check("timeline", run("timeline", "--format", "json",
                                       *options), False)

    def test_concordances(self):
        for options in (("safety",), ("--sort", "right", "--all", "safety"),
                        ("-n", "1", "person:leike")):
            self.check("concordance_line", run(
                "concordance", "--format", "jsonl", *options))

    def test_copies(self):
        path = os.path.join(WORK, "copies.jsonl")
        body = " ".join(f"word{n} of a longer text" for n in range(40))
        with open(path, "w", encoding="utf-8") as file:
            for n in range(3):
                print(json.dumps({"id": f"c{n}", "title": "t", "body": body}),
                      file=file)
        run("index", "-q", "-d", "copies", path)
        page = self.check("page", run("search", "-d", "copies", "--collapse",
                                      "--format", "json", "longer"), False)
        self.assertEqual(page[0]["hits"][0]["copies"], ["c1", "c2"])

    def test_every_other_kind(self):
        self.check("hit", run("search", "--format", "jsonl", "--explain",
                              "safety"))
        self.check("hit", run("search", "--format", "jsonl", "--queries", "-",
                              stdin=b"a\tsafety\nb\tleike\n"))
        self.check("why_not", run("search", "--format", "json", "--why-not",
                                  "leike-resigns", "banana"), False)
        self.check("why_not", run("search", "--format", "json", "--why-not",
                                  "leike-resigns", "leike"), False)
        self.check("article", run("show", "--format", "json", "leike-resigns",
                                  "text/dolly.txt"))
        self.check("article", run("export"))
        self.check("article", run("inspect", "-q", os.path.join(
            SOURCE, "corpus", "samples", "wire.trec")) or run("export"))
        self.check("completions", run("complete", "--format", "json", "lei"),
                   False)
        self.check("completions", run("complete", "--format", "json", "qqq"),
                   False)
        self.check("name", run("entities", "--format", "json"))
        with open(os.path.join(WORK, "two.jsonl"), "w", encoding="utf-8") as file:
            file.write('{"title": "a", "body": "b", "org": ["The Ferry"]}\n'
                       '{"title": "b", "body": "c", "org": ["Ferry"]}\n')
        run("index", "-q", "-d", "two.idx", "two.jsonl")
        self.check("proposal", run("entities", "-d", "two.idx", "-t", "org",
                                   "--propose", "--format", "json"))
        if not os.environ.get("NEWSHOUND_NO_MODEL"):
            self.check("mention", run("tag", stdin=b"Jan Leike left OpenAI in "
                                                   b"San Francisco.\n"))
        self.check("stats", run("stats", "--format", "json"), False)

    def test_the_document_names_every_member(self):
        with open(os.path.join(SOURCE, "doc", "user", "json-output.md"),
                  encoding="utf-8") as file:
            text = file.read()

        def members(schema):
            if isinstance(schema, dict):
                yield from schema.get("properties", ())
                for value in schema.values():
                    yield from members(value)
            elif isinstance(schema, list):
                for value in schema:
                    yield from members(value)

        missing = {m for m in members(self.schema) if f"`{m}`" not in text}
        self.assertEqual(missing, set())

    def test_a_batch_says_errors_in_its_lines(self):
        lines = ("1\tleike\n2\tpersn:x\n\nnotab\n3\t\n4\tnosuch\n5\t\"open\n"
                 "6\tdate:2024-13\n7\tsafety\n")
        out = run("search", "--format", "json", "-n", "1", "--queries", "-",
                  stdin=lines.encode(), status=(2,)).splitlines()
        self.assertEqual(len(out), 9)
        kinds = [("error" if "error" in json.loads(line) else "page", line)
                 for line in out]
        for kind, line in kinds:
            self.check(kind, line)
        self.assertEqual([kind for kind, _ in kinds],
                         ["page", "error", "error", "error", "page", "page",
                          "error", "error", "page"])
        error = json.loads(out[1])
        self.assertEqual((error["qid"], error["error"]["code"],
                          error["error"]["hint"], error["error"]["offset"],
                          error["error"]["length"]),
                         ("2", "query", "did you mean person: ?", 0, 6))


class Coprocess(unittest.TestCase):
    def ask(self, process, line):
        process.stdin.write(line + b"\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], 20)
        self.assertTrue(ready, "no answer")
        return json.loads(process.stdout.readline())

    def test_a_line_in_a_line_out_of_the_index_as_it_is(self):
        index = os.path.join(WORK, "grows")
        add = ("index", "-q", "-d", index, "-")
        run(*add, stdin=b'{"id": "a", "body": "ships"}\n')
        with subprocess.Popen([PROGRAM, "search", "-d", index, "--queries", "-",
                               "--format", "json"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, env=ENV) as process:
            self.assertEqual(self.ask(process, b"1\tships")["total"], 1)
            self.assertIn("error", self.ask(process, b"2\t("))
            self.assertIn("error", self.ask(process, b""))
            run(*add, stdin=b'{"id": "b", "body": "more ships"}\n')
            self.assertEqual(self.ask(process, b"3\tships")["total"], 2)
            shutil.rmtree(index)
            self.assertEqual(self.ask(process, b"4\tships")["total"], 2)
            process.stdin.close()
            self.assertEqual(process.wait(), 2)


class Null(unittest.TestCase):
    def test_lines_end_in_nul(self):
        for form in ("ids", "tsv", "trec", "jsonl"):
            plain = run("search", "--format", form, "safety")
            null = run("search", "-0", "--format", form, "safety")
            self.assertEqual(null, plain.replace("\n", "\0"))
            self.assertTrue(null.endswith("\0"))
        self.assertEqual(run("search", "-0", "--count", "leike"), "5\0")
        out = run("search", "-0", "--format", "ids", "--queries", "-",
                  stdin=b"1\tkasparov\0" b"2\tnosuch\nword\0")
        self.assertEqual(out, "1\tdeep-blue-kasparov\0")
        run("search", "-0", "safety", status=(2,))

    def test_it_goes_through_xargs(self):
        done = subprocess.run(
            "newshound search -0 --format ids kasparov | xargs -0 newshound "
            "show --format json", shell=True, capture_output=True, check=True,
            env=ENV)
        self.assertEqual(json.loads(done.stdout)["id"], "deep-blue-kasparov")


class Terminal:
    """A program at a terminal: what it shows, key after key."""

    def __init__(self, *command, **env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(WORK)
            os.execvpe(command[0], command, dict(ENV, **env))
        self.text = ""

    def expect(self, pattern, seconds=20):
        """Waits until that is shown, behind what was waited for before."""
        end = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.text)
            if found:
                self.text = self.text[found.end():]
                return found.group()
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise AssertionError(f"{pattern!r} is not in {self.text!r}")
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b""
            if not data:
                raise AssertionError(f"{pattern!r} is not in {self.text!r}")
            self.text += data.decode("utf-8", "replace")

    def keys(self, text):
        try:
            os.write(self.fd, text.encode())
        except OSError:  # it has ended
            pass

    def wait(self, key="", seconds=20):
        """The program's end: its status. The key is pressed until then: what comes
        right behind a prompt, before the terminal is raw, can be lost."""
        end = time.monotonic() + seconds
        pressed = 0
        while time.monotonic() < end:
            if key and time.monotonic() > pressed + 0.5:
                pressed = time.monotonic()
                self.keys(key)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.pid = 0
                return status
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    os.read(self.fd, 65536)
                except OSError:
                    pass
        raise AssertionError("the program does not end")

    def close(self):
        os.close(self.fd)
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


class Completion(unittest.TestCase):
    def script(self, shell):
        path = os.path.join(WORK, "complete." + shell)
        with open(path, "w", encoding="utf-8") as file:
            file.write(run("complete", "--script", shell))
        if shutil.which(shell):
            subprocess.run([shell, "-n", path], check=True)
        return path

    def session(self, *shell):
        if not shutil.which(shell[0]):
            self.skipTest(f"{shell[0]} is not installed")
        t = Terminal(*shell)
        self.addCleanup(t.close)
        t.expect(r"\$ |# |% ")
        return t

    def check_query(self, t):
        t.keys("newshound search --format ids person:hint\t\n")
        t.expect(r"nobel-physics-2024")
        t.keys("newshound search --format ids deep\\ kaspar\t\n")
        t.expect(r"deep-blue-kasparov")
        t.keys("newshound stats -d nosuch\t --form\t\x15")

    def test_bash(self):
        path = self.script("bash")
        t = self.session("bash", "--norc", "-i")
        t.keys(f"source {path}; echo re''ady\n")
        t.expect("ready")
        t.keys("newshound sea\t")
        t.expect("newshound search ")
        t.keys("--sort new\t")
        t.expect("newest ")
        t.keys("\x15newshound search --form\tjso\t\t\t")
        t.expect("json +jsonl")
        t.keys("\x15")
        self.check_query(t)

    def test_bash_keeps_what_was_typed(self):
        path = self.script("bash")
        names = os.path.join(WORK, "names.idx")
        run("index", "-q", "-d", names, "--names", "given", "-", stdin=(
            '{"id": "one", "body": "ferry", "person": ["Maria Lindqvist", '
            '"Per Lindqvist", "Niall O\'Dwyer"]}\n'
            '{"id": "two", "body": "5\\" ferry", "person": "Maria Berg"}\n'
        ).encode())
        t = self.session("bash", "--norc", "-i")
        t.keys(f"source {path}; NEWSHOUND_INDEX={names}; echo re''ady\n")
        t.expect("ready")
        # Two names have the word in the middle: both are shown, and it stays.
        t.keys("newshound search --format ids person:lindq\t\t")
        t.expect("Maria Lindqvist.*Per Lindqvist")
        t.expect("person:lindq$")
        t.keys("\x15newshound search --format ids person:per\t")
        t.expect("'\"Per Lindqvist\"' $")
        t.keys("\n")
        t.expect("\none\r?\n")
        for typed, shown in (
                ("newshound search person:mari\t", "'\"Maria "),
                ("l\t", "Lindqvist\"' "),
                ("\x15\x15newshound search 'ferry person:per\t",
                 "\"Per Lindqvist\"' "),
                ("\x15newshound search \"person:per\t",
                 "\\\\\"Per Lindqvist\\\\\"\" "),
                ("\x15newshound search person:dwy\t",
                 "\\\\\"Niall\\\\ O\\\\'Dwyer\\\\\" "),
                ("\x15newshound search --format=trec --sort=new\t",
                 "newest "),
                ("\x15newshound search --format=js\t\t\t", "json +jsonl"),
                ("\x15newshound search -- -person:per\t",
                 "'\"Per Lindqvist\"' "),
                ("\x15newshound index --date-order=m\t", "mdy "),
                ("\x15newshound index \"names.i\t", "names.idx/")):
            t.keys(typed)
            t.expect(shown)

    def complete_in_bash(self, line):
        """What the function offers, without a terminal."""
        path = self.script("bash")
        out = subprocess.run(
            ["bash", "-c", f"source {path}; compopt() {{ :; }}; "
             "COMP_WORDBREAKS=$' \\t\\n\"\\'><=;|&(:' COMP_LINE=$1 "
             "COMP_POINT=${#1}; _newshound; printf '%s\\n' \"${COMPREPLY[@]}\"",
             "bash", line], check=True, capture_output=True, text=True, env=ENV)
        return out.stdout.splitlines()

    def test_bash_completes_the_word_at_the_cursor(self):
        for line, expected in (
                ("newshound sea", ["search"]),
                ("newshound help sta", ["stats"]),
                ("newshound search --format=", ["text", "json", "jsonl", "tsv",
                                                "trec", "ids"]),
                ("newshound search --facet=pers", ["person"]),
                ("newshound search person:hint", ["'\"Geoffrey Hinton\"'"]),
                ("newshound search Person:hint", ["'\"Geoffrey Hinton\"'"]),
                ("newshound search person:\\\"geoffrey\\ h",
                 ["'\"Geoffrey Hinton\"'"]),
                ("newshound search person:\"geoffrey h",
                 ["\\\"Geoffrey Hinton\\\"\""]),
                ("newshound search person:'\"geoffrey ",
                 ["\"Geoffrey Hinton\""]),
                ("newshound search '-person:hint",
                 ["-person:\"Geoffrey Hinton\""]),
                ("newshound search '5\" (person:hint",
                 ["5\" (person:\"Geoffrey Hinton\""]),
                ("newshound search --index=nosuch person:hint", [""]),
                ("newshound search -d nosuch person:hint", [""])):
            self.assertEqual(self.complete_in_bash(line), expected, line)

    def test_zsh(self):
        path = self.script("zsh")
        t = self.session("zsh", "-f", "-i")
        t.keys(f"autoload -U compinit; compinit -D; source {path}; "
               "echo re''ady\n")
        t.expect("\nready|\rready")
        t.keys("newshound sea\t")
        t.expect("search ")
        t.keys("--sort new\t")
        t.expect("newest ")
        t.keys("\x15")
        self.check_query(t)

    def test_zsh_finds_it_in_its_path(self):
        if not shutil.which("zsh"):
            self.skipTest("zsh is not installed")
        folder = os.path.join(WORK, "fpath")
        os.makedirs(folder, exist_ok=True)
        shutil.copy(self.script("zsh"), os.path.join(folder, "_newshound"))
        t = self.session("zsh", "-f", "-i")
        t.keys(f"fpath=({folder} $fpath); autoload -U compinit; compinit -D -u;"
               " echo re''ady\n")
        t.expect("\nready|\rready")
        t.keys("newshound mer\t")
        t.expect("merge ")

    def test_fish(self):
        path = self.script("fish")
        if not shutil.which("fish"):
            self.skipTest("fish is not installed")

        def complete(line):
            out = subprocess.run(
                ["fish", "-c", f"source {path}; complete -C'{line}'"],
                check=True, capture_output=True, text=True, env=ENV).stdout
            return [row.split("\t")[0] for row in out.splitlines()]

        self.assertEqual(complete("newshound sea"), ["search"])
        self.assertEqual(complete("newshound search --sort "),
                         ["newest", "oldest", "relevance"])
        self.assertEqual(complete("newshound search --facet pe"), ["person"])
        self.assertEqual(complete("newshound index --format ni"), ["nitf"])
        self.assertEqual(complete("newshound search person:geoff"),
                         ["person:Geoffrey-Hinton"])
        self.assertEqual(complete("newshound search -d nosuch person:g"), [])

    def test_scripts_know_every_command_and_option(self):
        overview = run("help")
        commands = re.findall(r"^  (\w+) +\S", overview, re.M)
        self.assertIn("repl", commands)
        for shell in ("bash", "zsh", "fish"):
            text = run("complete", "--script", shell)
            for command in set(commands) - {"newshound"}:
                self.assertRegex(text, rf"\b{command}\b")
                for option in re.findall(r" --([a-z-]+)", run(command,
                                                              "--help")):
                    self.assertIn(option, text)


class Repl(unittest.TestCase):
    def start(self, *options, **env):
        t = Terminal(PROGRAM, "repl", *options, NEWSHOUND_HISTORY=os.path.join(
            WORK, "state", "new", "history"), PAGER="cat", **env)
        self.addCleanup(t.close)
        t.expect(r"45 articles\. Type a query, help, or quit\.")
        t.expect("newshound> ")
        return t

    def enter(self, t, line, expected):
        """Types a line and waits for what it prints, then for the prompt: what
        is typed before that is not edited yet."""
        t.keys(line + "\n")
        t.expect(expected)
        t.expect("newshound> ")

    def test_it_searches_opens_and_goes_on(self):
        t = self.start("-n", "2")
        self.enter(t, "person:leike", r"5 articles, the first 2 shown")
        self.enter(t, "more", r"\n  3 ")
        self.enter(t, "sort newest", r"2024-08-05")
        self.enter(t, "open 1", "id: schulman-leaves")
        self.enter(t, "open leike-resigns", "Leike wrote that")
        self.enter(t, "foo(", "parenthesis is never closed")
        self.enter(t, "open 6", "there is no hit 6")
        self.enter(t, "facets org", r"org: \d+ values in 5 articles")
        self.enter(t, "facets off", "")
        self.enter(t, "limit 1", "")
        self.enter(t, "search sort oldest", "article")
        self.enter(t, "help", r"open N\|ID")
        t.keys("quit\n")
        self.assertEqual(t.wait(), 0)

    def test_it_completes_and_remembers(self):
        t = self.start()
        t.keys("person:hint\t")
        t.expect('person:"Geoffrey Hinton"')
        self.enter(t, "", "Nobel prize in physics")
        t.keys("kaspar\t")
        t.expect("kasparov")
        self.enter(t, "", "Deep Blue")
        t.keys("facets pers\t")
        t.expect("facets person")
        t.keys("\x15org:\t")
        t.expect('org:"OpenAI".*\n')
        t.keys("\x15")
        self.enter(t, "caf\u00e9", "0 articles")
        t.keys("half a line")
        t.expect("half a line")
        t.keys("\x03")
        t.expect(r"\n.*newshound> ")
        self.assertEqual(t.wait("\x04"), 0)
        path = os.path.join(WORK, "state", "new", "history")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        t = self.start()
        t.keys("\x1b[A\x1b[A\n")  # the one before the last
        t.expect("Deep Blue")

    def test_it_reads_a_pipe(self):
        out = run("repl", "-n", "1", stdin=b"leike\nopen 1\nmore\n\nquit\nx\n")
        self.assertIn("5 articles, the first 1 shown", out)
        self.assertIn("id: ", out)
        out = run("repl", stdin=b"leike\nfacets nosuch\nnobel\n")
        self.assertIn("2 articles", out)
        self.assertIn("\n  2 ", out)
        self.assertNotIn("newshound>", out)
        self.assertNotIn("\033", out)

    def test_it_wants_an_index(self):
        run("repl", "-d", "nosuch", status=(3,))
        run("repl", "query", status=(2,))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
