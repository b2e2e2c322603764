"""Indexes, searches and their results.

A handle of the library belongs to one thread at a time: a lock sees to it, so
that an Index may be shared, though one search waits for the other then. The
library wants results freed before their index is closed: the handle counts who
uses it, and closes with the last of them, in whatever order they go.
"""

from __future__ import annotations

import collections
import ctypes
import datetime
import os
import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from ctypes import byref, c_int, c_size_t, c_uint64, c_void_p
from typing import (Any, Callable, NamedTuple, Optional, TypedDict, TypeVar,
                    Union, overload)

from . import _library as _l
from ._errors import InvalidArgument, NotFound, characters, make
from ._hit import Article, Hit, Mention, TermScore

_lib = _l.lib
_T = TypeVar("_T")
PathLike = Union[str, "os.PathLike[str]"]
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


class Completion(NamedTuple):
    text: str
    """As it is written in a query."""
    count: int  # type: ignore[assignment]


class Reason(NamedTuple):
    """A part of a query that an article does not satisfy."""

    start: int
    """Characters of the query; both 0: since and until."""
    end: int
    text: str


class Stats(NamedTuple):
    articles: int
    tombstones: int
    """Replaced articles that still take room."""
    segments: int
    commit: int
    text_bytes: int
    index_bytes: int


