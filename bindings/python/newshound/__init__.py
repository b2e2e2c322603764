"""newshound: full-text search for news corpora.

    import newshound

    with newshound.open("news.idx") as index:
        found = index.search("person:Leike safety", limit=5, facets=["org"])
        for hit in found:
            print(hit.title, hit.date, hit.snippet.highlight("**", "**"))
        print(found.facets["org"].values)

    with newshound.Writer("news.idx") as writer:
        writer.add(id="report-1", title="Harbour reopens", date="2024-05-17",
                   body="Ships came back to the harbour on Friday.")

Errors are subclasses of ``newshound.Error``.
"""

from ._errors import (Corrupt, DataError, Error, InvalidArgument, IoError,
                      Locked, NotFound, OutOfMemory, QueryError, WrongVersion)
from ._hit import Article, Hit, Mention, Snippet, TermScore
from ._index import (Completion, Dates, Index, Mark, Pool, Proposal, Reason,
                     Stats, open)
from ._library import lib as _lib
from ._reading import Concordance, ConcordanceLine, TimelineRow
from ._results import (Facet, FacetValue, Group, Period, Results, SearchOptions,
                       Total)
from ._writer import Counts, Writer

__version__: str = _lib.nh_version().decode()

__all__ = [
    "Article",
    "Completion",
    "Concordance",
    "ConcordanceLine",
    "Corrupt",
    "Counts",
    "DataError",
    "Dates",
    "Error",
    "Facet",
    "FacetValue",
    "Group",
    "Hit",
    "Index",
    "InvalidArgument",
    "IoError",
    "Locked",
    "Mark",
    "Mention",
    "NotFound",
    "OutOfMemory",
    "Period",
    "Pool",
    "Proposal",
    "QueryError",
    "Reason",
    "Results",
    "SearchOptions",
    "Snippet",
    "Stats",
    "TermScore",
    "TimelineRow",
    "Total",
    "Writer",
    "WrongVersion",
    "open",
]
