"""Hits and articles, and what they are made of.

A hit reads its values from the library's memory when they are asked for; the
results that it is from keep that memory, and the hit keeps them.
"""

from __future__ import annotations

import ctypes
import datetime
import struct
from typing import Any, NamedTuple, Optional, Protocol

from . import _library as _l
from ._errors import characters

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
# struct nh_hit as numbers, all at once: a tenth of the time that ctypes takes
# for one after another. Rank, number, score; then words: the strings by twos,
# the time, the lists by twos, copies, the snippet, the heading.
_HIT = struct.Struct("@IId14Nq10NN4Nii2N")
_PAIR = 2 * struct.calcsize("@N")
assert _HIT.size == ctypes.sizeof(_l.Hit)
_TIME = 17
_DATE_LENGTH = 16


def _list_at(data: int, count: int) -> tuple[str, ...]:
    if not count:
        return ()
    words = struct.unpack(f"@{2 * count}N",
                          ctypes.string_at(data, _PAIR * count))
    return tuple(_l.string_at(words[2 * i], words[2 * i + 1])
                 for i in range(count))


class Snippet(NamedTuple):
    """A stretch of an article, on one line, around what was looked for."""

    text: str
    highlights: tuple[tuple[int, int], ...]
    """What was looked for: start and end in ``text``, end exclusive."""
    cut_before: bool
    """The article's text goes on before it."""
    cut_after: bool

    def highlight(self, before: str, after: str) -> str:
        """The text with marks around what was looked for."""
        parts, at = [], 0
        for start, end in self.highlights:
            parts += [self.text[at:start], before, self.text[start:end], after]
            at = end
        return "".join(parts) + self.text[at:]

    def __str__(self) -> str:
        return self.text


class TermScore(NamedTuple):
    """What a term adds to a score."""

    term: str
    score: float
    count: int  # type: ignore[assignment]
    """In the article; words of the title count three times."""
    articles: int
    """That have it."""


class Mention(NamedTuple):
    """Where an article names somebody or something."""

    field: str
    """person, org, place or author"""
    name: str
    """As the article's list has it."""
    in_title: bool
    start: int
    """Characters of the title, or of the body."""
    end: int


def _snippet_at(words: tuple[Any, ...]) -> Snippet:
    data, length, spans, count, before, after = words
    if not length:
        return Snippet("", (), False, False)
    raw = ctypes.string_at(data, length)
    text = raw.decode("utf-8", "replace")
    places = struct.unpack(
        f"@{2 * count}N",
        ctypes.string_at(spans, _PAIR * count)) if count else ()
    if len(text) != length:  # not ASCII alone: bytes are not characters
        ends = [(characters(raw, s), characters(raw, s + n))
                for s, n in zip(places[::2], places[1::2])]
    else:
        ends = [(s, s + n) for s, n in zip(places[::2], places[1::2])]
    return Snippet(text, tuple(ends), bool(before), bool(after))


class _Owner(Protocol):
    """Keeps the memory of hits; reads more about the hit at a place."""

    def copies(self, place: int) -> tuple[str, ...]: ...

    def scores(self, place: int) -> tuple[list[TermScore], float]: ...


class _Lazy:
    """A value of a hit that is read when it is first asked for.

    Then it is in the instance's dictionary, where it is found before this.
    """

    def __init__(self, at: int) -> None:
        self.at = at  # among the words of the hit

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def words(self, hit: Hit) -> tuple[Any, ...]:
        if hit._words is None:
            raise AttributeError(self.name)
        return hit._words


class _Text(_Lazy):
    def __get__(self, hit: Hit, owner: type) -> str:
        words, at = self.words(hit), self.at
        value = hit.__dict__[self.name] = _l.string_at(words[at], words[at + 1])
        return value


class _Texts(_Lazy):
    def __get__(self, hit: Hit, owner: type) -> tuple[str, ...]:
        words, at = self.words(hit), self.at
        value = hit.__dict__[self.name] = _list_at(words[at], words[at + 1])
        return value


class _Copies(_Lazy):
    def __get__(self, hit: Hit, owner: type) -> tuple[str, ...]:
        value: tuple[str, ...] = ()
        if self.words(hit)[self.at] and hit._owner:
            value = hit._owner.copies(hit._place)
        hit.__dict__[self.name] = value
        return value


