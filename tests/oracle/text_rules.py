"""The rules of doc/internals/analysis.md, written a second time: words, folding, stems.

Shares nothing with the C code: Unicode data comes from Python, stems from
Debian's python3-snowballstemmer.
"""

import unicodedata

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")
_STEMS = {}
_APOSTROPHES = ("'", "\u2019", "\u02bc")
_CJK = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x3005, 0x3007), (0x3041, 0x3096),
    (0x309D, 0x30FA), (0x30FC, 0x30FF), (0x31F0, 0x31FF), (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF), (0xFF66, 0xFF9D), (0x20000, 0x323AF),
)
_CLASSES = {}


def _classify(char):
    """(class, folded): class is 'sep', 'mark', 'cjk', 'letter' or 'number'."""
    category = unicodedata.category(char)
    if category[0] == "M" or char in "\u00ad\u200c\u200d":
        return "mark", ""
    if category[0] not in "LN" or char == "\u02bc":
        return "sep", ""
    folded = ""
    for part in unicodedata.normalize("NFKD", char):
        kind = unicodedata.category(part)[0]
        if kind == "M":
            continue
        if kind not in "LN":
            return "sep", ""
        lower = part.lower()
        folded += lower if len(lower) == 1 else part
    if not folded:
        return "mark", ""
    if any(a <= ord(char) <= b for a, b in _CJK):
        return "cjk", folded
    return ("letter" if category[0] == "L" else "number"), folded


def classify(char):
    if char not in _CLASSES:
        _CLASSES[char] = _classify(char)
    return _CLASSES[char]


def words(text):
    """List of (folded, possessive, cjk)."""
    return [w[:3] for w in _scan(text)]


def places(text):
    """List of (folded, starts a sentence, starts a paragraph)."""
    out, before = [], None
    for folded, _, _, start, end in _scan(text):
        if before is None:
            out.append((folded, True, True))
        else:
            gap = text[before[1]:start]
            paragraph = _ends_paragraph(gap)
            out.append((folded, paragraph or _ends_sentence(
                gap, text[before[0]:before[1]], text[start]), paragraph))
        before = (start, end)
    return out


def _ends_paragraph(gap):
    lines = gap.split("\n")
    for number, line in enumerate(lines[1:], 1):
        blanks = line[:len(line) - len(line.lstrip(" \t\r"))]
        if "\t" in blanks or blanks.count(" ") >= 2:
            return True
        if blanks == line and number < len(lines) - 1:
            return True
    return False


def _ends_sentence(gap, last, first):
    if "a" <= first <= "z":
        return False
    if len(last) == 1 and last.isascii():
        short = not last.isdigit()
    else:
        short = last.lower() in _ABBREVIATIONS
    stop = blank = False
    for place, char in enumerate(gap):
        if char in "!?":
            stop = True
        elif char in " \t\n\v\f\r":
            blank = True
        elif char == ".":
            stop = stop or place > 0 or not short
        elif char == "\u3002":
            return True
    return stop and blank


_ABBREVIATIONS = set(
    "mr mrs ms dr prof rev gen col lt sgt capt cmdr adm maj sen rep gov pres "
    "hon st mt ft vs no sens reps gens jan feb mar apr aug sept oct nov dec"
    .split())


def _scan(text):
    """List of (folded, possessive, cjk, start, end), places in the text."""
    out = []
    current, last_class, cjk = "", "", False
    gap = ""
    start = end = 0
    ended_in_letter = False

    def flush():
        nonlocal current, gap, ended_in_letter, cjk
        possessive = (current == "s" and gap in _APOSTROPHES and
                      ended_in_letter and bool(out))
        out.append((current, possessive, cjk, start, end))
        ended_in_letter = last_class in ("letter", "cjk")
        current, gap, cjk = "", "", False

    for place, char in enumerate(text):
        kind, folded = classify(char)
        if kind == "mark":
            if not current:
                gap += char
            else:
                end = place + 1
            continue
        if kind == "sep":
            if current:
                flush()
            gap += char
            continue
        if kind == "cjk" or cjk:
            if current:
                flush()
        if not current:
            start = place
        end = place + 1
        current += folded
        cjk = kind == "cjk"
        last_class = kind
    if current:
        flush()
    return out


def stem(word):
    if word not in _STEMS:
        long = len(word.encode()) > 64
        _STEMS[word] = word if long else _STEMMER.stemWord(word)
    return _STEMS[word]


def _initial(text, word, place):
    """Whether a word may be one of several initials: one letter of a script that
    has them, and no O of O'Brien."""
    start, end = place
    return (len(word) == 1 and len(word.encode()) <= 2 and
            not "0" <= word <= "9" and text[end:end + 1] not in ("'", "\u2019")
            and not (word == "s" and start > 0 and text[start - 1] in "'\u2019"))


def _together(text, a, b):
    """Whether two initials, as (word, place), are one word in names."""
    gap = text[a[1][1]:b[1][0]]
    small = [text[slice(*place)] == word for word, place in (a, b)]
    return (_initial(text, *a) and _initial(text, *b) and len(gap) <= 3 and
            not gap.strip(". ") and
            (gap.startswith(".") or small[0] == small[1]))


def fold_words(text):
    """The words of a name, as they stand in texts."""
    return [w for w, _, _ in words(text)]


def fold_name(text):
    """The form in which names and labels are compared."""
    found, last = [], None
    for word, _, _, start, end in _scan(text):
        piece = (word, (start, end))
        if last and _together(text, last, piece):
            found[-1] += piece[0]
        else:
            found.append(piece[0])
        last = piece
    if found:
        return " ".join("us" if word == "usa" else word for word in found)
    return "".join(c.lower() if c.isascii() else c for c in text)
