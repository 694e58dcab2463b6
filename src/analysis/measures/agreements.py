"""Agencies' 287(g) agreements on the day they searched, and the programme's growth: attributes, never purposes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from analysis import agencies
from analysis.agencies import AgreementList
from analysis.measures.agencies import is_named
from analysis.measures.immigration import counts_in
from analysis.measures.numbers import Numbers, number, scopes

TERM = date(2025, 1, 20)
"""The first day of the second Trump administration, from which the programme's growth is counted."""

STANDINGS = (
    "signed on or before the first search",
    "signed between searches",
    "signed after the last search",
    "date not known",
)
"""Where an agency's first agreement stands beside its searches; others are not on a list."""

_COUNTS = {
    "agencies_287g": "agencies",
    "agencies_287g.core": "agencies",
    "agencies_287g_signed_later.core": "agencies",
    "immigration_searches_since_agreement.core": "rows",
}


def agreements(
    searches: pd.DataFrame, lists: Sequence[AgreementList], time_zone: str
) -> tuple[Numbers, pd.DataFrame]:
    """Searching agencies (of any reason) with a 287(g) agreement on a day they searched, and the table of those
    behind the *core* searches.

    Days are those of `time_zone`. An attribute of the agency on a date; it says nothing about the purpose of any
    search.
    """
    if not lists:
        because = "the place carries no list of 287(g) agreements (data/raw/<place>/reference/)"
        return [
            number(name, scope, None, unit, because=because)
            for scope, _ in scopes(searches)
            for name, unit in _COUNTS.items()
        ], agencies.at_search(searches.head(0), _all(lists), time_zone)
    listed = _all(lists)
    columns = [
        "camera_owner",
        "searching_agency",
        "agency_state",
        "agency_kind",
        "searched_at",
        "immigration_tier",
    ]
    searches = searches[columns]
    found = [one for scope, rows in scopes(searches) for one in _of(scope, rows, listed, time_zone)]
    return found, agencies.at_search(searches[counts_in(searches, "core")], listed, time_zone)


def _all(lists: Sequence[AgreementList]) -> pd.DataFrame:
    columns = agencies.agreements.COLUMNS
    return pd.concat([one.agreements for one in lists]) if lists else pd.DataFrame(columns=columns)


def _of(scope: str, rows: pd.DataFrame, listed: pd.DataFrame, time_zone: str) -> Numbers:
    held = agencies.at_search(rows, listed, time_zone)
    core = agencies.at_search(rows[counts_in(rows, "core")], listed, time_zone)
    counts = (
        int(held["signed_before"].sum()),
        int(core["signed_before"].sum()),
        int((core["signed_after"] & ~core["signed_before"]).sum()),
        int(core["searches_since"].sum()),
    )
    return [number(name, scope, count, unit) for (name, unit), count in zip(_COUNTS.items(), counts)]


def by_standing(searches: pd.DataFrame, held: pd.DataFrame, lists: Sequence[AgreementList]) -> pd.DataFrame:
    """The agencies behind the core searches by their agreement on the day: agreement (`STANDINGS`), agencies, searches.

    `held` is the table of `agreements`. An agency that is on no list of the place stands in a line of its own;
    without a list nothing is known of any agency, and the table is empty.
    """
    columns = ["agreement", "agencies", "searches"]
    if not lists:
        return pd.DataFrame(columns=columns)
    core = searches[counts_in(searches, "core") & is_named(searches["searching_agency"])]
    lines = [(name, held[held["when"] == name]) for name in STANDINGS]
    rows = [(name, len(part), int(part["searches"].sum())) for name, part in lines]
    others = core[~core["searching_agency"].isin(held["searching_agency"])]
    rows.append(("on no list of this place", others["searching_agency"].nunique(), len(others)))
    return pd.DataFrame(rows, columns=columns)


