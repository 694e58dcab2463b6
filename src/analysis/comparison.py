"""Sets places side by side: their main measures with denominators, and how far each place's records bear them.

Every number is one that the place's notebooks published. Nothing is added up over places: they differ in what
was released, in the kind of log, in days and in the vendor's regime, and the lines below the table say how.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import coding
from analysis.build import masked_copies
from analysis.measures import formatted, lookup, measure
from analysis.places import Place
from analysis.refused import Refused
from analysis.vendors.recognition import family_of
from analysis.wording import counted

Published = Mapping[tuple[str, str], Mapping[str, Any]]

COMPARED = (
    "rows_released", "rows_rejected", "searches", "distinct_searches", "first_day", "last_day", "agencies",
    "agency_states", "out_of_state_searches", "several_network_searches", "networks_most", "devices_most",
    "blank_reasons", "masked_reasons", "vague_reasons", "immigration_searches.strict", "immigration_searches.core",
    "immigration_searches.broad", "immigration_agencies.core", "immigration_top_agency.core", "agencies_287g",
)  # fmt: skip
"""The measures of the table, each called what the register says that it is."""


class NotYetRun(Refused):
    """A place that has no results; the message says which command makes them."""


@dataclass(frozen=True)
class Results:
    """What a run of a place published: its numbers, and the tables about its files."""

    place: Place
    numbers: Published
    files: pd.DataFrame
    coverage: pd.DataFrame
    days: pd.DataFrame

    def value(self, measure: str) -> Any:
        """A number over all of the place's rows, or None."""
        return self.numbers.get((measure, "all"), {}).get("value")


def read(place: Place) -> Results:
    """The published results of a place. Raises `NotYetRun`."""
    path = place.results / "numbers.json"
    if not path.is_file():
        raise NotYetRun(f"{place.name} has no results yet: run make PLACE={place.name} first")
    numbers = lookup(json.loads(path.read_text(encoding="utf-8")))
    tables = place.results / "tables"
    files, coverage, days = (
        _table(tables / f"01-{name}.csv") for name in ("files", "coverage", "searches-per-day")
    )
    return Results(place, numbers, files, coverage, days)


def is_ready(place: Place) -> bool:
    """Whether a place has the results that are compared."""
    tables = (f"tables/01-{name}.csv" for name in ("files", "coverage", "searches-per-day"))
    names = ("numbers.json", *tables)
    return all((place.results / name).is_file() for name in names)


def december(results: Sequence[Results], month: str) -> Iterable[str]:
    """For each place how many rows its log holds of December 2025 (`month`, as `field.DECEMBER` writes it), and of how
    many of its days: a sentence each. The days are those of the camera owner's clock, as notebook 01 counts them."""
    for one in results:
        days = one.days[one.days["day"].str.startswith(month) & (one.days["searches"] != "0")]
        rows, covered = int(days["searches"].astype(int).sum()), days["day"].nunique()
        invented = " (invented records)" if one.place.is_replica else ""
        said = f"{rows:,} rows, on {covered} of its 31 days" if rows else "no search of that month"
        yield f"{one.place.name}{invented}: {said}."


def _table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, dtype=str)


def table(results: Sequence[Results]) -> pd.DataFrame:
    """One row for each main measure, one column for each place: values as text, counts with share and denominator."""
    rows = {"kind of log": [_logs(one) for one in results]}
    rows |= {measure(name).says: [_cell(one, name) for one in results] for name in COMPARED}
    rows["trust grade"] = [grade(one)[0] for one in results]
    columns = [one.place.name + (" (REPLICA)" if one.place.is_replica else "") for one in results]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return frame.rename_axis("measure").reset_index()


def _cell(one: Results, name: str) -> str:
    found = one.numbers.get((name, "all"))
    if found is None or found["value"] is None:
        return formatted(None, because=found.get("because", "") if found else "")
    shown = formatted(found["value"], found["unit"])
    whole = found.get("denominator")
    if not whole or one.place.selected:
        return shown
    return f"{shown} of {whole:,} ({formatted(found['value'] / whole, 'share')})"


def _logs(one: Results) -> str:
    return " and ".join(sorted({file.log for file in one.place.logs}))


# How far the records bear the numbers -----------------------------------------------------------------------

Check = Callable[[Results], str]


def _provenance(one: Results) -> str:
    said = one.place.released
    if one.place.open_questions or not said.get("by") or not said.get("request"):
        return (
            "who released the records, on which request and what was redacted is not all said in source.toml"
        )
    return ""


def _as_exported(one: Results) -> str:
    printed = [name for name in one.files["source_file"] if name.casefold().endswith(".pdf")]
    saved = [
        name for name in one.files["source_file"] if name.casefold().endswith((".xlsx", ".xlsm", ".xlsb"))
    ]
    corpus = [
        form for form in one.files["forms"] if (family := family_of(form.split("; ")[0])) and family.is_copy
    ]
    kinds = (
        ("printed", printed),
        ("saved from a spreadsheet", saved),
        ("somebody's selection", corpus),
        ("read from masked copies", masked_copies(one.place)),
    )
    return "; ".join(
        f"{how}, not as exported: {counted(len(found), 'file')}" for how, found in kinds if found
    )


