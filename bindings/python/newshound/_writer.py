"""Writing an index."""

from __future__ import annotations

import ctypes
import datetime
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from ctypes import byref, c_void_p
from typing import Any, NamedTuple, Optional, Union

from . import _library as _l
from ._errors import InvalidArgument, make
from ._index import PathLike
from ._results import Moment

_lib = _l.lib
Text = Union[None, str, Iterable[str]]
_NAMES = {"found": 0, "given": 1, "none": 2}
_ORDERS = {"none": 0, "dmy": 1, "mdy": 2, "ymd": 3}


class Counts(NamedTuple):
    """What became of what a writer was given; complete after a commit."""

    added: int
    replaced: int
    unchanged: int
    deleted: int
    skipped: int
    """Records that are no articles."""
    unread_dates: int
    """Articles whose date could not be read."""


def _encode(text: Optional[str]) -> Optional[bytes]:
    return None if text is None else text.encode("utf-8", "surrogatepass")


def _date(value: Moment) -> str:
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc)
        return value.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    return value.isoformat() if isinstance(value, datetime.date) else value


class Writer:
    """The one writer of an index, which it makes if there is none.

    ``names``, ``charset``, ``map`` and ``date_order`` are kept in the index: None
    takes what it keeps, or the default in a new one. InvalidArgument for a value
    that differs from the kept one, unless ``change_options`` is true; files that
    are added again are then read anew.

    ``names``: "found" (default) looks for persons, organisations and places in English
    texts, with the model in file ``model`` if not the installed one; "given"
    keeps those that articles come with; "none" has none. ``language``: of a new
    index. ``collection`` is put before ids, with a colon. ``charset``: of bytes
    that are not UTF-8. ``map``: other keys of JSON records, by field.
    ``jobs``: workers. ``memory``: bytes to stay under, about. ``existing``:
    NotFound where there is no index. ``on_skipped(name, offset, message)`` is
    told of each record that is no article, and of each folder or link that is passed
    over. ``follow_links``: symbolic links that lead out of a folder are followed.
    ``date_order``: how dates such as 05/01/2024 are read: "none" (not at all,
    default), "dmy", "mdy" or "ymd".

    As a context manager it commits at the end, or gives up what was added since
    the last commit if there was an exception. One thread uses it at a time; a
    lock sees to it. Locked while somebody else writes.
    """

    _pointer: Optional[int] = None

    def __init__(self, path: PathLike, *, names: Optional[str] = None,
                 model: Optional[PathLike] = None,
                 language: Optional[str] = None,
                 collection: Optional[str] = None,
                 charset: Optional[str] = None,
                 map: Optional[Mapping[str, str]] = None, jobs: int = 0,
                 memory: int = 0, existing: bool = False,
                 follow_links: bool = False, date_order: Optional[str] = None,
                 change_options: bool = False,
                 on_skipped: Optional[Callable[[str, int, str], object]] = None
                 ) -> None:
        if date_order is not None and date_order not in _ORDERS:
            raise InvalidArgument("date_order is none, dmy, mdy or ymd, not "
                                  f"{date_order!r}")
        if names is not None and names not in _NAMES:
            raise InvalidArgument("names is found, given or none, not "
                                  f"{names!r}")
        self._lock = threading.RLock()
        self._on_skipped = on_skipped
        self._raised: Optional[BaseException] = None
        self._skipped = _l.SKIPPED(self._tell)
        keys = (None if map is None
                else ",".join(f"{k}={v}" for k, v in map.items()))
        options = _l.WriterOptions(
            size=ctypes.sizeof(_l.WriterOptions), existing=existing,
            
            names=3 if names is None else _NAMES[names],
            model=os.fsencode(model) if model else None,
            language=_encode(language), collection=_encode(collection),
            charset=_encode(charset), map=_encode(keys), jobs=jobs,
            memory=memory, follow_links=follow_links,
            
            date_order=4 if date_order is None else _ORDERS[date_order],
            change_options=change_options)
        if on_skipped:
            options.skipped = self._skipped
        error = _l.Error()
        pointer = c_void_p()
        if _lib.nh_writer_open(byref(pointer), os.fsencode(path),
                               byref(options), byref(error)):
            raise make(error)
        self._pointer = pointer.value

    def _tell(self, _: Any, name: bytes, offset: int, why: Any) -> None:
        try:
            if self._on_skipped and self._raised is None:
                self._on_skipped(name.decode("utf-8", "replace"), offset,
                                 why.contents.message.decode("utf-8",
                                                             "replace"))
        except BaseException as raised:  # it cannot pass through C
            self._raised = raised

    def _call(self, function: Any, *arguments: Any) -> None:
        error = _l.Error()
        with self._lock:
            if self._pointer is None:
                raise ValueError("the writer is closed")
            rc = function(self._pointer, *arguments, byref(error))
            raised, self._raised = self._raised, None
        if raised is not None:
            raise raised
        if rc:
            raise make(error)

    def add(self, *, id: Optional[str] = None, title: Optional[str] = None,
            body: Optional[str] = None, date: Optional[Moment] = None,
            source: Optional[str] = None, author: Text = None,
            url: Optional[str] = None, section: Optional[str] = None,
            topic: Text = None, lang: Optional[str] = None,
            person: Text = None, org: Text = None, place: Text = None) -> str:
        """Adds an article, or replaces the one with its id, which it returns.

        Without an id that is its url, without that a hash of what it says.
        DataError if it has neither title nor body.
        """
        fields: list[tuple[bytes, Text]] = [
            (b"id", id), (b"title", title), (b"body", body),
            (b"date", None if date is None else _date(date)),
            (b"source", source), (b"author", author), (b"url", url),
            (b"section", section), (b"topic", topic), (b"lang", lang),
            (b"person", person), (b"org", org), (b"place", place)]
        texts = [(field, text.encode("utf-8", "replace"))
                 for field, value in fields if value is not None
                 for text in ((value,) if isinstance(value, str) else value)]
        values = (_l.Value * len(texts))(
            *(_l.Value(field, text, len(text)) for field, text in texts))
        made = ctypes.c_char_p()
        with self._lock:
            self._call(_lib.nh_writer_add, values, len(texts), byref(made))
            return (made.value or b"").decode("utf-8", "replace")

    def add_bytes(self, data: bytes, format: Optional[str] = None,
                  name: str = "") -> None:
        """Adds the articles of a file that is in memory, of any format.

        ``format`` is one that ``newshound index --format list`` names; without
        it, it is told by content. ``name`` is for messages, and the id of a
        record that is a file of its own and has none.
        """
        self._call(_lib.nh_writer_add_bytes, data, len(data), _encode(format),
                   _encode(name))

    def add_path(self, path: PathLike, format: Optional[str] = None) -> None:
        """Adds the articles of a file, or of all files in a folder.

        Those that have not changed since they were read last are passed over.
        """
        self._call(_lib.nh_writer_add_path, os.fsencode(path), _encode(format))

    def delete(self, id: str) -> None:
        """Deletes an article; NotFound if there is none with this id."""
        name = id.encode("utf-8", "surrogatepass")
        self._call(_lib.nh_writer_delete, name, len(name))

    def commit(self) -> None:
        """Makes what was added and deleted part of the index, durably."""
        self._call(_lib.nh_writer_commit)

    def merge(self) -> None:
        """Commits, and makes one segment of all."""
        self._call(_lib.nh_writer_merge)

    @property
    def counts(self) -> Counts:
        """What became of what was given."""
        with self._lock:
            if self._pointer is None:
                raise ValueError("the writer is closed")
            c = _lib.nh_writer_counts(self._pointer).contents
            return Counts(c.added, c.replaced, c.unchanged, c.deleted,
                          c.skipped, c.unread_dates)

    def close(self) -> None:
        """Gives up what is not committed, and lets others write."""
        if self._pointer is not None:
            with self._lock:
                pointer, self._pointer = self._pointer, None
                if pointer is not None:
                    _lib.nh_writer_close(pointer)

    __del__ = close

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: Optional[type[BaseException]], *_: object) -> None:
        try:
            if kind is None and self._pointer is not None:
                self.commit()
        finally:
            self.close()

