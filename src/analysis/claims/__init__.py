"""Compares computed numbers with what was published and keeps the score."""

from analysis.claims.comparing import compare, published
from analysis.claims.register import (
    AMONG,
    CONFIDENCE,
    OPERATORS,
    BadClaims,
    Claim,
    Piece,
    for_measures,
    load,
    main_scope,
    read,
)
from analysis.claims.score import (
    COLUMNS,
    all_waiting,
    coverage,
    printed,
    problems,
    score,
    table,
    waiting,
)
from analysis.claims.settling import (
    OUTCOMES,
    UNSETTLED,
    Settlement,
    conditions,
    counted,
    counts_published,
    described,
    filtered,
    settle,
    under,
)

__all__ = [
    "AMONG", "COLUMNS", "CONFIDENCE", "OPERATORS", "OUTCOMES", "UNSETTLED", "BadClaims", "Claim", "Piece", "Settlement",
    "all_waiting", "compare", "conditions", "counted", "counts_published", "coverage", "described", "filtered",
    "for_measures", "load", "main_scope", "printed", "problems", "published", "read", "score", "settle", "table",
    "under", "waiting",
]  # fmt: skip
