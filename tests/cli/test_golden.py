"""Indexes of earlier versions, and what those versions answered.

  test_golden.py NEWSHOUND SOURCE-FOLDER
  test_golden.py --make NEWSHOUND FOLDER    write FOLDER/answers.jsonl for FOLDER/index
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

SEARCHES = [
    ["openai"], ["openai", "safety"], ['"safety culture"'], ["=organizing"],
    ["resign*"], ["behavi?r"], ["Schulmann~2"], ["AT&T"], ["person:Leike"],
    ['person:"Jan Leike"'], ["org:OpenAI"], ["place:\"San Francisco\""],
    ["topic:cocoa"], ["title:wall"], ["date:2024-05"], ["harbour -jobs"],
    ["harbour OR openai"], ["person:Leike NEAR/30 safety"], ["(openai safety)/s"],
    ["copies:golden-1"], ["id:golden-3"], ["source:golden"],
    ["--sort", "newest", "harbour OR openai"], ["nobody", "finds"],
    ["--since", "2023", "--until", "2024", "openai"],
    ["Lodz"], ["tromso"], ["international"], ['"international agreement"'], ["strassburg"],
    ["written"], ["C++"], ["topic:C"], ["r&b"], ["दल"], ['"カラス"'], ["กรุงเทพ"],
    ["السـلام"], ["сильный"], ["(दिल カラス)/s"],
]


def answer(program, index, args):
    done = subprocess.run([program, "search", "-d", index, "--format", "ids",
                           "-n", "50", *args], capture_output=True, check=False)
    return {"args": args, "status": done.returncode,
            "ids": done.stdout.decode().split()}


def make(program, folder):
    answers = [answer(program, f"{folder}/index", args) for args in SEARCHES]
    with open(f"{folder}/answers.jsonl", "w", encoding="utf-8") as file:
        for line in answers:
            file.write(json.dumps(line) + "\n")


def analyser(index):
    """The version of the rules for words that an index was made with."""
    with open(f"{index}/XAPIANDB", "rb") as file:
        lines = [line.split() for line in file if b"# nh analysis" in line]
    return int(lines[0][3])


def rebuild(index, new):
    """Makes an index anew as the message that refuses it says."""
    export = subprocess.run([PROGRAM, "export", "-d", index],
                            capture_output=True, check=True)
    subprocess.run([PROGRAM, "index", "-q", "-d", new, "-"],
                   input=export.stdout, capture_output=True, check=True)


class Golden(unittest.TestCase):
    def folders(self):
        folders = sorted(GOLDEN.glob("format-*"))
        self.assertTrue(folders)
        for folder in folders:
            index = os.path.join(WORK, self.id() + folder.name)
            shutil.copytree(folder / "index", index)
            yield folder, index

    def test_each_format_answers_as_the_version_that_wrote_it(self):
        newest = os.path.join(WORK, "newest")
        subprocess.run([PROGRAM, "index", "-q", "-d", newest, "-"],
                       input=b'{"id": "1", "text": "x"}', check=True)
        for folder, index in self.folders():
            anew = analyser(index) < analyser(newest)
            if anew:
                old, index = index, index + "-anew"
                rebuild(old, index)
            text = (folder / "answers.jsonl").read_text(encoding="utf-8")
            for expected in map(json.loads, text.splitlines()):
                got = answer(PROGRAM, index, expected["args"])
                if anew: # one segment without old articles: other scores
                    got["ids"].sort()
                    expected["ids"].sort()
                with self.subTest(format=folder.name, args=expected["args"]):
                    self.assertEqual(got, expected)

    def test_an_older_analyser_is_refused_with_what_to_do(self):
        older = [i for f, i in self.folders() if analyser(i) == 4]
        self.assertTrue(older)
        for index in older:
            for args in (["search", "-d", index, "openai"],
                         ["search", "-d", index, "--why-not", "golden-1", "x"],
                         ["timeline", "-d", index, "openai"],
                         ["index", "-d", index, "-"],
                         ["delete", "-d", index, "golden-1"],
                         ["check", "-d", index]):
                done = subprocess.run([PROGRAM, *args], input=b"",
                                      capture_output=True, check=False)
                with self.subTest(args=args[0]):
                    self.assertNotIn(done.returncode, (0, 1))
                    self.assertIn(b"analyser 4", done.stderr)
                    self.assertIn(b"newshound export -d OLD", done.stderr)
            for args in (["show", "-d", index, "golden-1"],
                         ["stats", "-d", index]):
                subprocess.run([PROGRAM, *args], capture_output=True,
                               check=True)


if __name__ == "__main__":
    if sys.argv[1] == "--make":
        make(*sys.argv[2:])
        sys.exit(0)
    PROGRAM = os.path.abspath(sys.argv[1])
    GOLDEN = pathlib.Path(sys.argv[2], "tests", "data", "golden")
    WORK = os.path.abspath("golden.work")
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    unittest.main(argv=sys.argv[:1])
