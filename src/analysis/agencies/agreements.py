"""Says which searching agencies held a 287(g) agreement, and which models of it from which day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from analysis.agencies.names import key

COLUMNS = ["agency_released", "agency", "state", "kind", "model", "signed", "ended", "file", "row", "problem"]
"""The columns of a frame of agreements (`agreement_lists.participating`)."""


def holders(searching: pd.DataFrame, participating: pd.DataFrame) -> pd.DataFrame:
    """The searching agencies that hold a 287(g) agreement, one row each, with its models and first day.

    `searching` needs searching_agency, agency_state and agency_kind; `participating` is the frame of that name.
    Columns: these three, models (each with its date), first_signed (None where no date can be read), match.

    An attribute of an agency, never evidence about a search: it says nothing about why anyone searched. Agencies
    are joined, each once, on state, kind and spelling without capitals and punctuation; nothing is matched by
    likeness. The first day of an agreement that a list marks as ended is left out: from when to when it was in
    force the list does not say.
    """
    held = _by_agency(participating)
    columns = ["searching_agency", "agency_state", "agency_kind"]
    agencies = searching[columns].dropna(subset=columns[:2]).drop_duplicates().sort_values(columns)
    matched = [(*agency, *_held_by(held, *agency)) for agency in agencies.itertuples(index=False, name=None)]
    rows = [
        (agency, state, _or_none(kind), _models(agreements), _first(agreements), match)
        for agency, state, kind, match, agreements in matched
        if agreements
    ]
    return pd.DataFrame(rows, columns=[*columns, "models", "first_signed", "match"], dtype=object)


_Agreement = tuple[str | None, date | None, str | None]
_Held = Mapping[tuple[str, str], list[tuple[str | None, _Agreement]]]


def _or_none(text: Any) -> str | None:
    return text if isinstance(text, str) else None


def join_key(agency: str) -> str:
    """The spelling by which agencies of two lists are compared; a town's DPS is its police."""
    spelling = key(agency)
    return f"{spelling[:-3]}pd" if spelling.endswith(" dps") else spelling


def _by_agency(participating: pd.DataFrame) -> _Held:
    held = defaultdict(list)
    for line in participating.to_dict("records"):
        if isinstance(line["state"], str):
            is_dated = isinstance(line["signed"], date) and not pd.isna(line["signed"])
            agreement = (
                _or_none(line["model"]),
                line["signed"] if is_dated else None,
                _or_none(line["ended"]),
            )
            held[line["state"], join_key(line["agency"])].append((_or_none(line["kind"]), agreement))
    return held


def _held_by(held: _Held, agency: Any, state: Any, kind: Any) -> tuple[str, list[_Agreement]]:
    """How an agency was matched, and its agreements: by state, kind and name; or with the kind unknown to one side."""
    named = held.get((state, join_key(agency)), []) if isinstance(state, str) else []
    exact = [agreement for other, agreement in named if isinstance(kind, str) and other == kind]
    if exact:
        return "state, kind and name", exact
    loose = [agreement for other, agreement in named if other is None or not isinstance(kind, str)]
    return "state and name; kind unknown", loose


def _first(agreements: Sequence[_Agreement]) -> date | None:
    return min((day for _, day, ended in agreements if day is not None and not ended), default=None)


def _models(agreements: Sequence[_Agreement]) -> str:
    listed = {
        f"{model or 'model not named'} ({day or 'no date'}{f', {ended}' if ended else ''})"
        for model, day, ended in agreements
    }
    return "; ".join(sorted(listed))
