"""Makes the table of common/text/endings.c: make_endings.py FOLDER

FOLDER holds LANGUAGE/voc.txt, the vocabularies that Snowball's stemmers are tested
with (snowball-data). The stemmers run through libstemmer.so.

The analyser drops accents before it stems. A stemmer that knows an ending only with
its accent then leaves it. An entry says which ending gets its accents back; the longest
that fits is used.

An entry is proposed if at least GAIN more words get the stem that they have with all
accents, and if at least a SHARE of the words with that ending are written so. Where it
ends in a vowel, it comes with its plural in s, if the language has those. Then entries go, one after the other,
without which words stand with the same words as before or with better ones: those that
have their stem with all accents.
"""

import collections
import ctypes
import pathlib
import sys
import unicodedata

GAIN = 10
SHARE = 0.2
LONGEST = 7
# Snowball's name, then the other names that libstemmer takes for it.
LANGUAGES = ("catalan ca cat", "french fr fra fre", "hungarian hu hun",
             "irish ga gle", "italian it ita", "lithuanian lt lit",
             "portuguese pt por", "romanian ro ron rum", "spanish es esl spa",
             "turkish tr tur")
# In these a plural adds an s to a vowel.
PLURALS = ("catalan", "french", "portuguese", "spanish")
_SPECIAL = str.maketrans({"\u0131": "i"})


def fold(word):
    parts = unicodedata.normalize("NFKD", word.translate(_SPECIAL))
    return "".join(c for c in parts if unicodedata.category(c)[0] != "M")


class Stemmer:
    """Snowball's, and what it makes of words, folded."""

    def __init__(self, library, language):
        self.library = library
        self.made = library.sb_stemmer_new(language.encode(), None)
        self.known = {}

    def __call__(self, word):
        if word not in self.known:
            typed = word.encode()
            stem = self.library.sb_stemmer_stem(self.made, typed, len(typed))
            size = self.library.sb_stemmer_length(self.made)
            self.known[word] = fold(ctypes.string_at(stem, size).decode())
        return self.known[word]


def open_library():
    library = ctypes.CDLL("libstemmer.so.0d")
    library.sb_stemmer_new.restype = ctypes.c_void_p
    library.sb_stemmer_stem.restype = ctypes.c_void_p
    library.sb_stemmer_stem.argtypes = [ctypes.c_void_p, ctypes.c_char_p,
                                        ctypes.c_int]
    library.sb_stemmer_length.argtypes = [ctypes.c_void_p]
    return library


def words_of(path):
    # Snowball's Romanian knows the letters with a cedilla, not with a comma.
    text = path.read_text(encoding="utf-8").translate(
        str.maketrans("\u0219\u021b", "\u015f\u0163"))
    words = {unicodedata.normalize("NFC", line) for line in text.split()}
    return {w: fold(w) for w in sorted(words) if len(fold(w)) == len(w)}


def learn(words, stem):
    """{ending: the same with its accents}"""
    endings = collections.defaultdict(list)
    for word, plain in words.items():
        for n in range(1, min(LONGEST, len(word) - 1) + 1):
            endings[plain[-n:]].append(word)
    now, rules = dict(words), {}
    for ending in sorted(endings, key=lambda e: (len(e), e)):
        group, n = endings[ending], len(ending)
        right = sum(stem(now[w]) == stem(w) for w in group)
        best = (right + GAIN - 1, ending)
        written = collections.Counter(w[-n:] for w in group)
        for accented, count in written.most_common(6):
            if len(group) - right >= GAIN and count >= SHARE * len(group):
                best = max(best, (sum(stem(words[w][:-n] + accented) == stem(w)
                                      for w in group), accented))
        if best[0] >= right + GAIN:
            rules[ending] = best[1]
            now.update((w, words[w][:-n] + best[1]) for w in group)
    return rules


def restore(rules, plain):
    for n in range(min(LONGEST + 1, len(plain) - 1), 0, -1):
        if plain[-n:] in rules:
            return plain[:-n] + rules[plain[-n:]]
    return plain


def likeness(words, stem, rules):
    """The sum over all words of: words that share its stem both with all accents and by
    the rules, of those that do either way."""
    wanted, made, both = {}, {}, collections.Counter()
    for word, plain in words.items():
        wanted[word] = stem(word)
        made[word] = stem(restore(rules, plain))
        both[wanted[word], made[word]] += 1
    a = collections.Counter(wanted.values())
    b = collections.Counter(made.values())
    return sum(n * n / (a[x] + b[y] - n) for (x, y), n in both.items())


def choose(words, stem, plural):
    rules = learn(words, stem)
    plurals = {e + "s": (e, a + "s") for e, a in rules.items()
               if plural and e[-1] in "aeiou" and e + "s" not in rules}
    rules.update((e, a) for e, (_, a) in plurals.items())
    best = likeness(words, stem, rules)
    for ending in sorted(rules, key=lambda e: (-len(e), e)):
        if ending in plurals: # goes with its singular
            continue
        rest = {e: a for e, a in rules.items() if ending not in (
            e, plurals.get(e, ("",))[0])}
        now = likeness(words, stem, rest)
        if now >= best:
            rules, best = rest, now
    return rules


def main():
    library = open_library()
    for names in map(str.split, LANGUAGES):
        words = words_of(pathlib.Path(sys.argv[1]) / names[0] / "voc.txt")
        rules = choose(words, Stemmer(library, names[0]),
                       names[0] in PLURALS)
        print(f"static const struct ending {names[0]}[] = {{")
        for ending in sorted(rules, key=lambda e: (-len(e), e)):
            print(f'{{"{ending}", u8"{rules[ending]}"}},', end=" ")
        print("};\n")
    print("static const struct language {const char *names; const struct ending "
          "*endings; size_t count;} languages[] = {")
    for names in LANGUAGES:
        name = names.split()[0]
        print(f'{{" {names} ", {name}, sizeof {name} / sizeof *{name}}},')
    print("};")


if __name__ == "__main__":
    main()
