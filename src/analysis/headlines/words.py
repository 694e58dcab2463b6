"""What every headline is made of: a finding, its values, and shares as a headline says them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from analysis import wording


class Headline(NamedTuple):
    """A finding as a sentence without a full stop ("" where there is none), and the values that a picture shows."""

    finding: str
    values: str
    drawn: bool = True
    """Whether a picture shows more than these two sentences."""


STEADY, PEAK = 1.25, 2.0
"""Counts hold steady while the most is so many times the least or fewer; a peak is so many times the median."""

WEEK = 7
"""A log of fewer days has no busiest one: its first and last are seldom whole."""

FEWEST = 30
"""A trend, a peak or a share is no finding where there are fewer searches than this."""


def percent(part: float) -> str:
    """A share for a headline: whole percent, and more digits where that would say none, all or less than two of them
    (`wording.percent`)."""
    return wording.percent(part, 0)


def listed(names: Iterable[object], counts: Iterable[int], shares: Iterable[float] | None = None) -> str:
    """'a 12 (40%), b 18 (60%)', of at most ten lines."""
    said = [f"{name} {count:,}" for name, count in zip(names, counts)]
    if shares is not None:
        said = [f"{line} ({percent(share)})" for line, share in zip(said, shares)]
    return ", ".join(said[:10]) + (f", and {len(said) - 10:,} more" if len(said) > 10 else "")
