"""Reads lists of 287(g) agreements: ICE's sheet of participating agencies, or an index of agreement documents."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import readers
from analysis.agencies.agreements import COLUMNS
from analysis.agencies.names import read
from analysis.agencies.words import Words, read_word_list

FIRST, LAST = date(2002, 1, 1), date(2099, 12, 31)
"""Agreements under 8 USC 1357(g) have been signed since 2002; a year outside is a typing error."""


class UnreadableAgreements(readers.UnreadableFile):
    """The list cannot be read; the message names the file, what was found and the remedy."""


@dataclass(frozen=True)
class AgreementList:
    """One list as it was read: its agreements, the day it is of, and what in it was not read.

    `agreements` has a row for each row of the list: agency_released, agency, state, kind, model, signed, ended, file,
    row, problem. `row` counts from the header, which is 0. `signed` is a date, or None where the list has none that can
    be read; `ended` is what the list says of an agreement that is not in force, such as 'ended 2024-05-01' or
    'terminated', or None. `problem` names these with the text found, and the row that an equal one repeats.

    `as_of` is the day in the file's name, or else the newest day on which something was signed; `as_of_from` says
    which. `unread_columns` and `unread_sheets` are named.
    `keeps_ended` says whether a column shows agreements that have ended, as an index of documents does; a list of
    participants leaves them out.
    """

    file: str
    agreements: pd.DataFrame
    as_of: date | None
    as_of_from: str
    unread_columns: tuple[str, ...]
    unread_sheets: tuple[str, ...]
    keeps_ended: bool


def read_list(path: Path) -> AgreementList:
    """One list, with what was and was not read of it: ICE's sheet of participating agencies (CSV or workbook, in any
    spelling of its columns) or an index of agreement documents.

    A table of names and states is no such list: one row in two needs a model or a date of signature that can be
    read. Dates are never repaired. Raises `UnreadableAgreements`, which says what is missing, and
    `readers.UnreadableFile`.
    """
    lists = read_word_list()
    sheets = readers.sheets(path)
    taken: dict[str, _Sheet] = {}
    missing = [f"{path.name} is empty; save ICE's sheet of participating agencies unchanged"]
    for name, cells in sheets:
        if "pending" not in name.lower():
            sheet = _read_sheet(cells, lists)
            if isinstance(sheet, str):
                missing.append(f"{path.name}: {sheet}; {_REMEDY}")
            else:
                taken[name] = sheet
    if not taken:
        raise UnreadableAgreements(missing[:2][-1])
    rows = [agreement for sheet in taken.values() for agreement in sheet.agreements]
    as_of = _day_in_name(path.stem)
    newest = max((row["signed"] for row in rows if row["signed"]), default=None)
    for row in rows:
        if isinstance(end := row["ended"], date):  # one that ends later was in force on the day of the list
            row["ended"] = None if (day := as_of or newest) and end > day else f"ended {end}"
        row["problem"] = _and(row["problem"], f"not in force: {row['ended']}" if row["ended"] else "")
    frame = pd.DataFrame(rows, columns=[c for c in COLUMNS if c != "file"], dtype=object)
    frame = _repeats_named(frame.assign(file=path.name)[COLUMNS].astype({"row": "int64"}))
    as_of_from = "its file name" if as_of else "the newest signature in it"
    unread = tuple(dict.fromkeys(column for sheet in taken.values() for column in sheet.unread))
    unread_sheets = tuple(name for name, _ in sheets if name not in taken)
    keeps_ended = any(sheet.keeps_ended for sheet in taken.values())
    return AgreementList(path.name, frame, as_of or newest, as_of_from, unread, unread_sheets, keeps_ended)


_REMEDY = (
    "a list of 287(g) agreements needs a state, an agency, and a model or the date of signature: "
    "save ICE's sheet of participating agencies unchanged"
)


def _and(was: str | None, note: str) -> str | None:
    return "; ".join(filter(None, (was, note))) or None


def read_lists(folder: Path) -> list[AgreementList]:
    """The lists of agreements that a place carries: every file of its reference folder whose name holds 287g."""
    kinds = (".csv", *readers.WORKBOOKS)
    return [read_list(path) for path in sorted(folder.glob("*287g*")) if path.suffix.lower() in kinds]


def _repeats_named(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame, with an equal agreement further down named as a repeat of the first; without a date none is equal."""
    first: dict[Any, int] = {}
    problems = []
    for line in frame.itertuples():
        key = (line.agency, line.state, str(line.model), str(line.signed))
        same = first.setdefault(key, line.row) if pd.notna(line.signed) else line.row
        problems.append(_and(line.problem, f"repeats row {same}" if same != line.row else ""))
    return frame.assign(problem=pd.Series(problems, index=frame.index, dtype=object))


# Reading the list -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sheet:
    """The agreements of one sheet, the columns of it that were not read, and whether one shows what has ended."""

    agreements: list[dict[str, Any]]
    unread: tuple[str, ...]
    keeps_ended: bool


