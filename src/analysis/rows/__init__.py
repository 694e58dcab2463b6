"""Finds the rows behind a number, and serves them in a browser with one query for each."""

from analysis.rows.database import (
    Behind,
    file,
    has_rows,
    make,
    metadata,
    of_claim,
    queries,
    query_name,
    serve,
)
from analysis.rows.shown import MEANINGS, USUAL, Shown, open_place

__all__ = [
    "MEANINGS", "USUAL", "Behind", "Shown", "file", "has_rows", "make", "metadata", "of_claim", "open_place", "queries",
    "query_name", "serve",
]  # fmt: skip
