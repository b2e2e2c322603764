"""Errors of the library as exceptions."""

from __future__ import annotations

from typing import Optional

from . import _library as _l


class Error(Exception):
    """What went wrong, by the library's words.

    ``hint`` says what to do about it, or is empty. ``offset`` and ``length``
    are the place in the query that is meant, in characters; ``offset`` is None
    where no place is.
    """

    def __init__(self, message: str, hint: str = "",
                 offset: Optional[int] = None, length: int = 0,
                 query: Optional[str] = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.offset = offset
        self.length = length
        self.query = query

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.message, self.hint, self.offset, self.length,
                             self.query))

    def __str__(self) -> str:
        return self.message

    @property
    def caret(self) -> str:
        """The query with a mark under the place; empty where there is none."""
        if self.query is None or self.offset is None:
            return ""
        mark = "^" + "~" * max(self.length - 1, 0)
        return f"{self.query}\n{' ' * self.offset}{mark}"


class QueryError(Error, ValueError):
    """The query cannot be understood, or not be answered as it stands."""


class InvalidArgument(Error, ValueError):
    """An option or argument is out of its range."""


class DataError(Error, ValueError):
    """An article, or the file entities.rules, is unusable."""


class NotFound(Error, LookupError):
    """There is no such index, article or file."""


class Corrupt(Error):
    """The index is damaged: ``newshound check`` says where."""


class WrongVersion(Error):
    """The index was made by a version that this one cannot read."""


class Locked(Error):
    """Somebody else writes to the index."""


class IoError(Error, OSError):
    """The operating system refused a file operation."""


class OutOfMemory(Error, MemoryError):
    """Memory ran out."""


_CLASSES: dict[int, type[Error]] = {
    -1: OutOfMemory, -2: InvalidArgument, -3: QueryError, -4: NotFound,
    -5: Corrupt, -6: WrongVersion, -7: Locked, -8: IoError, -9: DataError,
    -10: QueryError}


def characters(text: bytes, count: int) -> int:
    """How many characters the first ``count`` bytes are."""
    return len(text[:count].decode("utf-8", "replace"))


def make(error: _l.Error, query: Optional[bytes] = None) -> Error:
    """The exception for an error that a function filled in."""
    message = error.message.decode("utf-8", "replace")
    hint = error.hint.decode("utf-8", "replace")
    kind = _CLASSES.get(error.code, Error)
    if query is None and kind is QueryError:
        kind = Error
    if query is None or error.offset == _l.NO_OFFSET:
        return kind(message, hint)
    start = characters(query, error.offset)
    end = characters(query, error.offset + error.length)
    return kind(message, hint, start, end - start,
                query.decode("utf-8", "replace"))
