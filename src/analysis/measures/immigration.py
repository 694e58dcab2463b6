"""The immigration searches under every definition, whose they were, and what they named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.measures.agencies import by_state, top_agencies
from analysis.measures.files import weeks_covered
from analysis.measures.numbers import DEFINITIONS, every_step, in_every_scope, with_share
from analysis.measures.register import LEAST_OF_RATIO
from analysis.places import ReleasedFile
from analysis.searches.table import Searches, once

LEFT_ALONE = {
    "HSI or DHS, counted in broad only": "hsi_dhs",
    "machine-made text, counted in none": "machine",
    "protest": "protest",
    "someone posing as an agent": "impersonation",
    "a guard or a doubtful word: read by a person": "suspect",
}
"""Why *core* leaves a row alone, as conditions: the first of these that holds."""


@once
def immigration_rows(searches: Searches) -> Searches:
    """The searches that some definition counts, and those whose machine-made text quotes such words, as a copy with
    what is counted of them."""
    return searches.kept(*_COLUMNS, where="broad or quoted_by_machine")


_COLUMNS = (
    "source_file", "source_row", "camera_owner", "searching_agency", "searching_agency_as_released", "agency_state",
    "agency_kind", "searched_at", "searched_at_precision", "search_key", "reason_as_released", "reason_origin",
    "offense_types", "topics", "rules", "immigration_tier", "immigration_kind", "mixed", "dhs_ambiguous",
)  # fmt: skip

_KINDS = ("civil", "criminal", "unspecified")

FIGURES = {
    "searches": "count(*) filter ({0})",
    "distinct_searches": "count(distinct search_key) filter ({0})",
    "agencies": "count(distinct searching_agency) filter ({0} and named)",
    "states": "count(distinct agency_state) filter ({0})",
    # What was named is said of core and of broad alike.
    **{kind: f"count(*) filter ({{0}} and names_{kind})" for kind in _KINDS},
    "local_searches": "count(*) filter ({0} and local_police)",
    "largest_agency_searches": (
        "coalesce(max((select max(n) from "
        "(select count(*) as n from searches where {0} and named group by searching_agency))), 0)"
    ),
    "agencies_287g": "count(distinct searching_agency) filter ({0} and had_agreement)",
}
"""The figures of a definition, as SQL aggregates; {0} is its condition. A masked or blank name is no agency."""


def figures_under(searches: Searches, definitions: Mapping[str, str], *figures: str) -> pd.DataFrame:
    """The figures under each definition, given by name and condition: definition, then a column for each of these
    `FIGURES`."""
    aggregates = [FIGURES[figure].format(sql) for sql in definitions.values() for figure in figures]
    values = iter(searches.rows(f"select {', '.join(aggregates)} from searches")[0])
    lines = [(name, *(next(values) for _ in figures)) for name in definitions]
    return pd.DataFrame(lines, columns=["definition", *figures])


def by_definition(searches: Searches) -> pd.DataFrame:
    """The nested totals side by side: definition, searches, distinct_searches, agencies, share of all rows, and
    civil, criminal and unspecified searches; the menu's alone only where any row holds an offense type."""
    has_menu = searches.count("len(offense_types) > 0") > 0
    names = (*(("dropdown",) if has_menu else ()), *DEFINITIONS)
    figures = ("searches", "distinct_searches", "agencies", *_KINDS)
    table = figures_under(immigration_rows(searches), dict(zip(names, names)), *figures)
    table.insert(4, "share", table["searches"] / max(searches.count(), 1))
    return table


def immigration_per_week(searches: Searches, files: Sequence[ReleasedFile] = ()) -> pd.DataFrame:
    """Immigration searches per local week: week (its Monday), definition, searches (nested, not added up), and how much
    of the week the logs cover (`files.weeks_covered`)."""
    weeks = every_week(searches)
    lines = immigration_rows(searches).where("broad").tally(*DEFINITIONS, week=WEEK)
    parts = [
        lines[lines[name]].groupby("week")["rows"].sum().reindex(weeks, fill_value=0)
        .rename_axis("week").rename("searches").reset_index().assign(definition=name)
        for name in DEFINITIONS
    ]  # fmt: skip
    table = pd.concat(parts, ignore_index=True)[["week", "definition", "searches"]]
    return with_coverage(table, searches, files)


def with_coverage(table: pd.DataFrame, searches: Searches, files: Sequence[ReleasedFile]) -> pd.DataFrame:
    """A table of weeks with how much of each the logs cover; a week between two logs is covered by none."""
    covered = weeks_covered(searches, files)
    table = table.join(covered, on="week")
    whole = int(covered["of_days"].max()) if len(covered) else 0
    table = table.fillna({"days_covered": 0, "of_days": whole}).astype({"days_covered": int, "of_days": int})
    return table.assign(partial=table["days_covered"] < table["of_days"])


