"""How many immigration searches the reasons could hide: from those stated to every search that states no purpose."""

from __future__ import annotations

import pandas as pd

from analysis.measures.columns import has_topic
from analysis.measures.numbers import rows_of, share, with_share
from analysis.searches.sql import quoted
from analysis.searches.table import Searches

UNSTATED = "no_purpose and not core"
"""The searches that could be for immigration without saying so, as a condition."""

AGENCY = "case when named then searching_agency end"
"""Who searched, as SQL: searches of which the log names no agency are together one."""

_KINDS = {
    "blank": "reason_origin = 'blank'",
    "masked": "reason_origin = 'masked'",
    "a vague word": "vague",
    "a case number alone": has_topic("case_number_only"),
}
"""Why a search states no purpose, as conditions: the first of these that holds, and else `_REST`."""

_REST = "words of the software"

ASSUMPTIONS = (
    "No search that states no purpose was for immigration.",
    "Each agency's searches that state no purpose were for immigration as often as its others; an agency without "
    "others, as often as all others.",
    "Searches that state no purpose were for immigration as often as all others.",
    "All searches that state no purpose were, of the agencies that cited immigration, and of no other agency.",
    "All searches that state no purpose were for immigration.",
)
"""What each line of `could_be_hidden` takes to be true. The last bounds what the others guess."""


def unstated(searches: Searches) -> pd.DataFrame:
    """The searches that state no purpose by why: why, searches, share of all rows, by_citing_agencies (those of
    agencies with a core search)."""
    why = f"case {' '.join(f'when {sql} then {quoted(kind)}' for kind, sql in _KINDS.items())} else {quoted(_REST)} end"
    lines = searches.tally("core", agency=AGENCY, why=why, silent=UNSTATED).fillna({"agency": ""})
    silent = lines[lines["silent"]]
    cites = silent["agency"].isin(lines.loc[lines["core"], "agency"])
    table = silent.groupby("why")["rows"].sum().rename("searches").reset_index()
    table = with_share(table, of=rows_of(lines))
    citing = silent[cites].groupby("why")["rows"].sum()
    table["by_citing_agencies"] = table["why"].map(citing).fillna(0).astype(int)
    return table.sort_values(["searches", "why"], ascending=[False, True], ignore_index=True)


def could_be_hidden(searches: Searches) -> pd.DataFrame:
    """How many immigration searches (core) there could be: assumption, added, of_unstated, searches (with those
    stated), rows, share of these.

    The first line is a count and the last the most that reasons can hide. Those between are not estimates, since nobody
    knows their error: each says what would follow if its assumption were true. Where no search states a purpose, only
    the first and the last two can be computed.
    """
    lines = searches.query(
        f"select {AGENCY} as agency, count(*) as n, count(*) filter (core) as core, "
        f"count(*) filter ({UNSTATED}) as unstated from searches group by all order by all"
    ).astype({"n": int, "core": int, "unstated": int})
    rows, core, silent = (int(lines[name].sum()) for name in ("n", "core", "unstated"))
    stated = lines["n"] - lines["unstated"]
    overall = share(core, rows - silent)
    rate = (lines["core"] / stated.where(stated > 0)).fillna(overall)
    added = pd.Series([
        0, round((rate * lines["unstated"]).sum()), round(overall * silent),
        lines.loc[lines["core"] > 0, "unstated"].sum(), silent,
    ]).astype(int)  # fmt: skip
    table = pd.DataFrame({"assumption": ASSUMPTIONS, "added": added, "of_unstated": silent})
    table = table.assign(searches=core + added, rows=rows, share=(core + added) / max(rows, 1))
    return table if rows > silent else table.drop(index=[1, 2]).reset_index(drop=True)
