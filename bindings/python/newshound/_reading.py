"""Reading a whole corpus: timelines and concordances.

What is returned is plain: lists of dicts, which pandas.DataFrame takes as they
are.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from ctypes import byref, c_uint64, c_void_p
from typing import Any, Optional, TypedDict, Union

from . import _library as _l
from ._errors import InvalidArgument, make
from ._results import Moment, _encoded, _Handle

_lib = _l.lib

_SORTS = ("text", "left", "right", "match", "oldest", "newest", "source")
_BY = {"day": 0, "week": 1, "month": 2, "quarter": 3, "year": 4}


class TimelineRow(TypedDict, total=False):
    """A period of a query."""

    query: str
    value: str
    """Of the field, with by_field only."""
    start: str
    """First day: 2018, 2018-03 for months and quarters, 2018-03-05."""
    articles: int
    all_articles: int
    """Of the period; with by_field those that have the value."""
    share: float
    """articles / all_articles"""
    occurrences: int
    all_words: int
    per_million: float
    """Occurrences in a million words; these three with occurrences=True."""


class ConcordanceLine(TypedDict):
    """An occurrence of a query in its context."""

    id: str
    title: str
    date: str
    """ISO 8601, or empty."""
    source: str
    part: str
    """title or body"""
    start: int
    end: int
    """Bytes of the title or of the body, in UTF-8."""
    left: str
    match: str
    right: str


class Concordance(list[ConcordanceLine]):
    """Lines; ``total`` occurrences in ``articles`` articles in all.

    ``sampled``: the lines are a random sample of the occurrences.
    """

    total: int = 0
    articles: int = 0

    @property
    def sampled(self) -> bool:
        return len(self) < self.total


def _text(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


class _Queries:
    """Queries as the library takes them, with the memory they are in."""

    def __init__(self, queries: Union[str, Sequence[str]]) -> None:
        texts = [queries] if isinstance(queries, str) else list(queries)
        self._bytes = [_text(q) for q in texts]
        self._buffers = [ctypes.create_string_buffer(b) for b in self._bytes]
        self.count = len(texts)
        self.array = (_l.String * max(1, self.count))(*(
            _l.String(ctypes.addressof(b), len(raw))
            for b, raw in zip(self._buffers, self._bytes)))

    def only(self) -> bytes:
        """The query that offsets of errors are of; empty if there are several."""
        return self._bytes[0] if self.count == 1 else b""


def timeline(handle: _Handle, queries: Union[str, Sequence[str]], by: str,
             occurrences: bool, since: Optional[Moment],
             until: Optional[Moment], by_field: Optional[str],
             field_limit: Optional[int]) -> list[TimelineRow]:
    if by not in _BY:
        raise InvalidArgument(f"by is one of {', '.join(_BY)}, not {by!r}")
    options = _l.TimelineOptions(
        size=ctypes.sizeof(_l.TimelineOptions), by=_BY[by],
        flags=int(occurrences), since=_encoded(since), until=_encoded(until),
        field=_text(by_field) if by_field else None,
        field_limit=_l.ALL if field_limit is None else field_limit)
    asked = _Queries(queries)
    error = _l.Error()
    made = c_void_p()
    with handle as index:
        if _lib.nh_index_timeline(byref(made), index, asked.array, asked.count,
                                  byref(options), byref(error)):
            raise make(error, asked.only())
        try:
            return list(_rows(made, by_field is not None, occurrences))
        finally:
            _lib.nh_timeline_free(made)


def _rows(made: c_void_p, values: bool, words: bool) -> Iterator[TimelineRow]:
    series = ctypes.POINTER(_l.TimelineSeries)()
    count = _lib.nh_timeline_series(byref(series), made)
    for s in series[:count]:
        head: dict[str, Any] = {"query": s.query.text()}
        if values:
            head["value"] = s.value.text()
        for p in s.periods[:s.count]:
            row = dict(head, start=p.start.text(), articles=p.articles,
                       all_articles=p.all_articles, share=p.share)
            if words:
                row.update(occurrences=p.occurrences, all_words=p.all_words,
                           per_million=p.per_million)
            yield row  # type: ignore[misc]


def concordance(handle: _Handle, query: str, limit: Optional[int], sort: str,
                seed: int, context: int, since: Optional[Moment],
                until: Optional[Moment]) -> Concordance:
    if sort not in _SORTS:
        raise InvalidArgument(f"sort is one of {', '.join(_SORTS)}, not "
                              f"{sort!r}")
    options = _l.ConcordanceOptions(
        size=ctypes.sizeof(_l.ConcordanceOptions), sort=_SORTS.index(sort),
        limit=_l.ALL if limit is None else limit, seed=seed, context=context,
        since=_encoded(since), until=_encoded(until))
    text = _text(query)
    error = _l.Error()
    made = c_void_p()
    line = ctypes.POINTER(_l.ConcordanceLine)()
    articles = c_uint64()
    found = Concordance()
    with handle as index:
        if _lib.nh_index_concordance(byref(made), index, text, len(text),
                                     byref(options), byref(error)):
            raise make(error, text)
        try:
            found.total = _lib.nh_concordance_total(made, byref(articles))
            found.articles = articles.value
            for i in range(_lib.nh_concordance_count(made)):
                if _lib.nh_concordance_line(byref(line), made, i,
                                            byref(error)):
                    raise make(error)
                found.append(_line(line.contents))
        finally:
            _lib.nh_concordance_free(made)
    return found


def _line(c: _l.ConcordanceLine) -> ConcordanceLine:
    return ConcordanceLine(
        id=c.id.text(), title=c.title.text(), date=c.date.text(),
        source=c.source.text(), part="title" if c.in_title else "body",
        start=c.start, end=c.start + c.len, left=c.left.text(),
        match=c.match.text(), right=c.right.text())
