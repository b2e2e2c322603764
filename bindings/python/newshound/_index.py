"""Indexes: what is asked of one, and a pool of handles for threads."""

from __future__ import annotations

import ctypes
import datetime
import os
import queue
from collections.abc import Callable, Iterator, Sequence
from ctypes import byref, c_int, c_size_t, c_void_p
from typing import Any, NamedTuple, Optional, TypeVar, Union

from . import _library as _l
from ._errors import NotFound, characters, make
from ._hit import Article, Hit, Mention
from ._reading import Concordance, TimelineRow, concordance, timeline
from ._results import Moment, Results, _Handle, _make_options, _Page

_lib = _l.lib
_T = TypeVar("_T")
PathLike = Union[str, "os.PathLike[str]"]


class Completion(NamedTuple):
    text: str
    """As it is written in a query."""
    count: int  # type: ignore[assignment]


class Proposal(NamedTuple):
    """Two names that probably name the same."""

    name: str
    into: str
    articles: int
    """Articles with `name`."""
    into_articles: int
    """Articles with `into`."""
    reason: str
    rule: str
    """A line for entities.rules that merges the names."""


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
    map: Optional[str] = None
    """FIELD=KEY,... or "": options that the index keeps; None if it keeps none."""
    charset: Optional[str] = None
    date_order: Optional[str] = None
    names: Optional[str] = None


class Mark(NamedTuple):
    """A part of a text that a query looks for, in characters."""

    start: int
    end: int


