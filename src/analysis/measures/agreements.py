"""Agencies' 287(g) agreements on the day they searched, and the program's growth: attributes, never purposes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analysis import agencies
from analysis.agencies import AgreementList
from analysis.measures.needs import NEEDS
from analysis.measures.numbers import Numbers, number, rows_of
from analysis.searches.table import Searches
from analysis.vendors.recognition import called

TERM = date(2025, 1, 20)
"""The first day of the second Trump administration, from which the program's growth is counted."""

STANDINGS = (
    "signed on or before the first search",
    "signed between searches",
    "signed after the last search",
    "date not known",
)
"""When an agency signed its first agreement, against the days of its searches; others are not on a list."""


def at_search(searches: Searches, participating: pd.DataFrame | None) -> pd.DataFrame:
    """The searching agencies with a 287(g) agreement, one row each, and when it was signed.

    Columns: those of `agencies.holders`, searches, signed_before (some search was made on or after that day),
    signed_after (some search was made before it), searches_since, when (`STANDINGS`). Days are those of the camera
    owner. An attribute of the agency on a date; it says nothing about the purpose of any search.
    """
    held = holders(searches, participating)
    counts = "count(*) as rows, count(*) filter (had_agreement) as since"
    lines = searches.query(
        f"select {', '.join(_AGENCY)}, {counts} from searches where agency_state is not null group by all"
    )
    table = held.merge(
        lines.astype(dict.fromkeys(_AGENCY, "object")).replace({pd.NA: None}), on=list(_AGENCY), how="left"
    )
    searched, since = (table[name].fillna(0).astype("int64") for name in ("rows", "since"))
    known = table["first_signed"].notna()
    before = known & (searched > since)
    table = table.assign(
        searches=searched, signed_before=since > 0, signed_after=before, searches_since=since,
        when=np.select([~known, ~before, since > 0], [STANDINGS[3], STANDINGS[0], STANDINGS[1]], STANDINGS[2]),
    )  # fmt: skip
    return table[list(_COLUMNS)]


def beside(participating: pd.DataFrame | None) -> Callable[[Searches], pd.DataFrame]:
    """The table `agreements` that conditions of the vocabulary ask: agency, state, kind, first_signed."""

    def table(searches: Searches) -> pd.DataFrame:
        held = holders(searches, participating)
        return held[[*_AGENCY, "first_signed"]].set_axis(["agency", "state", "kind", "first_signed"], axis=1)

    return table


def holders(searches: Searches, participating: pd.DataFrame | None) -> pd.DataFrame:
    """The searching agencies that hold an agreement, as `agencies.holders` gives them; none without a list."""
    listed = pd.DataFrame(columns=agencies.agreements.COLUMNS) if participating is None else participating
    return agencies.holders(searches.tally(*_AGENCY), listed)


_AGENCY = ("searching_agency", "agency_state", "agency_kind")


_COLUMNS = (
    *_AGENCY, "searches", "models", "first_signed", "match", "signed_before", "signed_after", "searches_since", "when",
)  # fmt: skip


def by_standing(searches: Searches, held: pd.DataFrame, lists: Sequence[AgreementList]) -> pd.DataFrame:
    """The agencies behind the core searches by their agreement on the day: agreement (`STANDINGS`), agencies, searches.

    `held` is the table `at_search` of the core searches. An agency that is on no list of the place is
    in a line of its own; without a list nothing is known of any agency, and the table is empty.
    """
    columns = ["agreement", "agencies", "searches"]
    if not lists:
        return pd.DataFrame(columns=columns)
    lines = [(name, held[held["when"] == name]) for name in STANDINGS]
    rows = [(name, len(part), int(part["searches"].sum())) for name, part in lines]
    core = searches.where("core and named").tally("searching_agency")
    others = core[~core["searching_agency"].isin(held["searching_agency"])]
    rows.append(("on no list of this place", len(others), rows_of(others)))
    return pd.DataFrame(rows, columns=columns)


