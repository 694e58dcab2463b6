"""Finds the rows behind a number, and serves them in a browser with one query for each."""

from analysis.privacy import NOT_SHOWN
from analysis.rows.behind import BEHIND, Behind
from analysis.rows.database import (
    MEANINGS,
    USUAL,
    file,
    make,
    metadata,
    of_claim,
    queries,
    query_name,
    serve,
    sql,
)
from analysis.rows.log import COLUMNS, Log

__all__ = [
    "BEHIND",
    "COLUMNS",
    "MEANINGS",
    "NOT_SHOWN",
    "USUAL",
    "Behind",
    "Log",
    "file",
    "make",
    "metadata",
    "of_claim",
    "queries",
    "query_name",
    "serve",
    "sql",
]
