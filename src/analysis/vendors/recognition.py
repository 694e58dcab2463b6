"""Recognizes an export by its column names and maps it to our columns, or says which column it does not know.

Column order, file names and dates are never looked at: they change between exports and they lie.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

from analysis.readers import Section, adjacent, not_data, shapes
from analysis.refused import Refused
from analysis.vendors import all_vendors, families, not_audits
from analysis.vendors.facts import COLUMNS, Family, Vendor, normal
from analysis.wording import an, counted, near

DROPPED = frozenset({"officer", "plate", "filters", "text_prompt", "ignored"})
"""Columns that are recognized and never leave the parser: they name officers, plates and vehicles."""

PERSONAL = DROPPED - {"ignored"} | {"case_number"}
"""Columns in which a person or a vehicle may be named, whatever the export calls them."""

_ZONE = "(local|pacific|mountain|central|eastern|[ecmp]t|[ecmp][sd]t"
_DERIVED = re.compile(
    r"derived(search)?(date|time|datetime|hour|day|month)[a-z]{0,4}"
    rf"|(search)?(date|time|datetime){_ZONE})"
    r"|dayof(the)?(week|month|year)|weekday"
    rf"|(search)?(hour|month|year|week|day|quarter)(name|number|of(the)?day)?{_ZONE}|utc)?"
    r"|latitude|longitude|row(number|id)?|index"
)
"""Columns that somebody worked out from the others and put beside them: not read, and named in the notes."""


_NO_REASON = "; no other column there holds the reason of a search, so look whether one of these does"


class UnknownColumns(Refused):
    """Columns that no known export has, or that cannot be ours; the message quotes no value of any of them.

    `columns` pairs how a message may call each unknown column with what it could be; the message ends in
    the lines that say so. `hint` says what else is to be looked at.
    """

    def __init__(self, message: str, columns: Iterable[tuple[str, str]] = (), hint: str = "") -> None:
        super().__init__(message)
        self.columns, self.hint = dict(columns), hint

    def __str__(self) -> str:
        if not self.columns:
            return f"{self.args[0]}."
        line = "; ".join(f"{name}={ours}" for name, ours in self.columns.items())
        entry = ", ".join(f'"{name}" = "{ours}"' for name, ours in self.columns.items())
        return (
            f'{self.args[0]}.\nSay what they are: COLUMNS="{line}" behind make place, or columns = {{ {entry} }} in '
            "the file's entry of source.toml. Where a column is not to be ignored, put one of these in place of "
            f"ignored: {', '.join(COLUMNS)}."
        )

    @classmethod
    def of_all(cls, errors: Sequence[UnknownColumns]) -> UnknownColumns:
        """One error for all: every unknown column is named, and one line answers for each."""
        columns = [pair for error in errors for pair in error.columns.items()]
        return cls("; ".join(dict.fromkeys(error.args[0] for error in errors)), columns)


class NotASearchAudit(Refused):
    """A file that is recognized as something other than an audit of searches."""


@dataclass(frozen=True)
class Layout:
    """How one header maps to our columns: `index` gives the number of the cell for each of our column names.

    `key` is what files.csv calls it. `personal` are the cells that may name a person or a vehicle, `unnamed` those
    whose header is empty or holds no letter, and `derived` those that somebody worked out from others, such as the day
    of the week.
    """

    key: str
    vendor: Vendor
    family: Family
    index: Mapping[str, int]
    unnamed: tuple[int, ...] = ()
    personal: tuple[int, ...] = ()
    derived: tuple[int, ...] = ()

    def __contains__(self, column: str) -> bool:
        return column in self.index


def refuse_columns(said: Mapping[str, str]) -> None:
    """Raise `UnknownColumns` where a column of an export is called what none of our columns is called."""
    for name, ours in said.items():
        if ours not in COLUMNS:
            raise UnknownColumns(
                f"{called(name, 0)} cannot be {ours!r}: we have no such column{near(ours, COLUMNS)}; all are "
                f"{', '.join(COLUMNS)}"
            )


def is_header(cells: Sequence[str], more: Mapping[str, str] | None = None) -> bool:
    """Whether a row of cells is the header of an export that is known, search audit or not; see `recognize`."""
    names = [normal(cell) for cell in cells]
    said = {normal(name): ours for name, ours in (more or {}).items()}
    found = _family(names, said)
    if found is None:
        if _not_an_audit(names) is not None:
            return True
        return _without_times(names) is not None and len(adjacent.table_ranges(cells)) > 1
    known = sum(name in found[1].by_name or name in said for name in names)
    # A record never repeats three of the vendor's column names, nor holds nothing but such names.
    return known >= min(3, max(2, len([name for name in names if name])))


def recognize(columns: Sequence[str], more: Mapping[str, str] | None = None) -> Layout:
    """The layout of a header.

    `more` maps further column names (as released, or "column 7" for one that cannot be written) to ours or to
    "ignored"; it comes from a place's source.toml. Raises `NotASearchAudit` for other known files and
    `UnknownColumns` for the rest.
    """
    names = [normal(column) for column in columns]
    said = {normal(name): ours for name, ours in (more or {}).items()}
    found = _family(names, said) or _without_times(names)
    if found is None and (other := _not_an_audit(names)):
        raise NotASearchAudit(f"this is {an(other)}; it holds no searches and is read nowhere here")
    if found is None:
        raise UnknownColumns(f"none of its {len(columns)} columns says when a search was made")
    vendor, family = found
    refuse_columns(more or {})
    ours = _ours(names, family, said)
    unnamed = tuple(at for at, name in enumerate(columns) if not (ours[at] or not_data.is_named(name)))
    derived = tuple(at for at, name in enumerate(names) if ours[at] is None and _DERIVED.fullmatch(name))
    unknown = [at for at, column in enumerate(ours) if column is None and at not in unnamed + derived]
    if unknown:
        # what an unknown column could be: what the nearest name of a column that is missing is, else nothing
        free = [name for name, column in family.by_name.items() if column not in ours]
        close = {at: get_close_matches(names[at], free, 1, 0.8) for at in unknown}
        likely = {at: family.by_name[found[0]] if found else "ignored" for at, found in close.items()}
        raise UnknownColumns(
            f"in no known {family.name} of {vendor.name}",
            [(called(columns[at], at), likely[at]) for at in unknown],
            "" if "reason" in ours else _NO_REASON,
        )
    index = _index(ours, unnamed, columns)
    layouts = (key for key, layout in family.layouts.items() if set(layout) == index.keys())
    key = next(layouts, f"{family.name}, {counted(len(index), 'column')}")
    personal = tuple(at for at, column in enumerate(ours) if column in PERSONAL and at not in unnamed)
    return Layout(key, vendor, family, MappingProxyType(index), unnamed, personal, derived)


def family_of(layout: str) -> Family | None:
    """The family of a layout by its key in files.csv; None for an archive."""
    every = (family for _, family in families())
    return next((f for f in every if layout in f.layouts or layout.startswith(f"{f.name}, ")), None)


def called(header: str, index: int) -> str:
    """How a message calls a column: as its header does, if that holds nothing but a few words, else by its number.

    A header is text like any other. Plates, telephone numbers and addresses have a digit or a character of their own.
    """
    plain = " ".join(header.split())
    harmless = re.fullmatch(r"[^\W\d][^\W\d ()/#&'.-]{0,39}", plain.replace(" ", "_"))
    return plain if harmless else f"column {index + 1}"


@cache
def known_columns() -> Mapping[str, str]:
    """Every column name that some known export has, as `normal` writes it, and as its vendor spells it."""
    spelled: dict[str, str] = {}
    for _, family in families():
        for name in family.columns:
            spelled.setdefault(normal(name), name)
    return spelled


def known_names(cells: Sequence[str]) -> list[str]:
    """Which cells of a row are column names of a known export, as its vendor spells them."""
    known = known_columns()
    return [known[name] for name in sorted({*map(normal, cells)} & known.keys())]


def recognize_section(section: Section, file: str, more: Mapping[str, str] | None = None) -> Layout:
    """The layout of a section; the message of unknown columns carries the file and what their values look like."""
    try:
        return recognize(section.columns, more)
    except NotASearchAudit as error:
        raise NotASearchAudit(f"{file}: {error}.") from None
    except UnknownColumns as error:
        if not error.columns:
            raise UnknownColumns(f"{file}: {error.args[0]}") from None
        index = {called(name, at): at for at, name in enumerate(section.columns)}
        said = []
        for name in error.columns:
            values = section.cells.column(index[name]).slice(0, 1000).to_pylist()
            others = [f"{family.name!r}" for _, family in families() if normal(name) in family.by_name]
            known = f"; known in {' and '.join(others)} only" if others else ""
            said.append(f"{name!r} (of its first values, {shapes(values)}{known})")
        raise UnknownColumns(
            f"{file}: {error.args[0]} {'are the columns' if len(said) > 1 else 'is the column'} {', '.join(said)}"
            + error.hint,
            error.columns.items(),
        ) from None


def _family(names: Sequence[str], more: Mapping[str, str]) -> tuple[Vendor, Family] | None:
    """The family of a header, with its vendor; a vendor's first where only a person says which column is the time."""
    all_names = set(names)
    found = [pair for pair in families() if all(mark & all_names for mark in pair[1].marking)]
    if not found and {"search_time", "search_date"} & {more[name] for name in names if name in more}:
        found = [(vendor, vendor.family[0]) for vendor in reversed(all_vendors())]
    return max(reversed(found), key=lambda pair: len(all_names & pair[1].by_name.keys()), default=None)


