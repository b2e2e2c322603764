"""Sphinx: its indexer, and searchd on the loopback, asked by SphinxQL.

  sphinx.py index ARTICLES.tsv FOLDER
  sphinx.py search FOLDER QUERIES ROUNDS

workload.py has the files. search prints for each query the least time in so many
rounds of a search for the best ten, with the way over the loopback, in
microseconds, and the number of matches.
"""

import os
import signal
import socket
import struct
import subprocess
import sys
import time

CONFIG = """
source articles
{{
    type = tsvpipe
    tsvpipe_command = cat {folder}/articles.tsv
    tsvpipe_field = title
    tsvpipe_field = body
    tsvpipe_attr_uint = author
    tsvpipe_attr_uint = date
}}
index articles
{{
    source = articles
    path = {folder}/articles
    morphology = stem_en
    dict = keywords
    min_prefix_len = 4
}}
indexer
{{
    mem_limit = 512M
}}
searchd
{{
    listen = 127.0.0.1:{port}:mysql41
    pid_file = {folder}/pid
    log = {folder}/log
    workers = threads
    binlog_path =
    seamless_rotate = 0
}}
"""


def number(author):
    """Sphinx has no texts to filter by but fields: authors are numbers."""
    import zlib
    return zlib.crc32(author.encode()) if author else 0


def configure(folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = os.path.join(folder, "sphinx.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(CONFIG.format(folder=folder, port=port))
    return path, port


def index(articles, folder):
    folder = os.path.abspath(folder)
    os.makedirs(folder)
    source = os.path.join(folder, "articles.tsv")
    with open(articles, encoding="utf-8") as lines, \
            open(source, "w", encoding="utf-8") as out:
        for n, line in enumerate(lines, 1):
            title, body, author, date = line.rstrip("\n").split("\t")
            out.write(f"{n}\t{title}\t{body}\t{number(author)}\t{date}\n")
    path, _ = configure(folder)
    subprocess.run(["indexer", "--config", path, "--quiet", "articles"],
                   check=True, stdout=subprocess.DEVNULL)
    os.remove(source)


class Client:
    """As much of MySQL's protocol as it takes."""

    def __init__(self, port):
        for _ in range(200):
            try:
                self.socket = socket.create_connection(("127.0.0.1", port))
                break
            except OSError:
                time.sleep(0.05)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")
        self.packet()
        login = struct.pack("<IIB23x", 0x8200, 1 << 24, 33) + b"\0\0"
        self.send(login, 1)
        self.packet()

    def send(self, data, sequence=0):
        self.socket.sendall(struct.pack("<I", len(data))[:3] +
                            bytes([sequence]) + data)

    def packet(self):
        head = self.file.read(4)
        return self.file.read(head[0] | head[1] << 8 | head[2] << 16)

    def query(self, sql):
        """The rows, as bytes."""
        self.send(b"\x03" + sql.encode())
        first = self.packet()
        if first[:1] == b"\xff":
            raise RuntimeError(first[3:].decode("utf-8", "replace"))
        for _ in range(first[0]):
            self.packet()
        self.packet()
        rows = []
        while True:
            row = self.packet()
            if row[:1] == b"\xfe" and len(row) < 9:
                return rows
            rows.append(row)

    def total(self):
        for row in self.query("show meta like 'total_found'"):
            return int(row[row.index(b"total_found") + 12:])
        return 0


def shape(q):
    name, words, author, first, last = q
    text = {"or": " | ".join(words.split(" ")),
            "phrase": f'"{words}"', "groups": f'"{words}"',
            "near": " NEAR/8 ".join(words.split(" ")),
            "prefix": words + "*"}.get(name, words)
    where = []
    if text:
        where.append("match('" + text.replace("'", "\\'") + "')")
    if author:
        where.append(f"author={number(author)}")
    if first != "0":
        where.append(f"date between {first} and {last}")
    order = " order by date desc" if name == "newest" else ""
    found = ("select id from articles where " + " and ".join(where) + order +
             " limit 10 option ranker=" +
             ("bm25" if name in ("or", "and") else "proximity_bm25"))
    facet = ("select author, count(*) c from articles where " +
             " and ".join(where) + " group by author order by c desc limit 10")
    return found, facet if name == "facet" else None


def search(folder, queries, rounds):
    path, port = configure(os.path.abspath(folder))
    with subprocess.Popen(["searchd", "--config", path, "--nodetach"],
                          stdout=subprocess.DEVNULL) as server:
        try:
            client = Client(port)
            with open(queries, encoding="utf-8") as file:
                lines = [shape(line.rstrip("\n").split("\t")) for line in file]
            best = [1e18] * len(lines)
            for _ in range(rounds):
                for i, (found, facet) in enumerate(lines):
                    start = time.perf_counter()
                    client.query(found)
                    if facet:
                        client.query(facet)
                    best[i] = min(best[i], time.perf_counter() - start)
            for i, (found, _) in enumerate(lines):
                client.query(found)
                print(best[i] * 1e6, client.total())
        finally:
            server.send_signal(signal.SIGTERM)


if __name__ == "__main__":
    if sys.argv[1] == "index":
        index(*sys.argv[2:4])
    else:
        search(sys.argv[2], sys.argv[3], int(sys.argv[4]))
