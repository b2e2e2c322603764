"""Entities on annotated news: floors of what the shipped model finds in the news
half of Universal NER's PUD, which it was not trained on; persons of articles, in
a fifth of GUM's news that is held out; short names of persons there; and that
training is the same each time.

  test_entities.py NEWSHOUND WORKDIR TRAIN_ENTITIES MODEL
"""

import filecmp
import glob
import os
import subprocess
import sys

from common import arguments, data, expect, run

import score_entities
import score_persons
import score_resolution

# F of entities, in percent. Measured for doc/internals/entities.md: 91.2, 66.4, 76.2,
# 78.9.
FLOORS = {"PER": 89, "ORG": 64, "LOC": 74, "all": 77}
# F of persons of articles, second fifth of GUM's news: 86.3.
PERSONS_FLOOR = 82
NEWS_SENTENCES = 500  # then come sentences of Wikipedia


def news_half(path):
    with open(path, encoding="utf-8") as file:
        return "\n\n".join(file.read().split("\n\n")[:NEWS_SENTENCES]) + "\n"


FEW = ("--epochs", "1", "--skip",
       "gum-interview,gum-academic,btc,politics-dev,politics-test,"
       "politics-train,wnut-train,wnut-test")


def train(program, model, out, *options):
    subprocess.run([program, "--data", os.environ["NEWSHOUND_DATA"],
                    "--words-from", model, "-o", out, *options],
                   check=True, capture_output=True)


def held_out_persons(program, trainer, model, work):
    """F of a model that was trained without these texts."""
    gold, held = (os.path.join(work, name) for name in ("gum.bio", "held.model"))
    train(trainer, model, held, "--hold-out", "gum-news:1", "--held-out-to",
          gold)
    with open(gold, encoding="utf-8") as file:
        text = file.read()
    found = run(program, "tag", "--format", "bio", "--model", held,
                stdin=text.encode())
    p, r, f, count = score_persons.score(text.splitlines(), found.splitlines())
    print(f"persons of articles P {p:.1f} R {r:.1f} F {f:.1f} ({count})")
    return f


def main():
    program, work = arguments()
    trainer, model = (os.path.abspath(p) for p in sys.argv[3:5])
    text = news_half(data("ner", "uner-pud.test"))
    found = run(program, "tag", "--format", "bio", stdin=text.encode())
    scores = score_entities.score(
        score_entities.read(text.splitlines()),
        score_entities.read(found.splitlines()))
    for name, floor in FLOORS.items():
        p, r, f, count = scores[name]
        print(f"{name} P {p:.1f} R {r:.1f} F {f:.1f} ({count})")
        expect(f >= floor, f"{name}: F {f:.1f} is at least {floor}")
    short, resolved, right = score_resolution.score(
        program, sorted(glob.glob(data("ner", "gum") + "/GUM_news_*.conllu")))
    print(f"{short} short names, {resolved} resolved, {right} right")
    expect(resolved >= 0.93 * short, "93 % of short names are resolved")
    expect(right >= 0.97 * resolved, "97 % of them are right")
    models = [os.path.join(work, name) for name in ("a.model", "b.model")]
    for path in models:
        train(trainer, model, path, *FEW)
    expect(filecmp.cmp(*models, shallow=False),
           "training twice gives the same model")
    expect(held_out_persons(program, trainer, model, work) >= PERSONS_FLOOR,
           f"persons of articles: F is at least {PERSONS_FLOOR}")
    expect(os.path.getsize(model) <= 6 << 20, "the model has at most 6 MiB")


if __name__ == "__main__":
    main()
