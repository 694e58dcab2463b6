"""The changes that vendors made to their logs, and those of the vendors in whose eras some searches were made."""

from __future__ import annotations

from analysis import vendors
from analysis.searches.table import Searches
from analysis.vendors.facts import Change

CUT_OVERS = tuple(sorted((change.at, change.what) for change in vendors.changes()))
"""Every vendor's changes: the moment (UTC) from which each is expected, and what changed."""


def eras_of(searches: Searches) -> tuple[str, ...]:
    """The eras of the vendors that wrote the searches, in order."""
    return vendors.eras(searches.tally("era")["era"])


def changes_of(searches: Searches) -> tuple[Change, ...]:
    """The changes of the vendors that wrote the searches, in the order of time."""
    return vendors.changes(searches.tally("era")["era"])
