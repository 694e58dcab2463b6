"""Finds the rows behind a number, and serves them in a browser with one query for each."""

from analysis.rows.database import file, make, serve
from analysis.rows.queries import Behind, has_rows, metadata, named_queries, of_claim, query_name
from analysis.rows.shown import MEANINGS, USUAL, Shown, open_place

__all__ = [
    "MEANINGS", "USUAL", "Behind", "Shown", "file", "has_rows", "make", "metadata", "named_queries",
    "of_claim", "open_place", "query_name", "serve",
]  # fmt: skip
