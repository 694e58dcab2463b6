"""Reads lists of 287(g) agreements and says which searching agencies had one on the day they searched."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import python_calamine

from analysis.agencies.names import key, read
from analysis.agencies.words import Words, words

FIRST, LAST = date(2002, 1, 1), date(2099, 12, 31)
"""Agreements under 8 USC 1357(g) have been signed since 2002; a year outside is a typing error."""


class UnreadableAgreements(Exception):
    """The list cannot be read; the message names the file, what was found and the remedy."""


def participating(path: Path) -> pd.DataFrame:
    """A list of 287(g) agreements: agency_released, agency, state, kind, model, signed, row, problem.

    One row for each row of ICE's sheet of participating agencies (CSV or XLSX, any of its column spellings) or of
    an index of agreement documents. `row` counts from the header, which is 0. `signed` is a date, or None where
    the list has none that can be read; `problem` says so with the text found. Dates are never repaired. Raises
    `UnreadableAgreements`.
    """
    path = Path(path)
    rows = _sheet(path) if path.suffix.lower() in (".xlsx", ".xlsm", ".xls") else _text(path)
    said = words()
    at, places = _header(path.name, rows, said)
    body = (
        (number, row)
        for number, row in enumerate(rows[at + 1 :], start=1)
        if any(_cell(cell) for cell in row)
    )
    found = [_agreement(number, row, places, said) for number, row in body]
    columns = ["agency_released", "agency", "state", "kind", "model", "signed", "row", "problem"]
    return pd.DataFrame(found, columns=columns, dtype=object).astype({"row": "int64"})


def at_search(searches: pd.DataFrame, participating: pd.DataFrame, time_zone: str = "UTC") -> pd.DataFrame:
    """The searching agencies with a 287(g) agreement, one row each, and when it was signed.

    `searches` needs searching_agency, agency_state, agency_kind and searched_at; `participating` is the frame of
    that name. Columns: searching_agency, agency_state, agency_kind, searches, models (each with its date),
    first_signed, match, signed_before (some search was made on or after that day), signed_after (some search was
    made before it), searches_since, when, list_until (the newest date in the list: it cannot know of later ones).

    An attribute of an agency on a day, never evidence about a search: it says nothing about why anyone searched.
    Agencies are joined on state, kind and spelling without capitals and punctuation; nothing is matched by likeness.
    """
    held = _by_agency(participating)
    newest = max((day for day in participating["signed"] if isinstance(day, date)), default=None)
    columns = ["searching_agency", "agency_state", "agency_kind"]
    groups = searches.dropna(subset=["agency_state"]).groupby(columns, dropna=False, sort=True)["searched_at"]
    rows = []
    for (agency, state, grouped), times in groups:
        kind = grouped if isinstance(grouped, str) else None
        match, agreements = _held_by(held, agency, state, kind)
        if agreements:
            days = times.dt.tz_convert(time_zone).dt.date
            rows.append(
                {"searching_agency": agency, "agency_state": state, "agency_kind": kind}
                | _standing(agreements, days)
                | {"match": match, "list_until": newest}
            )
    counts = {"searches": "int64", "searches_since": "int64", "signed_before": bool, "signed_after": bool}
    return pd.DataFrame(rows, columns=_STANDING, dtype=object).astype(counts)


_STANDING = [
    "searching_agency",
    "agency_state",
    "agency_kind",
    "searches",
    "models",
    "first_signed",
    "match",
    "signed_before",
    "signed_after",
    "searches_since",
    "when",
    "list_until",
]

_Agreement = tuple[str | None, date | None]
_Held = Mapping[tuple[str, str], list[tuple[str | None, _Agreement]]]


def _by_agency(participating: pd.DataFrame) -> _Held:
    held = defaultdict(list)
    for line in participating.to_dict("records"):
        if isinstance(line["state"], str):
            kind = line["kind"] if isinstance(line["kind"], str) else None
            signed = (
                line["signed"] if isinstance(line["signed"], date) and not pd.isna(line["signed"]) else None
            )
            held[line["state"], key(line["agency"])].append((kind, (line["model"] or None, signed)))
    return held


def _held_by(held: _Held, agency: str, state: str, kind: str | None) -> tuple[str, list[_Agreement]]:
    """How an agency was matched, and its agreements: by state, kind and name; or with the kind unknown to one side."""
    named = held.get((state, key(agency)), [])
    exact = [agreement for other, agreement in named if other is not None and other == kind]
    if exact:
        return "state, kind and name", exact
    loose = [agreement for other, agreement in named if other is None or kind is None]
    return "state and name; kind unknown", loose


def _standing(agreements: Sequence[_Agreement], days: pd.Series) -> dict[str, Any]:
    signed = [day for _, day in agreements if day is not None]
    first = min(signed, default=None)
    since = int((days >= first).sum()) if first else 0
    before = len(days) - since if first else 0
    listed = sorted({f"{model or 'model not named'} ({day or 'no date'})" for model, day in agreements})
    if first is None:
        when = "date not known"
    elif not before:
        when = "signed on or before the first search"
    else:
        when = "signed between searches" if since else "signed after the last search"
    return {
        "searches": len(days),
        "models": "; ".join(listed),
        "first_signed": first,
        "signed_before": since > 0,
        "signed_after": before > 0,
        "searches_since": since,
        "when": when,
    }


# Reading the list -------------------------------------------------------------------------------------------


def _text(path: Path) -> list[list[Any]]:
    raw = path.read_bytes()
    try:
        shown = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        shown = raw.decode("cp1252", errors="replace")
    return [list(row) for row in csv.reader(shown.splitlines(keepends=True))]


def _sheet(path: Path) -> list[list[Any]]:
    try:
        book = python_calamine.load_workbook(path)
        return [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    except (python_calamine.CalamineError, OSError) as error:
        raise UnreadableAgreements(
            f"{path.name} is no workbook that can be read ({error}); save it again"
        ) from None


def _header(file: str, rows: Sequence[Sequence[Any]], said: Words) -> tuple[int, dict[str, int]]:
    """Which of the first rows is the header, and which column holds what."""
    for at, row in enumerate(rows[:30]):
        names = [re.sub(r"[^a-z0-9]", "", _cell(cell).lower()) for cell in row]
        columns = said.agreement_columns.items()
        places = {
            ours: names.index(name) for ours, theirs in columns for name in reversed(theirs) if name in names
        }
        if {"state", "agency"} <= set(places):
            return at, places
    seen = ", ".join(_cell(cell) for cell in rows[0]) if rows else "nothing"
    raise UnreadableAgreements(
        f"{file}: no row names a state and a law enforcement agency (the first row reads: {seen}); "
        "save ICE's sheet of participating agencies unchanged"
    )


def _cell(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return " ".join(str("" if cell is None else cell).split())


def _agreement(number: int, row: Sequence[Any], places: Mapping[str, int], said: Words) -> dict[str, Any]:
    cell = {name: _cell(row[at]) if at < len(row) else "" for name, at in places.items()}
    code = _code(cell["state"], said)
    signed, wrong_date = _signed(cell.get("signed", ""))
    model = _model(cell.get("model", ""), said)
    agency, kind = _agency(cell["agency"], code, said)
    problems = [
        "" if code else f"{cell['state']!r} is no state",
        "" if model else f"{cell['model']!r} is no known model" if cell.get("model") else "no model",
        wrong_date,
    ]
    return {
        "agency_released": cell["agency"],
        "agency": agency,
        "state": code,
        "kind": kind,
        "model": model,
        "signed": signed,
        "row": number,
        "problem": "; ".join(filter(None, problems)) or None,
    }


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
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})(?: 00:00:00)?"), "ymd"),
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
            return day, "" if day else f"{text!r} is not a date"
    return None, f"{text!r} is not a date"


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if FIRST <= found <= LAST else None
