"""The rules of doc/internals/analysis.md, written a second time: words, folding, stems.

Shares nothing with the C code: Unicode data comes from Python, stems from
Debian's python3-snowballstemmer.
"""

import re
import unicodedata

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")
_STEMS = {}
_APOSTROPHES = ("'", "\u2019", "\u02bc")
_CJK = (
    (0x0E01, 0x0E46), (0x0E81, 0x0EC6), (0x0EDC, 0x0EDF), (0x1000, 0x103F),
    (0x1050, 0x108F), (0x1100, 0x115F), (0x1780, 0x17DC), (0x3005, 0x3007),
    (0x3041, 0x3096), (0x309D, 0x30FA), (0x30FC, 0x30FF), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FE), (0xAA60, 0xAA7F),
    (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFF66, 0xFF9D), (0x20000, 0x323AF),
)
_FOLD = dict(zip(
    "\u00df\u00e6\u00f0\u00f8\u00fe\u0111\u0127\u0131\u0142\u0149\u014b\u0153"
    "\u0167\u0180\u0199\u01a5\u01ad\u01b4\u01b6\u01e5\u0237\u023c\u0247\u0249"
    "\u024d\u024f\u0253\u0254\u0256\u0257\u025b\u0260\u0268\u0272\u0289\u028b"
    "\u2c65\u2c66\u03c2",
    "ss ae d o th d h i l n n oe t b k p t y z g j c e j r y b o d d e g i n u "
    "v a t \u03c3".split()))
# A letter and a mark that are a letter of their own.
_COMPOSED = {"\u0438\u0306": "\u0439", "\u0456\u0308": "\u0457",
             "\u0443\u0306": "\u045e", "\u0433\u0301": "\u0453",
             "\u043a\u0301": "\u045c"}
_DROPPED = "\u0640\u07fa\u02bb\u02be\u02bf"
_STOPS = ("\u0589\u061f\u06d4\u0964\u0965\u0f0d\u0f0e\u104a\u104b\u1362\u1367"
          "\u1368\u17d4\u17d5\u203c\u203d\u2047\u2048\u2049\u3002\uff01\uff1f"
          "\uff61")
# Names with symbols: what stands before the letters, they, what stands behind.
_NAMES = [re.fullmatch(r"(\W*)(\w+)(.*)", name).groups() for name in
          ".net a* b&b c# c++ d&d f# g++ h&m j# m&a m&m m&s notepad++ p&g q&a "
          "r&b r&d s&p".split()]
_CLASSES = {}


def _is_sign(char):
    """A mark that is as much of a word as its letters are."""
    order = unicodedata.combining(char)
    code = ord(char)
    invisible = (code in (0x034F, 0x17B4, 0x17B5) or 0x180B <= code <= 0x180F or
                 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF)
    return (unicodedata.category(char) != "Me" and not invisible and
            (order == 0 or 7 <= order <= 9 or 84 <= order <= 132))


def _is_dropped(char):
    if unicodedata.category(char) == "Cf":
        return char != "\u200b" and not "\ufff9" <= char <= "\ufffb"
    return char in _DROPPED


def _lower(char):
    lower = char.lower()
    return lower if len(lower) == 1 else char


def _classify(char):
    """(class, folded): class is 'sep', 'mark' (folds to nothing), 'sign' (a
    mark that stays), 'cjk', 'letter' or 'number'."""
    category = unicodedata.category(char)
    mark = category[0] == "M"
    if _is_dropped(char) or (mark and not _is_sign(char)):
        return "mark", ""
    if category[0] not in "LNM" or char == "\u02bc":
        return "sep", ""
    if _lower(char) in _COMPOSED.values():
        return "letter", _lower(char)
    folded = ""
    for part in unicodedata.normalize("NFKD", char):
        kind = unicodedata.category(part)[0]
        if kind == "M":
            folded += part if _is_sign(part) else ""
        elif kind not in "LN":
            return "sep", ""
        elif not _is_dropped(part) and part != "\u02bc":
            folded += _FOLD.get(_lower(part), _lower(part))
    if not folded:
        return "mark", ""
    if (mark or 0x1160 <= ord(char) <= 0x11FF or
            unicodedata.category(folded[0])[0] == "M"):
        return "sign", folded
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


