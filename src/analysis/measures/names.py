"""How well agency names were read: shares resolved, accounts and tags, what stays open, and a hand-checked sample."""

from __future__ import annotations

import pandas as pd

from analysis import agencies
from analysis.agencies import Known
from analysis.measures.numbers import Number, Numbers, number, share
from analysis.searches.table import Searches


def released_names(searches: Searches, known: Known | None = None) -> pd.DataFrame:
    """Each distinct released name as it was read: the columns of `agencies.resolve`, and its rows."""
    lines = searches.tally("searching_agency_as_released").fillna({"searching_agency_as_released": ""})
    rows = lines.groupby("searching_agency_as_released")["rows"].sum()
    table = agencies.resolve([str(name) for name in rows.index], known)
    return table.assign(rows=rows.to_numpy(dtype="int64"))


_NOBODY = {"blank", "masked", "not_agency", "too long"}


def _of_nobody(names: pd.DataFrame) -> pd.Series:
    return names["tags"].map(lambda tags: bool(_NOBODY & set(tags))).astype(bool)


def names_resolved(names: pd.DataFrame, known: Known) -> Numbers:
    """Shares of names and of their rows that got a kind and a state, and what the reviewed lines decided.

    Of names that name somebody: blanks, masks and markers are counted apart. Agencies of no single state (federal
    ones, armed forces, companies) have none to get and are left out of the shares of states.
    `reviewed_lines_without_a_name` counts the lines of data/hand/agencies.csv whose name these logs do not hold.
    """
    nobody = _of_nobody(names)
    named = names[~nobody]
    stated = named[~named["decided_by"].str.contains("no single state", regex=False).astype(bool)]
    by_line = names["decided_by"].str.startswith("override").astype(bool)
    unmatched = len(agencies.unused(known.overrides, names["released"]))
    return [
        _resolved("names_with_kind", named["kind"].notna(), None),
        _resolved("names_with_state", stated["state"].notna(), None),
        _resolved("rows_with_kind", named["kind"].notna(), named["rows"]),
        _resolved("rows_with_state", stated["state"].notna(), stated["rows"]),
        number("names_of_nobody", "all", int(nobody.sum()), "names"),
        number("names_reviewed", "all", int(by_line.sum()), "names"),
        number("reviewed_lines_without_a_name", "all", unmatched, "lines", denominator=len(known.overrides)),
    ]


def _resolved(measure: str, has: pd.Series, weights: pd.Series | None) -> Number:
    known = int(has.sum() if weights is None else weights[has].sum())
    of = int(len(has) if weights is None else weights.sum())
    return number(measure, "all", share(known, of), "share", numerator=known, denominator=of)


def accounts(names: pd.DataFrame) -> pd.DataFrame:
    """Agencies that the logs name in several ways, most rows first: agency, names, rows, and how many are tagged."""
    named = names[~_of_nobody(names)]
    tagged = named["tags"].map(len) > 0
    table = named.assign(tagged=tagged).groupby("agency").agg(
        names=("released", "size"), rows=("rows", "sum"), tagged_names=("tagged", "sum")
    )  # fmt: skip
    several = table[table["names"] > 1].reset_index()
    return several.sort_values(["rows", "agency"], ascending=[False, True], ignore_index=True)


def status_tags(names: pd.DataFrame) -> pd.DataFrame:
    """Status tags that names carried (inactive, demo, second account …): tag, names, rows; a name may carry two."""
    each = names.explode("tags").dropna(subset=["tags"])
    table = each.groupby("tags").agg(names=("released", "size"), rows=("rows", "sum"))
    return table.rename_axis("tag").sort_values(["rows", "names"], ascending=False).reset_index()


def open_names(names: pd.DataFrame) -> pd.DataFrame:
    """The queue for people: names without a state or a kind by rows, with near spellings of this log suggested.

    released_name, rows, state, kind, candidates, why. A candidate is suggested and decides nothing.
    """
    settled = names.dropna(subset=["state", "kind"])
    rows = dict(zip(names["released"], names["rows"]))
    return agencies.queue(names, rows, settled[["agency", "state"]].drop_duplicates())


def name_errors(checked: pd.DataFrame) -> Numbers:
    """How the names on a checked list are read: a test of that list, since the rules were fixed after a look at it.

    `checked` has released_name, state, kind and state_in_name ("yes" where the name itself says the state). For
    each of state (where the name says one), state (of every name) and kind: `agency_name_errors`, left open or
    wrong, as a share with its counts, and `agency_names_read_wrongly`, without those left open. There is no interval:
    a list on which rules were fixed is no sample of names that nobody has seen.
    """
    found = agencies.resolve(checked["released_name"].tolist()).fillna("").set_index("released")
    found = found.loc[checked["released_name"]].reset_index(drop=True)
    theirs, says = checked.reset_index(drop=True), (checked["state_in_name"] == "yes").to_numpy()
    parts = {"state_said": ("state", says), "state": ("state", says | True), "kind": ("kind", says | True)}
    return [
        one
        for name, (column, mask) in parts.items()
        for one in _errors(name, found.loc[mask, column], theirs.loc[mask, column])
    ]


def _errors(name: str, ours: pd.Series, theirs: pd.Series) -> Numbers:
    of, different = len(ours), int((ours != theirs).sum())
    wrong = int(((ours != theirs) & (ours != "")).sum())
    counts = {"numerator": different, "denominator": of}
    return [
        number(f"agency_name_errors.{name}", "all", share(different, of), "share", **counts),
        number(f"agency_names_read_wrongly.{name}", "all", wrong, "names", denominator=of),
    ]
