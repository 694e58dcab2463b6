"""Agencies' 287(g) agreements on the day they searched, and the program's growth: attributes, never purposes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analysis import agencies
from analysis.agencies import AgreementList
from analysis.measures.agencies import named
from analysis.measures.immigration import counted
from analysis.measures.numbers import REASONS, Numbers, number, rows_of
from analysis.tallies import Searches, among, ask, coding, listed, local_time, period, tally
from analysis.vendors.recognition import called

TERM = date(2025, 1, 20)
"""The first day of the second Trump administration, from which the program's growth is counted."""

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
    searches: Searches, lists: Sequence[AgreementList], time_zone: str
) -> tuple[Numbers, pd.DataFrame]:
    """Searching agencies (of any reason) with a 287(g) agreement on a day they searched, and the table of those
    behind the *core* searches (`at_search`).

    Days are those of `time_zone`. An attribute of the agency on a date; it says nothing about the purpose of any
    search.
    """
    owners = tally(searches, "camera_owner")["camera_owner"].dropna()
    if not lists:
        because = REASONS["agreements"]
        return [
            number(name, scope, None, unit, because=because)
            for scope in ("all", *owners)
            for name, unit in _COUNTS.items()
        ], at_search(among(searches, "false"), _all(lists), time_zone)
    held = holders(searches, _all(lists))
    lines = beside(searches, held, time_zone, "camera_owner", core=counted("core"))
    return _numbers(lines, held, owners), standing(held, lines[lines["core"]])


def _all(lists: Sequence[AgreementList]) -> pd.DataFrame:
    columns = agencies.agreements.COLUMNS
    return pd.concat([one.agreements for one in lists]) if lists else pd.DataFrame(columns=columns)


def at_search(searches: Searches, participating: pd.DataFrame, time_zone: str = "UTC") -> pd.DataFrame:
    """The searching agencies with a 287(g) agreement, one row each, and when it was signed.

    Columns: those of `agencies.holders`, searches, signed_before (some search was made on or after that day),
    signed_after (some search was made before it), searches_since, when (`STANDINGS`). Days are those of
    `time_zone`.
    """
    held = holders(searches, participating)
    return standing(held, beside(searches, held, time_zone))


def holders(searches: Searches, participating: pd.DataFrame) -> pd.DataFrame:
    """The searching agencies that hold an agreement, as `agencies.holders` gives them."""
    return agencies.holders(tally(searches, *_AGENCY), participating)


_AGENCY = ("searching_agency", "agency_state", "agency_kind")


def beside(
    searches: Searches, held: pd.DataFrame, time_zone: str, *columns: str, **made: str
) -> pd.DataFrame:
    """A tally of the searches by agencies with an agreement: holder (the number of its line in `held`), the columns,
    those `made` by an SQL expression, rows, and since: those of the rows on or after the day of the first one."""
    codes, texts = coding(searches, columns)
    asked = {"moment": local_time(searches, time_zone), **codes, **made}
    theirs = f"select {listed(_AGENCY, asked)} from searches"
    counts = {"rows": "count(*)", "since": "count(*) filter (moment >= first_signed)"}
    lines = (
        f"select {listed(['holder', *codes, *made], counts)} from ({theirs}) "
        "join held on searching_agency = name and agency_state = state and agency_kind is not distinct from kind "
        "group by all"
    )
    shown = {**texts, **{name: name for name in (*made, *counts)}}
    sql = f"select {listed(['holder'], shown)} from ({lines}) order by all"
    return ask(searches, sql, held=_as_table(held)).astype(
        dict.fromkeys(("holder", "rows", "since"), "int64")
    )


def _as_table(held: pd.DataFrame) -> pd.DataFrame:
    names = dict(zip(_AGENCY, ("name", "state", "kind")))
    table = held[list(_AGENCY)].astype("string").rename(columns=names)
    return table.assign(first_signed=pd.to_datetime(held["first_signed"]), holder=range(len(held)))