def by_model(searches: Searches, lists: Sequence[AgreementList]) -> pd.DataFrame:
    """The core searches by whether their agency had an agreement on the day of the search, for each model and for any:
    model, certain, possible, no (searches), certain_agencies, possible_agencies (without those that were certain once).

    Certain: state, kind and name are those of a line that was signed by that day and had not ended, on a list that is
    as new as the search. Possible: the agency or its state is not known, or its kind on either side, or the day of
    signature, or when an agreement that is no longer in force ended, or the list is older than the search.
    """
    columns = ["model", "certain", "possible", "no", "certain_agencies", "possible_agencies"]
    if not lists:
        return pd.DataFrame(columns=columns)
    held: dict[tuple[Any, str], list[dict[str, Any]]] = {}
    for one in lists:
        for line in one.agreements.astype(object).where(one.agreements.notna(), None).to_dict("records"):
            key = line["state"], agencies.agreements.join_key(line["agency"])
            held.setdefault(key, []).append({**line, "as_of": one.as_of, "model": line["model"] or _NO_MODEL})
    models = sorted({line["model"] for lines in held.values() for line in lines})
    tally = searches.where("core").tally(*_AGENCY, day="local_day", is_named="coalesce(named, false)")
    found = []
    for search in tally.astype(object).where(tally.notna(), None).to_dict("records"):
        ranks = dict.fromkeys(models, 0)
        name = search["searching_agency"] if search["is_named"] else None
        if not (name and search["agency_state"]):
            ranks = dict.fromkeys(models, 1)
        else:
            key = search["agency_state"], agencies.agreements.join_key(name)
            for line in held.get(key, ()):
                ranks[line["model"]] = max(ranks[line["model"]], _in_force(line, search))
        ranks["any model"] = max(ranks.values(), default=0)
        found += [(model, rank, name, search["rows"]) for model, rank in ranks.items()]
    table = pd.DataFrame(found, columns=["model", "rank", "agency", "rows"])
    lines = []
    for model in (*models, "any model"):
        part = table[table["model"] == model]
        rows = [int(part.loc[part["rank"] == rank, "rows"].sum()) for rank in (2, 1, 0)]
        certain, possible = (set(part.loc[part["rank"] == rank, "agency"].dropna()) for rank in (2, 1))
        lines.append((model, *rows, len(certain), len(possible - certain)))
    return pd.DataFrame(lines, columns=columns)


_NO_MODEL = "model not named"


def _in_force(line: Mapping[str, Any], search: Mapping[str, Any]) -> int:
    """Whether an agreement was in force on the day of a search: 2 is certain, 1 is possible, 0 is no."""
    day, kinds = search["day"], {line["kind"], search["agency_kind"]}
    if None not in kinds and len(kinds) > 1:
        return 0
    if line["signed"] and line["signed"] > day:
        return 0
    ended = re.fullmatch(r"ended (\d{4}-\d\d-\d\d)", line["ended"] or "")
    if ended and date.fromisoformat(ended[1]) <= day:
        return 0
    settled = line["signed"] and None not in kinds and (ended or not line["ended"])
    return 2 if settled and line["as_of"] and line["as_of"] >= day else 1


def lists_read(lists: Sequence[AgreementList], searches: Searches) -> pd.DataFrame:
    """What each list holds and what of it could not be used: one line for each list.

    file, as_of, as_of_from, covers_the_searches (False where the list is older than the last search, and cannot
    know of later agreements), agreements, agencies, without_a_date, repeated, no_known_state, no_known_model,
    unread_columns, unread_sheets.
    """
    last = searches.rows("select max(local_day) from searches")[0][0] or date.min
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
    agreement without a readable date is in neither. A list of participants leaves ended agreements out: how far the
    program grew is not known from it, as it is from an index of documents, which keeps them.
    """
    names = {"agreements_before_term": "agreements", "agreements_listed": "agreements",
             "agreement_agencies_before_term": "agencies", "agreement_agencies_listed": "agencies",
             "agreement_agencies_growth": "ratio"}  # fmt: skip
    dated = _dated(lists)
    if dated.empty:
        because = NEEDS["dated agreements"].because
        return [number(name, "all", None, unit, because=because) for name, unit in names.items()], _months(
            dated
        )
    firsts = dated.groupby(["state", "join"])["signed"].min()
    before, agencies_before = int((dated["signed"] < TERM).sum()), int((firsts < TERM).sum())
    counts = [before, len(dated), agencies_before, len(firsts)]
    found = [number(name, "all", count, unit) for (name, unit), count in zip(names.items(), counts)]
    more = len(firsts) - agencies_before
    lacks = "" if _newest(lists).keeps_ended else "ended agreements"
    lacks = lacks or ("" if agencies_before else "earlier agreements")
    parts = (
        {"because": NEEDS[lacks].because} if lacks else {"numerator": more, "denominator": agencies_before}
    )
    value = None if lacks else more / agencies_before
    found.append(number("agreement_agencies_growth", "all", value, "ratio", **parts))
    return found, _months(dated)


def _dated(lists: Sequence[AgreementList]) -> pd.DataFrame:
    if not lists:
        return pd.DataFrame(columns=["state", "join", "signed"])
    rows = _newest(lists).agreements.dropna(subset=["signed"])
    return rows.assign(join=rows["agency"].map(agencies.agreements.join_key))


def _newest(lists: Sequence[AgreementList]) -> AgreementList:
    return max(lists, key=lambda one: one.as_of or date.min)


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
