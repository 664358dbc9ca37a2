"""Lists of records: one grammar of filters, order and pages for every surface."""

from septet.kernel.listing.items import list_fields
from septet.kernel.listing.pages import Page, count, page, stream
from septet.kernel.listing.query import (
    LARGEST_PAGE,
    USUAL_PAGE,
    Condition,
    Query,
    filterable,
    sortable,
    write_cursor,
)
from septet.kernel.listing.selecting import sees_all_internal, without_telling

__all__ = [
    "LARGEST_PAGE",
    "USUAL_PAGE",
    "Condition",
    "Page",
    "Query",
    "count",
    "filterable",
    "list_fields",
    "page",
    "sees_all_internal",
    "sortable",
    "stream",
    "without_telling",
    "write_cursor",
]
