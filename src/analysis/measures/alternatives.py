"""Counts the finding again under every other definition, and with the words that other people have published."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.measures.immigration import (
    FIGURES,
    LEFT_ALONE,
    WEEK,
    every_week,
    figures_under,
    immigration_rows,
    with_coverage,
)
from analysis.measures.numbers import rows_of
from analysis.measures.reasons import each_reason
from analysis.places import ReleasedFile
from analysis.searches.sql import one_of
from analysis.searches.table import Searches, once

CORE = "core: and smuggling of people, named operations"

ALTERNATIVES = {
    "strict: the words themselves": "strict",
    "strict, and ICE and ERO": "strict or (core and ice_rule)",
    "strict, ICE and ERO, and the border agencies": "strict or (core and (ice_rule or border_rule))",
    CORE: "core",
    "core, and HSI": "core or (broad and hsi_rule)",
    "broad: core, HSI and DHS": "broad",
    "core without mixed purposes": "core and not coalesce(mixed, false)",
    "core, offense type only": "core and dropdown",
    "core, typed words only": "core and not dropdown",
    "core without its largest agency": "core and not by_largest_agency",
    "core, first row of each search": "first_core_row",
    "core with machine-made text that quotes such words": "core or quoted_by_machine",
    "broad without mixed purposes": "broad and not coalesce(mixed, false)",
    "broad without DHS that may be human services": "broad and not coalesce(dhs_ambiguous, false)",
}
"""The alternative definitions by name, each as a condition. Strict grows to core by one group of rules after the other;
smuggling and operations make up the rest. A further definition is one further line. It can count only rows that broad
or the line with machine-made text counts: no others are looked at."""


def alternatives(searches: Searches) -> Mapping[str, str]:
    """Those of `ALTERNATIVES` that the place can tell: one about agreements only where it carries a list of them."""
    if searches.where("has_agreement_list").count():
        return ALTERNATIVES
    listed = {"first_signed", "undated_agreement"}
    return {name: sql for name, sql in ALTERNATIVES.items() if listed.isdisjoint(searches.used(sql))}


@once
def _counted(searches: Searches) -> Searches:
    """The searches that some alternative counts, with a column for each of `alternatives`, in their order: a0, a1, …"""
    columns = (
        "camera_owner", "searching_agency", "agency_state", "agency_kind", "searched_at", "search_key",
        "immigration_kind",
    )  # fmt: skip
    made = {f"a{at}": f"coalesce({sql}, false)" for at, sql in enumerate(alternatives(searches).values())}
    return immigration_rows(searches).kept(*columns, **made)


# The same figures under each --------------------------------------------------------------------------------


def otherwise(searches: Searches) -> pd.DataFrame:
    """The finding's figures under every other definition, one line each: definition, searches, distinct_searches,
    agencies, states, share, civil, criminal, unspecified, local_searches, largest_agency_searches, agencies_287g.

    Each line changes one thing and is named for it. `agencies_287g` counts agencies with an agreement on a day they
    searched, and is empty where the place carries no list.
    """
    definitions = {name: f"a{at}" for at, name in enumerate(alternatives(searches))}
    table = figures_under(_counted(searches), definitions, *FIGURES)
    table.insert(5, "share", table["searches"] / max(searches.count(), 1))
    if not searches.where("has_agreement_list").count():
        table["agencies_287g"] = None
    return table


def weeks_otherwise(searches: Searches, files: Sequence[ReleasedFile] = ()) -> pd.DataFrame:
    """The weekly figure under every definition: week (local, from Monday), a column for each alternative, and how much
    of the week the logs cover (`files.weeks_covered`)."""
    names = list(alternatives(searches))
    counts = ", ".join(f"count(*) filter (a{at})" for at in range(len(names)))
    lines = _counted(searches).rows(f"select {WEEK}, {counts} from searches group by all")
    table = pd.DataFrame(lines, columns=["week", *names]).set_index("week")
    table = table.reindex(every_week(searches), fill_value=0).rename_axis("week").reset_index()
    return with_coverage(table, searches, files)


def agencies_otherwise(searches: Searches) -> pd.DataFrame:
    """The agencies' figure under every definition: searching_agency, then a column for each alternative."""
    names = list(alternatives(searches))
    counts = [f"count(*) filter (a{at})" for at in range(len(names))]
    lines = _counted(searches).rows(
        f"select searching_agency, {', '.join(counts)} from searches where named "
        f"group by all having greatest({', '.join(counts)}) > 0"
    )
    table = pd.DataFrame(lines, columns=["searching_agency", *names])
    return table.sort_values([CORE, "searching_agency"], ascending=[False, True], ignore_index=True)


# Other people's words ---------------------------------------------------------------------------------------


