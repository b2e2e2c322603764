"""Searches and their results.

A handle of the library belongs to one thread at a time: a lock sees to it. The
library wants results freed before their index is closed: the handle counts who
uses it, and closes with the last of them, in whatever order they go.
"""

from __future__ import annotations

import collections
import ctypes
import datetime
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from ctypes import byref, c_size_t, c_uint64, c_void_p
from typing import (Any, Callable, NamedTuple, Optional, TypedDict, TypeVar,
                    Union, overload)

from . import _library as _l
from ._errors import InvalidArgument, characters, make
from ._hit import Hit, TermScore

_lib = _l.lib
_T = TypeVar("_T")
Moment = Union[str, datetime.date, datetime.datetime]

_SORTS = {"relevance": 0, "newest": 1, "oldest": 2}
_ANY, _EXACT_TOTAL, _PLAN, _LENIENT, _COLLAPSE = 1, 2, 4, 8, 16


class Total(NamedTuple):
    """How many articles match."""

    value: int
    """Exact, or the best estimate."""
    lower: int
    upper: int
    """Certain bounds."""
    exact: bool

    def __int__(self) -> int:
        return self.value


class FacetValue(NamedTuple):
    text: str
    """As it is spelt most often."""
    count: int  # type: ignore[assignment]
    """Of matches that have it."""


class Facet(NamedTuple):
    """The values of a field over all matches."""

    values: tuple[FacetValue, ...]
    """The commonest; dates in their order."""
    distinct: int
    """Values in all."""
    articles: int
    """Matches that have a value."""


class Group(NamedTuple):
    """Hits that have a value in common."""

    value: str
    """Empty: those without one."""
    articles: int
    """Matches in it."""
    hits: tuple[Hit, ...]


class Period(NamedTuple):
    """What a date of the query means."""

    start: int
    """Characters of the query; both 0: since and until."""
    end: int
    first: Optional[datetime.date]
    last: Optional[datetime.date]
    """Days, included; None: open."""


class _Handle:
    """An index of the library, its lock, and the results that use it."""

    def __init__(self, path: str) -> None:
        error = _l.Error()
        pointer = c_void_p()
        self.lock = threading.RLock()
        self.users = 1
        self.gone: collections.deque[Optional[int]] = collections.deque()
        if _lib.nh_index_open(byref(pointer), os.fsencode(path), byref(error)):
            raise make(error)
        self.pointer: Optional[int] = pointer.value

    def drop(self, results: Optional[int]) -> None:
        """A user goes: results to be freed, or the Index itself.

        May be called by the garbage collector, wherever that comes by; so it
        never waits. Who has the lock then sees to what is left.
        """
        self.gone.append(results)
        self.sweep()

    def sweep(self) -> None:
        while self.gone and self.lock.acquire(blocking=False):
            try:
                while self.gone:
                    results = self.gone.popleft()
                    if results is not None:
                        _lib.nh_results_free(results)
                    self.users -= 1
                if self.users == 0 and self.pointer:
                    _lib.nh_index_close(self.pointer)
                    self.pointer = None
            finally:
                self.lock.release()

    def __enter__(self) -> int:
        self.lock.acquire()
        if not self.pointer:
            self.lock.release()
            raise ValueError("the index is closed")
        return self.pointer

    def __exit__(self, *_: object) -> None:
        self.lock.release()
        if self.gone:
            self.sweep()


class SearchOptions(TypedDict, total=False):
    """The options of a search, all of them by name.

    limit: hits at most, 10; None for all. offset: of the first, from 0.
    sort: "relevance", "newest" or "oldest". any: any of the plain words instead
    of all. exact_total: count all matches. lenient: mend what is wrong with the
    query, and say so in ``notice``. collapse: of matches with the same text,
    only the earliest is a hit. explain: keep ``plan`` and ``tree``. since,
    until: a date, or a period as in queries. now: what today is. threads: to
    search with, 0: as pays. expand: words a wildcard may stand for. effort: how
    often the texts may be looked through. facets: names of fields. facet_limit:
    values of each. group: a field. group_size: hits of each group. recency: the
    age that halves what age can take, in days or as a timedelta.
    """

    limit: Optional[int]
    offset: int
    sort: str
    any: bool
    exact_total: bool
    lenient: bool
    collapse: bool
    explain: bool
    since: Optional[Moment]
    until: Optional[Moment]
    now: Optional[datetime.datetime]
    threads: int
    expand: int
    effort: int
    facets: Union[None, str, Iterable[str]]
    facet_limit: int
    group: Optional[str]
    group_size: int
    recency: Union[float, datetime.timedelta]


_OPTIONS = frozenset(SearchOptions.__annotations__)


def _number(options: SearchOptions, name: str, default: int) -> int:
    value: Any = options.get(name, default)
    if not isinstance(value, int) or not 0 <= value < _l.ALL:
        raise InvalidArgument(f"{name} is a number from 0 on, not {value!r}")
    return value


