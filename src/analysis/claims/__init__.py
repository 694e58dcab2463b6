"""Compares computed numbers with what was published and keeps the score."""

from analysis.claims.comparing import compare, published
from analysis.claims.dependence import Depends, depends, on_what, weakest, weights
from analysis.claims.register import BadClaims, Claim, for_measures, load, main_scope, read
from analysis.claims.scoring import (
    COLUMNS,
    FACT,
    HARDLY_FAILS,
    REPEATS,
    all_waiting,
    coverage,
    facts,
    printed,
    problems,
    score,
    table,
    waiting,
    weighed,
    worth,
)
from analysis.claims.settling import (
    UNSETTLED,
    Settlement,
    conditions,
    counted,
    counts_published,
    filtered,
    never_met,
    settle,
)
from analysis.claims.weight import HARDLY, bits, can_hardly_fail, restated

__all__ = [
    "COLUMNS", "FACT", "HARDLY", "HARDLY_FAILS", "REPEATS", "UNSETTLED", "BadClaims", "Claim", "Depends", "Settlement",
    "all_waiting", "bits", "can_hardly_fail", "compare", "conditions", "counted", "counts_published", "coverage",
    "depends", "facts", "filtered", "for_measures", "load", "main_scope", "never_met", "on_what", "printed", "problems",
    "published", "read", "restated", "score", "settle", "table", "waiting", "weakest", "weighed", "weights", "worth",
]  # fmt: skip
