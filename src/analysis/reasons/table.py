"""Classifies the distinct reasons of a table once and gives every row its answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import repeat

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.reasons.distinct import encode, numbered, without_long_numbers
from analysis.reasons.engine import Found, decide, dhs_alone, may_be_another_dhs
from analysis.reasons.normal import searched_each
from analysis.reasons.origin import ORIGINS, SplitReason
from analysis.reasons.rules import Case, Rules
from analysis.vendors import collectors_notes
from analysis.vendors.masks import are_masked

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


MOST_REMEMBERED = 1_000_000
"""Texts whose matches are kept from block to block: a quarter of a gigabyte, and nearly all of the common ones."""

MOST_CASES = 100_000
"""Cases whose answers are kept as well: the commonest come early, and more take more memory than they save time."""

_TYPED, _MASKED, _BLANK = (SplitReason((), "", origin) for origin in ("typed", "masked", "blank"))


@dataclass
class _Cases:
    """Distinct reasons but for long numbers: what remains beside the menu, where each came from, the answers.

    A case number is long and no pattern names a long number, so `26-123456` and `26-654321` are one case: the
    work of the rules grows with the words that officers use, not with the files they point to. Most reasons
    are plain typed text; those share one `SplitReason` without their text.
    """

    texts: list[str]
    splits: list[SplitReason]
    matched: list[frozenset[int]]
    answers: list[Found]
    answer: np.ndarray


@dataclass
class _Rows:
    """For each row the number of its distinct writing; for each writing its reason, as released but for a collector's
    notes, and its case."""

    writing: np.ndarray
    reasons: pa.StringArray
    reason: np.ndarray
    case: np.ndarray


def add(table: pa.Table, rules: Rules, portal: bool = False, vendor: str | None = None) -> pa.Table:
    """Add `COLUMNS` to typed searches.

    Needs `reason_as_released`; uses, where they are, `offense_types_as_released` (a portal's own column),
    `menu_in_reason` (rows of a portal export without that column; `portal` says it for all rows), `searched_at`
    (for rules about dated operations), `agency_state` and `searching_agency` (for `dhs_ambiguous`, which is
    null-free and false where the state is unknown). `vendor` is the key of the one whose menu the rows show; without
    it each reason may show any. Pure, and the same on any subset of the rows.
    """
    rows, cases = _classify(table, portal, rules, vendor)
    answer = _by_day(table, cases, rows.case[rows.writing], rules)
    answers = _answers_table(cases.answers).take(pa.array(answer))
    splits = _splits_table(cases).take(pa.array(rows.case))
    found = {name: splits.column(name).take(pa.array(rows.writing)) for name in splits.column_names}
    found["reason_text"] = _texts(rows, cases).take(pa.array(rows.writing))
    found |= {name: answers.column(name) for name in answers.column_names}
    found["dhs_ambiguous"] = _dhs_ambiguous(table, cases.answers, answer, rules)
    table = table.select([name for name in table.column_names if name not in COLUMNS])
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


# Distinct reasons -------------------------------------------------------------------------------------------


def _distinct(table: pa.Table, portal: bool) -> tuple[_Rows, list[str], list[str], list[bool]]:
    """Rows, and for each case its reason without long numbers, its offense-type column and whether its reason holds
    a menu."""
    reasons, row = encode(table.column("reason_as_released"))
    if pc.any(pc.match_substring(reasons, "[")).as_py():
        reasons = pc.replace_substring_regex(reasons, collectors_notes(), "")
    plain, of_reason = encode(without_long_numbers(reasons))
    types, of_type, menu = _beside(table, portal)
    if of_type is None and menu is None:
        rows = _Rows(row, reasons, np.arange(len(reasons)), of_reason)
        return rows, plain.to_pylist(), [""] * len(plain), [portal] * len(plain)
    kinds = (np.zeros(len(row), np.int64) if of_type is None else of_type) * 2
    kinds += portal if menu is None else menu
    many = 2 * len(types)
    writings, writing = numbered(row * many + kinds)
    cases, case = numbered(of_reason[writings // many] * many + writings % many)
    rows = _Rows(writing, reasons, writings // many, case)
    texts, columns = plain.to_pylist(), types.to_pylist()
    of_case = [texts[n] for n in cases // many]
    return rows, of_case, [columns[n] for n in cases % many // 2], (cases % 2).astype(bool).tolist()


def _beside(table: pa.Table, portal: bool) -> tuple[pa.StringArray, np.ndarray | None, np.ndarray | None]:
    """The offense-type column and the marks of a menu in the reason, each None where it says nothing."""
    types, of_type, menu = pa.array([""]), None, None
    if "offense_types_as_released" in table.column_names:
        types, of_type = encode(table.column("offense_types_as_released"))
        of_type = None if types.equals(pa.array([""])) else of_type
    if "menu_in_reason" in table.column_names:
        menu = pc.fill_null(table.column("menu_in_reason"), False).to_numpy().astype(bool)
        menu = None if not len(menu) or (menu == portal).all() else menu
    return (types if of_type is not None else pa.array([""])), of_type, menu


def _classify(table: pa.Table, portal: bool, rules: Rules, vendor: str | None) -> tuple[_Rows, _Cases]:
    """Rows and cases; what was found for a case in one block is known in the next."""
    rows, reasons, columns, portals = _distinct(table, portal)
    keys = [*zip(reasons, columns, portals, repeat(vendor))]
    before = rules.cases
    new = [key for key in keys if key not in before]
    found = dict(zip(new, _answered(new, rules, vendor)))
    if len(before) < MOST_CASES:
        before.update(found)
    cases = [found[key] if key in found else before[key] for key in keys]
    answers = {id(answer): answer for *_, answer in cases}
    number = {key: at for at, key in enumerate(answers)}
    answer = np.array([number[id(answer)] for *_, answer in cases], dtype=np.int64)
    texts, splits, matched = (
        [case[0] for case in cases],
        [case[1] for case in cases],
        [case[2] for case in cases],
    )
    return rows, _Cases(texts, splits, matched, [*answers.values()], answer)


def _answered(
    keys: Sequence[tuple[str, str, bool, str | None]], rules: Rules, vendor: str | None
) -> Iterator[Case]:
    """For each case its text, its split, the numbers of the patterns that match it, and what the rules make of it."""
    reasons, columns, portals = [key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys]
    texts, splits = _split(reasons, columns, portals, rules, vendor)
    searched = [split.inside if split.origin == "machine" else text for split, text in zip(splits, texts)]
    for text, split, numbers in zip(texts, splits, _match(searched, rules)):
        key = (numbers, split.offense_types, split.origin)
        if key not in rules.decided:
            rules.decided[key] = decide(numbers, split, rules)
        yield text, split, numbers, rules.decided[key]


def _texts(rows: _Rows, cases: _Cases) -> pa.Array:
    """What was typed, for each writing: the end of its reason as released, as long as that of its case."""
    written = pc.utf8_trim_whitespace(rows.reasons).take(pa.array(rows.reason))
    lengths = np.array([len(text) for text in cases.texts], dtype=np.int32)[rows.case]
    longer = pc.utf8_length(written).to_numpy() - lengths
    cut = longer > 0
    if not cut.any():
        return written
    texts = zip(written.filter(pa.array(cut)).to_pylist(), longer[cut].tolist())
    return pc.replace_with_mask(
        written, pa.array(cut), pa.array([text[more:] for text, more in texts], pa.string())
    )


def _split(
    reasons: list[str], columns: list[str], portals: list[bool], rules: Rules, vendor: str | None
) -> tuple[list[str], list[SplitReason]]:
    """The text and the splits of every case; most need no look at the menu."""
    column = pa.array(reasons, pa.string())
    menus = [rules.menus[vendor]] if vendor else list(rules.menus.values())
    values, machines = ("|".join(p) for p in zip(*((menu.pattern, menu.machine_pattern) for menu in menus)))
    special = pc.or_(
        pc.match_substring_regex(column, rf"^\s*(?:{values})"),
        pc.match_substring_regex(column, rf"^\s*(?:{machines})", ignore_case=True),
    ).to_pylist()
    texts = [reason.strip() for reason in reasons]
    splits = [
        _MASKED if mask else _TYPED if text else _BLANK
        for text, mask in zip(texts, are_masked(column).to_pylist())
    ]
    # Few differ but for their text, and one object is kept of each.
    same: dict[tuple[object, ...], SplitReason] = {}
    for case, (look, types) in enumerate(zip(special, columns)):
        if look or types:
            split = rules.split_reason(reasons[case], types, portals[case], vendor)
            texts[case] = split.text
            alike = split._replace(text="")
            splits[case] = same.setdefault(alike, alike)
    return texts, splits


def _match(texts: list[str], rules: Rules) -> list[frozenset[int]]:
    """The numbers of the patterns that match each text (`Rules.at_once`); known texts are not matched again."""
    before = rules.matched
    new = [text for text in dict.fromkeys(texts) if text not in before]
    match = rules.at_once
    forms = "\n".join(searched_each(new)).encode().split(b"\n") if new else []
    found = {text: match(form) for text, form in zip(new, forms)}
    if len(before) < MOST_REMEMBERED:
        before.update(found)
    return [found[text] if text in found else before[text] for text in texts]


def _by_day(table: pa.Table, cases: _Cases, case: np.ndarray, rules: Rules) -> np.ndarray:
    """For each row the number of its answer; rules about dated operations look at the row's day."""
    answer = cases.answer[case]
    dated = np.array([not rules.dated.isdisjoint({*a.rules, *a.removed}) for a in cases.answers], dtype=bool)
    if "searched_at" not in table.column_names or not dated.any():
        return answer
    rows = np.flatnonzero(dated[answer])
    moments = table.column("searched_at").take(pa.array(rows)).cast(pa.timestamp("us", "UTC"))
    known: dict[tuple[int, date | None], int] = {}
    for row, day in zip(rows, moments.cast(pa.date32()).to_pylist()):
        key = (int(case[row]), day)
        if key not in known:
            known[key] = len(cases.answers)
            cases.answers.append(decide(cases.matched[key[0]], cases.splits[key[0]], rules, day))
        answer[row] = known[key]
    return answer


def _splits_table(cases: _Cases) -> pa.Table:
    number: dict[tuple[str, ...], int] = {}
    types = [number.setdefault(split.offense_types, len(number)) for split in cases.splits]
    lists = pa.array([list(value) for value in number], COLUMNS["offense_types"])
    origins = [ORIGINS.index(split.origin) for split in cases.splits]
    return pa.table(
        {
            "offense_types": lists.take(pa.array(types, pa.int32())),
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
    states, names = (
        table.column(name).take(pa.array(rows)).to_pylist()
        if name in table.column_names
        else [None] * len(rows)
        for name in ("agency_state", "searching_agency")
    )
    flags[rows] = [may_be_another_dhs(state, name, rules) for state, name in zip(states, names)]
    return pa.array(flags)