def other_lists(searches: Searches, lists: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Others' published terms on the same rows: who, terms, searches, also_in_core, not_in_core, core_without,
    also_in_broad.

    A list's `terms` are matched as whole words, its `parts` anywhere in a word and its `patterns` as they are,
    ignoring capitals, in the released reason (or, with `on = "agency"`, in the agency's name). `core_without` counts
    the rows of *core* that the list would pass over.
    """
    found = []
    for one, (lines, hit) in zip(lists, _hits(searches, lists)):
        core = lines["core"]
        found.append({
            "who": one["who"],
            "terms": described(one),
            "searches": rows_of(lines, hit),
            "also_in_core": rows_of(lines, hit & core),
            "not_in_core": rows_of(lines, hit & ~core),
            "core_without": rows_of(lines, core & ~hit),
            "also_in_broad": rows_of(lines, hit & (core | lines[_BROAD])),
        })  # fmt: skip
    return pd.DataFrame(found)


_BROAD = next(iter(LEFT_ALONE))
"""The rows that *broad* counts and *core* does not."""


def _hits(searches: Searches, lists: Sequence[Mapping[str, Any]]) -> list[tuple[pd.DataFrame, np.ndarray]]:
    """For each list the distinct texts among which it looks, with their rows, and which of them it counts.

    Most texts hold nothing that is on any list: they are looked at once for all.
    """
    looked_at = {}
    for column in dict.fromkeys(map(_column, lists)):
        lines = _texts(searches, column)
        texts = pc.fill_null(pa.array(lines[column], pa.string()), "")
        held = _match(texts, "|".join(_expression(one) for one in lists if _column(one) == column))
        looked_at[column] = lines, held, texts.filter(pa.array(held))
    found = []
    for one in lists:
        lines, held, texts = looked_at[_column(one)]
        hit = held.copy()
        hit[held] = _match(texts, _expression(one))
        found.append((lines, hit))
    return found


def _texts(searches: Searches, column: str) -> pd.DataFrame:
    """The distinct texts of a column with their rows, and whether *core* counts these, or *broad* alone."""
    if column == "reason_as_released":
        return each_reason(searches)
    return searches.tally(column, "core", **{_BROAD: LEFT_ALONE[_BROAD]})


def described(one: Mapping[str, Any]) -> str:
    """A list's terms as a reader sees them; parts of words are between dots."""
    parts = [f"…{part}…" for part in one.get("parts", ())]
    said = ", ".join([*one.get("terms", ()), *parts, *one.get("says", ())])
    return f"{said} (in the agency's name)" if one.get("on") == "agency" else said


def _column(one: Mapping[str, Any]) -> str:
    """Where a list's terms are looked for."""
    return "searching_agency_as_released" if one.get("on") == "agency" else "reason_as_released"


def _expression(one: Mapping[str, Any]) -> str:
    """A list's terms, parts of words and patterns as one regular expression."""
    words = "|".join(re.escape(term) for term in one.get("terms", ()))
    expressions = [
        *([rf"(?:^|[^A-Za-z])(?:{words})(?:[^A-Za-z]|$)"] if words else []),
        *(re.escape(part) for part in one.get("parts", ())),
        *one.get("patterns", ()),
    ]
    return "|".join(f"(?:{expression})" for expression in expressions)


def _match(texts: pa.StringArray, expression: str) -> np.ndarray:
    """Which texts hold an expression, ignoring capitals."""
    return pc.match_substring_regex(texts, expression, ignore_case=True).to_numpy(zero_copy_only=False)


def disagreements(searches: Searches, lists: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Where each list and *core* disagree, and why: who, counted_by, why, searches, reasons (distinct).

    Rows are grouped by what the rules made of them and shown as counts: a reason itself may name someone.
    """
    parts = []
    for one, (lines, hit) in zip(lists, _hits(searches, lists)):
        for side, table in zip(("the list alone", "core alone"), _apart(searches, lines[hit], _column(one))):
            counts = table.groupby("why").agg(
                searches=("rows", "sum"), reasons=("reason_as_released", "nunique")
            )
            parts.append(counts.reset_index().assign(who=one["who"], counted_by=side))
    table = pd.concat(parts, ignore_index=True)[["who", "counted_by", "why", "searches", "reasons"]]
    order = {one["who"]: place for place, one in enumerate(lists)}
    table["order"] = table["who"].map(order)
    by = ["order", "counted_by", "searches", "why"]
    return table.sort_values(by, ascending=[True, False, False, True], ignore_index=True).drop(
        columns="order"
    )


def _apart(searches: Searches, hits: pd.DataFrame, column: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What a list counts and *core* does not, and what *core* counts and the list does not: reason_as_released, why,
    rows. `hits` are the lines of `_texts` that the list counts."""
    if column == "reason_as_released":
        core = _why_counted(immigration_rows(searches))
        return _why_left_alone(hits), core[~core[column].isin(hits[column])]
    theirs = one_of(column, hits[column])
    not_theirs = immigration_rows(searches).where(f"not {theirs}")
    return _why_left_alone(each_reason(searches.where(theirs))), _why_counted(not_theirs)


def _why_left_alone(lines: pd.DataFrame) -> pd.DataFrame:
    """Those of the lines of `each_reason` that *core* leaves alone: reason_as_released, why, rows."""
    alone = lines[~lines["core"]]
    tests = [alone[why].to_numpy() for why in LEFT_ALONE]
    return alone.assign(why=np.select(tests, list(LEFT_ALONE), "no such word is there"))


@once
def _why_counted(hits: Searches) -> pd.DataFrame:
    """The rows that *core* counts by the groups of rules that matched: reason_as_released, why, rows."""
    groups = "array_to_string(list_transform(rules, lambda rule: split_part(rule, '.', 1)), ' ')"
    lines = hits.where("core").tally("reason_as_released", why=f"coalesce({groups}, '')")
    said = {groups: _groups(groups) for groups in lines["why"].unique()}
    return lines.assign(why=lines["why"].map(said))


def _groups(groups: str) -> str:
    """Which groups of rules made core count a row."""
    counting = [group for group in dict.fromkeys(groups.split()) if group in _COUNTING]
    return "counted by " + ", ".join(counting or ["immigration as offense type"])


_COUNTING = frozenset((
    "immigration_word", "ice_act", "a_number", "removal", "status", "form", "statute", "program", "immigration_short",
    "ice_agency", "ero", "border_agency", "people_smuggling", "title_8", "operation",
))  # fmt: skip