def lists_read(lists: Sequence[AgreementList], last_search: pd.Timestamp, time_zone: str) -> pd.DataFrame:
    """What each list holds and what of it could not be used: one line for each list.

    file, as_of, as_of_from, covers_the_searches (False where the list is older than the last search, and cannot
    know of later agreements), agreements, agencies, without_a_date, repeated, no_known_state, no_known_model,
    unread_columns, unread_sheets.
    """
    last = last_search.tz_convert(time_zone).date()
    return pd.DataFrame([_list_read(one, last) for one in lists], columns=_READ)


_READ = ["file", "as_of", "as_of_from", "covers_the_searches", "agreements", "agencies", "without_a_date", "repeated",
         "no_known_state", "no_known_model", "unread_columns", "unread_sheets"]  # fmt: skip


def _list_read(one: AgreementList, last: date) -> dict[str, Any]:
    rows = one.agreements
    repeated = rows["problem"].fillna("").str.contains("repeats row")
    return {
        "file": one.file,
        "as_of": one.as_of,
        "as_of_from": one.as_of_from,
        "covers_the_searches": one.as_of is not None and one.as_of >= last,
        "agreements": len(rows),
        "agencies": rows[["state", "agency"]].drop_duplicates().shape[0],
        "without_a_date": int(rows["signed"].isna().sum()),
        "repeated": int(repeated.sum()),
        "no_known_state": int(rows["state"].isna().sum()),
        "no_known_model": int(rows["model"].isna().sum()),
        "unread_columns": ", ".join(one.unread_columns),
        "unread_sheets": ", ".join(one.unread_sheets),
    }


def growth(lists: Sequence[AgreementList]) -> tuple[Numbers, pd.DataFrame]:
    """How the programme grew by the newest list's dates: numbers, and a table by month.

    The table: month, agreements_signed, agreements (so far), agencies (with a first agreement so far). An
    agreement without a readable date is in neither. A list of participants leaves ended agreements out, so that
    what it shows of earlier years is too little and the growth too much; an index of documents keeps them.
    """
    names = {"agreements_before_term": "agreements", "agreements_listed": "agreements",
             "agreement_agencies_before_term": "agencies", "agreement_agencies_listed": "agencies",
             "agreement_agencies_growth": "ratio"}  # fmt: skip
    dated = _dated(lists)
    if dated.empty:
        because = "the place carries no list of 287(g) agreements with dates"
        return [number(name, "all", None, unit, because=because) for name, unit in names.items()], _months(
            dated
        )
    firsts = dated.groupby(["state", "join"])["signed"].min()
    before, agencies_before = int((dated["signed"] < TERM).sum()), int((firsts < TERM).sum())
    counts = [before, len(dated), agencies_before, len(firsts)]
    found = [number(name, "all", count, unit) for (name, unit), count in zip(names.items(), counts)]
    more = len(firsts) - agencies_before
    none = {} if agencies_before else {"because": "the list holds no agreement signed before the term"}
    found.append(
        number(
            "agreement_agencies_growth", "all", more / agencies_before if agencies_before else None, "ratio",
            numerator=more, denominator=agencies_before, **none,
        )
    )  # fmt: skip
    return found, _months(dated)


def _dated(lists: Sequence[AgreementList]) -> pd.DataFrame:
    newest = max(lists, key=lambda one: one.as_of or date.min, default=None)
    if newest is None:
        return pd.DataFrame(columns=["state", "join", "signed"])
    rows = newest.agreements.dropna(subset=["signed"])
    return rows.assign(join=rows["agency"].map(agencies.agreements.join_key))


def _months(dated: pd.DataFrame) -> pd.DataFrame:
    columns = ["month", "agreements_signed", "agreements", "agencies"]
    if dated.empty:
        return pd.DataFrame(columns=columns)
    month = pd.to_datetime(dated["signed"]).dt.to_period("M")
    every = pd.period_range(month.min(), month.max(), freq="M")
    signed = month.value_counts().reindex(every, fill_value=0)
    first = month.groupby([dated["state"], dated["join"]]).min().value_counts().reindex(every, fill_value=0)
    return pd.DataFrame({
        "month": every.to_timestamp(),
        "agreements_signed": signed.to_numpy(),
        "agreements": signed.cumsum().to_numpy(),
        "agencies": first.cumsum().to_numpy(),
    })  # fmt: skip
