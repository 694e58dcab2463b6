"""Lists the names that no rule decided, with agencies that look alike, for people to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd
from rapidfuzz import fuzz

from analysis.agencies.names import key

_COMMON = frozenset(
    ("county", "city", "town", "village", "township", "police", "department", "sheriff", "the", "and")
)
_SUGGESTED = 3


def queue(resolved: pd.DataFrame, rows: Mapping[str, int], settled: pd.DataFrame) -> pd.DataFrame:
    """The names without a state or a kind, most rows first: released_name, rows, state, kind, candidates, why.

    `resolved` has the columns of `resolve`, `rows` counts the searches of each released name, and `settled` has agency
    and state of those that rules decided. Nothing waits for this list; federal agencies, companies and markers that
    belong to no single state are not on it.

    Candidates are the settled agencies of the same state whose spelling is nearest, by rapidfuzz's ratio: how few
    characters must come or go to turn one spelling into the other. They suggest and decide nothing: two different
    towns may differ by a letter.
    """
    telling = defaultdict(
        list
    )  # the settled agencies by each word of their names that tells them from others
    for agency, state in dict.fromkeys(zip(settled["agency"], settled["state"])):
        for word in _telling(key(agency)):
            telling[word].append((agency, state, key(agency)))
    lines = [
        (name["released"], int(rows.get(name["released"], 0)), name["state"], name["kind"], _near(name, telling), why)
        for name in resolved.to_dict("records")
        if (why := _why(name))
    ]  # fmt: skip
    columns = ["released_name", "rows", "state", "kind", "candidates", "why"]
    table = pd.DataFrame(lines, columns=columns).astype(
        dict.fromkeys(("released_name", "state", "kind"), object)
    )
    return table.sort_values(["rows", "released_name"], ascending=[False, True], ignore_index=True)


def _telling(spelling: str) -> list[str]:
    return [word for word in dict.fromkeys(spelling.split()) if len(word) > 2 and word not in _COMMON]


def _near(name: Mapping, telling: Mapping[str, list[tuple[str, str, str]]]) -> str:
    spelling, state = key(name["agency"]), name["state"]
    alike = dict.fromkeys(agency for word in _telling(spelling) for agency in telling.get(word, ()))
    found = [
        (-round(fuzz.ratio(spelling, other) / 100, 3), agency)
        for agency, agency_state, other in alike
        if not isinstance(state, str) or agency_state == state
    ]
    return "; ".join(agency for _, agency in sorted(found)[:_SUGGESTED])


def _why(name: Mapping) -> str:
    decided: str = name["decided_by"]
    if decided.startswith("override") or {"not_agency", "blank", "masked"} & set(name["tags"]):
        return ""
    kind, state = (part.partition("=")[2] for part in decided.split("; "))
    reasons = [
        *([] if isinstance(name["kind"], str) else ["two kinds" if kind.startswith("tie") else "no kind"]),
        *([] if isinstance(name["state"], str) or state == "no single state" else [state]),
    ]
    return ", ".join(reasons)