class Dates(NamedTuple):
    """The earliest and the latest date, and how many articles have one."""

    oldest: datetime.datetime
    newest: datetime.datetime
    dated: int


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
                if _lib.nh_index_reopen(index, byref(changed), byref(error)):
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
                return Article(_lib.nh_article_read(article).contents)
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
                if _lib.nh_article_mentions(byref(items), byref(count),
                                            article, index, byref(error)):
                    raise make(error)
                view = _lib.nh_article_read(article).contents
                texts = [ctypes.string_at(s.data, s.len)
                         for s in (view.body, view.hit.contents.title)]
                return [_make_mention(items[i], texts[items[i].in_title])
                        for i in range(count.value)]
            finally:
                _lib.nh_article_free(article)

    def marks(self, query: str, id: str, **options: Any
              ) -> tuple[list[Mark], list[Mark]]:
        """What a query looks for in the title and in the body of an article."""
        error = _l.Error()
        made = c_void_p()
        text = query.encode("utf-8", "surrogatepass")
        o = _make_options(dict(options, limit=0))  # type: ignore[arg-type]
        with self._get() as index:
            article = self._open_article(index, id)
            try:
                if _lib.nh_index_search(byref(made), index, text, len(text),
                                        byref(o), byref(error)):
                    raise make(error, text)
                view = _lib.nh_article_read(article).contents
                return (self._marks_of(made, article, 1, view.hit.contents.title),
                        self._marks_of(made, article, 0, view.body))
            finally:
                _lib.nh_results_free(made)
                _lib.nh_article_free(article)

    def _marks_of(self, results: c_void_p, article: Any, in_title: int,
                  text: _l.String) -> list[Mark]:
        error = _l.Error()
        items = ctypes.POINTER(_l.Span)()
        count = c_size_t()
        if _lib.nh_results_marks(byref(items), byref(count), results, article,
                                 in_title, byref(error)):
            raise make(error)
        data = ctypes.string_at(text.data, text.len)
        return [Mark(characters(data, items[i].start),
                     characters(data, items[i].start + items[i].len))
                for i in range(count.value)]

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
                    made = Article(_lib.nh_article_read(article).contents)
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
            if _lib.nh_index_complete(byref(made), index, text, len(text),
                                      limit, byref(error)):
                raise make(error, text)
            count = _lib.nh_completions_count(made)
            items = [_lib.nh_completions_at(made, i).contents
                     for i in range(count)]
            found = [Completion(c.text.text(), c.count) for c in items]
            _lib.nh_completions_free(made)
        return found

    def propose(self, field: str = "person") -> list[Proposal]:
        """Names of a field that are probably the same, the most frequent first.

        For people to read: some are wrong. `field` is person, org or place.
        """
        error = _l.Error()
        made = c_void_p()
        with self._get() as index:
            if _lib.nh_index_propose(byref(made), index, field.encode(),
                                     byref(error)):
                raise make(error)
            items = [_lib.nh_proposals_at(made, i).contents
                     for i in range(_lib.nh_proposals_count(made))]
            found = [Proposal(p.name.text(), p.into.text(), p.articles,
                              p.into_articles, p.reason.text(), p.rule.text())
                     for p in items]
            _lib.nh_proposals_free(made)
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
            if _lib.nh_index_why_not(byref(made), index, text, len(text),
                                     byref(o), name, len(name), byref(error)):
                raise make(error, text)
            items = [_lib.nh_reasons_at(made, i).contents
                     for i in range(_lib.nh_reasons_count(made))]
            found = [Reason(characters(text, r.offset),
                            characters(text, r.offset + r.length),
                            r.text.text()) for r in items]
            _lib.nh_reasons_free(made)
        return found

    def timeline(self, queries: Union[str, Sequence[str]], *,
                 by: str = "month", occurrences: bool = False,
                 since: Optional[Moment] = None,
                 until: Optional[Moment] = None,
                 by_field: Optional[str] = None,
                 field_limit: Optional[int] = 10) -> list[TimelineRow]:
        """How many articles match in each period, without gaps.

        A row for each query and period, which pandas.DataFrame takes. by: day,
        week, month, quarter or year. occurrences: count those too, which reads
        the texts. by_field: rows for each of its field_limit (None: all) most
        frequent values, such as ``source``.
        """
        return timeline(self._get(), queries, by, occurrences, since, until,
                        by_field, field_limit)

    def concordance(self, query: str, *, limit: Optional[int] = 100,
                    sort: str = "text", seed: int = 1, context: int = 20,
                    since: Optional[Moment] = None,
                    until: Optional[Moment] = None) -> Concordance:
        """Every occurrence of a query in its context, a dict each.

        limit: lines; of more occurrences a random sample by ``seed`` (None:
        all). sort: text, left, right, match, oldest, newest or source. context:
        words on each side.
        """
        return concordance(self._get(), query, limit, sort, seed, context,
                           since, until)

    @property
    def stats(self) -> Stats:
        with self._get() as index:
            s = _lib.nh_index_stats(index).contents
            return Stats(s.articles, s.tombstones, s.segments, s.commit,
                         s.text_bytes, s.index_bytes,
                         *(None if text is None
                           else text.decode("utf-8", "replace")
                           for text in (s.map, s.charset, s.date_order,
                                        s.names)))

    @property
    def dates(self) -> Optional[Dates]:
        """The span of the dates of all articles; None if none has a date."""
        error = _l.Error()
        oldest, newest = ctypes.c_int64(), ctypes.c_int64()
        dated = ctypes.c_uint64()
        with self._get() as index:
            if _lib.nh_index_dates(index, byref(oldest), byref(newest),
                                   byref(dated), byref(error)):
                made = make(error)
                if isinstance(made, NotFound):
                    return None
                raise made
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return Dates(epoch + datetime.timedelta(seconds=oldest.value),
                     epoch + datetime.timedelta(seconds=newest.value),
                     dated.value)

    def verify(self) -> None:
        """Compares every file with its checksum; Corrupt if one differs."""
        error = _l.Error()
        with self._get() as index:
            if _lib.nh_index_verify(index, byref(error)):
                raise make(error)

    def use_rules(self, on: bool) -> None:
        """Turns the rules of the file entities.rules on or off; on at first."""
        self._set(_lib.nh_index_set_rules, on)

    def use_synonyms(self, on: bool) -> None:
        """Turns the file synonyms.rules on or off for searches; on at first."""
        self._set(_lib.nh_index_set_synonyms, on)

    def _set(self, function: Callable[..., None], on: bool) -> None:
        handle = self._get()
        with handle as index:
            if handle.users > 1:
                raise ValueError("results of the index are still in use")
            function(index, on)

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
