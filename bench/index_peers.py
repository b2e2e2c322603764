"""Indexing speed beside peers, in one run on the same articles.

  bench/index_peers.py NEWSHOUND FILE.jsonl WORKDIR [ROUNDS]

Runs newshound (one and two workers, text stored), SQLite FTS5 (porter,
contentless) and Lucene 8 (positions, text not stored) in turn, and prints the
median CPU seconds, MB of text a CPU second, and index bytes a byte of text.
Needs libsqlite3-dev, liblucene8-java and a JDK; a peer that cannot be built is
left out by name. Lucene is given the texts already taken out of the JSON.
"""

import glob
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def cpu_of(command):
    """CPU seconds, wall seconds and peak MB of a command, children included."""
    timed = subprocess.run(["/usr/bin/time", "-f", "%U %S %e %M", *command],
                           capture_output=True, check=False)
    if timed.returncode:
        sys.exit(f"{command[0]}: {timed.stderr.decode()[-500:]}")
    user, system, wall, peak = timed.stderr.decode().split("\n")[-2].split()
    return float(user) + float(system), float(wall), int(peak) / 1024


def size_of(path):
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(f) for f in
               glob.glob(os.path.join(path, "**"), recursive=True)
               if os.path.isfile(f))


def prepare(source, work):
    """Bytes of text; writes texts.tsv for Lucene."""
    total = 0
    with open(source, encoding="utf-8") as lines, \
            open(os.path.join(work, "texts.tsv"), "w", encoding="utf-8") as out:
        for line in lines:
            record = json.loads(line)
            title, body = record.get("title") or "", record.get("body") or ""
            total += len(title.encode()) + len(body.encode())
            out.write(re.sub(r"\s", " ", title) + "\t" +
                      re.sub(r"\s", " ", body) + "\n")
    return total


def build_fts5(work):
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "json-c",
                            "sqlite3"], capture_output=True, check=False)
    program = os.path.join(work, "fts5")
    built = flags.returncode == 0 and subprocess.run(
        ["gcc", "-std=gnu11", "-O2", os.path.join(HERE, "fts5.c"), "-o",
         program, *flags.stdout.decode().split()], check=False).returncode == 0
    return [program] if built else None


def build_lucene(work):
    jars = ":".join(glob.glob("/usr/share/java/lucene-*-8*.jar"))
    built = jars and shutil.which("javac") and subprocess.run(
        ["javac", "-cp", jars, "-d", work,
         os.path.join(HERE, "LuceneIndex.java")], check=False).returncode == 0
    return ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=4", "-Xmx1g",
            "-cp", jars + ":" + work, "LuceneIndex"] if built else None


def main():
    program, source, work = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    text = prepare(source, work)
    index = os.path.join(work, "out")
    runs = {f"newshound -j{jobs}": [program, "index", "-q", f"-j{jobs}", "-d",
                                    index, source] for jobs in (1, 2)}
    fts5, lucene = build_fts5(work), build_lucene(work)
    if fts5:
        runs["SQLite FTS5"] = [*fts5, "index", source, index]
    if lucene:
        runs["Lucene 8"] = [*lucene, os.path.join(work, "texts.tsv"), index]
    figures = {name: [] for name in runs}
    sizes = {}
    for _ in range(rounds):
        for name, command in runs.items():
            shutil.rmtree(index, ignore_errors=True)
            if os.path.exists(index):
                os.remove(index)
            figures[name].append(cpu_of(command))
            sizes[name] = size_of(index)
    base = statistics.median(f[0] for f in figures["newshound -j1"])
    print(f"{text / 1e6:.1f} MB of text, {rounds} rounds, medians")
    print(f"{'':16} {'CPU s':>7} {'MB/CPU s':>9} {'wall s':>7} {'peak MB':>8} "
          f"{'index/text':>10} {'times newshound -j1':>20}")
    for name, rows in figures.items():
        cpu, wall, peak = (statistics.median(r[i] for r in rows)
                           for i in range(3))
        print(f"{name:16} {cpu:7.2f} {text / 1e6 / cpu:9.1f} {wall:7.2f} "
              f"{peak:8.0f} {sizes[name] / text:10.3f} {cpu / base:20.2f}")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
