"""Says which searching agencies held a 287(g) agreement, and which models of it from which day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.agencies.names import key

COLUMNS = ["agency_released", "agency", "state", "kind", "model", "signed", "ended", "file", "row", "problem"]
"""The columns of a frame of agreements (`agreement_lists.AgreementList`)."""


def holders(searching: pd.DataFrame, participating: pd.DataFrame) -> pd.DataFrame:
    """The searching agencies that hold a 287(g) agreement, one row each, with its models and first day.

    `searching` needs searching_agency, agency_state and agency_kind; `participating` is a list's `agreements`.
    Columns: these three, models (each with its date), first_signed (None where no date can be read), match.

    An attribute of an agency, never evidence about a search: it says nothing about why anyone searched. Agencies
    are joined, each once, on state, kind and spelling without capitals and punctuation; nothing is matched by
    likeness. The first day of an agreement that a list marks as ended is left out: from when to when it was in
    force the list does not say.
    """
    held = defaultdict(list)
    for agreement in participating.astype(object).where(participating.notna(), None).to_dict("records"):
        if agreement["state"]:
            held[agreement["state"], join_key(agreement["agency"])].append(agreement)
    columns = ["searching_agency", "agency_state", "agency_kind"]
    agencies = searching[columns].dropna(subset=columns[:2]).drop_duplicates().sort_values(columns)
    rows = []
    for agency, state, known_kind in agencies.itertuples(index=False, name=None):
        kind = known_kind if isinstance(known_kind, str) else None
        named = held.get((state, join_key(agency)), [])
        exact = [agreement for agreement in named if kind and agreement["kind"] == kind]
        # or with the kind unknown to one side
        found = exact or [agreement for agreement in named if agreement["kind"] is None or kind is None]
        match = "state, kind and name" if exact else "state and name; kind unknown"
        days = [agreement["signed"] for agreement in found if agreement["signed"] and not agreement["ended"]]
        if found:
            rows.append((agency, state, kind, _models(found), min(days, default=None), match))
    return pd.DataFrame(rows, columns=[*columns, "models", "first_signed", "match"], dtype=object)


def join_key(agency: str) -> str:
    """The spelling by which agencies of two lists are compared; a town's DPS is its police."""
    spelling = key(agency)
    return f"{spelling[:-3]}pd" if spelling.endswith(" dps") else spelling


def _models(agreements: Sequence[Mapping[Any, Any]]) -> str:
    listed = {
        f"{each['model'] or 'model not named'} ({each['signed'] or 'no date'}"
        f"{', ' + each['ended'] if each['ended'] else ''})"
        for each in agreements
    }
    return "; ".join(sorted(listed))