class _Handle:
    """An index of the library, its lock, and the results that use it."""

    def __init__(self, path: str) -> None:
        error = _l.Error()
        pointer = c_void_p()
        self.lock = threading.RLock()
        self.users = 1
        self.gone: collections.deque[Optional[int]] = collections.deque()
        if _lib.nh_open(byref(pointer), os.fsencode(path), byref(error)):
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
                    _lib.nh_close(self.pointer)
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
            if _lib.nh_search(index, query, len(query), byref(options),
                              byref(pointer), self.error_ref):
                raise make(self.error, query)
            handle.users += 1
            self.pointer = pointer.value
            self.count: int = _lib.nh_results_count(pointer)

    def __del__(self) -> None:
        if self.pointer is not None:
            self.handle.drop(self.pointer)

    def hit(self, place: int) -> Hit:
        with self.handle:
            if _lib.nh_results_hit(self.pointer, place, self.address_ref,
                                   self.error_ref):
                raise make(self.error)
            return Hit(self.address.value or 0, self, place)

    def next_hit(self, place: int) -> Optional[Hit]:
        """By the cursor, in whose memory hits do not last."""
        with self.handle:
            if _lib.nh_results_next(self.pointer, self.address_ref,
                                    self.error_ref):
                raise make(self.error)
            address = self.address.value
            return Hit(address, self, place).detach() if address else None

    def copies(self, place: int) -> tuple[str, ...]:
        ids = _l.List()
        with self.handle:
            if _lib.nh_results_copies(self.pointer, place, byref(ids),
                                      self.error_ref):
                raise make(self.error)
            return ids.texts()

    def scores(self, place: int) -> tuple[list[TermScore], float]:
        terms = ctypes.POINTER(_l.TermScore)()
        count = c_size_t()
        recency = ctypes.c_double()
        with self.handle:
            if _lib.nh_results_scores(self.pointer, place, byref(terms),
                                      byref(count), byref(recency),
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
            t = _l.Total()
            _lib.nh_results_total(results, byref(t))
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
            if _lib.nh_results_suggestion(results, byref(text), byref(error)):
                raise make(error)
            return text.text()
        return self._once("suggestion", read)

    @property
    def periods(self) -> list[Period]:
        """What the dates of the query mean, in their order."""
        def read(results: int) -> list[Period]:
            items = ctypes.POINTER(_l.Period)()
            count = _lib.nh_results_periods(results, byref(items))
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
            count = _lib.nh_results_facets(results, byref(items))
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
            count = _lib.nh_results_groups(results, byref(items), byref(every))
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


class Index:
    """An index, as of one commit, until it is reopened.

    May be used by any thread; one search waits for the other. Pool has several
    handles. As a context manager it closes at the end.
    """

    _handle: Optional[_Handle] = None

    def __init__(self, path: PathLike) -> None:
        self.path = os.path.abspath(path)
        self._handle = _Handle(self.path)

    def close(self) -> None:
        """Closes the index; results that are in use keep it until they go."""
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.drop(None)

    __del__ = close

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _get(self) -> _Handle:
        if self._handle is None:
            raise ValueError("the index is closed")
        return self._handle

    def reopen(self) -> bool:
        """Shows the last commit from now on; whether it is another one."""
        handle = self._get()
        error = _l.Error()
        changed = c_int()
        with handle as index:
            if handle.users == 1:
                if _lib.nh_reopen(index, byref(changed), byref(error)):
                    raise make(error)
                return bool(changed)
        before = self.stats.commit
        self._handle = _Handle(self.path)
        handle.drop(None)
        return self.stats.commit != before

    def search(self, query: str, **options: Any) -> Results:
        """The page of hits that a query finds; SearchOptions has the options.

        The language is that of newshound-query(7). QueryError says where a
        query is wrong.
        """
        return Results(self._get(), query.encode("utf-8", "surrogatepass"),
                       _make_options(options))  # type: ignore[arg-type]

    def scan(self, query: str, **options: Any) -> Iterator[Hit]:
        """All matches, one after the other, in little memory."""
        options.setdefault("limit", None)
        page = _Page(self._get(), query.encode("utf-8", "surrogatepass"),
                     _make_options(options))  # type: ignore[arg-type]
        for place in range(page.count):
            hit = page.next_hit(place)
            if hit is None:
                break
            yield hit

    def count(self, query: str, **options: Any) -> int:
        """How many articles match, exactly."""
        results = self.search(query, **dict(options, limit=0, exact_total=True))
        total = results.total.value
        results.close()
        return total

    def article(self, id: str) -> Article:
        """The article with this id; NotFound if there is none."""
        with self._get() as index:
            article = self._open_article(index, id)
            try:
                return Article(_lib.nh_article_view(article).contents)
            finally:
                _lib.nh_article_free(article)

    @staticmethod
    def _open_article(index: int, id: str) -> c_void_p:
        error = _l.Error()
        article = c_void_p()
        name = id.encode("utf-8", "surrogatepass")
        if _lib.nh_article_open(byref(article), index, name, len(name),
                                byref(error)):
            raise make(error)
        return article

    def mentions(self, id: str) -> list[Mention]:
        """Where an article names somebody or something.

        In the order of its lists of persons, orgs, places and authors; those of
        a name in the order of the text.
        """
        error = _l.Error()
        items = ctypes.POINTER(_l.Mention)()
        count = c_size_t()
        with self._get() as index:
            article = self._open_article(index, id)
            try:
                if _lib.nh_article_mentions(article, index, byref(items),
                                            byref(count), byref(error)):
                    raise make(error)
                view = _lib.nh_article_view(article).contents
                texts = [ctypes.string_at(s.data, s.len)
                         for s in (view.body, view.hit.title)]
                return [_make_mention(items[i], texts[items[i].in_title])
                        for i in range(count.value)]
            finally:
                _lib.nh_article_free(article)

    def __contains__(self, id: object) -> bool:
        if not isinstance(id, str):
            return False
        try:
            with self._get() as index:
                _lib.nh_article_free(self._open_article(index, id))
        except NotFound:
            return False
        return True

    def __len__(self) -> int:
        return self.stats.articles

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Article]:
        """All articles, in the order in which they came in."""
        error = _l.Error()
        after = 0
        while True:
            article = c_void_p()
            with self._get() as index:
                rc = _lib.nh_article_next(byref(article), index, after,
                                          byref(error))
                if rc == -4:
                    return
                if rc:
                    raise make(error)
                try:
                    made = Article(_lib.nh_article_view(article).contents)
                finally:
                    _lib.nh_article_free(article)
            after = made.number
            yield made

    def complete(self, prefix: str, limit: int = 10) -> list[Completion]:
        """How the last word of a query could go on, the commonest first."""
        error = _l.Error()
        made = c_void_p()
        text = prefix.encode("utf-8", "surrogatepass")
        with self._get() as index:
            if _lib.nh_complete(index, text, len(text), limit, byref(made),
                                byref(error)):
                raise make(error, text)
            count = _lib.nh_completions_count(made)
            items = [_lib.nh_completions_at(made, i).contents
                     for i in range(count)]
            found = [Completion(c.text.text(), c.count) for c in items]
            _lib.nh_completions_free(made)
        return found

    def why_not(self, query: str, id: str, **options: Any) -> list[Reason]:
        """The parts of a query that an article does not satisfy.

        None if it is found; NotFound if there is no such article.
        """
        error = _l.Error()
        made = c_void_p()
        text = query.encode("utf-8", "surrogatepass")
        name = id.encode("utf-8", "surrogatepass")
        o = _make_options(options)  # type: ignore[arg-type]
        with self._get() as index:
            if _lib.nh_why_not(index, text, len(text), byref(o), name,
                               len(name), byref(made), byref(error)):
                raise make(error, text)
            items = [_lib.nh_reasons_at(made, i).contents
                     for i in range(_lib.nh_reasons_count(made))]
            found = [Reason(characters(text, r.offset),
                            characters(text, r.offset + r.length),
                            r.text.text()) for r in items]
            _lib.nh_reasons_free(made)
        return found

    @property
    def stats(self) -> Stats:
        s = _l.Stats()
        with self._get() as index:
            _lib.nh_index_stats(index, byref(s))
        return Stats(s.articles, s.tombstones, s.segments, s.commit,
                     s.text_bytes, s.index_bytes)

    def verify(self) -> None:
        """Compares every file with its checksum; Corrupt if one differs."""
        error = _l.Error()
        with self._get() as index:
            if _lib.nh_verify(index, byref(error)):
                raise make(error)

    def use_rules(self, on: bool) -> None:
        """Whether the file entities.rules holds, as it does at first."""
        handle = self._get()
        with handle as index:
            if handle.users > 1:
                raise ValueError("results of the index are still in use")
            _lib.nh_use_rules(index, on)

    def __repr__(self) -> str:
        return f"<Index {self.path!r}>"