def standing(held: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """The agencies that lines of `beside` are of, with their agreements and how these stand beside the searches."""
    sums = lines.groupby("holder")[["rows", "since"]].sum()
    table = held.loc[sums.index].reset_index(drop=True)
    searches, since = (sums[name].reset_index(drop=True).astype("int64") for name in ("rows", "since"))
    known = table["first_signed"].notna()
    before = known & (searches > since)
    table = table.assign(
        searches=searches, signed_before=since > 0, signed_after=before, searches_since=since,
        when=np.select([~known, ~before, since > 0], [STANDINGS[3], STANDINGS[0], STANDINGS[1]], STANDINGS[2]),
    )  # fmt: skip
    return table[list(_STANDING)]


_STANDING = (
    *_AGENCY, "searches", "models", "first_signed", "match", "signed_before", "signed_after", "searches_since", "when",
)  # fmt: skip


def _numbers(lines: pd.DataFrame, held: pd.DataFrame, owners: Iterable[str]) -> Numbers:
    """The numbers of every scope, from lines by camera owner, holder and whether *core* counts them."""
    every, core = _in_scopes(lines, held), _in_scopes(lines[lines["core"]], held)
    columns = (every["before"], core["before"], core["later"], core["since"])
    counts = pd.DataFrame(dict(zip(_COUNTS, columns))).reindex(["all", *owners]).fillna(0)
    return [
        number(name, str(scope), int(count), _COUNTS[str(name)])
        for scope, line in counts.iterrows()
        for name, count in line.items()
    ]


def _in_scopes(lines: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """By scope: agencies whose agreement came before some search, those whose agreement came later, and since."""
    both = pd.concat([lines.assign(camera_owner="all"), lines])
    sums = both.groupby(["camera_owner", "holder"])[["rows", "since"]].sum()
    before = sums["since"] > 0
    dated = (
        held["first_signed"].notna().to_numpy()[sums.index.get_level_values("holder").to_numpy(dtype="int64")]
    )
    later = dated & ~before
    return sums.assign(before=before, later=later)[["before", "later", "since"]].groupby("camera_owner").sum()


def by_standing(searches: Searches, held: pd.DataFrame, lists: Sequence[AgreementList]) -> pd.DataFrame:
    """The agencies behind the core searches by their agreement on the day: agreement (`STANDINGS`), agencies, searches.

    `held` is the table of `agreements`. An agency that is on no list of the place stands in a line of its own;
    without a list nothing is known of any agency, and the table is empty.
    """
    columns = ["agreement", "agencies", "searches"]
    if not lists:
        return pd.DataFrame(columns=columns)
    lines = [(name, held[held["when"] == name]) for name in STANDINGS]
    rows = [(name, len(part), int(part["searches"].sum())) for name, part in lines]
    core = tally(searches, "searching_agency", where=f"{counted('core')} and {named(searches)}")
    others = core[~core["searching_agency"].isin(held["searching_agency"])]
    rows.append(("on no list of this place", len(others), rows_of(others)))
    return pd.DataFrame(rows, columns=columns)


def lists_read(lists: Sequence[AgreementList], searches: Searches, time_zone: str) -> pd.DataFrame:
    """What each list holds and what of it could not be used: one line for each list.

    file, as_of, as_of_from, covers_the_searches (False where the list is older than the last search, and cannot
    know of later agreements), agreements, agencies, without_a_date, repeated, no_known_state, no_known_model,
    unread_columns, unread_sheets.
    """
    end = period(searches)["last"]
    last = date.min if pd.isna(end) else end.tz_convert(time_zone).date()
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
        "unread_columns": ", ".join(called(name, at) for at, name in enumerate(one.unread_columns)),
        "unread_sheets": len(one.unread_sheets) or None,
    }


def growth(lists: Sequence[AgreementList]) -> tuple[Numbers, pd.DataFrame]:
    """How the program grew by the newest list's dates: numbers, and a table by month.

    The table: month, agreements_signed, agreements (so far), agencies (with a first agreement so far). An
    agreement without a readable date is in neither. A list of participants leaves ended agreements out, so that
    what it shows of earlier years is too little and the growth too much; an index of documents keeps them.
    """
    names = {"agreements_before_term": "agreements", "agreements_listed": "agreements",
             "agreement_agencies_before_term": "agencies", "agreement_agencies_listed": "agencies",
             "agreement_agencies_growth": "ratio"}  # fmt: skip
    dated = _dated(lists)
    if dated.empty:
        because = REASONS["dated agreements"]
        return [number(name, "all", None, unit, because=because) for name, unit in names.items()], _months(
            dated
        )
    firsts = dated.groupby(["state", "join"])["signed"].min()
    before, agencies_before = int((dated["signed"] < TERM).sum()), int((firsts < TERM).sum())
    counts = [before, len(dated), agencies_before, len(firsts)]
    found = [number(name, "all", count, unit) for (name, unit), count in zip(names.items(), counts)]
    more = len(firsts) - agencies_before
    none = {} if agencies_before else {"because": REASONS["earlier agreements"]}
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