def _chosen(one: Results) -> str:
    return f"it is a selection and no log: {one.place.selected}" if one.place.selected else ""


def _whole(one: Results) -> str:
    cut = int(one.files["notes"].str.contains("may be cut").sum())
    gaps = one.coverage[["days_missing_at_start", "days_missing_at_end"]]
    missing = (gaps.apply(pd.to_numeric, errors="coerce").fillna(0) > 1).any(axis=1)
    is_said = one.coverage["said_until"] != ""
    kinds = (
        ("may be cut off", cut),
        ("without days of the period that was said", int((missing & is_said).sum())),
        ("ending before the month does, where nobody said the period", int((missing & ~is_said).sum())),
    )
    return "; ".join(f"{what}: {counted(number, 'file')}" for what, number in kinds if number)


def _readable(one: Results) -> str:
    unknown = one.numbers.get(("blank_reasons", "all"), {}).get("because")
    if unknown:
        return f"whether its reasons can be read is {formatted(None, because=unknown)}"
    hidden = (one.value("blank_reasons") or 0) + (one.value("masked_reasons") or 0)
    return _too_many(hidden, one.value("searches"), 0.10, "of the reasons are blank or masked")


def _resolved(one: Results) -> str:
    unresolved = one.value("searches_by_unresolved_agencies") or 0
    return _too_many(
        unresolved, one.value("searches"), 0.05, "of the searches are by agencies without a known state"
    )


def _too_many(part: int, whole: int | None, most: float, what: str) -> str:
    share = part / whole if whole else 0.0
    return f"{formatted(share, 'share')} {what}" if share > most else ""


def _measured(one: Results) -> str:
    coded = one.place.hand / "coding" / one.place.name
    return "" if coded.is_dir() else "nobody has read its reasons to measure how often the rules are wrong"


CHECKS: tuple[Check, ...] = (_provenance, _chosen, _as_exported, _whole, _readable, _resolved, _measured)
"""What a place's records are checked for. A: no problem. B: one or two. C: more. R: invented records."""


def grade(one: Results) -> tuple[str, list[str]]:
    """The trust grade of a place's records and what counted against them."""
    if one.place.is_replica:
        return "R", ["its records are invented: it shows that the method works, and nothing about anybody"]
    amiss = [said for check in CHECKS if (said := check(one))]
    return ("A" if not amiss else "B" if len(amiss) <= 2 else "C"), amiss


def caveats(results: Sequence[Results]) -> Iterable[str]:
    """What a reader must know before two columns of the table are compared, one sentence each."""
    logs = {_logs(one) for one in results}
    if len(logs) > 1:
        yield (
            "These are different kinds of log. An organization audit or a portal lists an agency's own searches, a "
            "network audit lists outsiders': their numbers count different things."
        )
    for one in results:
        mark, amiss = grade(one)
        yield f"{one.place.name}, grade {mark}: {'; '.join(amiss) or 'no problem found'}."
    yield elsewhere(results)
    yield (
        "Grades: A, no problem; B, one or two problems; C, more; R, invented records. We checked provenance, files as "
        "exported, whole periods, readable reasons, known agencies, and a measured error rate."
    )


def elsewhere(results: Sequence[Results]) -> str:
    """How often core may be right at a place whose reasons nobody read, from those held out at these places; or why
    that is not known. Invented records and selections are no places of this kind."""
    places = [one.place for one in results if not (one.place.is_replica or one.place.selected)]
    paths = [place.results / "tables" / "07-by-half.csv" for place in places]
    halves = pd.concat(
        [pd.DataFrame(columns=_HALF), *(_table(path)[_HALF] for path in paths if path.is_file())]
    )
    core = halves[(halves["half"] == "held out") & (halves["definition"] == "core")].iloc[:, 2:].astype(int)
    read = int((core["counted_strings"] > 0).sum())
    found = coding.another_place(core["both_strings"], core["counted_strings"])
    said = "How often the reasons that core counts are right at a place whose reasons nobody read:"
    if found is None:
        return (
            f"{said} not known. At {counted(read, 'place')} of these readers held out reasons that it counted; such an "
            f"interval needs {coding.FEWEST_PLACES}."
        )
    ends = " to ".join(formatted(end, "share") for end in found)
    return f"{said} {ends}, a 95 percent prediction interval from {read} places."


_HALF = ["half", "definition", "counted_strings", "both_strings"]


def shown(results: Sequence[Results]) -> str:
    """The table and its caveats as lines for a terminal."""
    return table(results).to_string(index=False) + "\n\n" + "\n".join(caveats(results))