def _make_mention(m: _l.Mention, text: bytes) -> Mention:
    start = characters(text, m.start)
    return Mention(m.field.text(), m.name.text(), bool(m.in_title), start,
                   characters(text, m.start + m.len))


class Pool:
    """Several handles of an index, for as many threads at a time.

    Results come whole, without a tie to a handle. As a context manager the pool
    closes at the end.
    """

    def __init__(self, path: PathLike, size: Optional[int] = None) -> None:
        self.path = os.fspath(path)
        self.size = size or min(os.cpu_count() or 1, 16)
        self._free: queue.LifoQueue[Index] = queue.LifoQueue()
        self._all = [Index(self.path) for _ in range(self.size)]
        for index in self._all:
            self._free.put(index)

    def run(self, work: Callable[[Index], _T], fresh: bool = False) -> _T:
        """Has a function work with a handle that nobody else has.

        With ``fresh``, the handle shows the last commit.
        """
        index = self._free.get()
        try:
            if fresh:
                index.reopen()
            return work(index)
        finally:
            self._free.put(index)

    def search(self, query: str, *, fresh: bool = False,
               **options: Any) -> Results:
        """As Index.search."""
        return self.run(lambda i: i.search(query, **options).detach(), fresh)

    def article(self, id: str, *, fresh: bool = False) -> Article:
        """As Index.article."""
        return self.run(lambda i: i.article(id), fresh)

    def close(self) -> None:
        """Closes the handles."""
        for index in self._all:
            index.close()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open(path: PathLike) -> Index:
    """Opens the index in a folder.

    NotFound if there is none, Corrupt or WrongVersion if it cannot be read.
    """
    return Index(path)
