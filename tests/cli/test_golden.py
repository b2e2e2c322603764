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


class Golden(unittest.TestCase):
    def test_each_format_answers_as_the_version_that_wrote_it(self):
        folders = sorted(GOLDEN.glob("format-*"))
        self.assertTrue(folders)
        for folder in folders:
            index = os.path.join(WORK, folder.name)
            shutil.copytree(folder / "index", index)
            text = (folder / "answers.jsonl").read_text(encoding="utf-8")
            for expected in map(json.loads, text.splitlines()):
                with self.subTest(format=folder.name, args=expected["args"]):
                    self.assertEqual(answer(PROGRAM, index, expected["args"]),
                                     expected)


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
