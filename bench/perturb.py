"""Copies of a corpus with other texts: perturb.py FILE.jsonl COPIES > OUT

Every copy of an article has an id of its own, and about a tenth of its words
replaced by words of the article before it in the file, so that the copies are
different articles with the vocabulary and the statistics of the corpus."""

import json
import random
import sys


def changed(text, other, rand):
    words = text.split(" ")
    if other:
        for i in range(len(words)):
            if rand.random() < 0.1:
                words[i] = rand.choice(other)
    return " ".join(words)


def main():
    path, copies = sys.argv[1], int(sys.argv[2])
    for copy in range(copies):
        rand, other = random.Random(copy), []
        with open(path, encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                body = record.get("body") or ""
                if copy > 0:
                    record["id"] = f"{record['id']}-{copy}"
                    record["body"] = changed(body, other, rand)
                    record["title"] = changed(record.get("title") or "",
                                              other, rand)
                other = body.split()[:300]
                print(json.dumps(record, ensure_ascii=False))


if __name__ == "__main__":
    main()
