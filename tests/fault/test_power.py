"""Power cuts: test_power.py NEWSHOUND

What a command does to the files of an index is traced, and disks are made on
which, at some moment, what was not synced is lost, torn, or was written in any
order (the model of Pillai et al., "All file systems are not created equal",
OSDI 2014). On each the index must be that of a commit, and after the command has
said that it is done, that of the new one.

NEWSHOUND_EVERY=1 cuts behind each call, where the default takes some."""

import os
import random
import re
import shutil
import subprocess
import sys
import unittest

from writers import SOME_WORD, Writers, write_corpus

PROGRAM = os.path.abspath(sys.argv[1])
WORK = os.path.abspath("power.work")
EVERY = int(os.environ.get("NEWSHOUND_EVERY", "0"))
STRACE = shutil.which("strace")
CALLS = ("openat,open,creat,close,dup,dup2,dup3,lseek,write,writev,pwrite64,"
         "pwritev,ftruncate,truncate,fsync,fdatasync,rename,renameat,renameat2,"
         "link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir")


DATA = ("write", "cut")


class Node:
    """A file or folder. Contents are made by the operations that survive."""

    def __init__(self, folder):
        self.folder = folder


class Disk:
    """Operations on the files below a folder, in order, with the place in the
    order at which each was synced."""

    def __init__(self, root):
        self.root = os.path.abspath(root)
        self.top = Node(True)
        self.ops = []       # [kind, node or (folder, name), ..]
        self.synced = []    # of each: number of operations when it was
        self.entries = {}   # (folder, name) -> node, as the program sees it
        self.files = {}     # descriptor -> [node, position]
        self._load(self.top, self.root)
        self.synced = [0] * len(self.ops)
        self.start = len(self.ops)

    def _load(self, node, path):
        for name in sorted(os.listdir(path)):
            below = os.path.join(path, name)
            child = Node(os.path.isdir(below))
            self._add("link", node, name, child)
            self.entries[node, name] = child
            if child.folder:
                self._load(child, below)
            else:
                with open(below, "rb") as file:
                    self._add("write", child, 0, file.read())

    def _add(self, *op):
        self.ops.append(op)
        self.synced.append(None)

    def _find(self, path):
        """(folder, name) of a path, or None for one outside."""
        path = os.path.normpath(path)
        if path == self.root:
            return self.top, None
        if not path.startswith(self.root + "/"):
            return None
        node = self.top
        *folders, name = path[len(self.root) + 1:].split("/")
        for part in folders:
            node = self.entries.get((node, part))
            if node is None:
                return None
        return node, name

    def _places(self, text, strings):
        """The places of the names in a call, each below the descriptor before
        it or, as in calls that have none, below the working folder."""
        folders = re.findall(r'(AT_FDCWD|\d+), ""', text)
        found = []
        for n, string in enumerate(strings):
            name = string.decode()
            at = folders[n] if n < len(folders) else "AT_FDCWD"
            if at == "AT_FDCWD" or name.startswith("/"):
                found.append(self._find(name))
            else:
                file = self.files.get(int(at))
                found.append((file[0], name) if file else None)
        return found

    def _node(self, place):
        return place[0] if place[1] is None else self.entries.get(place)

    def sync(self, node):
        """A file's bytes, not its name; the names in a folder, not its own."""
        self._add("sync", None)
        self.synced[-1] = len(self.ops)
        for i, op in enumerate(self.ops):
            where = (op[1], op[3]) if op[0] == "rename" else op[1:2]
            if self.synced[i] is None and any(w is node for w in where):
                self.synced[i] = len(self.ops)

    # ---- Calls.

    def call(self, name, text, strings, result):
        if result < 0:
            return
        method = getattr(self, "do_" + name, None)
        assert method, f"{name}({text})"
        method(text, strings, result)

    def do_openat(self, text, strings, result):
        place = self._places(text, strings)[0]
        if place is None:
            self.files.pop(result, None)
            return
        node = self._node(place)
        if node is None:
            assert "O_CREAT" in text, text
            node = Node(False)
            self.entries[place] = node
            self._add("link", place[0], place[1], node)
        elif "O_TRUNC" in text:
            self._add("cut", node, 0)
        self.files[result] = [node, 0]

    do_open = do_creat = do_openat

    def do_close(self, text, _, __):
        self.files.pop(int(re.match(r"\d+", text).group()), None)

    def _file(self, text):
        return self.files.get(int(re.match(r"\d+", text).group()))

    def do_write(self, text, strings, result):
        file = self._file(text)
        if file:
            self._add("write", file[0], file[1], strings[0][:result])
            file[1] += result

    def do_writev(self, text, strings, result):
        self.do_write(text, [b"".join(strings)], result)

    def do_pwrite64(self, text, strings, result):
        file = self._file(text)
        if file:
            at = int(text.rsplit(",", 1)[1])
            self._add("write", file[0], at, strings[0][:result])

    def do_lseek(self, text, _, result):
        file = self._file(text)
        if file:
            file[1] = result

    def do_ftruncate(self, text, _, __):
        file = self._file(text)
        if file:
            self._add("cut", file[0], int(text.split(",")[1]))

    def do_fsync(self, text, _, __):
        file = self._file(text)
        if file:
            self.sync(file[0])

    do_fdatasync = do_fsync

    def do_rename(self, text, strings, __):
        old, new = self._places(text, strings)
        if old is None and new is None:
            return
        node = self.entries.pop(old)
        self.entries[new] = node
        self._add("rename", old[0], old[1], new[0], new[1], node)

    do_renameat = do_renameat2 = do_rename

    def do_mkdir(self, text, strings, __):
        place = self._places(text, strings)[0]
        if place:
            node = Node(True)
            self.entries[place] = node
            self._add("link", place[0], place[1], node)

    do_mkdirat = do_mkdir

    def do_link(self, text, strings, __):
        old, new = self._places(text, strings)
        node = self._node(old) if old else None
        assert node or not new, text
        if new:
            self.entries[new] = node
            self._add("link", new[0], new[1], node)

    do_linkat = do_link

    def do_unlink(self, text, strings, __):
        place = self._places(text, strings)[0]
        if place:
            del self.entries[place]
            self._add("unlink", place[0], place[1])

    do_rmdir = do_unlinkat = do_unlink

    # ---- Disks after a cut.

    def pending(self, moment):
        """The operations before a moment that were not synced then."""
        return [op for op, synced in zip(self.ops[:moment], self.synced)
                if op[0] != "sync" and (synced is None or synced > moment)]

    def after_cut(self, moment, survives):
        """{path: bytes}, None for folders: what was synced before operation
        number `moment`, and of the others what survives(op) returns."""
        names, bytes_of = {}, {}
        pending = set(map(id, self.pending(moment)))
        for op in self.ops[:moment]:
            if id(op) in pending:
                op = survives(op)
            if op is None or op[0] == "sync":
                continue
            if op[0] == "link":
                names[op[1], op[2]] = op[3]
            elif op[0] == "unlink":
                names.pop((op[1], op[2]), None)
            elif op[0] == "rename":
                names.pop((op[1], op[2]), None)
                names[op[3], op[4]] = op[5]
            else:
                data = bytes_of.setdefault(op[1], bytearray())
                if op[0] == "cut":
                    del data[op[2]:]
                    data.extend(bytes(op[2] - len(data)))
                else:
                    data.extend(bytes(max(0, op[2] - len(data))))
                    data[op[2]:op[2] + len(op[3])] = op[3]
        out = {}

        def walk(node, path):
            for (folder, name), child in names.items():
                if folder is not node:
                    continue
                below = os.path.join(path, name)
                if child.folder:
                    out[below] = None
                    walk(child, below)
                else:
                    out[below] = bytes(bytes_of.get(child, b""))
        walk(self.top, "")
        return out