def _read_sheet(rows: Sequence[Sequence[str]], lists: Words) -> _Sheet | str:
    """The agreements of one sheet, or what it lacks to be a list of agreements."""
    header = _header(rows, lists)
    if header is None:
        return "no row names a state and a law enforcement agency"
    header_row, columns = header
    if not {"model", "signed", "document"} & set(columns):
        return "no column says which model an agreement is of, or when it was signed"
    shown = [*map(_cell, rows[header_row])]
    agreements = [
        _agreement(number, row, columns, lists)
        for number, row in enumerate(rows[header_row + 1 :], start=1)
        if any(map(_cell, row)) and list(row) != list(rows[header_row])
    ]
    described = sum(bool(row["model"] or row["signed"]) for row in agreements)
    if 2 * described < len(agreements) or not agreements:
        return f"only {described:,} of {len(agreements):,} rows name a known model or a date of signature"
    known = lists.agreement_unread.union(*lists.agreement_columns.values())
    unread = tuple(name for name in shown if name and _plain_column(name) not in known)
    return _Sheet(agreements, unread, bool({"document", "ended", "status"} & set(columns)))


def _plain_column(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", _cell(name).lower())


def _header(rows: Sequence[Sequence[str]], lists: Words) -> tuple[int, dict[str, int]] | None:
    """Which of the first rows is the header, and which column holds what."""
    for number, row in enumerate(rows[:30]):
        names = [_plain_column(cell) for cell in row]
        columns = {
            ours: names.index(name)
            for ours, theirs in lists.agreement_columns.items()
            for name in reversed(theirs)
            if name in names
        }
        if {"state", "agency"} <= set(columns):
            return number, columns
    return None


def _cell(cell: str) -> str:
    return " ".join(cell.split())


def _agreement(number: int, row: Sequence[str], columns: Mapping[str, int], lists: Words) -> dict[str, Any]:
    cell = {name: _cell(row[index]) if index < len(row) else "" for name, index in columns.items()}
    state, model_words = cell["state"], cell.get("model", "").lower()
    code = lists.state_names.get(state.lower()) or (state.upper() if state.upper() in lists.states else None)
    signed, wrong_date = _signed(cell.get("signed", "") or _date_in(cell.get("document", "")))
    models = lists.agreement_models.items()
    model = next((ours for ours, theirs in models if any(word in model_words for word in theirs)), None)
    text = re.sub(r"\b(sheriff|constable|marshal) s\b", r"\1's", cell["agency"], flags=re.IGNORECASE)
    name = read(f"{text} ({code})" if code else text, lists)
    problems = [
        "" if code else "unknown state",
        "" if model else "unknown model" if cell.get("model") else "no model",
        wrong_date,
    ]
    # the day on which the row says that its agreement ended, or its words for one that is not in force
    status, (ended, wrong_end) = cell.get("status", ""), _signed(cell.get("ended", ""))
    not_in_force = status if lists.agreement_not_in_force.search(status) else None
    return {
        "agency_released": cell["agency"], "agency": name.agency, "state": code, "kind": name.kind, "model": model,
        "signed": signed, "ended": ended or (f"end {wrong_end}" if cell.get("ended") else not_in_force),
        "row": number, "problem": "; ".join(filter(None, problems)) or None,
    }  # fmt: skip


_DATES = {
    r"\d{4}-\d\d-\d\d": "%Y-%m-%d",
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d": "%Y-%m-%d %H:%M:%S",
    r"\d{1,2}/\d{1,2}/\d{4}": "%m/%d/%Y",
    r"\d{8}": "%m%d%Y",
    r"\d{6}": "%m%d%y",
}


def _signed(text: str) -> tuple[date | None, str]:
    """The day in an ISO, a United States or a file-name date (MMDDYY, MMDDYYYY), or what is wrong with it."""
    if not text:
        return None, "no date"
    form = next((form for shape, form in _DATES.items() if re.fullmatch(shape, text, re.ASCII)), "")
    with contextlib.suppress(ValueError):
        day = datetime.strptime(text, form).date()
        if FIRST <= day <= LAST:
            return day, ""
    only_figures = re.fullmatch(r"[\d/. -]{1,12}", text)  # anything else may be somebody's words
    return None, f"{text!r} is not a date" if only_figures else "cannot be read as a date"


_IN_A_NAME = (
    (re.compile(r"(?<!\d)(20\d\d)[.-](\d\d)[.-](\d\d)(?!\d)"), "{}-{}-{}"),
    (re.compile(r"(?<!\d)(\d\d)[.-](\d\d)[.-](20\d\d)(?!\d)"), "{}/{}/{}"),
    (re.compile(r"(?<!\d)(\d\d)[.-](\d\d)[.-](\d\d)(?!\d)"), "{}/{}/20{}"),
)


def _date_in(name: str) -> str:
    """The date that a document's own name holds, in figures that cannot be read in two ways; or nothing."""
    found = ((shape, pattern.search(name)) for pattern, shape in _IN_A_NAME)
    return next((shape.format(*date.groups()) for shape, date in found if date), "")


def _day_in_name(stem: str) -> date | None:
    """The day a list says it is of: eight figures in its file name, year first or month first."""
    figures = re.findall(r"(?<!\d)(\d{8})(?!\d)", stem)
    shown = [f"{day[:4]}-{day[4:6]}-{day[6:]}" if day.startswith("20") else day for day in figures]
    days = (_signed(text)[0] for text in (*shown, _date_in(stem)))
    return next(filter(None, days), None)
