"""Invents a sheet of 287(g) agreements in ICE's columns; every agency on it is an invented one."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from analysis.upkeep.replica import names
from analysis.upkeep.replica.draws import Draws
from analysis.upkeep.replica.names import Agency

FILE = "reference/287g-invented.csv"
COLUMNS = ("STATE", "LAW ENFORCEMENT AGENCY", "TYPE", "COUNTY", "SUPPORT TYPE", "SIGNED", "MOA", "ADDENDUM")
MODELS = ("Task Force Model", "Warrant Service Officer", "Jail Enforcement Model")

# Agencies of `names.PLANTED` with an agreement: (index, model, day it was signed). The last two signed too late.
PLANTED = (
    (0, 0, "2025-03-04"), (0, 1, "2025-03-04"), (0, 2, "2020-06-11"), (1, 0, "2025-02-26"), (1, 2, "2019-08-20"),
    (3, 0, "2025-07-14"), (5, 1, "2025-09-02"), (11, 0, "2025-10-08"), (13, 1, "2025-05-19"), (18, 2, "2025-08-01"),
    (4, 0, "2026-01-20"), (9, 0, "2026-02-03"),
)  # fmt: skip
OTHERS = 60

STATE_NAMES = {
    "AL": "ALABAMA", "AR": "ARKANSAS", "FL": "FLORIDA", "GA": "GEORGIA", "IN": "INDIANA", "KS": "KANSAS",
    "KY": "KENTUCKY", "LA": "LOUISIANA", "MO": "MISSOURI", "MS": "MISSISSIPPI", "NC": "NORTH CAROLINA",
    "OH": "OHIO", "OK": "OKLAHOMA", "SC": "SOUTH CAROLINA", "TN": "TENNESSEE", "TX": "TEXAS", "UT": "UTAH",
    "VA": "VIRGINIA", "WY": "WYOMING",
}  # fmt: skip


def agreements(agencies: list[Agency]) -> list[tuple[int, int, str]]:
    """(index of the agency, index of the model, day signed) of every line of the sheet."""
    first = len(names.PLANTED) + 6
    may = [
        index
        for index, agency in enumerate(agencies)
        if index >= first and agency.state in STATE_NAMES and agency.kind in ("county_sheriff", "municipal")
    ]
    draws = Draws("agreements")
    chosen = [may[index] for index in draws.order(len(may))[:OTHERS]]
    models, days = draws.pick([5, 4, 1], OTHERS), draws.below(360, OTHERS)
    signed = [(date(2025, 1, 28) + timedelta(days=int(day))).isoformat() for day in days]
    return [*PLANTED, *zip(chosen, models.tolist(), signed)]


def sheet(agencies: list[Agency]) -> bytes:
    """The sheet as CSV: lines end with LF, days are ISO dates, states are written in full in capitals."""
    lines = [_row(agencies[index], MODELS[model], signed) for index, model, signed in agreements(agencies)]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *sorted(lines)])
    return out.getvalue().encode()


def _row(agency: Agency, model: str, signed: str) -> tuple[str, ...]:
    name = agency.name.replace(f" {agency.state}", "").replace(f"({agency.state})", "").strip(" -")
    town = name.removeprefix(f"{agency.state} - ").removesuffix(" PD").removesuffix(" SO").removesuffix(" SD")
    town = " ".join(town.split()).removesuffix(" PD").removesuffix(" -").strip()
    sheriff = agency.kind == "county_sheriff"
    office = f"{town} Sheriff's Office" if sheriff else f"{town} Police Department"
    county = town if sheriff else ""
    kind = "County" if sheriff or agency.kind == "county_police" else "Municipality"
    state = STATE_NAMES[agency.state or ""]
    return (state, office, kind, county, model, signed, "invented", "")