def events(log):
    """(name, arguments, strings in them, result) of each call that ended."""
    waiting = {}
    with open(log, encoding="ascii") as file:
        for line in file:
            pid, rest = line.rstrip("\n").split(None, 1)
            if rest.endswith("<unfinished ...>"):
                waiting[pid] = rest[:-len("<unfinished ...>")]
                continue
            match = re.match(r"<\.\.\. \w+ resumed>(.*)", rest)
            if match:
                rest = waiting.pop(pid) + match.group(1)
            match = re.match(r"(\w+)\((.*)\)\s+= (-?\d+)", rest)
            if match:
                name, text, result = match.groups()
                strings = [bytes.fromhex(s.replace("\\x", "")) for s in
                           re.findall(r'"((?:\\x[0-9a-f]{2})*)"', text)]
                yield (name, re.sub(r'"[^"]*"', '""', text), strings,
                       int(result))


def torn(op, rand):
    """A write of which only the first bytes arrived."""
    if op[0] != "write" or not op[3]:
        return op
    return (*op[:3], op[3][:rand.randrange(len(op[3]))])


def survivals(pending, rand):
    """Ways in which those operations that were not synced survive."""
    last = rand.randrange(1, 40)

    def ordered(op, left=[last]):
        left[0] -= 1
        return op if left[0] > 0 else torn(op, rand) if left[0] == 0 else None

    def any_order(op):
        chance = rand.random()
        return op if chance < .5 else torn(op, rand) if chance < .6 else None

    yield "nothing", lambda op: None
    yield "names, no bytes", lambda op: op if op[0] not in DATA else None
    yield "bytes, no names", lambda op: op if op[0] in DATA else None
    yield "the first, the last torn", ordered
    yield "any, in any order", any_order
    if not EVERY: # those that make names, and some of the others
        names = [op for op in pending if op[0] in ("link", "rename")]
        pending = names + rand.sample(pending, min(2, len(pending)))
    for one in pending:
        yield (f"all but {one[0]} {one[2]}" if one[0] not in DATA
               else f"all but {one[0]}",
               lambda op, one=one: None if op is one else op)


