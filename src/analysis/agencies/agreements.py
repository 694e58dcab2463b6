"""Reads lists of 287(g) agreements and says which searching agencies had one on the day they searched."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import readers
from analysis.agencies.names import key, read
from analysis.agencies.words import Words, words
from analysis.refused import Refused

FIRST, LAST = date(2002, 1, 1), date(2099, 12, 31)
"""Agreements under 8 USC 1357(g) have been signed since 2002; a year outside is a typing error."""


class UnreadableAgreements(Refused):
    """The list cannot be read; the message names the file, what was found and the remedy."""


@dataclass(frozen=True)
class AgreementList:
    """One list as it was read: its agreements, the day it is of, and what in it was not read.

    `agreements` has the columns of `participating`. `as_of` is the day in the file's name, or else the newest
    day on which something was signed; `as_of_from` says which. `unread_columns` and `unread_sheets` are named.
    """

    file: str
    agreements: pd.DataFrame
    as_of: date | None
    as_of_from: str
    unread_columns: tuple[str, ...]
    unread_sheets: tuple[str, ...]


COLUMNS = ["agency_released", "agency", "state", "kind", "model", "signed", "ended", "file", "row", "problem"]


def participating(path: Path) -> pd.DataFrame:
    """A list of 287(g) agreements: agency_released, agency, state, kind, model, signed, ended, file, row, problem.

    One row for each row of ICE's sheet of participating agencies (CSV or XLSX, any of its column spellings) or of
    an index of agreement documents. `row` counts from the header, which is 0. `signed` is a date, or None where
    the list has none that can be read; `ended` is what the list says of an agreement that is not in force, such as
    'ended 2024-05-01' or 'terminated', or None. `problem` names these with the text found, and the row that an
    equal one repeats. Dates are never repaired.

    A table of names and states is no such list: one row in two needs a model or a date of signature that can be
    read. Raises `UnreadableAgreements`, which says what is missing.
    """
    return read_list(path).agreements


def read_list(path: Path) -> AgreementList:
    """One list, with what was and was not read of it. Raises `UnreadableAgreements`."""
    path, said = Path(path), words()
    sheets = _sheets(path)
    taken: dict[str, _Sheet] = {}
    missing = [f"{path.name} is empty; save ICE's sheet of participating agencies unchanged"]
    for name, cells in sheets:
        if "pending" not in name.lower():
            sheet = _read_sheet(cells, said)
            if isinstance(sheet, str):
                missing.append(f"{path.name}: {sheet}; {_REMEDY}")
            else:
                taken[name] = sheet
    if not taken:
        raise UnreadableAgreements(missing[:2][-1])
    rows = [one for sheet in taken.values() for one in sheet.agreements]
    as_of = _day_in_name(path.stem)
    newest = max((one["signed"] for one in rows if one["signed"]), default=None)
    for one in rows:
        one["ended"] = _ended(one["ended"], as_of or newest)
        one["problem"] = _and(one["problem"], f"not in force: {one['ended']}" if one["ended"] else "")
    frame = pd.DataFrame(rows, columns=[c for c in COLUMNS if c != "file"], dtype=object)
    frame = _repeats_named(frame.assign(file=path.name)[COLUMNS].astype({"row": "int64"}))
    return AgreementList(
        path.name,
        frame,
        as_of or newest,
        "its file name" if as_of else "the newest signature in it",
        tuple(dict.fromkeys(column for sheet in taken.values() for column in sheet.unread)),
        tuple(name for name, _ in sheets if name not in taken),
    )


_REMEDY = (
    "a list of 287(g) agreements needs a state, an agency, and a model or the date of signature: "
    "save ICE's sheet of participating agencies unchanged"
)


def _ended(said: date | str | None, as_of: date | None) -> str | None:
    """What a list of that day says of an agreement that has ended; one that ends later was in force."""
    if isinstance(said, date):
        return f"ended {said}" if as_of is None or said <= as_of else None
    return said


def _and(was: str | None, note: str) -> str | None:
    return "; ".join(filter(None, (was, note))) or None


def read_lists(folder: Path) -> list[AgreementList]:
    """The lists of agreements that a place carries: every file of its reference folder whose name holds 287g."""
    kinds = (".csv", ".xlsx", ".xlsm", ".xls")
    return [read_list(path) for path in sorted(folder.glob("*287g*")) if path.suffix.lower() in kinds]


def _repeats_named(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame, with an equal agreement further down named as a repeat of the first; without a date none is equal."""
    keys = list(zip(frame["agency"], frame["state"], frame["model"].astype(str), frame["signed"].astype(str)))
    first: dict[Any, int] = {}
    dated = frame["signed"].notna()
    repeats = [first.setdefault(one, row) if has else row for one, row, has in zip(keys, frame["row"], dated)]
    notes = [f"repeats row {at}" if at != row else "" for at, row in zip(repeats, frame["row"])]
    problem = [_and(was, note) for was, note in zip(frame["problem"], notes)]
    return frame.assign(problem=pd.Series(problem, index=frame.index, dtype=object))