WEEK = "week::timestamp"
"""An SQL expression for the Monday of each search's local week, as a moment."""


def every_week(searches: Searches) -> pd.DatetimeIndex:
    """The Mondays from the first search to the last."""
    ends = searches.query(f"select min({WEEK}) as first, max({WEEK}) as last from searches").iloc[0]
    return every_step(ends["first"], ends["last"], "W-MON")


def agencies_behind(searches: Searches, definition: str = "core") -> pd.DataFrame:
    """The agencies behind the immigration searches: agency, state, kind, searches, share of them all, civil,
    criminal, all_searches (the agency's rows of any reason). A masked or blank name is no agency and has no line."""
    hits = immigration_rows(searches).where(definition)
    table = top_agencies(hits, most=hits.count())
    for name in ("civil", "criminal"):
        table[name] = _rows_of_each(hits.where(f"names_{name}"), table["searching_agency"])
    return table.assign(all_searches=_rows_of_each(searches, table["searching_agency"]))


def _rows_of_each(searches: Searches, agencies: pd.Series) -> pd.Series:
    rows = searches.tally("searching_agency").set_index("searching_agency")["rows"]
    return agencies.map(rows).fillna(0).astype(int)


def immigration_by_state(searches: Searches) -> pd.DataFrame:
    """Immigration searches (core) and the agencies behind them by state: agency_state, agencies, searches, share."""
    return by_state(searches.where("core"))


def by_immigration_kind(searches: Searches) -> pd.DataFrame:
    """Core searches by what the reason named: kind, searches (each counted once), share of them all, rows; one with
    both kinds is in both."""
    kinds = {"core": "core", **{name: f"core and names_{name}" for name in _KINDS}}
    table = figures_under(immigration_rows(searches), kinds, "distinct_searches", "searches")
    table.columns = ["kind", "searches", "rows"]
    return with_share(table[1:].reset_index(drop=True), of=int(table["searches"][0]))[
        ["kind", "searches", "share", "rows"]
    ]


def without_one_agency(searches: Searches) -> pd.DataFrame:
    """The finding (core, rows) with each agency left out in turn: figure, all_agencies, without_largest (the agency
    with most core searches), lowest, highest. No line where no agency is named, or a figure would be of nothing."""
    counts = {"n": "true", "core": "core", "civil": "civil", "criminal": "criminal"}
    made = ", ".join(f"count(*) filter ({sql}) as {name}" for name, sql in counts.items())
    lines = searches.query(
        f"select case when named then searching_agency end as agency, {made} from searches group by all "
        "order by core desc, agency"
    ).astype(dict.fromkeys(counts, int))
    left = lines[list(counts)].sum() - lines.loc[lines["agency"].notna() & (lines["core"] > 0), list(counts)]
    every = pd.concat([lines[list(counts)].sum().to_frame().T, left], ignore_index=True)
    figures = {
        "searches": every["core"],
        "share of all rows": every["core"] / every["n"],
        "civil for each criminal": every["civil"]
        / every["criminal"].where(every["criminal"] >= LEAST_OF_RATIO),
    }
    rows = [
        (name, one[0], one[1], one[1:].min(), one[1:].max())
        for name, one in figures.items()
        if len(left) and one.notna().all()
    ]
    columns = ["figure", "all_agencies", "without_largest", "lowest", "highest"]
    return pd.DataFrame(rows, columns=columns, dtype="object")  # counts stay whole beside shares


def definitions_by_owner(searches: Searches) -> pd.DataFrame:
    """The nested totals of each log: camera_owner, searches, then a column for each definition."""
    counts = ["count(*)", *(f"count(*) filter ({name})" for name in DEFINITIONS)]
    lines = [(scope, *line) for scope, line in in_every_scope(searches, counts).items()]
    return pd.DataFrame(lines, columns=["camera_owner", "searches", *DEFINITIONS])


def added_by_definition(searches: Searches) -> pd.DataFrame:
    """What each tier adds to the one before: definition, added, searches, before (those of the narrower ones)."""
    table = pd.DataFrame({
        "definition": list(DEFINITIONS),
        "searches": [immigration_rows(searches).count(name) for name in DEFINITIONS],
    })  # fmt: skip
    before = table["searches"].shift(fill_value=0)
    return table.assign(added=table["searches"] - before, before=before)[
        ["definition", "added", "searches", "before"]
    ]