def _encoded(value: Optional[Moment]) -> Optional[bytes]:
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc)
        value = value.date()
    if isinstance(value, datetime.date):
        value = value.isoformat()
    return value.encode()


def _make_options(given: SearchOptions) -> _l.SearchOptions:
    o = _l.SearchOptions(size=ctypes.sizeof(_l.SearchOptions), limit=10)
    if not given:
        return o
    unknown = given.keys() - _OPTIONS
    if unknown:
        raise TypeError(f"search has no option {sorted(unknown)[0]!r}")
    limit = given.get("limit", 10)
    o.limit = _l.ALL if limit is None else _number(given, "limit", 10)
    for name in ("offset", "threads", "expand", "effort", "facet_limit",
                 "group_size"):
        setattr(o, name, _number(given, name, 0))
    sort = given.get("sort", "relevance")
    if sort not in _SORTS:
        raise InvalidArgument("sort is relevance, newest or oldest, not "
                              f"{sort!r}")
    o.sort = _SORTS[sort]
    o.flags = (_ANY * bool(given.get("any")) |
               _EXACT_TOTAL * bool(given.get("exact_total")) |
               _PLAN * bool(given.get("explain")) |
               _LENIENT * bool(given.get("lenient")) |
               _COLLAPSE * bool(given.get("collapse")))
    o.since = _encoded(given.get("since"))
    o.until = _encoded(given.get("until"))
    now = given.get("now")
    if now is not None:
        o.now = int(now.timestamp())
    facets = given.get("facets")
    if facets is not None and not isinstance(facets, str):
        facets = ",".join(facets)
    o.facets = facets.encode() if facets else None
    group = given.get("group")
    o.group = group.encode() if group else None
    recency = given.get("recency", 0.0)
    if isinstance(recency, datetime.timedelta):
        recency = recency.total_seconds() / 86400
    o.recency = recency
    return o


def _day(text: str) -> Optional[datetime.date]:
    return datetime.date.fromisoformat(text) if text else None


class _Page:
    """Results of the library, for as long as anything reads of them."""

    pointer: Optional[int] = None

    def __init__(self, handle: _Handle, query: bytes,
                 options: _l.SearchOptions) -> None:
        pointer = c_void_p()
        self.handle = handle
        # For reading hits, with the lock.
        self.error = _l.Error()
        self.address = c_void_p()
        self.error_ref = byref(self.error)
        self.address_ref = byref(self.address)
        with handle as index:
            if _lib.nh_index_search(byref(pointer), index, query, len(query),
                                    byref(options), self.error_ref):
                raise make(self.error, query)
            handle.users += 1
            self.pointer = pointer.value
            self.count: int = _lib.nh_results_count(pointer)

    def __del__(self) -> None:
        if self.pointer is not None:
            self.handle.drop(self.pointer)

    def hit(self, place: int) -> Hit:
        with self.handle:
            if _lib.nh_results_hit(self.address_ref, self.pointer, place,
                                   self.error_ref):
                raise make(self.error)
            return Hit(self.address.value or 0, self, place)

    def next_hit(self, place: int) -> Optional[Hit]:
        """By the cursor, in whose memory hits do not last."""
        with self.handle:
            if _lib.nh_results_next(self.address_ref, self.pointer,
                                    self.error_ref):
                raise make(self.error)
            address = self.address.value
            return Hit(address, self, place).detach() if address else None

    def copies(self, place: int) -> tuple[str, ...]:
        ids = _l.List()
        with self.handle:
            if _lib.nh_results_copies(byref(ids), self.pointer, place,
                                      self.error_ref):
                raise make(self.error)
            return ids.texts()

    def scores(self, place: int) -> tuple[list[TermScore], float]:
        terms = ctypes.POINTER(_l.TermScore)()
        count = c_size_t()
        recency = ctypes.c_double()
        with self.handle:
            if _lib.nh_results_scores(byref(terms), byref(count),
                                      byref(recency), self.pointer, place,
                                      self.error_ref):
                raise make(self.error)
            made = [TermScore(t.term.text(), t.score, t.count, t.articles)
                    for t in (terms[i] for i in range(count.value))]
            return made, recency.value