# Joining ----------------------------------------------------------------------------------------------------


def holders(searching: pd.DataFrame, participating: pd.DataFrame) -> pd.DataFrame:
    """The searching agencies that hold a 287(g) agreement, one row each, with its models and first day.

    `searching` needs searching_agency, agency_state and agency_kind; `participating` is the frame of that name.
    Columns: these three, models (each with its date), first_signed (None where no date can be read), match.

    An attribute of an agency, never evidence about a search: it says nothing about why anyone searched. Agencies
    are joined, each once, on state, kind and spelling without capitals and punctuation; nothing is matched by
    likeness. The first day of an agreement that a list marks as ended is left out: from when to when it was in
    force the list does not say.
    """
    held = _by_agency(participating)
    columns = ["searching_agency", "agency_state", "agency_kind"]
    agencies = searching[columns].dropna(subset=columns[:2]).drop_duplicates().sort_values(columns)
    matched = [(*agency, *_held_by(held, *agency)) for agency in agencies.itertuples(index=False, name=None)]
    rows = [
        (agency, state, _or_none(kind), _models(agreements), _first(agreements), match)
        for agency, state, kind, match, agreements in matched
        if agreements
    ]
    return pd.DataFrame(rows, columns=[*columns, "models", "first_signed", "match"], dtype=object)


_Agreement = tuple[str | None, date | None, str | None]
_Held = Mapping[tuple[str, str], list[tuple[str | None, _Agreement]]]


def _or_none(text: Any) -> str | None:
    return text if isinstance(text, str) else None


def join_key(agency: str) -> str:
    """The spelling by which agencies of two lists are compared; a town's DPS is its police."""
    spelling = key(agency)
    return f"{spelling[:-3]}pd" if spelling.endswith(" dps") else spelling


def _by_agency(participating: pd.DataFrame) -> _Held:
    held = defaultdict(list)
    for line in participating.to_dict("records"):
        if isinstance(line["state"], str):
            is_dated = isinstance(line["signed"], date) and not pd.isna(line["signed"])
            agreement = (
                _or_none(line["model"]),
                line["signed"] if is_dated else None,
                _or_none(line["ended"]),
            )
            held[line["state"], join_key(line["agency"])].append((_or_none(line["kind"]), agreement))
    return held


def _held_by(held: _Held, agency: Any, state: Any, kind: Any) -> tuple[str, list[_Agreement]]:
    """How an agency was matched, and its agreements: by state, kind and name; or with the kind unknown to one side."""
    named = held.get((state, join_key(agency)), []) if isinstance(state, str) else []
    exact = [agreement for other, agreement in named if isinstance(kind, str) and other == kind]
    if exact:
        return "state, kind and name", exact
    loose = [agreement for other, agreement in named if other is None or not isinstance(kind, str)]
    return "state and name; kind unknown", loose


def _first(agreements: Sequence[_Agreement]) -> date | None:
    return min((day for _, day, ended in agreements if day is not None and not ended), default=None)


def _models(agreements: Sequence[_Agreement]) -> str:
    listed = {
        f"{model or 'model not named'} ({day or 'no date'}{f', {ended}' if ended else ''})"
        for model, day, ended in agreements
    }
    return "; ".join(sorted(listed))


# Reading the list -------------------------------------------------------------------------------------------


def _sheets(path: Path) -> list[tuple[str, list[list[str]]]]:
    """Every sheet of a workbook with its name, hidden ones too; the rows of a text."""
    try:
        if path.suffix.lower() in (".xlsx", ".xlsm", ".xls"):
            return readers.sheets(path, path.name)
        return [("", readers.delimited(path, path.name))]
    except (readers.UnreadableFile, OSError) as error:
        raise UnreadableAgreements(str(error)) from None


@dataclass(frozen=True)
class _Sheet:
    """The agreements of one sheet, and the columns of it that were not read."""

    agreements: list[dict[str, Any]]
    unread: tuple[str, ...]


def _read_sheet(rows: Sequence[Sequence[Any]], said: Words) -> _Sheet | str:
    """The agreements of one sheet, or what it lacks to be a list of agreements."""
    header = _header(rows, said)
    if header is None:
        return "no row names a state and a law enforcement agency"
    at, places = header
    if not {"model", "signed", "document"} & set(places):
        return "no column says which model an agreement is of, or when it was signed"
    shown = [_cell(cell) for cell in rows[at]]
    body = enumerate(rows[at + 1 :], start=1)
    filled = [(number, row) for number, row in body if any(_cell(cell) for cell in row)]
    agreements = [
        _agreement(number, row, places, said) for number, row in filled if list(row) != list(rows[at])
    ]
    told = sum(bool(one["model"] or one["signed"]) for one in agreements)
    if 2 * told < len(agreements) or not agreements:
        return f"only {told:,} of {len(agreements):,} rows name a known model or a date of signature"
    known = {name for names in said.agreement_columns.values() for name in names} | set(said.agreement_unread)
    return _Sheet(agreements, tuple(name for name in shown if name and _plain_column(name) not in known))


