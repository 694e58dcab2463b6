"""Counts the finding again under every other definition, and with the words that other people have published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis import agencies
from analysis.measures.agencies import is_named
from analysis.measures.immigration import LOCAL, counts_in
from analysis.measures.numbers import DEFINITIONS, Number, has_item, number, share

STEPS = (
    ("strict, and ICE and ERO", ("ice_agency", "ero", "immigration_short")),
    ("strict, ICE and ERO, and the border agencies", ("border_agency", "title_8")),
)
"""How strict grows to core, one group of rules after the other; smuggling and operations make up the rest."""

LINES = (
    "definition", "searches", "distinct_searches", "agencies", "states", "share", "civil", "criminal", "unspecified",
    "local_searches", "largest_agency_searches", "agencies_287g",
)  # fmt: skip


def otherwise(
    searches: pd.DataFrame, participating: pd.DataFrame | None = None, time_zone: str = "UTC"
) -> pd.DataFrame:
    """The finding's figures under every other definition, one line each: `LINES`.

    Each line changes one thing and is named for it. `agencies_287g` counts agencies with an agreement on a day they
    searched (by the calendar of `time_zone`), and is empty where the place carries no list. A masked or blank name
    is no agency.
    """
    lines = [
        _line(name, searches[mask], len(searches), participating, time_zone)
        for name, mask in alternatives(searches).items()
    ]
    return pd.DataFrame(lines, columns=list(LINES))


def alternatives(searches: pd.DataFrame) -> dict[str, np.ndarray]:
    """Which rows each alternative definition counts, by its name."""
    strict, core, broad, menu = (
        counts_in(searches, name).to_numpy(dtype=bool) for name in ("strict", "core", "broad", "dropdown")
    )
    mixed, ambiguous = (
        searches[name].fillna(False).to_numpy(dtype=bool) for name in ("mixed", "dhs_ambiguous")
    )
    agency = searches["searching_agency"]
    largest = _named(searches[core]).value_counts().index[:1]
    first = ~searches["search_key"].where(core).duplicated().to_numpy(dtype=bool)
    machine = has_item(searches["topics"], "machine_immigration")
    hsi = broad & _has_group(searches, broad, ("hsi",))
    return {
        "strict: the words themselves": strict,
        **_steps(searches, strict, core),
        "core: and smuggling of people, named operations": core,
        "core, and HSI": core | hsi,
        "broad: core, HSI and DHS": broad,
        "core without mixed purposes": core & ~mixed,
        "core, offense type only": core & menu,
        "core, typed words only": core & ~menu,
        "core without its largest agency": core & ~agency.isin(largest).to_numpy(dtype=bool),
        "core, first row of each search": core & first,
        "core with machine-made text that quotes such words": core | machine,
        "broad without mixed purposes": broad & ~mixed,
        "broad without DHS that may be human services": broad & ~ambiguous,
    }


def _named(rows: pd.DataFrame) -> pd.Series:
    """The agencies of rows that name one."""
    return rows.loc[is_named(rows["searching_agency"]), "searching_agency"]


def _steps(searches: pd.DataFrame, strict: np.ndarray, core: np.ndarray) -> dict[str, np.ndarray]:
    """Strict grown by one group of core rules after the other."""
    grown, steps = strict, {}
    for name, groups in STEPS:
        grown = grown | (core & _has_group(searches, core, groups))
        steps[name] = grown
    return steps


def _has_group(searches: pd.DataFrame, among: np.ndarray, groups: tuple[str, ...]) -> np.ndarray:
    """Which of some rows a rule of these groups matched."""
    flags = np.zeros(len(searches), dtype=bool)
    places = np.flatnonzero(among)
    begins = tuple(f"{group}." for group in groups)
    flags[places] = [any(str(r).startswith(begins) for r in row) for row in searches["rules"].take(places)]
    return flags


def _line(
    name: str, hits: pd.DataFrame, of: int, participating: pd.DataFrame | None, time_zone: str
) -> dict[str, Any]:
    kind, by_agency = hits["immigration_kind"], _named(hits).value_counts()
    holders = None
    if participating is not None:
        holders = int(agencies.at_search(hits, participating, time_zone)["signed_before"].astype(bool).sum())
    return {
        "definition": name,
        "searches": len(hits),
        "distinct_searches": hits["search_key"].nunique(),
        "agencies": len(by_agency),
        "states": hits["agency_state"].nunique(),
        "share": share(len(hits), of),
        "civil": int(kind.isin(["civil", "both"]).sum()),
        "criminal": int(kind.isin(["criminal", "both"]).sum()),
        "unspecified": int((kind == "unspecified").sum()),
        "local_searches": int(hits["agency_kind"].isin(LOCAL).sum()),
        "largest_agency_searches": int(by_agency.iloc[0]) if len(by_agency) else 0,
        "agencies_287g": holders,
    }


def weeks_otherwise(searches: pd.DataFrame, time_zone: str) -> pd.DataFrame:
    """The weekly figure under every definition: week (local, from Monday), then a column for each alternative."""
    day = searches["searched_at"].dt.tz_convert(time_zone).dt.tz_localize(None)
    week = day.dt.to_period("W-SUN").dt.start_time
    weeks = pd.date_range(week.min(), week.max(), freq="W-MON")
    counts = {
        name: week[mask].value_counts().reindex(weeks, fill_value=0).to_numpy(dtype="int64")
        for name, mask in alternatives(searches).items()
    }
    return pd.DataFrame({"week": weeks, **counts})


def agencies_otherwise(searches: pd.DataFrame) -> pd.DataFrame:
    """The agencies' figure under every definition: searching_agency, then a column for each alternative."""
    counts = {name: _named(searches[mask]).value_counts() for name, mask in alternatives(searches).items()}
    table = pd.DataFrame(counts).fillna(0).astype("int64").rename_axis("searching_agency").reset_index()
    by = ["core: and smuggling of people, named operations", "searching_agency"]
    return table.sort_values(by, ascending=[False, True], ignore_index=True)