def _without_times(names: Sequence[str]) -> tuple[Vendor, Family] | None:
    """A vendor's first family for a header that names agencies and reasons and no time, where it knows every name."""
    for vendor in all_vendors():
        family = vendor.family[0]
        known: set[str | None] = set()
        for name in filter(None, names):
            known.add(family.by_name.get(re.sub(r"\d+$", "", name)))
            if None in known:  # the first cell of nearly every row
                break
        if None not in known and {"agency", "reason"} <= known:
            return vendor, family
    return None


def _not_an_audit(names: Sequence[str]) -> str | None:
    all_names = set(names)
    return next((name for name, marks in _marks() if marks <= all_names), None)


@cache
def _marks() -> tuple[tuple[str, frozenset[str]], ...]:
    """The files that are no audits, each with the names of columns that tell it."""
    return tuple((other.name, frozenset(map(normal, other.marks))) for other in not_audits())


def _ours(names: Sequence[str], family: Family, more: Mapping[str, str]) -> list[str | None]:
    """Our column for each of a header's names; None for an unknown one."""
    found = []
    for at, name in enumerate(names):
        again = name in names[:at] and name in family.by_last_name
        known = family.by_last_name[name] if again else more.get(name, family.by_name.get(name))
        by_number = more.get(normal(f"column {at + 1}"))
        found.append(by_number or known if names.count(name) > 1 else known or by_number)
    return found


def _index(ours: Sequence[str | None], unnamed: Sequence[int], columns: Sequence[str]) -> dict[str, int]:
    """The cell of each of our columns."""
    index: dict[str, int] = {}
    for at, name in enumerate(ours):
        if at in unnamed or name is None or name == "ignored":
            continue
        if name in index and name not in DROPPED:
            both = (index[name], at)
            alike = len({normal(columns[cell]) for cell in both}) == 1
            spelled = {at: known_names([columns[at]]) or [called(columns[at], at)] for at in both}
            first, second = (f"column {at + 1}" if alike else names[0] for at, names in spelled.items())
            raise UnknownColumns(
                f"two columns hold the {name}: {first!r} and {second!r}. Say which of them is not to be read, as "
                f'COLUMNS="{second}=ignored"'
            )
        index.setdefault(name, at)
    if "search_time" not in index and "search_date" in index:
        index["search_time"] = index.pop("search_date")
    return index