@unittest.skipUnless(STRACE, "there is no strace")
class Power(Writers):
    PROGRAM, WORK = PROGRAM, WORK
    disks = 0

    @classmethod
    def tearDownClass(cls):
        print(f"{cls.disks} disks after a cut")

    def trace(self, args):
        disk = Disk(self.index)
        log = os.path.join(WORK, "trace")
        sanitizers = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        done = subprocess.run(
            [STRACE, "-f", "-qq", "-xx", "-s", "1000000000", "-o", log, "-e",
             "trace=" + CALLS, PROGRAM, *args], capture_output=True,
            check=False, timeout=120,
            env=dict(os.environ, ASAN_OPTIONS=sanitizers))
        self.assertEqual(done.returncode, 0, done.stderr)
        for event in events(log):
            disk.call(*event)
        # The model saw all there was.
        end = disk.after_cut(len(disk.ops), lambda op: op)
        for path, data in end.items():
            real = os.path.join(self.index, path)
            if data is not None and os.path.basename(path) != "LOCK":
                with open(real, "rb") as file:
                    self.assertEqual(file.read(), data, path)
        self.assertEqual(
            set(end), {os.path.relpath(os.path.join(folder, name), self.index)
                       for folder, folders, files in os.walk(self.index)
                       for name in folders + files})
        return disk

    def make(self, contents):
        shutil.rmtree(self.index, ignore_errors=True)
        os.makedirs(self.index)
        for path, data in sorted(contents.items()):
            real = os.path.join(self.index, path)
            if data is None:
                os.makedirs(real, exist_ok=True)
            else:
                with open(real, "wb") as file:
                    file.write(data)

    def cut(self, disk, moment, counts, args):
        rand = random.Random(moment)
        for how, survives in survivals(disk.pending(moment), rand):
            self.cut_so(disk, moment, how, survives, counts, args)

    def cut_so(self, disk, moment, how, survives, counts, args):
        contents = disk.after_cut(moment, survives)
        what = (f"{args[0]}: cut behind operation {moment} of "
                f"{len(disk.ops)}, of what was not synced {how}")
        self.make(contents)
        Power.disks += 1
        if None in counts and "XAPIANDB" not in contents:
            done = self.run_program("search", "-d", self.index, SOME_WORD)
            self.assertEqual(done.returncode, 3, what)
        else:
            self.look([c for c in counts if c is not None], what)
        if EVERY or random.Random(what).random() < 0.3:
            self.finish(counts, args, what)

    def each_cut(self, command, most=4):
        counts, args = self.prepare(command)
        self.renew()
        self.each_cut_of(counts, args, most)

    def each_cut_of(self, counts, args, most):
        disk = self.trace(args)
        moments = list(range(disk.start, len(disk.ops)))
        if not EVERY and len(moments) > most:
            # Where files change names it matters most.
            renames = [i + 1 for i in moments if disk.ops[i][0] == "rename"]
            moments = sorted(set(renames[-most // 2:]) | set(
                random.Random(1).sample(moments, most // 2)))
        for moment in moments:
            self.cut(disk, moment, counts, args)
        self.cut(disk, len(disk.ops), [counts[-1]] * 2, args)

    def test_indexing(self):
        self.each_cut("index")

    def test_merging(self):
        self.each_cut("merge")

    def test_deleting(self):
        self.each_cut("delete")

    def test_pruning(self):
        self.each_cut("prune")

    def test_repairing(self):
        self.each_cut("repair")

    def test_making_an_index(self):
        write_corpus(self.corpus, 0, 60)
        os.makedirs(self.index)
        self.each_cut_of([None, 0, 60],
                         ["index", "-j1", "-d", self.index, self.corpus], 4)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
