"""Brute-force evaluation of query trees, and a generator of random ones.

A tree is a tuple: ("word", text), ("phrase", text), ("exact", text),
("title", tree), ("field", name, value, quoted), ("has", name),
("date", text, first, last), ("and", trees), ("or", trees), ("not", tree),
("wild", pattern), ("fuzzy", word, edits), ("near", distance or 0, ordered, tree, tree), ("scope", "s" or "p", tree).
"""

import datetime
import itertools
import math
import random
import re
from collections import Counter, defaultdict

import text_rules as rules

NAMES = ("person", "org", "place", "author")
LABELS = ("topic", "source", "section", "lang")


ENTITIES = ("person", "org", "place")
K1, B, TITLE = 1.2, 0.75, 3


def has_words(tree):
    kind = tree[0]
    if kind in ("and", "or"):
        return any(has_words(t) for t in tree[1])
    if kind == "near":
        return has_words(tree[3]) or has_words(tree[4])
    if kind == "scope":
        return has_words(tree[2])
    return kind in ("word", "phrase", "exact", "title", "wild", "fuzzy")


def edits(a, b):
    """Optimal string alignment distance."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1,
                           rows[-1][j - 1] + (x != y)))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


def mentions(name, words):
    """Spans where the name stands: the whole of it, else its last word."""
    spans, size, at = set(), len(name), 0
    while at < len(words):
        if words[at:at + size] == name:
            spans.add((at, at + size - 1))
            at += size
            continue
        if words[at] == name[-1]:
            spans.add((at, at))
        at += 1
    return spans


def plain(tree):
    """The tree with AND in the place of NEAR and of scopes."""
    kind = tree[0]
    if kind == "near":
        return ("and", [plain(tree[3]), plain(tree[4])])
    if kind == "scope":
        return plain(tree[2])
    if kind in ("and", "or"):
        return (kind, [plain(t) for t in tree[1]])
    return tree


class Corpus:
    """The articles of a corpus, analysed, with sets of article numbers."""

    def __init__(self, articles):
        self.articles = list(articles)
        self.all = frozenset(range(len(self.articles)))
        self.stems = {"body": defaultdict(set), "title": defaultdict(set)}
        self.folded = defaultdict(set)
        self.titles, self.bodies = [], []
        self.starts = {}
        self.meant = {}
        self.known = {}
        self.by_stem = defaultdict(set)
        self.divided = defaultdict(set) # (first part, second part): articles
        self.wdf = {"body": defaultdict(dict), "title": defaultdict(dict)}
        self.lengths = []
        self.values = defaultdict(set)
        self.parts = defaultdict(set)
        self.has = defaultdict(set)
        for number, article in enumerate(self.articles):
            self._add(number, article)
        self.spelt, self.wholes = {}, defaultdict(list)
        for a, b in self.divided:
            self.wholes[rules.stem(a + b)].append((a, b))
            self.wholes["exactly", a + b].append((a, b))
        self.average = sum(self.lengths) / max(1, len(self.lengths))

    def _add(self, number, article):
        self._count(number, article)
        for text, store in ((article.title, self.titles),
                            (article.body, self.bodies)):
            listed = rules.words(text)
            store.append([w for w, _, _ in listed])
            for word, possessive, _ in listed:
                self.folded[word].add(number)
                if possessive:
                    continue
                self.stems["body"][rules.stem(word)].add(number)
                if store is self.titles:
                    self.stems["title"][rules.stem(word)].add(number)
        for parts in rules.divided(article.body):
            self.divided[parts].add(number)
        if self.titles[-1]:
            self.has["title"].add(number)
        if article.date:
            self.has["date"].add(number)
        for name, values in article.fields.items():
            for value in values:
                folded = rules.fold_name(value)
                self.has[name].add(number)
                self.values[name, folded].add(number)
                if name == "lang":  # en for en-US
                    for end in range(1, folded.count(" ") + 1):
                        wider = " ".join(folded.split(" ")[:end])
                        self.values[name, wider].add(number)
                for part in folded.split(" "):
                    self.parts[name, part].add(number)

    def _count(self, number, article):
        """Occurrences of terms, and the length: the sum of all of them. Title
        words count TITLE times; there is a term for the title's words alone,
        and one for each word of an entity's name, which counts where the name
        stands in title and text, once at least."""
        terms, titles = Counter(), Counter()
        for text, title in ((article.title, True), (article.body, False)):
            listed = rules.words(text)
            for word, possessive, _ in listed:
                if not possessive:
                    terms[rules.stem(word)] += TITLE if title else 1
                    titles[rules.stem(word)] += title
            for (a, _, first), (b, _, second) in zip(listed, listed[1:]):
                if first and second:
                    terms[a + b] += TITLE if title else 1
                    titles[a + b] += title
        length = sum(terms.values()) + sum(titles.values())
        for name in ENTITIES:
            for value in set(article.fields.get(name, ())):
                parts = rules.fold_name(value).split(" ")
                spelt = rules.fold_words(value)
                stands = sum(len(mentions(spelt, [w for w, _, _ in
                                                  rules.words(text)]))
                             for text in (article.title, article.body))
                length += max(1, stands) * len(parts)
        self.lengths.append(length)
        for term, count in terms.items():
            self.wdf["body"][term][number] = count
        for term, count in titles.items():
            if count:
                self.wdf["title"][term][number] = count

    def scores(self, tree, where="body"):
        """BM25 scores of the articles that the tree finds, from its definition
        alone; None if it has no words to rank by."""
        if not has_words(tree):
            return None
        return self._scores(tree, where)

    def _scores(self, tree, where):
        kind = tree[0]
        if kind == "title":
            return self._scores(tree[1], "title")
        if kind in ("word", "phrase", "exact", "wild", "fuzzy"):
            terms = self._terms(tree, where)
            found = (self._pattern if kind in ("wild", "fuzzy") else self._typed)(
                tree, where)
            scores = {n: sum(self._bm25(t, n, where) for t in terms) for n in found}
            for words, rests in self._divisions(tree, where):
                terms = {rules.stem(w) for w in words
                         if w != "s" or len(words) == 1}
                for n in self._with_parts(words, rests):
                    scores[n] = scores.get(n, 0) + sum(
                        self._bm25(t, n, where) for t in terms)
            return scores
        if kind in ("near", "scope"):
            scores = self._scores(plain(tree), where)
            return {n: scores.get(n, 0) for n in self.evaluate(tree, where)}
        if kind in ("and", "or"):
            parts = [self._scores(t, where) for t in tree[1]]
            return {n: sum(p.get(n, 0) for p in parts)
                    for n in self.evaluate(tree, where)}
        return {}

    def _bm25(self, term, number, where):
        postings = self.wdf[where].get(term, {})
        if number not in postings:
            return 0
        odds = (len(self.articles) - len(postings) + 0.5) / (
            len(postings) + 0.5)
        if odds < 2:
            odds = odds / 2 + 1
        wdf = postings[number]
        norm = 1 - B + B * self.lengths[number] / self.average
        return math.log(odds) * (K1 + 1) * wdf / (wdf + K1 * norm)

    def _terms(self, tree, where):
        """The terms that a word or phrase is ranked by."""
        if tree[0] in ("wild", "fuzzy"):
            return sorted({rules.stem(w) for w in self._forms(tree)})
        listed = rules.words(tree[1])
        if tree[0] == "word" and len(listed) > 1 and listed[-1][1]:
            listed.pop()
        terms, seen = [], set()
        for i, (word, _, cjk) in enumerate(listed):
            before = i > 0 and listed[i - 1][2]
            after = i + 1 < len(listed) and listed[i + 1][2]
            if cjk and before:
                terms.append(listed[i - 1][0] + word)
            if word in seen or (cjk and (before or after)) or (
                    word == "s" and len(listed) > 1):
                continue
            seen.add(word)
            terms.append(rules.stem(word))
        return terms

    def phrase(self, text, where):
        wanted = [w for w, _, _ in rules.words(text)]
        candidates = set(self.all)
        for word in wanted:
            candidates &= self.folded.get(word, set())
        stores = [self.titles] if where == "title" else [self.titles,
                                                         self.bodies]
        if len(wanted) == 1:
            # Possessives have no postings, so a lone word does not find them.
            stem = rules.stem(wanted[0])
            candidates &= self.stems[where].get(stem, set())
        return {n for n in candidates
                if any(self._stands(wanted, store[n]) for store in stores)}

    @staticmethod
    def _stands(wanted, words):
        size = len(wanted)
        first = wanted[0]
        return any(words[i] == first and words[i:i + size] == wanted
                   for i in range(len(words) - size + 1))

    def evaluate(self, tree, where="body"):
        kind = tree[0]
        if kind in ("word", "phrase", "exact"):
            found = self._typed(tree, where)
            for words, rests in self._divisions(tree, where):
                found |= self._with_parts(words, rests)
            return found
        if kind == "title":
            return self.evaluate(tree[1], "title")
        if kind in ("wild", "fuzzy"):
            return self._pattern(tree, where)
        if kind == "field":
            return self._field(*tree[1:])
        if kind == "has":
            return set(self.has.get(tree[1], set()))
        if kind == "date":
            return {n for n, a in enumerate(self.articles)
                    if a.date and tree[2] <= a.date <= tree[3]}
        if kind in ("near", "scope"):
            return {n for n in self.evaluate(plain(tree), where)
                    if any(self._holds(n, tree, where, part)
                           for part in ("title", "body"))}
        if kind == "not":
            return set(self.all) - self.evaluate(tree[1], where)
        sets = [self.evaluate(t, where) for t in tree[1]]
        return set.intersection(*sets) if kind == "and" else set.union(*sets)

    def _typed(self, tree, where):
        """Articles with the word or phrase as it is typed."""
        return (self._word if tree[0] == "word" else self.phrase)(tree[1], where)

    # ---- Words that the end of a line divides.

    def _divisions(self, tree, where):
        """(words, places of second parts) of each other spelling of a word or
        phrase."""
        if tree[0] in ("wild", "fuzzy") or where == "title" or not self.divided:
            return []
        if tree not in self.spelt:
            listed = rules.words(tree[1])
            if tree[0] == "word" and len(listed) > 1 and listed[-1][1]:
                listed.pop()
            self.spelt[tree] = list(self._divide(
                listed, tree[0] == "word" and len(listed) == 1))
        return self.spelt[tree]

    def _divide(self, listed, stemmed):
        choices = []
        for word, _, cjk in listed:
            choices.append([(word,)])
            if not cjk:
                choices[-1] += self.wholes[rules.stem(word) if stemmed else
                                           ("exactly", word)]
        for chosen in itertools.product(*choices):
            words, rests = [], []
            for parts in chosen:
                words += parts
                if len(parts) == 2:
                    rests.append(len(words) - 1)
            if rests:
                yield words, rests

    def _with_parts(self, words, rests):
        found = set(self.all)
        for i in rests:
            found &= self.divided[words[i - 1], words[i]]
        return {n for n in found if any(self._stands(words, store[n])
                                        for store in (self.titles, self.bodies))}

    def _forms(self, tree):
        """The words of the corpus that a wildcard or fuzzy word means."""
        if tree not in self.meant:
            if tree[0] == "wild":
                fits = re.compile("".join(
                    ".*" if c == "*" else "." if c == "?" else re.escape(c)
                    for c in tree[1]), re.S).fullmatch
            else:
                def fits(word):
                    return (abs(len(word) - len(tree[1])) <= tree[2] and
                            edits(tree[1], word) <= tree[2])
            self.meant[tree] = {w for w in self.folded if fits(w)}
        return self.meant[tree]

    def _pattern(self, tree, where):
        forms = self._forms(tree)
        found = set()
        for stem in {rules.stem(w) for w in forms}:
            found |= self.stems[where].get(stem, set())
        if where == "title":
            return {n for n in found if forms & set(self.titles[n])}
        with_form = set()
        for form in forms:
            with_form |= self.folded[form]
        return found & with_form

    # ---- Places: spans are (first, last) word of the title or the body.

    def _words_of(self, number, part):
        return (self.titles if part == "title" else self.bodies)[number]

    def _holds(self, number, tree, where, part):
        if tree[0] == "near":
            return bool(self._spans(number, tree, where, part))
        return any(self._stands_in(number, tree[2], where, part, a, b)
                   for a, b in self._scopes(number, tree[1], part))

    def _scopes(self, number, scope, part):
        """First and last word of each sentence or paragraph."""
        if (number, part) not in self.starts:
            article = self.articles[number]
            self.starts[number, part] = rules.places(
                article.title if part == "title" else article.body)
        placed = self.starts[number, part]
        flag = 1 if scope == "s" else 2
        edges = [i for i, w in enumerate(placed) if i == 0 or w[flag]]
        edges.append(len(placed))
        return [(a, b - 1) for a, b in zip(edges, edges[1:])]

    def _stands_in(self, number, tree, where, part, first, last):
        if tree[0] in ("and", "or"):
            test = all if tree[0] == "and" else any
            return test(self._stands_in(number, t, where, part, first, last)
                        for t in tree[1])
        return any(first <= a and b <= last
                   for a, b in self._spans(number, tree, where, part))

    def _spans(self, number, tree, where, part):
        words = self._words_of(number, part)
        kind = tree[0]
        if kind == "title":
            return self._spans(number, tree[1], "title", part)
        if kind == "or":
            return {s for t in tree[1]
                    for s in self._spans(number, t, where, part)}
        if kind == "near":
            left = self._spans(number, tree[3], where, part)
            right = self._spans(number, tree[4], where, part)
            reach = tree[1] or 10
            return {(min(a, c), max(b, d)) for a, b in left for c, d in right
                    if 1 <= c - b <= reach or
                    (not tree[2] and 1 <= a - d <= reach)}
        if kind in ("field", "has"):
            return self._name_spans(number, tree, words)
        if where == "title" and part != "title":
            return set()
        if kind in ("wild", "fuzzy"):
            return self._places(words, self._forms(tree))
        listed = rules.words(tree[1])
        if kind == "word" and len(listed) > 1 and listed[-1][1]:
            listed.pop()
        spans = set()
        for parts, _ in self._divisions(tree, where):
            spans |= self._sequences(words, parts)
        if kind == "word" and len(listed) == 1:
            return spans | self._places(words, self._alike(rules.stem(listed[0][0])))
        return spans | self._sequences(words, [w for w, _, _ in listed])

    @staticmethod
    def _sequences(words, wanted):
        size = len(wanted)
        spans, at = set(), -1
        try:
            while True:
                at = words.index(wanted[0], at + 1)
                if words[at:at + size] == wanted:
                    spans.add((at, at + size - 1))
        except ValueError:
            return spans

    # ---- Occurrences: (part, first word, last word) of an article that matches.

    def occurrences(self, number, tree, where="body"):
        """Where the words of a query stand in a match; of alternatives only
        those that the article meets."""
        kind = tree[0]
        if kind == "and":
            if number not in self._evaluated(tree, where):
                return set()
        if kind in ("and", "or"):
            return {o for t in tree[1]
                    for o in self.occurrences(number, t, where)}
        if kind == "title":
            return self.occurrences(number, tree[1], "title")
        if kind in ("not", "date") or (
                kind in ("field", "has") and tree[1] not in NAMES):
            return set()
        found = set()
        for part in ("title", "body"):
            spans = (self._scope_spans(number, tree, where, part)
                     if kind == "scope" else
                     self._spans(number, tree, where, part))
            found |= {(part, a, b) for a, b in spans}
        return found

    def _evaluated(self, tree, where):
        key = id(tree), where
        if key not in self.known:
            self.known[key] = (tree, self.evaluate(tree, where))
        return self.known[key][1]

    def _scope_spans(self, number, tree, where, part):
        """The spans of what stands in the sentences that have all of it."""
        found = set()
        for first, last in self._scopes(number, tree[1], part):
            if self._stands_in(number, tree[2], where, part, first, last):
                found |= self._inside(number, tree[2], where, part, first, last)
        return found

    def _inside(self, number, tree, where, part, first, last):
        if tree[0] in ("and", "or"):
            return {s for t in tree[1]
                    if self._stands_in(number, t, where, part, first, last)
                    for s in self._inside(number, t, where, part, first, last)}
        return {(a, b) for a, b in self._spans(number, tree, where, part)
                if first <= a and b <= last}

    @staticmethod
    def _places(words, forms):
        if forms.isdisjoint(words):
            return set()
        return {(i, i) for i, w in enumerate(words) if w in forms}

    def _alike(self, stem):
        """The words of the corpus that have the stem."""
        if not self.by_stem:
            for word in self.folded:
                self.by_stem[rules.stem(word)].add(word)
        return self.by_stem[stem]

    def _name_spans(self, number, tree, words):
        """Where the names that a filter means stand: whole, else their last
        word."""
        spans = set()
        for value in self.articles[number].fields.get(tree[1], ()):
            name = rules.fold_name(value).split(" ")
            stands = rules.fold_words(value)
            if tree[0] == "field":
                folded = rules.fold_name(tree[2])
                if tree[3] or " " in folded:
                    if name != folded.split(" "):
                        continue
                elif folded not in name:
                    continue
            spans |= mentions(stands, words)
        return spans

    def _word(self, text, where):
        listed = rules.words(text)
        if len(listed) > 1 and listed[-1][1]:
            listed.pop()
        if len(listed) == 1:
            return set(self.stems[where].get(rules.stem(listed[0][0]), set()))
        return self.phrase(" ".join(w for w, _, _ in listed), where)

    def _field(self, name, value, quoted):
        folded = rules.fold_name(value)
        if name in NAMES and not quoted and " " not in folded:
            return set(self.parts.get((name, folded), set()))
        return set(self.values.get((name, folded), set()))


class Generator:
    """Random queries whose words and values come from the corpus."""

    def __init__(self, corpus, seed):
        self.corpus = corpus
        self.random = random.Random(seed)
        self.around = None  # words of one place of an article
        self.pairs = sorted({(n, v) for a in corpus.articles
                             for n, values in a.fields.items()
                             for v in values if n in NAMES + LABELS})

    def _article(self):
        return self.random.choice(self.corpus.articles)

    def _text(self):
        for _ in range(20):
            a = self._article()
            words = (a.title + " " + a.body).split()
            words = [w.strip('".,;:()<>*?~=+-&/!\'`') for w in words]
            words = [w for w in words
                     if w and rules.words(w) and not set(w) & set('"()*?~:<>') and
                     w not in ("AND", "OR", "NOT") and "NEAR" not in w]
            if len(words) > 5:
                return words
        return ["the", "of", "in", "a", "to", "and"]

    def word(self):
        return ("word", self.random.choice(self._text()))

    def pattern(self):
        """A wildcard or fuzzy word, made of a word of the corpus."""
        for _ in range(20):
            listed = rules.words(self.random.choice(self.around or
                                                    self._text()))
            if len(listed) == 1 and not listed[0][2] and len(listed[0][0]) > 2:
                break
        else:
            return self.word()
        word = listed[0][0]
        at = self.random.randrange(len(word))
        if self.random.random() < 0.35:
            kind = self.random.randrange(4)
            other = self.random.choice("aeinrst")
            word = (word, word[:at] + other + word[at:],
                    word[:at] + word[at + 1:],
                    word[:at] + word[at:at + 2][::-1] + word[at + 2:])[kind]
            return ("fuzzy", word, self.random.choice((1, 1, 2)))
        size = self.random.choice((1, 1, 2, 3))
        cut = self.random.choice((
            word[:at] + "*", "*" + word[at:], word[:at] + "?" + word[at + 1:],
            word[:at] + "*" + word[at + size:],
            word[:at] + "?" + word[at + 1:-1] + "*"))
        return ("wild", cut) if cut.strip("*?") else ("wild", word + "*")

    def phrase(self):
        words = self._text()
        size = self.random.choice((1, 2, 2, 2, 3, 3, 4, 5))
        if self.random.random() < 0.75:
            at = self.random.randrange(max(1, len(words) - size))
            return ("phrase", " ".join(words[at:at + size]))
        return ("phrase", " ".join(self.random.choice(words)
                                   for _ in range(size)))

    def field(self):
        if not self.pairs:
            return self.word()
        name, value = self.random.choice(self.pairs)
        part = self.random.choice(rules.fold_name(value).split(" "))
        plain = not set(value) & set(' "()*:')
        style = self.random.random()
        if style < 0.45:
            return ("field", name, value, True)
        if style < 0.8 and name in NAMES and part:
            return ("field", name, part, False)
        if plain:
            return ("field", name, value, False)
        return ("has", name)

    def date(self):
        date = None
        for _ in range(50):
            date = self._article().date
            if date:
                break
        if not date:
            return self.word()
        style = self.random.randrange(5)
        if style == 0:
            return ("date", date.isoformat(), date, date)
        if style == 1:
            first = date.replace(day=1)
            last = (first + datetime.timedelta(days=31)).replace(day=1)
            return ("date", date.isoformat()[:7], first,
                    last - datetime.timedelta(days=1))
        if style == 2:
            return ("date", f"{date.year:04}", date.replace(month=1, day=1),
                    date.replace(month=12, day=31))
        if style == 3:
            return ("date", f"{date}..", date, datetime.date.max)
        last = date + datetime.timedelta(days=self.random.randrange(200))
        return ("date", f"{date}..{last}", date, last)

    def leaf(self):
        roll = self.random.random()
        if roll < 0.42:
            return self.word()
        if roll < 0.53:
            return self.phrase()
        if roll < 0.56:
            return self.pattern()
        if roll < 0.59:
            return self.near()
        if roll < 0.62:
            return self.scope()
        if roll < 0.66:
            return ("exact", self.word()[1])
        if roll < 0.74:
            inner = self.random.choice((self.word, self.word, self.phrase,
                                        self.pattern))()
            return ("title", inner)
        if roll < 0.92:
            return self.field()
        return self.date()

    def near_part(self, depth=0):
        """What can stand beside NEAR: near each other as words of an article
        are, so that there is something to find."""
        roll = self.random.random()
        if depth < 2 and roll < 0.25:
            return ("or", [self.near_part(depth + 1)
                           for _ in range(self.random.choice((2, 2, 3)))])
        if depth < 2 and roll < 0.45:
            return self.near(depth + 1)
        if roll < 0.55 and self.pairs:
            names = [p for p in self.pairs if p[0] in NAMES]
            if names:
                name, value = self.random.choice(names)
                part = self.random.choice(rules.fold_name(value).split(" "))
                return self.random.choice((("field", name, value, True),
                                           ("field", name, part, False),
                                           ("has", name)))
        words = self.around or self._text()
        if roll < 0.62:
            return self.pattern()
        if roll < 0.72:
            size = self.random.choice((1, 2, 2, 3))
            at = self.random.randrange(max(1, len(words) - size))
            return ("phrase", " ".join(words[at:at + size]))
        return ("word", self.random.choice(words))

    def near(self, depth=0):
        if depth == 0:
            words = self._text()
            at = self.random.randrange(len(words))
            self.around = words[at:at + 12]
        tree = ("near", self.random.choice((0, 1, 2, 5, 8, 30)),
                self.random.random() < 0.4, self.near_part(depth),
                self.near_part(depth))
        if depth == 0:
            self.around = None
        return tree

    def scope(self):
        words = self._text()
        at = self.random.randrange(len(words))
        self.around = words[at:at + 20]
        parts = [self.near_part(1) for _ in range(self.random.choice((2, 2, 3)))]
        self.around = None
        if self.random.random() < 0.3:
            parts = [("and", parts), self.word()]
            return ("scope", self.random.choice("sp"), ("or", parts))
        return ("scope", self.random.choice("sp"), ("and", parts))

    def tree(self, depth=0):
        if depth >= 3 or self.random.random() < (0.35 if depth else 0.2):
            return self.leaf()
        kind = self.random.choice(("and", "and", "or"))
        count = self.random.choice((2, 2, 2, 3))
        parts = []
        for _ in range(count):
            part = self.tree(depth + 1)
            if self.random.random() < 0.15:
                part = ("not", part)
            parts.append(part)
        return (kind, parts)


def to_query(tree, rand, top=True):
    """The tree as query text, in one of the ways it can be written."""
    kind = tree[0]
    if kind == "word":
        return tree[1]
    if kind == "wild":
        return tree[1]
    if kind == "fuzzy":
        return tree[1] + ("~" if tree[2] == 1 else "~2")
    if kind == "phrase":
        return '"' + re.sub("[\u201c-\u201f]", " ", tree[1]) + '"'
    if kind == "exact":
        return "=" + tree[1]
    if kind == "title":
        return "title:" + to_query(tree[1], rand)
    if kind == "field":
        return f'{tree[1]}:"{tree[2]}"' if tree[3] else f"{tree[1]}:{tree[2]}"
    if kind == "has":
        return tree[1] + ":*"
    if kind == "date":
        return "date:" + tree[1]
    if kind == "not":
        sign = rand.choice(("-", "NOT "))
        return sign + to_query(tree[1], rand, False)
    if kind == "near":
        sign = ("O" if tree[2] else "") + "NEAR" + (f"/{tree[1]}" if tree[1]
                                                   else "")
        return f"({to_query(tree[3], rand, False)} {sign} " \
            f"{to_query(tree[4], rand, False)})"
    if kind == "scope":
        inner = to_query(tree[2], rand, False)
        return (inner if inner[0] == "(" and tree[2][0] in ("and", "or")
                else f"({inner})") + "/" + tree[1]
    if kind == "and":
        joint = rand.choice((" ", " ", " AND "))
    else:
        joint = " OR "
    text = joint.join(to_query(t, rand, False) for t in tree[1])
    return text if top else f"({text})"
