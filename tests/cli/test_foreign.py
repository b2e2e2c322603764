"""Foreign files, names and texts: test_foreign.py NEWSHOUND

Folders that cannot be read, paths that are too long, links, full disks; control
characters in messages, arguments and texts."""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
WORK = os.path.abspath("foreign.work")
ROOT = os.getuid() == 0
# ESC, DEL, CSI as a character and as a byte that is no UTF-8, overrides.
STEERS = re.compile("[\x1b\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")


def run(*args, **options):
    return subprocess.run([PROGRAM, *args], capture_output=True, check=False,
                          timeout=60, **options)


class Foreign(unittest.TestCase):

    def setUp(self):
        subprocess.run(["rm", "-rf", WORK], check=True)
        os.makedirs(WORK)
        os.chmod(WORK, 0o777)
        self.index = os.path.join(WORK, "idx")
        self.files = os.path.join(WORK, "files")
        os.makedirs(self.files)

    def put(self, path, name):
        with open(os.path.join(self.files, path), "w", encoding="utf-8") as f:
            f.write(json.dumps({"id": name, "body": f"the text of {name}"}))

    def ids(self):
        return sorted(json.loads(line)["id"] for line in
                      run("export", "-d", self.index).stdout.splitlines())

    # ---- Folders.

    @unittest.skipUnless(ROOT, "root only")
    def test_a_folder_that_may_not_be_read_ends_nothing(self):
        os.makedirs(os.path.join(self.files, "b-closed"))
        for path in ("a.jsonl", "b-closed/b.jsonl", "c.jsonl"):
            self.put(path, path[0])
        args = ["index", "-d", self.index, "--prune", self.files]
        self.assertEqual(run(*args, user=65534, group=65534).returncode, 0)
        self.assertEqual(self.ids(), ["a", "b", "c"])
        os.chmod(os.path.join(self.files, "b-closed"), 0)
        self.put("d.jsonl", "d")
        os.remove(os.path.join(self.files, "a.jsonl"))
        done = run(*args, user=65534, group=65534)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"b-closed", done.stderr)
        self.assertIn(b"1 skipped", done.stdout)
        # What nobody can see is not gone.
        self.assertEqual(self.ids(), ["b", "c", "d"])

    def test_a_path_that_is_too_long_ends_nothing(self):
        self.put("a.jsonl", "a")
        self.put("z.jsonl", "z")
        at = os.open(self.files, os.O_RDONLY)
        for _ in range(20):
            os.mkdir("m" * 250, dir_fd=at)
            below = os.open("m" * 250, os.O_RDONLY, dir_fd=at)
            os.close(at)
            at = below
        os.close(at)
        done = run("index", "-d", self.index, self.files)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"too long", done.stderr)
        self.assertEqual(self.ids(), ["a", "z"])

    def test_folders_too_deep_end_nothing(self):
        self.put("a.jsonl", "a")
        os.makedirs(os.path.join(self.files, *["m"] * 70))
        self.put("z.jsonl", "z")
        done = run("index", "-d", self.index, self.files)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"deeper", done.stderr)
        self.assertEqual(self.ids(), ["a", "z"])

    # ---- Links.

    def links(self):
        os.makedirs(os.path.join(WORK, "elsewhere"))
        os.makedirs(os.path.join(self.files, "real"))
        self.put("../elsewhere/far.jsonl", "far")
        self.put("../secret.jsonl", "secret")
        self.put("real/near.jsonl", "near")
        for target, name in (("real/near.jsonl", "inside.jsonl"),
                             ("../secret.jsonl", "outside.jsonl"),
                             ("real", "folder"), ("../elsewhere", "away"),
                             ("nowhere", "dangling"), ("..", "real/up"),
                             (".", "self"), ("loop", "loop")):
            os.symlink(target, os.path.join(self.files, name))

    def test_links_are_followed_inside_only(self):
        self.links()
        done = run("index", "-d", self.index, self.files)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.ids(), ["near"])
        for name in (b"outside.jsonl", b"away"):
            self.assertIn(name, done.stderr)
        self.assertIn(b"--follow-links", done.stderr)
        done = run("inspect", self.files)
        self.assertNotIn(b"secret", done.stdout)

    def test_links_are_followed_where_one_asks_for_it(self):
        self.links()
        os.remove(os.path.join(self.files, "real", "up"))
        done = run("index", "-d", self.index, "--follow-links", self.files)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.ids(), ["far", "near", "secret"])

    def test_folders_that_link_to_each_other_are_read_once(self):
        for n in range(12):
            os.makedirs(os.path.join(self.files, f"d{n}"))
            self.put(f"d{n}/a.jsonl", f"a{n}")
        for n in range(12):
            for k in range(12):
                os.symlink(f"../d{k}", os.path.join(self.files, f"d{n}",
                                                    f"to{k}"))
        done = run("index", "-d", self.index, "--follow-links", self.files)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.ids()), 12)

    def test_what_is_named_may_be_a_link(self):
        self.put("a.jsonl", "a")
        os.symlink(self.files, os.path.join(WORK, "link"))
        done = run("index", "-d", self.index, os.path.join(WORK, "link"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.ids(), ["a"])

    # ---- Disks.

    @unittest.skipUnless(ROOT, "root only")
    def test_a_full_disk_says_so(self):
        disk = os.path.join(WORK, "disk")
        os.makedirs(disk)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none",
                           disk], check=False,
                          stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no disk can be made")
        try:
            with open(os.path.join(self.files, "a.jsonl"), "w",
                      encoding="ascii") as file:
                for n in range(3000):
                    file.write(json.dumps({"id": str(n), "body":
                                           f"{n * 7919} {n * 104729} " * 9})
                               + "\n")
            done = run("index", "-d", os.path.join(disk, "idx"), self.files)
            self.assertEqual(done.returncode, 4)
            self.assertIn(b"No space left", done.stderr)
        finally:
            subprocess.run(["umount", disk], check=True)
        done = run("search", "-d", self.index, "x")
        with open("/dev/full", "wb") as full:
            self.put("b.jsonl", "b")
            run("index", "-d", self.index, os.path.join(self.files, "b.jsonl"))
            done = subprocess.run([PROGRAM, "export", "-d", self.index],
                                  stdout=full, stderr=subprocess.PIPE,
                                  check=False)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"No space left", done.stderr)

    # ---- What is shown.

    BAD = "\x1b]0;x\x07\x1b[2J\x7f\x9b31m\u202eevil\u2066"

    def quiet(self, data, what):
        text = data.decode("utf-8", "surrogateescape")
        self.assertIsNone(STEERS.search(text), f"{what}: {data}")
        self.assertNotIn("\udc9b", text, what)

    def test_messages_steer_no_terminal(self):
        bad = self.BAD.encode() + b"\x9b1m"
        self.put("a.jsonl", "a")
        run("index", "-d", self.index, self.files)
        name = os.path.join(self.files.encode(), b"x" + bad + b".jsonl")
        with open(name, "wb") as file:
            file.write(b'{"id": broken}\n{"body":"x","date":"\x1b[1m"}\n'
                       + b'{"' + bad + b'":1}\n')
        broken = os.path.join(WORK, "rules")
        shutil.copytree(self.index, broken)
        with open(os.path.join(broken, "entities.rules"), "wb") as file:
            file.write(b"merge " + bad + b"\n")
        for args in ((b"search", b"-d", self.index, b"x:" + bad),
                     (b"search", b"-d", bad, b"x"),
                     (b"search", b"-d", self.index, b"--sort", bad, b"x"),
                     (b"search", b"-d", self.index, b"-n", bad, b"x"),
                     (b"search", b"-d", self.index, b"(" + bad),
                     (b"search", b"-d", self.index, b"--" + bad),
                     (b"search", b"-d", self.index, b"--queries", bad),
                     (b"search", b"-d", self.index, b"--why-not", bad, b"x"),
                     (b"search", b"-d", broken, b"x"), (b"check", b"-d", broken),
                     (b"show", b"-d", self.index, bad),
                     (b"delete", b"-d", self.index, bad),
                     (bad,), (b"help", bad), (b"stats", b"-d", bad),
                     (b"index", b"-d", self.index, name),
                     (b"index", b"-d", self.index, b"-f", bad, name),
                     (b"index", b"-d", self.index, b"-m", bad, name),
                     (b"index", b"-d", self.index, b"--charset", bad, name),
                     (b"index", b"-d", self.index, bad),
                     (b"inspect", name), (b"tag", bad),
                     (b"complete", b"-d", self.index, bad)):
            done = run(*args)
            self.quiet(done.stderr, args)
            self.quiet(done.stdout, args)

    def test_texts_steer_no_terminal(self):
        bad = self.BAD
        with open(os.path.join(self.files, "a.jsonl"), "w",
                  encoding="utf-8") as file:
            file.write(json.dumps({
                "id": "a" + bad, "title": "title " + bad, "body":
                f"some text {bad} with word{bad}s in it", "person": ["P" + bad],
                "org": ["O" + bad], "author": ["A" + bad], "topic": ["T" + bad],
                "source": "S" + bad, "section": "C" + bad,
                "url": "http://x/" + bad}) + "\n")
        self.assertEqual(run("index", "-d", self.index, self.files).returncode,
                         0)
        shown = b""
        for args in (["search", "text"], ["search", "--explain", "text"],
                     ["search", "--facet", "person,org,topic,source", "text"],
                     ["search", "--group", "source", "text"],
                     ["show", "a" + bad], ["entities"],
                     ["entities", "--type", "org"], ["complete", "person:p"],
                     ["complete", "w"], ["stats"],
                     ["search", "--why-not", "a" + bad, "nothing"]):
            done = run(args[0], "-d", self.index, *args[1:])
            self.quiet(done.stdout + done.stderr, args)
            shown += done.stdout
        for name in (b"<U+009B>", b"<U+202E>",
                     b"<U+2066>"):
            self.assertIn(name, shown)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
