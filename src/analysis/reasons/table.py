"""Classifies the distinct reasons of a table once and gives every row its part of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.formats import are_masked
from analysis.reasons.engine import Found, decide
from analysis.reasons.normal import normal_forms
from analysis.reasons.origin import ORIGINS, Parted
from analysis.reasons.rules import Rules

COLUMNS = {
    "offense_types": pa.list_(pa.string()),
    "reason_text": pa.string(),
    "reason_origin": pa.string(),
    "topics": pa.list_(pa.string()),
    "rules": pa.list_(pa.string()),
    "immigration_tier": pa.string(),
    "immigration_kind": pa.string(),
    "mixed": pa.bool_(),
    "dhs_ambiguous": pa.bool_(),
}
"""What `add` adds to a table of searches."""


_TYPED, _MASKED, _BLANK = (Parted((), "", origin) for origin in ("typed", "masked", "blank"))


@dataclass
class _Distinct:
    """Distinct reasons: what remains beside the menu, how each came about, which patterns it meets, its answer.

    Most reasons are plain typed text; those share one `Parted` without their text, so that a million reasons
    are no million objects.
    """

    texts: list[str]
    parts: list[Parted]
    matched: list[frozenset[int]]
    answers: list[Found]
    answer: np.ndarray


def add(table: pa.Table, rules: Rules, portal: bool = False) -> pa.Table:
    """Add `COLUMNS` to typed searches.

    Needs `reason_as_released`; uses, where they stand, `offense_types_as_released` (a portal's own column),
    `menu_in_reason` (rows of a portal export without that column; `portal` says it for all rows), `searched_at`
    (for rules about dated operations), `agency_state` and `searching_agency` (for `dhs_ambiguous`, which is
    null-free and false where the state is unknown). Pure, and the same on any part of the rows.
    """
    reasons, columns, portals, place = _distinct_rows(table, portal)
    distinct = _classify(reasons, columns, portals, rules)
    answer = _by_day(table, distinct, place, rules)
    parts = _parts_table(distinct).take(pa.array(place))
    answers = _answers_table(distinct.answers).take(pa.array(answer))
    found = {name: parts.column(name) for name in parts.column_names}
    found |= {name: answers.column(name) for name in answers.column_names}
    found["dhs_ambiguous"] = _dhs_ambiguous(table, distinct.answers, answer, rules)
    kept = [name for name in table.column_names if name not in COLUMNS]
    table = table.select(kept)
    for name, kind in COLUMNS.items():
        table = table.append_column(pa.field(name, kind), found[name])
    return table


def classify(
    reasons: Sequence[str],
    rules: Rules,
    offense_types: Sequence[str | None] | None = None,
    portal: bool = False,
) -> pd.DataFrame:
    """One row per given reason, in its order: reason and `COLUMNS` (without a state, no row is ambiguous)."""
    column = pa.array(offense_types if offense_types is not None else [None] * len(reasons), pa.string())
    table = pa.table(
        {"reason_as_released": pa.array(reasons, pa.string()), "offense_types_as_released": column}
    )
    frame: pd.DataFrame = add(table, rules, portal).drop_columns(["offense_types_as_released"]).to_pandas()
    return frame.rename(columns={"reason_as_released": "reason"})


def _encode(column: pa.ChunkedArray) -> tuple[list[str], np.ndarray]:
    """The distinct strings of a column (null is empty) and, for each row, the number of its string."""
    coded = pc.fill_null(column.cast(pa.string()), "").combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    return coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)


def _distinct_rows(table: pa.Table, portal: bool) -> tuple[list[str], list[str], list[bool], np.ndarray]:
    """Distinct pairs of reason and offense-type column (and whether the menu stands in the reason)."""
    reasons, row = _encode(table.column("reason_as_released"))
    names = table.column_names
    if "offense_types_as_released" not in names and "menu_in_reason" not in names:
        return reasons, [""] * len(reasons), [portal] * len(reasons), row
    types, of_type = [""], np.zeros(table.num_rows, dtype=np.int64)
    if "offense_types_as_released" in names:
        types, of_type = _encode(table.column("offense_types_as_released"))
    menu = np.full(table.num_rows, portal)
    if "menu_in_reason" in names:
        menu = pc.fill_null(table.column("menu_in_reason"), False).to_numpy().astype(bool)
    if len(types) == 1 and not len(np.flatnonzero(menu != menu[:1])):
        return reasons, types * len(reasons), [bool(menu.any())] * len(reasons), row
    pairs, place = np.unique((row * len(types) + of_type) * 2 + menu, return_inverse=True)
    which = pairs // 2
    return (
        [reasons[i] for i in which // len(types)],
        [types[i] for i in which % len(types)],
        [bool(flag) for flag in pairs % 2],
        place,
    )


def _classify(reasons: list[str], columns: list[str], portals: list[bool], rules: Rules) -> _Distinct:
    texts, parts = _part(reasons, columns, portals, rules)
    searched = [part.inside if part.origin == "machine" else text for text, part in zip(texts, parts)]
    matched = _match(searched, rules)
    known: dict[tuple[frozenset[int], tuple[str, ...], str], int] = {}
    answers: list[Found] = []
    answer = np.empty(len(parts), dtype=np.int64)
    for place, (part, numbers) in enumerate(zip(parts, matched)):
        key = (numbers, part.offense_types, part.origin)
        if key not in known:
            known[key] = len(answers)
            answers.append(decide(numbers, part, rules))
        answer[place] = known[key]
    return _Distinct(texts, parts, matched, answers, answer)


def _part(
    reasons: list[str], columns: list[str], portals: list[bool], rules: Rules
) -> tuple[list[str], list[Parted]]:
    """The text and the parts of every distinct reason; most need no look at the menu."""
    column = pa.array(reasons, pa.string())
    machine = "|".join(m.begins.replace(" ", r"\s+") for m in rules.menu.machines) or "$^"
    special = pc.or_(
        pc.match_substring_regex(column, rf"^\s*{rules.menu.pattern}"),
        pc.match_substring_regex(column, rf"^\s*(?:{machine})", ignore_case=True),
    ).to_pylist()
    texts = [reason.strip() for reason in reasons]
    parts = [
        _MASKED if mask else _TYPED if text else _BLANK
        for text, mask in zip(texts, are_masked(column).to_pylist())
    ]
    for place, (look, types) in enumerate(zip(special, columns)):
        if look or types:
            parts[place] = rules.menu.part(reasons[place], types, portals[place])
            texts[place] = parts[place].text
    return texts, parts


def _match(texts: list[str], rules: Rules) -> list[frozenset[int]]:
    """The numbers of the patterns that match each text; see `Rules.at_once`."""
    forms = [f"< {form} >" for form in normal_forms([text.replace("_", " ") for text in texts])]
    both = [place for place, text in enumerate(texts) if "_" in text]
    for place, form in zip(both, normal_forms([texts[place].replace("_", "") for place in both])):
        forms[place] = forms[place] if forms[place] == f"< {form} >" else f"{forms[place]} < {form} >"
    match = rules.at_once
    return [match(form.encode()) for form in forms]


def _by_day(table: pa.Table, distinct: _Distinct, place: np.ndarray, rules: Rules) -> np.ndarray:
    """For each row the number of its answer; rules about dated operations are asked with the row's day."""
    answer = distinct.answer[place]
    dated = np.array(
        [not rules.dated.isdisjoint({*a.rules, *a.removed}) for a in distinct.answers], dtype=bool
    )
    if "searched_at" not in table.column_names or not dated.any():
        return answer
    rows = np.flatnonzero(dated[answer])
    seconds = (
        table.column("searched_at").take(pa.array(rows)).cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    )
    known: dict[tuple[int, date | None], int] = {}
    for row, moment in zip(rows, seconds.to_pylist()):
        day = (
            None
            if moment is None
            else (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)).date()
        )
        key = (int(place[row]), day)
        if key not in known:
            known[key] = len(distinct.answers)
            distinct.answers.append(decide(distinct.matched[key[0]], distinct.parts[key[0]], rules, day))
        answer[row] = known[key]
    return answer