def numbers_otherwise(searches: pd.DataFrame) -> dict[str, list[Number]]:
    """The numbers that published claims speak of, of all rows and each camera owner, under every definition."""
    owners = ["all", *sorted(searches["camera_owner"].unique())]
    found = {}
    for name, mask in alternatives(searches).items():
        hits = searches[mask]
        parts = {owner: hits if owner == "all" else hits[hits["camera_owner"] == owner] for owner in owners}
        found[name] = [one for owner, part in parts.items() for one in _claimed(owner, part)]
    return found


def _claimed(owner: str, hits: pd.DataFrame) -> Iterator[Number]:
    kind = hits["immigration_kind"]
    civil, criminal = (int(kind.isin([one, "both"]).sum()) for one in ("civil", "criminal"))
    yield number("immigration_searches", owner, len(hits), "rows")
    yield number("distinct_immigration_searches", owner, hits["search_key"].nunique(), "searches")
    yield number("immigration_agencies", owner, hits["searching_agency"].nunique(), "agencies")
    yield number("immigration_civil", owner, civil, "rows")
    yield number("immigration_criminal", owner, criminal, "rows")
    yield number("civil_to_criminal", owner, civil / criminal if criminal else None, "ratio")


# Other people's words ---------------------------------------------------------------------------------------


