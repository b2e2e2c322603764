"""The shared library: where it is, its structs and functions.

Mirrors newshound.h, newshound_reading.h and newshound_writer.h; nothing here is public.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib
import os
import sys
from ctypes import (CFUNCTYPE, POINTER, Structure, c_char, c_char_p, c_double,
                    c_int, c_int64, c_size_t, c_uint, c_uint32, c_uint64,
                    c_void_p)
from typing import Iterator

SONAME = "libnewshound.so.1"
NO_OFFSET = c_size_t(-1).value
ALL = 0xFFFFFFFF  # a limit


class Error(Structure):
    _fields_ = [("code", c_int), ("offset", c_size_t), ("length", c_size_t),
                ("message", c_char * 512), ("hint", c_char * 256)]


class String(Structure):
    _fields_ = [("data", c_void_p), ("len", c_size_t)]

    def text(self) -> str:
        return string_at(self.data, self.len)


class List(Structure):
    _fields_ = [("items", POINTER(String)), ("count", c_size_t)]

    def texts(self) -> tuple[str, ...]:
        return tuple(self.items[i].text() for i in range(self.count))


class Stats(Structure):
    _fields_ = [(name, c_uint64) for name in
                ("articles", "tombstones", "segments", "commit", "text_bytes",
                 "index_bytes")] + [
                (name, c_char_p) for name in
                ("map", "charset", "date_order", "names")]


class SearchOptions(Structure):
    _fields_ = [("size", c_size_t), ("offset", c_uint32), ("limit", c_uint32),
                ("sort", c_int), ("flags", c_uint), ("since", c_char_p),
                ("until", c_char_p), ("now", c_int64), ("threads", c_uint),
                ("expand", c_uint32), ("effort", c_uint32),
                ("facets", c_char_p), ("facet_limit", c_uint32),
                ("group", c_char_p), ("group_size", c_uint32),
                ("recency", c_double)]


class Total(Structure):
    _fields_ = [("value", c_uint64), ("lower", c_uint64), ("upper", c_uint64),
                ("exact", c_int)]


class Period(Structure):
    _fields_ = [("offset", c_size_t), ("length", c_size_t),
                ("first", String), ("last", String)]


class FacetValue(Structure):
    _fields_ = [("text", String), ("count", c_uint64)]


class Facet(Structure):
    _fields_ = [("field", String), ("values", POINTER(FacetValue)),
                ("count", c_size_t), ("distinct", c_uint64),
                ("articles", c_uint64)]


class Group(Structure):
    _fields_ = [("value", String), ("articles", c_uint64),
                ("first", c_size_t), ("count", c_size_t)]


class Span(Structure):
    _fields_ = [("start", c_size_t), ("len", c_size_t)]


class Snippet(Structure):
    _fields_ = [("text", String), ("highlights", POINTER(Span)),
                ("highlight_count", c_size_t), ("cut_before", c_int),
                ("cut_after", c_int)]


class Hit(Structure):
    _fields_ = [("rank", c_uint32), ("number", c_uint32), ("score", c_double),
                ("id", String), ("title", String), ("source", String),
                ("url", String), ("section", String), ("language", String),
                ("date", String), ("time", c_int64), ("author", List),
                ("topic", List), ("person", List), ("org", List),
                ("place", List), ("copies", c_size_t), ("snippet", Snippet),
                ("heading", String)]


class TermScore(Structure):
    _fields_ = [("term", String), ("score", c_double), ("count", c_uint32),
                ("articles", c_uint32)]


class Reason(Structure):
    _fields_ = [("offset", c_size_t), ("length", c_size_t), ("text", String)]


class Completion(Structure):
    _fields_ = [("text", String), ("count", c_uint64)]


class Proposal(Structure):
    _fields_ = [("name", String), ("into", String), ("articles", c_uint64),
                ("into_articles", c_uint64), ("reason", String),
                ("rule", String)]


class ArticleView(Structure):
    _fields_ = [("hit", POINTER(Hit)), ("body", String), ("given_persons", c_size_t),
                ("given_orgs", c_size_t), ("given_places", c_size_t)]


class Mention(Structure):
    _fields_ = [("field", String), ("name", String), ("in_title", c_int),
                ("start", c_size_t), ("len", c_size_t)]


class TimelineOptions(Structure):
    _fields_ = [("size", c_size_t), ("by", c_int), ("flags", c_uint),
                ("since", c_char_p), ("until", c_char_p), ("now", c_int64),
                ("field", c_char_p), ("field_limit", c_uint32),
                ("expand", c_uint32), ("effort", c_uint32)]


class TimelinePeriod(Structure):
    _fields_ = [("start", String), ("articles", c_uint64),
                ("occurrences", c_uint64), ("all_articles", c_uint64),
                ("all_words", c_uint64), ("share", c_double),
                ("per_million", c_double)]


class TimelineSeries(Structure):
    _fields_ = [("query", String), ("value", String),
                ("periods", POINTER(TimelinePeriod)), ("count", c_size_t),
                ("articles", c_uint64), ("occurrences", c_uint64),
                ("undated", c_uint64), ("undated_occurrences", c_uint64)]


class ConcordanceOptions(Structure):
    _fields_ = [("size", c_size_t), ("sort", c_int), ("limit", c_uint32),
                ("seed", c_uint64), ("context", c_uint32),
                ("since", c_char_p), ("until", c_char_p), ("now", c_int64),
                ("expand", c_uint32), ("effort", c_uint32)]


class ConcordanceLine(Structure):
    _fields_ = [("id", String), ("title", String), ("date", String),
                ("source", String), ("number", c_uint32), ("in_title", c_int),
                ("start", c_size_t), ("len", c_size_t), ("left", String),
                ("match", String), ("right", String), ("cut_left", c_int),
                ("cut_right", c_int), ("highlights", POINTER(Span)),
                ("highlight_count", c_size_t)]


SKIPPED = CFUNCTYPE(None, c_void_p, c_char_p, c_uint64, POINTER(Error))


class WriterOptions(Structure):
    _fields_ = [("size", c_size_t), ("existing", c_int), ("names", c_int),
                ("model", c_char_p), ("language", c_char_p),
                ("collection", c_char_p), ("charset", c_char_p),
                ("map", c_char_p), ("jobs", c_uint), ("memory", c_size_t),
                ("skipped", SKIPPED), ("ctx", c_void_p),
                ("follow_links", c_int), ("date_order", c_int),
                ("change_options", c_int)]


class Value(Structure):
    _fields_ = [("field", c_char_p), ("text", c_char_p), ("len", c_size_t)]


class WriterCounts(Structure):
    _fields_ = [(name, c_uint64) for name in
                ("added", "replaced", "unchanged", "deleted", "skipped",
                 "unread_dates")]


def string_at(data: int | None, length: int) -> str:
    """Text that the library holds; what is not UTF-8 becomes U+FFFD."""
    if not data or not length:
        return ""
    return ctypes.string_at(data, length).decode("utf-8", "replace")


def _candidates() -> Iterator[str]:
    named = os.environ.get("NEWSHOUND_LIBRARY")
    if named:
        yield named
        return
    try:
        yield importlib.import_module("._installed", __package__).LIBRARY
    except ImportError:  # not installed, or no library was found then
        pass
    yield SONAME
    for prefix in (sys.prefix, sys.base_prefix, "/usr/local"):
        yield os.path.join(prefix, "lib", SONAME)
    found = ctypes.util.find_library("newshound")
    if found:
        yield found


def _load() -> ctypes.CDLL:
    tried: list[str] = []
    for path in _candidates():
        try:
            return ctypes.CDLL(path)
        except OSError as error:
            tried.append(str(error))
    raise ImportError(
        "libnewshound is not installed where it can be found; name it by the "
        "environment variable NEWSHOUND_LIBRARY (" + "; ".join(tried) + ")")


_OUT = POINTER(c_void_p)
_ERR = POINTER(Error)
_TEXT = (c_char_p, c_size_t)
# Result and arguments of each function that is used.
_FUNCTIONS: dict[str, tuple[object, tuple[object, ...]]] = {
    "nh_version": (c_char_p, ()),
    "nh_index_open": (c_int, (_OUT, c_char_p, _ERR)),
    "nh_index_reopen": (c_int, (c_void_p, POINTER(c_int), _ERR)),
    "nh_index_close": (None, (c_void_p,)),
    "nh_index_set_rules": (None, (c_void_p, c_int)),
    "nh_index_set_synonyms": (None, (c_void_p, c_int)),
    "nh_index_verify": (c_int, (c_void_p, _ERR)),
    "nh_index_stats": (POINTER(Stats), (c_void_p,)),
    "nh_index_dates": (c_int, (c_void_p, POINTER(c_int64), POINTER(c_int64),
                               POINTER(c_uint64), POINTER(Error))),
    "nh_index_search": (c_int, (_OUT, c_void_p, *_TEXT,
                                POINTER(SearchOptions), _ERR)),
    "nh_results_marks": (c_int, (POINTER(POINTER(Span)), POINTER(c_size_t),
                                 c_void_p, c_void_p, c_int, _ERR)),
    "nh_results_free": (None, (c_void_p,)),
    "nh_results_count": (c_size_t, (c_void_p,)),
    "nh_results_total": (POINTER(Total), (c_void_p,)),
    "nh_results_notice": (String, (c_void_p,)),
    "nh_results_plan": (String, (c_void_p,)),
    "nh_results_tree": (String, (c_void_p,)),
    "nh_results_can_loosen": (c_int, (c_void_p,)),
    "nh_results_suggestion": (c_int, (POINTER(String), c_void_p, _ERR)),
    "nh_results_periods": (c_size_t, (POINTER(POINTER(Period)), c_void_p)),
    "nh_results_facets": (c_size_t, (POINTER(POINTER(Facet)), c_void_p)),
    "nh_results_groups": (c_size_t, (POINTER(POINTER(Group)),
                                     POINTER(c_uint64), c_void_p)),
    "nh_results_hit": (c_int, (_OUT, c_void_p, c_size_t, _ERR)),
    "nh_results_next": (c_int, (_OUT, c_void_p, _ERR)),
    "nh_results_copies": (c_int, (POINTER(List), c_void_p, c_size_t, _ERR)),
    "nh_results_scores": (c_int, (POINTER(POINTER(TermScore)),
                                  POINTER(c_size_t), POINTER(c_double),
                                  c_void_p, c_size_t, _ERR)),
    "nh_index_why_not": (c_int, (_OUT, c_void_p, *_TEXT,
                                 POINTER(SearchOptions), *_TEXT, _ERR)),
    "nh_reasons_count": (c_size_t, (c_void_p,)),
    "nh_reasons_at": (POINTER(Reason), (c_void_p, c_size_t)),
    "nh_reasons_free": (None, (c_void_p,)),
    "nh_index_complete": (c_int, (_OUT, c_void_p, *_TEXT, c_size_t, _ERR)),
    "nh_completions_count": (c_size_t, (c_void_p,)),
    "nh_completions_at": (POINTER(Completion), (c_void_p, c_size_t)),
    "nh_completions_free": (None, (c_void_p,)),
    "nh_index_timeline": (c_int, (_OUT, c_void_p, POINTER(String), c_size_t,
                                  POINTER(TimelineOptions), _ERR)),
    "nh_timeline_series": (c_size_t, (POINTER(POINTER(TimelineSeries)),
                                      c_void_p)),
    "nh_timeline_free": (None, (c_void_p,)),
    "nh_index_propose": (c_int, (_OUT, c_void_p, c_char_p, _ERR)),
    "nh_proposals_count": (c_size_t, (c_void_p,)),
    "nh_proposals_at": (POINTER(Proposal), (c_void_p, c_size_t)),
    "nh_proposals_free": (None, (c_void_p,)),
    "nh_index_concordance": (c_int, (_OUT, c_void_p, *_TEXT,
                                     POINTER(ConcordanceOptions), _ERR)),
    "nh_concordance_count": (c_size_t, (c_void_p,)),
    "nh_concordance_total": (c_uint64, (c_void_p, POINTER(c_uint64))),
    "nh_concordance_line": (c_int, (POINTER(POINTER(ConcordanceLine)),
                                    c_void_p, c_size_t, _ERR)),
    "nh_concordance_free": (None, (c_void_p,)),
    "nh_article_open": (c_int, (_OUT, c_void_p, *_TEXT, _ERR)),
    "nh_article_next": (c_int, (_OUT, c_void_p, c_uint32, _ERR)),
    "nh_article_read": (POINTER(ArticleView), (c_void_p,)),
    "nh_article_mentions": (c_int, (POINTER(POINTER(Mention)),
                                    POINTER(c_size_t), c_void_p, c_void_p,
                                    _ERR)),
    "nh_article_free": (None, (c_void_p,)),
    "nh_writer_open": (c_int, (_OUT, c_char_p, POINTER(WriterOptions), _ERR)),
    "nh_writer_close": (None, (c_void_p,)),
    "nh_writer_add": (c_int, (c_void_p, POINTER(Value), c_size_t,
                              POINTER(c_char_p), _ERR)),
    "nh_writer_add_bytes": (c_int, (c_void_p, *_TEXT, c_char_p, c_char_p,
                                    _ERR)),
    "nh_writer_add_path": (c_int, (c_void_p, c_char_p, c_char_p, _ERR)),
    "nh_writer_delete": (c_int, (c_void_p, *_TEXT, _ERR)),
    "nh_writer_commit": (c_int, (c_void_p, _ERR)),
    "nh_writer_merge": (c_int, (c_void_p, _ERR)),
    "nh_writer_counts": (POINTER(WriterCounts), (c_void_p,)),
}

lib = _load()
for _name, (_result, _arguments) in _FUNCTIONS.items():
    _function = getattr(lib, _name)
    _function.restype = _result
    _function.argtypes = _arguments