def placed_words(text):
    """List of (folded, possessive, cjk, start, end): characters of the text."""
    return _scan(text)


def places(text):
    """List of (folded, starts a sentence, starts a paragraph)."""
    out, before = [], None
    for folded, _, _, start, end in _scan(text):
        if before is None:
            out.append((folded, True, True))
        else:
            gap = text[before[1]:start]
            divided = _divides(text, before[1], start)
            paragraph = not divided and _ends_paragraph(gap)
            out.append((folded, paragraph or (not divided and _ends_sentence(
                gap, text[before[0]:before[1]], text[start])), paragraph))
        before = (start, end)
    return out


def divided(text):
    """Pairs of folded words that a line's end may divide from one word."""
    out, before = set(), None
    for folded, _, cjk, start, end in _scan(text):
        if before and not cjk and not before[2] and _divides(
                text, before[1], start):
            if len((before[0] + folded).encode()) <= 64:
                out.add((before[0], folded))
        before = (folded, end, cjk)
    return out


def _divides(text, end, start):
    """Whether a hyphen at a line's end is all between two words, of which the
    first ends in a letter and the second begins with one that is no capital."""
    found = re.fullmatch("[-\u2010]?[ \r]*\n[ \t]*", text[end:start])
    if not found or (text[end] not in "-\u2010" and text[end - 1] != "\u00ad"):
        return False
    last = end - 1
    while classify(text[last])[0] == "mark":
        last -= 1
    kind = unicodedata.category(text[start])
    digit = text[start] in "0123456789" or "\uff10" <= text[start] <= "\uff19"
    return (classify(text[last])[0] != "number" and not digit and
            kind not in ("Lu", "Lt"))


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
        elif char in _STOPS:
            return True
        elif char == "\uff0e" and not (
                first in "0123456789" or "\uff10" <= first <= "\uff19"):
            return True
    return stop and blank


_ABBREVIATIONS = set(
    "mr mrs ms dr prof rev gen col lt sgt capt cmdr adm maj sen rep gov pres "
    "hon st mt ft vs no sens reps gens jan feb mar apr aug sept oct nov dec"
    .split())


def _name_at(text, start, end, before):
    """(start, end) of the name with symbols whose letters are [start, end)."""
    for lead, letters, rest in _NAMES:
        first = start - len(lead)
        last = end + len(rest)
        if (text[start:end].lower() != letters or first < 0 or
                text[first:last].lower() != lead + letters + rest):
            continue
        if first and (text[first - 1] in "#&*+" or
                      (lead and (before == first or text[first - 1] == "."))):
            continue
        after = text[last:last + 1]
        in_word = bool(rest) and rest[-1].isalpha() or not rest
        if after:
            kind = classify(after)[0]
            if after in "#+*" or (rest and after == rest[-1]):
                continue
            if kind in ("letter", "cjk", "sign") or (
                    in_word and kind in ("number", "mark")):
                continue
            if kind == "number" and not after.isascii():
                continue
        return first, last
    return None


def _scan(text):
    """List of (folded, possessive, cjk, start, end), places in the text."""
    out, place, before, in_letter = [], 0, 0, False
    while place < len(text):
        kind, folded = classify(text[place])
        if kind not in ("cjk", "letter", "number"):
            place += 1
            continue
        start, current, cjk, last = place, folded, kind == "cjk", kind
        place += 1
        while place < len(text):
            kind, folded = classify(text[place])
            if kind == "mark":
                pair = current[-1] + text[place]
                current = current[:-1] + _COMPOSED.get(pair, current[-1])
            elif kind == "sign" or (not cjk and kind in ("letter", "number")):
                current += folded
                last = kind
            else:
                break
            place += 1
        name = None
        if text[start:place].isascii():
            name = _name_at(text, start, place, before if out else -1)
        if name:
            start, place = name
            current, last = text[start:place].lower(), "letter"
        possessive = (text[start:place] in ("s", "S") and bool(out) and
                      in_letter and text[before:start] in _APOSTROPHES)
        out.append((current, possessive, cjk, start, place))
        before, in_letter = place, last != "number"
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