def _plain_column(name: Any) -> str:
    return re.sub(r"[^a-z0-9]", "", _cell(name).lower())


def _header(rows: Sequence[Sequence[Any]], said: Words) -> tuple[int, dict[str, int]] | None:
    """Which of the first rows is the header, and which column holds what."""
    for at, row in enumerate(rows[:30]):
        names = [_plain_column(cell) for cell in row]
        columns = said.agreement_columns.items()
        places = {
            ours: names.index(name) for ours, theirs in columns for name in reversed(theirs) if name in names
        }
        if {"state", "agency"} <= set(places):
            return at, places
    return None


def _cell(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return " ".join(str("" if cell is None else cell).split())


def _agreement(number: int, row: Sequence[Any], places: Mapping[str, int], said: Words) -> dict[str, Any]:
    cell = {name: _cell(row[at]) if at < len(row) else "" for name, at in places.items()}
    code = _code(cell["state"], said)
    signed, wrong_date = _signed(cell.get("signed", "") or _date_in(cell.get("document", "")))
    model = _model(cell.get("model", ""), said)
    agency, kind = _agency(cell["agency"], code, said)
    problems = [
        "" if code else "the state is none that is known",
        "" if model else "the model is none that is known" if cell.get("model") else "no model",
        wrong_date,
    ]
    return {
        "agency_released": cell["agency"],
        "agency": agency,
        "state": code,
        "kind": kind,
        "model": model,
        "signed": signed,
        "ended": _end(cell, said),
        "row": number,
        "problem": "; ".join(filter(None, problems)) or None,
    }


def _end(cell: Mapping[str, str], said: Words) -> date | str | None:
    """The day on which a row says that its agreement ended, or its words for one that is not in force."""
    day, wrong = _signed(cell.get("ended", ""))
    if day is not None or cell.get("ended"):
        return day or f"end {wrong}"
    status = cell.get("status", "")
    return status if said.agreement_not_in_force.search(status) else None


def _agency(released: str, code: str | None, said: Words) -> tuple[str, str | None]:
    """Spelling and kind of an agency whose state the list says in another column."""
    text = re.sub(r"\b(sheriff|constable|marshal) s\b", r"\1's", released, flags=re.IGNORECASE)
    name = read(f"{text} ({code})" if code else text, said)
    return name.agency, name.kind


def _code(text: str, said: Words) -> str | None:
    return said.state_names.get(text.lower()) or (text.upper() if text.upper() in said.states else None)


def _model(text: str, said: Words) -> str | None:
    small = text.lower()
    return next(
        (ours for ours, theirs in said.agreement_models.items() if any(word in small for word in theirs)),
        None,
    )


_DATES = (
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})(?: \d\d:\d\d:\d\d)?"), "ymd"),
    (re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})"), "mdy"),
    (re.compile(r"(\d{2})(\d{2})(\d{4})"), "mdy"),
    (re.compile(r"(\d{2})(\d{2})(\d{2})"), "mdy"),
)


def _signed(text: str) -> tuple[date | None, str]:
    """The day in an ISO, a United States or a file-name date (MMDDYY, MMDDYYYY), or what is wrong with it."""
    if not text:
        return None, "no date"
    for pattern, order in _DATES:
        found = pattern.fullmatch(text)
        if found:
            parts = dict(zip(order, (int(part) for part in found.groups())))
            day = _day(parts["y"] + (2000 if parts["y"] < 100 else 0), parts["m"], parts["d"])
            return day, "" if day else _no_date(text)
    return None, _no_date(text)


def _no_date(text: str) -> str:
    """What is said of a date that cannot be read: its figures, if it holds nothing else."""
    return f"{text!r} is not a date" if re.fullmatch(r"[\d/. -]{1,12}", text) else "cannot be read as a date"


_IN_A_NAME = (
    (re.compile(r"(?<!\d)(20\d\d)[.-](\d\d)[.-](\d\d)(?!\d)"), "{}-{}-{}"),
    (re.compile(r"(?<!\d)(\d\d)[.-](\d\d)[.-](20\d\d)(?!\d)"), "{}/{}/{}"),
    (re.compile(r"(?<!\d)(\d\d)[.-](\d\d)[.-](\d\d)(?!\d)"), "{}/{}/20{}"),
)


def _date_in(name: str) -> str:
    """The date that a document's own name holds, in figures that cannot be read in two ways; or nothing."""
    for pattern, shape in _IN_A_NAME:
        found = pattern.search(name)
        if found:
            return shape.format(*found.groups())
    return ""


def _day_in_name(stem: str) -> date | None:
    """The day a list says it is of: eight figures in its file name, year first or month first."""
    for figures in re.findall(r"(?<!\d)(\d{8})(?!\d)", stem):
        year_first = figures.startswith("20")
        shown = f"{figures[:4]}-{figures[4:6]}-{figures[6:]}" if year_first else figures
        day, _ = _signed(shown)
        if day is not None:
            return day
    found = _date_in(stem)
    return _signed(found)[0] if found else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if FIRST <= found <= LAST else None