class _SnippetOf(_Lazy):
    def __get__(self, hit: Hit, owner: type) -> Snippet:
        value = _snippet_at(self.words(hit)[self.at:self.at + 6])
        hit.__dict__[self.name] = value
        return value


class Hit:
    """An article that was found.

    ``rank`` is from 1 on, over all pages; ``score`` 0 where nothing is ranked;
    ``number`` that of the article in the index. ``date_text`` is the date as
    precisely as it is known: 2024, 2024-05, 2024-05-17, 2024-05-17T10:14Z ...
    ``person``, ``org`` and ``place`` have the names that the article came with
    first, then those that were found in its text. ``copies`` are the ids of the
    matches that it stands for, with ``collapse=True``. Values that it does not
    have are empty, dates None.

    Hits can be pickled, and kept as long as one likes.
    """

    id = _Text(3)
    title = _Text(5)
    source = _Text(7)
    url = _Text(9)
    section = _Text(11)
    language = _Text(13)
    date_text = _Text(15)
    author = _Texts(18)
    topic = _Texts(20)
    person = _Texts(22)
    org = _Texts(24)
    place = _Texts(26)
    heading = _Text(35)
    copies = _Copies(28)
    snippet = _SnippetOf(29)

    def __init__(self, address: int, owner: Optional[_Owner],
                 place: int) -> None:
        self._words: Optional[tuple[Any, ...]] = _HIT.unpack(
            ctypes.string_at(address, _HIT.size))
        self._owner = owner  # of the memory, which it keeps
        self._place = place  # on its page

    # These are asked for less often than hits are made.
    @property
    def rank(self) -> int:
        return self._fixed()[0]

    @property
    def number(self) -> int:
        return self._fixed()[1]

    @property
    def score(self) -> float:
        return self._fixed()[2]

    def _fixed(self) -> tuple[int, int, float]:
        fixed: tuple[int, int, float] = (
            self.__dict__["_kept"] if self._words is None else self._words[:3])
        return fixed

    @property
    def date(self) -> Optional[datetime.datetime]:
        """The first instant that the date can mean, UTC; None without one."""
        words = self._words
        if not (words[_DATE_LENGTH] if words else self.date_text):
            return None
        seconds = words[_TIME] if words else self.__dict__["_time"]
        return _EPOCH + datetime.timedelta(0, seconds)

    def scores(self) -> list[TermScore]:
        """What the score is made of: the sum, times ``recency()``, is it."""
        return self._explained()[0]

    def recency(self) -> float:
        """What the sum of the scores is multiplied by."""
        return self._explained()[1]

    def _explained(self) -> tuple[list[TermScore], float]:
        made = self.__dict__.get("_scores")
        if made is None:
            if self._owner is None:
                raise ValueError("the results of this hit are gone")
            made = self._owner.scores(self._place)
            self.__dict__["_scores"] = made
        result: tuple[list[TermScore], float] = made
        return result

    def detach(self) -> Hit:
        """Reads all that there is, and lets go of the results. Itself."""
        words = self._words
        if words is None:
            return self
        for name in _LAZY:
            getattr(self, name)
        self.__dict__["_time"] = words[_TIME]
        self.__dict__["_kept"] = words[:3]
        self._words = self._owner = None
        return self

    def __getstate__(self) -> dict[str, Any]:
        return self.detach().__dict__

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Hit):
            return NotImplemented
        return self.detach().__dict__ == other.detach().__dict__

    def __hash__(self) -> int:
        return hash((self.id, self.rank))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id!r}: {self.title!r}>"


_LAZY = tuple(name for name, value in vars(Hit).items()
              if isinstance(value, _Lazy))


class Article(Hit):
    """A whole article; it has no rank, score and snippet."""

    body: str
    given_persons: int
    """So many of ``person`` the article came with; the others were found."""
    given_orgs: int
    given_places: int

    def __init__(self, view: _l.ArticleView) -> None:
        super().__init__(ctypes.addressof(view.hit.contents), None, 0)
        self.body = view.body.text()
        self.given_persons = view.given_persons
        self.given_orgs = view.given_orgs
        self.given_places = view.given_places
        self.detach()