def _parts_table(distinct: _Distinct) -> pa.Table:
    number: dict[tuple[str, ...], int] = {}
    types = [number.setdefault(part.offense_types, len(number)) for part in distinct.parts]
    lists = pa.array([list(value) for value in number], COLUMNS["offense_types"])
    origins = [ORIGINS.index(part.origin) for part in distinct.parts]
    return pa.table(
        {
            "offense_types": lists.take(pa.array(types, pa.int32())),
            "reason_text": pa.array(distinct.texts, pa.string()),
            "reason_origin": pa.array(ORIGINS).take(pa.array(origins, pa.int32())),
        }
    )


def _answers_table(answers: list[Found]) -> pa.Table:
    return pa.table(
        {
            "topics": pa.array([list(a.topics) for a in answers], COLUMNS["topics"]),
            "rules": pa.array([list(a.rules) for a in answers], COLUMNS["rules"]),
            "immigration_tier": pa.array([a.tier for a in answers], pa.string()),
            "immigration_kind": pa.array([a.kind for a in answers], pa.string()),
            "mixed": pa.array([a.mixed for a in answers], pa.bool_()),
        }
    )


def _dhs_ambiguous(table: pa.Table, answers: list[Found], answer: np.ndarray, rules: Rules) -> pa.Array:
    """Rows that count by the letters DHS alone and whose agency may mean another department by them."""
    by_letters = np.array([dhs_alone(found, rules) for found in answers], dtype=bool)
    flags = by_letters[answer] if len(answers) else np.zeros(0, dtype=bool)
    rows = np.flatnonzero(flags)
    if not len(rows):
        return pa.array(flags)
    some = table.take(pa.array(rows))
    state = (
        some.column("agency_state").to_pylist() if "agency_state" in some.column_names else [None] * len(rows)
    )
    agency = some.column("searching_agency") if "searching_agency" in some.column_names else None
    names = agency.to_pylist() if agency is not None else [None] * len(rows)
    flags[rows] = [may_be_another_dhs(s, n, rules) for s, n in zip(state, names)]
    return pa.array(flags)


def dhs_alone(found: Found, rules: Rules) -> bool:
    """Whether a reason counts in broad by the letters DHS and nothing that clears them."""
    dhs = rules.dhs
    return (
        bool(dhs)
        and found.tier == "broad"
        and dhs["rule"] in found.rules
        and not set(dhs["clears"]) & set(found.rules)
    )


def may_be_another_dhs(state: str | None, agency: str | None, rules: Rules) -> bool:
    """Whether DHS may be human services, a state's own body or Desert Hot Springs to this agency."""
    name = (agency or "").casefold()
    return state in rules.dhs.get("states", ()) or any(
        words in name for words in rules.dhs.get("agencies", ())
    )