def other_lists(searches: pd.DataFrame, lists: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Others' published terms on the same rows: who, terms, searches, also_in_core, not_in_core, core_without,
    also_in_broad.

    A list's `terms` are matched as whole words, its `parts` anywhere in a word and its `patterns` as they stand,
    ignoring capitals, in the released reason (or, with `on = "agency"`, in the agency's name). `core_without` counts
    the rows of *core* that the list would pass over.
    """
    core, broad = (counts_in(searches, name).to_numpy(dtype=bool) for name in ("core", "broad"))
    lines = []
    for one in lists:
        hit = counted_by(searches, one)
        lines.append({
            "who": one["who"],
            "terms": described(one),
            "searches": int(hit.sum()),
            "also_in_core": int((hit & core).sum()),
            "not_in_core": int((hit & ~core).sum()),
            "core_without": int((core & ~hit).sum()),
            "also_in_broad": int((hit & broad).sum()),
        })  # fmt: skip
    return pd.DataFrame(lines)


def described(one: Mapping[str, Any]) -> str:
    """A list's terms as a reader sees them; parts of words stand between dots."""
    parts = [f"…{part}…" for part in one.get("parts", ())]
    said = ", ".join([*one.get("terms", ()), *parts, *one.get("says", ())])
    return f"{said} (in the agency's name)" if one.get("on") == "agency" else said


def counted_by(searches: pd.DataFrame, one: Mapping[str, Any]) -> np.ndarray:
    """Which rows a list counts; each distinct text is matched once."""
    column = "searching_agency_as_released" if one.get("on") == "agency" else "reason_as_released"
    coded = pa.chunked_array(pa.array(searches[column])).combine_chunks().dictionary_encode()
    words = "|".join(re.escape(term) for term in one.get("terms", ()))
    expressions = [
        *([rf"(?:^|[^A-Za-z])(?:{words})(?:[^A-Za-z]|$)"] if words else []),
        *(re.escape(part) for part in one.get("parts", ())),
        *one.get("patterns", ()),
    ]
    texts = pc.fill_null(coded.dictionary.cast(pa.string()), "")
    found = pc.match_substring_regex(texts, "|".join(expressions), ignore_case=True)
    return pc.fill_null(found.take(coded.indices), False).to_numpy(zero_copy_only=False).astype(bool)


def disagreements(searches: pd.DataFrame, lists: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Where each list and *core* disagree, and why: who, counted_by, why, searches, reasons (distinct).

    Rows are grouped by what the rules made of them and shown as counts: a reason itself may name someone.
    """
    core = counts_in(searches, "core").to_numpy(dtype=bool)
    beside, inside = _why_not_core(searches), _why_core(searches, core)
    parts = []
    for one in lists:
        hit = counted_by(searches, one)
        for side, rows, why in (("the list alone", hit & ~core, beside), ("core alone", core & ~hit, inside)):
            frame = pd.DataFrame(
                {"why": why[rows], "reason": searches["reason_as_released"].to_numpy()[rows]}
            )
            table = frame.groupby("why")["reason"].agg(searches="size", reasons="nunique").reset_index()
            parts.append(table.assign(who=one["who"], counted_by=side))
    table = pd.concat(parts, ignore_index=True)[["who", "counted_by", "why", "searches", "reasons"]]
    order = {one["who"]: place for place, one in enumerate(lists)}
    table["order"] = table["who"].map(order)
    by = ["order", "counted_by", "searches", "why"]
    return table.sort_values(by, ascending=[True, False, False, True], ignore_index=True).drop(
        columns="order"
    )


def _why_not_core(searches: pd.DataFrame) -> np.ndarray:
    """Why core leaves a row alone: the first of these that holds."""
    broad = (searches["immigration_tier"] == "broad").to_numpy(dtype=bool)
    origin = searches["reason_origin"].to_numpy(dtype=object)
    topics = searches["topics"]
    reasons = (
        (broad, "HSI or DHS, counted in broad only"),
        (origin == "machine", "machine-made text, counted in none"),
        (has_item(topics, "protest"), "protest"),
        (has_item(topics, "impersonation"), "someone posing as an agent"),
        (has_item(topics, "immigration_suspect"), "a guard or a doubtful word: read by a person"),
    )
    return np.select(
        [mask for mask, _ in reasons], [why for _, why in reasons], "no such word stands there"
    ).astype(object)


def _why_core(searches: pd.DataFrame, core: np.ndarray) -> np.ndarray:
    """Which groups of rules made core count a row."""
    why = np.full(len(searches), "", dtype=object)
    places = np.flatnonzero(core)
    why[places] = [_groups(row) for row in searches["rules"].take(places)]
    return why


def _groups(rules: Sequence[str]) -> str:
    named = dict.fromkeys(str(rule).partition(".")[0] for rule in rules)
    counted = [group for group in named if group in _COUNTING] or ["immigration as offense type"]
    return "counted by " + ", ".join(counted)


_COUNTING = frozenset((
    "immigration_word", "ice_act", "a_number", "removal", "status", "form", "statute", "program", "immigration_short",
    "ice_agency", "ero", "border_agency", "people_smuggling", "title_8", "operation",
))  # fmt: skip


def added_by_definition(searches: pd.DataFrame) -> pd.DataFrame:
    """What each tier adds to the one before: definition, added, searches, before (those of the narrower ones)."""
    tier = searches["immigration_tier"].value_counts()
    table = pd.DataFrame({"definition": list(DEFINITIONS)})
    table["added"] = [int(tier.get(name, 0)) for name in DEFINITIONS]
    searches = table["added"].cumsum()
    return table.assign(searches=searches, before=searches - table["added"])
