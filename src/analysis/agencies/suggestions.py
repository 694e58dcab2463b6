"""Lists the names that no rule decided, with agencies that look alike, for people to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pandas as pd
from rapidfuzz import fuzz

from analysis.agencies.names import key

_COMMON = frozenset(
    ("county", "city", "town", "village", "township", "police", "department", "sheriff", "the", "and")
)


def candidates(unresolved: pd.DataFrame, reference: pd.DataFrame, most: int = 3) -> pd.DataFrame:
    """Agencies of `reference` whose spelling is near: released, candidate, state, likeness (0 to 1).

    `unresolved` has the columns of `resolve`; `reference` has agency and, where known, state. The likeness is
    rapidfuzz's ratio: how few characters must come or go to turn one spelling into the other. It
    suggests and decides nothing: two different towns may differ by a letter.
    """
    states = reference["state"].fillna("") if "state" in reference else [""] * len(reference)
    known = defaultdict(
        list
    )  # (spelling, state, key) of every known agency under each telling word of its name
    for agency, state in dict.fromkeys(zip(reference["agency"], states)):
        for word in _telling(key(agency)):
            known[word].append((agency, state, key(agency)))
    rows = [row for line in unresolved.to_dict("records") for row in _near(line, known, most)]
    columns = ["released", "candidate", "state", "likeness"]
    return pd.DataFrame(rows, columns=columns, dtype=object).astype({"likeness": float})


def _telling(spelling: str) -> list[str]:
    return [word for word in dict.fromkeys(spelling.split()) if len(word) > 2 and word not in _COMMON]


def _near(line: dict, known: Mapping[str, list[tuple[str, str, str]]], most: int) -> list[tuple]:
    spelling = key(line["agency"])
    state = line["state"] if isinstance(line["state"], str) else ""
    candidates = dict.fromkeys(candidate for word in _telling(spelling) for candidate in known.get(word, ()))
    found = [
        (line["released"], agency, agency_state or None, round(fuzz.ratio(spelling, other) / 100, 3))
        for agency, agency_state, other in candidates
        if not state or not agency_state or agency_state == state
    ]
    return sorted(found, key=lambda row: (-row[3], row[1]))[:most]


def queue(
    resolved: pd.DataFrame, rows: Mapping[str, int], reference: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The names without a state or a kind, most rows first: released_name, rows, state, kind, candidates, why.

    `rows` counts the searches of each released name. Nothing waits for this list; federal agencies, companies and
    markers that belong to no single state are not on it.
    """
    why = [_why(line) for line in resolved.to_dict("records")]
    waiting = resolved.assign(why=why).loc[[bool(reason) for reason in why]]
    near = candidates(waiting, reference) if reference is not None else None
    lists = {} if near is None else near.groupby("released")["candidate"].agg("; ".join).to_dict()
    names = waiting["released"].tolist()
    table = waiting[["released", "state", "kind", "why"]].rename(columns={"released": "released_name"})
    table.insert(1, "rows", [int(rows.get(name, 0)) for name in names])
    table.insert(4, "candidates", [lists.get(name, "") for name in names])
    return table.sort_values(["rows", "released_name"], ascending=[False, True], ignore_index=True)


def _why(line: Mapping) -> str:
    decided: str = line["decided_by"]
    if decided.startswith("override") or {"not_agency", "blank", "masked"} & set(line["tags"]):
        return ""
    kind, state = (part.partition("=")[2] for part in decided.split("; "))
    reasons: Sequence[str] = [
        *([] if isinstance(line["kind"], str) else ["two kinds" if kind.startswith("tie") else "no kind"]),
        *([] if isinstance(line["state"], str) or state == "no single state" else [state]),
    ]
    return ", ".join(reasons)