class Results(Sequence[Hit]):
    """A page of hits, and what else there is to be said of a query.

    Hits are read when they are asked for. Results, and hits, keep their index
    open, also when that has been closed; ``close`` lets go of it early.
    """

    def __init__(self, handle: _Handle, query: bytes,
                 options: _l.SearchOptions) -> None:
        self._page: Optional[_Page] = _Page(handle, query, options)
        self._query = query
        self._count = self._page.count
        # Only when detached: a hit is read anew each time it is asked for.
        self._hits: list[Hit] = []
        self._kept: dict[str, Any] = {}

    def close(self) -> None:
        """Lets go of the library's results; hits that there are stay good."""
        self._page = None

    def _get(self) -> _Page:
        if self._page is None:
            raise ValueError("these results are closed")
        return self._page

    def detach(self) -> Results:
        """Reads all of it, and frees the library's. Itself."""
        if self._page is not None:
            hits = [hit.detach() for hit in self]
            for name in ("total", "notice", "suggestion", "periods", "plan",
                         "tree", "can_loosen", "facets", "groups"):
                getattr(self, name)
            self._page = None
            self._hits = hits
        return self

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, i: int) -> Hit: ...

    @overload
    def __getitem__(self, i: slice) -> list[Hit]: ...

    def __getitem__(self, i: Union[int, slice]) -> Union[Hit, list[Hit]]:
        if isinstance(i, slice):
            return [self[k] for k in range(*i.indices(self._count))]
        place = i + self._count if i < 0 else i
        if not 0 <= place < self._count:
            raise IndexError("there is no such hit on this page")
        return self._hits[place] if self._hits else self._get().hit(place)

    def __iter__(self) -> Iterator[Hit]:
        if self._hits:
            return iter(self._hits)
        return map(self._get().hit, range(self._count))

    # Each of what follows is read once.
    def _once(self, name: str, read: Callable[[int], _T]) -> _T:
        if name not in self._kept:
            page = self._get()
            with page.handle:
                self._kept[name] = read(page.pointer or 0)
        value: _T = self._kept[name]
        return value

    @property
    def total(self) -> Total:
        """How many articles match."""
        def read(results: int) -> Total:
            t = _lib.nh_results_total(results).contents
            return Total(t.value, t.lower, t.upper, bool(t.exact))
        return self._once("total", read)

    @property
    def notice(self) -> str:
        """What was done to the query besides answering it, or empty."""
        return self._once("notice",
                          lambda r: str(_lib.nh_results_notice(r).text()))

    @property
    def plan(self) -> str:
        """The query as it is run, with ``explain=True``."""
        return self._once("plan",
                          lambda r: str(_lib.nh_results_plan(r).text()))

    @property
    def tree(self) -> str:
        """The query as it was understood, with ``explain=True``."""
        return self._once("tree",
                          lambda r: str(_lib.nh_results_tree(r).text()))

    @property
    def can_loosen(self) -> bool:
        """Whether ``any=True`` could find more."""
        return self._once("can_loosen",
                          lambda r: bool(_lib.nh_results_can_loosen(r)))

    @property
    def suggestion(self) -> str:
        """The query with words that the index has, or empty."""
        def read(results: int) -> str:
            error = _l.Error()
            text = _l.String()
            if _lib.nh_results_suggestion(byref(text), results, byref(error)):
                raise make(error)
            return text.text()
        return self._once("suggestion", read)

    @property
    def periods(self) -> list[Period]:
        """What the dates of the query mean, in their order."""
        def read(results: int) -> list[Period]:
            items = ctypes.POINTER(_l.Period)()
            count = _lib.nh_results_periods(byref(items), results)
            made = []
            for p in (items[i] for i in range(count)):
                start = characters(self._query, p.offset)
                end = characters(self._query, p.offset + p.length)
                made.append(Period(start, end, _day(p.first.text()),
                                   _day(p.last.text())))
            return made
        return self._once("periods", read)

    @property
    def facets(self) -> dict[str, Facet]:
        """By field, as they were asked for."""
        def read(results: int) -> dict[str, Facet]:
            items = ctypes.POINTER(_l.Facet)()
            count = _lib.nh_results_facets(byref(items), results)
            made = {}
            for f in (items[i] for i in range(count)):
                values = (f.values[k] for k in range(f.count))
                made[f.field.text()] = Facet(
                    tuple(FacetValue(v.text.text(), v.count) for v in values),
                    f.distinct, f.articles)
            return made
        return self._once("facets", read)

    def _read_groups(self) -> tuple[list[tuple[str, int, int, int]], int]:
        def read(results: int) -> tuple[list[tuple[str, int, int, int]], int]:
            items = ctypes.POINTER(_l.Group)()
            every = c_uint64()
            count = _lib.nh_results_groups(byref(items), byref(every), results)
            made = [(g.value.text(), g.articles, g.first, g.count)
                    for g in (items[i] for i in range(count))]
            return made, every.value
        return self._once("_groups", read)

    @property
    def groups(self) -> list[Group]:
        """Those of the page, with ``group=``."""
        return [Group(value, articles, tuple(self[first:first + count]))
                for value, articles, first, count in self._read_groups()[0]]

    @property
    def groups_total(self) -> int:
        """How many groups there are."""
        return self._read_groups()[1]

    def __repr__(self) -> str:
        return f"<Results: {self._count} of {self.total.value} articles>"

    def __reduce__(self) -> tuple[object, ...]:
        self.detach()
        kept = {name: self.__dict__[name]
                for name in ("_query", "_hits", "_kept", "_count")}
        return (_bare_results, (), kept)


def _bare_results() -> Results:
    return Results.__new__(Results)
