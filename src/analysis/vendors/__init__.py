"""Recognizes a vendor's export by its column names and maps it to our columns, or says which column it does not know.

Column order, file names and dates are never looked at: they change between exports and they lie. What a
column is called, what a mask looks like and which files are not search audits stands in `flock.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from analysis import toml
from analysis.readers import NoKnownHeader, Section, not_data, shapes, side_by_side
from analysis.refused import Refused
from analysis.wording import an, counted

DROPPED = frozenset({"officer", "plate", "filters", "text_prompt", "ignored"})
"""Columns that are recognized and never leave the parser: they name officers, plates and vehicles."""


PERSONAL = DROPPED - {"ignored"} | {"case_number"}
"""Columns in which a person or a vehicle may be named, whatever the export calls them."""


class UnknownColumns(Refused):
    """Columns that no known export has, or that cannot be ours; the message quotes no value of any of them.

    `columns` pairs how a message may call each unknown column with what it could be; the message ends in
    the lines that say so.
    """

    def __init__(self, message: str, columns: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.columns = dict(columns)

    def __str__(self) -> str:
        line = "; ".join(f"{name}={ours}" for name, ours in self.columns.items())
        entry = ", ".join(f'"{name}" = "{ours}"' for name, ours in self.columns.items())
        ours = ", ".join(sorted(our_columns()))
        remedy = (
            f'.\nSay what they are: COLUMNS="{line}" behind make place, or columns = {{ {entry} }} in the file\'s '
            f"entry of source.toml. Where a column is not to be ignored, put one of these in place of ignored: {ours}"
        )
        return f"{self.args[0]}{remedy if line else ''}."

    @classmethod
    def of_all(cls, errors: Sequence[UnknownColumns]) -> UnknownColumns:
        """One error for all: every unknown column is named, and one line answers for each."""
        columns = [pair for error in errors for pair in error.columns.items()]
        return cls("; ".join(dict.fromkeys(error.args[0] for error in errors)), columns)


class NotASearchAudit(Refused):
    """A file that is recognized as something other than an audit of searches."""


class IncompleteDownload(Refused):
    """A collector's download that says itself that it is not whole."""


@dataclass(frozen=True)
class Form:
    """How one header maps to our columns: `places` gives the cell number of each of our column names.

    `personal` are the cells that may name a person or a vehicle. `own_ids` means that the ids are a
    collector's and not the vendor's, `zero_is_unknown` names the counts in which 0 says nothing.
    """

    key: str
    family: str
    places: Mapping[str, int]
    unnamed: tuple[int, ...] = ()  # cells whose header is blank or holds no letter: notes beside the export
    personal: tuple[int, ...] = ()
    own_ids: bool = False
    zero_is_unknown: tuple[str, ...] = ()
    derived: tuple[
        int, ...
    ] = ()  # cells that somebody worked out from the others, such as the day of the week

    def __contains__(self, column: str) -> bool:
        return column in self.places


@cache
def _vendor() -> Mapping[str, Any]:
    text = resources.files("analysis.vendors.flock").joinpath("flock.toml").read_text(encoding="utf-8")
    return MappingProxyType(toml.loads(text, "flock.toml"))


def normal(header: str) -> str:
    """A column name as it is compared: its letters, digits and '#', in lower case."""
    return re.sub(r"[^\w#]|_", "", header).casefold()


@cache
def _families() -> tuple[_Family, ...]:
    return tuple(
        _Family(
            said["name"],
            {normal(name): ours for name, ours in said["columns"].items()},
            tuple(frozenset(map(normal, mark.split("|"))) for mark in said["marks"]),
            {normal(name): ours for name, ours in said.get("last_columns", {}).items()},
            said.get("own_ids", False),
            tuple(said.get("zero_is_unknown", ())),
        )
        for said in _vendor()["family"]
    )


@dataclass(frozen=True)
class _Family:
    """One family of exports: our column for each of its names, and the names that mark it (see `flock.toml`)."""

    name: str
    columns: Mapping[str, str]
    marks: tuple[frozenset[str], ...]
    last_columns: Mapping[str, str]
    own_ids: bool
    zero_is_unknown: tuple[str, ...]


@cache
def our_columns() -> frozenset[str]:
    """Every name of our own for a column, and "ignored"."""
    families = _families()
    return frozenset(ours for one in families for ours in (*one.columns.values(), *one.last_columns.values()))


def refuse_columns(said: Mapping[str, str]) -> None:
    """Raise `UnknownColumns` where a column of an export is called what none of our columns is called."""
    for name, ours in said.items():
        if ours not in our_columns():
            near = get_close_matches(ours, sorted(our_columns()), 1, 0.0)
            raise UnknownColumns(
                f"{called(name, 0)} cannot be {ours!r}: that is none of our columns. The nearest is {near[0]!r}; all "
                f"are {', '.join(sorted(our_columns()))}"
            )


def is_header(cells: Sequence[str], more: Mapping[str, str] | None = None) -> bool:
    """Whether a row of cells is the header of an export that is known, search audit or not; see `recognize`."""
    names = [normal(cell) for cell in cells]
    said = _normal_keys(more)
    family = _family(names, said)
    if family is None:
        has_tables = len(side_by_side.table_ranges(cells)) > 1
        return _other(names) is not None or (has_tables and _without_times(names) is not None)
    known = sum(name in family.columns or name in said for name in names)
    # A record never repeats three of the vendor's column names, nor holds nothing but such names.
    return known >= min(3, max(2, len([name for name in names if name])))


def recognize(columns: Sequence[str], more: Mapping[str, str] | None = None) -> Form:
    """The form of a header.

    `more` maps further column names (as released, or "column 7" for one that cannot be written) to ours or to
    "ignored"; it comes from a place's source.toml. Raises `NotASearchAudit` for other known files and
    `UnknownColumns` for the rest.
    """
    names, said = [normal(column) for column in columns], _normal_keys(more)
    other, family = _other(names), _family(names, said) or _without_times(names)
    if other and not family:
        raise NotASearchAudit(f"this is {an(other)}; it holds no searches and is read nowhere here")
    if family is None:
        raise UnknownColumns(f"none of its {len(columns)} columns says when a search was made")
    refuse_columns(more or {})
    ours = _ours(names, family, said)
    unnamed = tuple(at for at, name in enumerate(columns) if not (ours[at] or not_data.is_named(name)))
    derived = tuple(at for at in range(len(names)) if ours[at] is None and _derived().fullmatch(names[at]))
    unknown = [at for at in range(len(names)) if ours[at] is None and at not in unnamed + derived]
    if unknown:
        free = [name for name in family.columns if family.columns[name] not in ours]
        raise UnknownColumns(
            "unknown columns", [(called(columns[at], at), _likely(names[at], free, family)) for at in unknown]
        )
    places = _places(ours, unnamed, columns)
    return Form(
        _key(places, family.name),
        family.name,
        MappingProxyType(places),
        unnamed,
        tuple(place for place, one in enumerate(ours) if one in PERSONAL and place not in unnamed),
        family.own_ids,
        family.zero_is_unknown,
        derived,
    )


@cache
def _derived() -> re.Pattern[str]:
    return re.compile(_vendor()["derived"]["names"])


def called(header: str, place: int) -> str:
    """How a message calls a column: as its header does, if that holds nothing but a few words, else by its number.

    A header is text like any other. Plates, telephone numbers and addresses have a digit or a sign of their own.
    """
    plain = " ".join(header.split())
    return (
        plain
        if re.fullmatch(r"[^\W\d][^\W\d ()/#&'.-]{0,39}", plain.replace(" ", "_"))
        else f"column {place + 1}"
    )


def known_names(cells: Sequence[str]) -> list[str]:
    """Which cells of a row are column names of a known export, as `flock.toml` spells them."""
    names = {normal(cell) for cell in cells}
    spelled = {
        normal(name): name for one in reversed(_vendor()["family"]) for name in reversed(one["columns"])
    }
    return [spelled[name] for name in sorted(names & set(spelled))]


def recognize_section(section: Section, file: str, more: Mapping[str, str] | None = None) -> Form:
    """The form of a section; the message of unknown columns carries the file and what their values look like."""
    try:
        return recognize(section.columns, more)
    except NotASearchAudit as error:
        raise NotASearchAudit(f"{file}: {error}.") from None
    except UnknownColumns as error:
        if not error.columns:
            raise UnknownColumns(f"{file}: {error.args[0]}") from None
        places = {called(name, at): at for at, name in enumerate(section.columns)}
        said = [
            f"{name!r} (of its first values, {shapes(section.cells.column(places[name]).slice(0, 1000).to_pylist())})"
            for name in error.columns
        ]
        raise UnknownColumns(
            f"{file}: in no known export {'are the columns' if len(said) > 1 else 'is the column'} {', '.join(said)}",
            error.columns.items(),
        ) from None


def with_known_names(error: NoKnownHeader) -> NoKnownHeader:
    """The error of a file without a known header, which says besides how near one of its rows comes to being one."""
    if not error.rows:
        return error
    best = max(error.rows, key=lambda row: len(known_names(row)), default=())
    known = known_names(best)
    if len(known) < 2:
        said = "no row of column names is known. If it is a search audit, ask for it with its header, as CSV"
    else:
        below = error.rows[error.rows.index(best) + 1 :]
        dated = [
            f'COLUMNS="{called(cell, at)}=search_time"'
            for at, cell in enumerate(best)
            if normal(cell)
            and not known_names([cell])
            and "1 date" in {shapes([row[at]]) for row in below if at < len(row)}
        ]
        said = f"it has the columns {', '.join(known)}, and none that says when a search was made"
        said += (
            f". If a column of dates does, say so: {' or '.join(dated)} behind make place" if dated else ""
        )
    return NoKnownHeader(f"{error}; {said}.", error.rows)


def refuse_incomplete(lines: Iterable[str], file: str) -> None:
    """Raise `IncompleteDownload` where one of a file's odd lines says that the download broke off."""
    begins = tuple(_vendor()["broken"]["begins"])
    for line in lines:
        if line.strip().strip('"').casefold().startswith(begins):
            raise IncompleteDownload(
                f"{file}: its own last line says that the download is not whole. Download it again."
            )


def _normal_keys(more: Mapping[str, str] | None) -> dict[str, str]:
    return {normal(name): ours for name, ours in (more or {}).items()}


def _family(names: Sequence[str], more: Mapping[str, str]) -> _Family | None:
    """The family of a header; the first, the vendor's own, where only a person says which column is the time."""
    all_names = set(names)
    marked = [one for one in _families() if all(mark & all_names for mark in one.marks)]
    if marked:
        return max(reversed(marked), key=lambda one: len(all_names & one.columns.keys()))
    times = {"search_time", "search_date"} & {more[name] for name in names if name in more}
    return _families()[0] if times else None


def _without_times(names: Sequence[str]) -> _Family | None:
    """The vendor's own family for a header that names agencies and reasons and no time, where it knows every name."""
    native = _families()[0]
    known = {native.columns.get(re.sub(r"\d+$", "", name)) for name in names if name}
    return native if None not in known and {"agency", "reason"} <= known else None


@cache
def _others() -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((one["name"], frozenset(map(normal, one["marks"]))) for one in _vendor()["other"])


def _other(names: Sequence[str]) -> str | None:
    return next((name for name, marks in _others() if marks <= set(names)), None)


def _ours(names: Sequence[str], family: _Family, more: Mapping[str, str]) -> list[str | None]:
    """Our column for each of a header's names; None for an unknown one."""
    found = []
    for place, name in enumerate(names):
        again = name in names[:place] and name in family.last_columns
        known = family.last_columns[name] if again else more.get(name, family.columns.get(name))
        by_number = more.get(normal(f"column {place + 1}"))
        found.append(by_number or known if names.count(name) > 1 else known or by_number)
    return found


def _likely(name: str, free: Sequence[str], family: _Family) -> str:
    """What an unknown column could be: what the nearest name of a column that is missing is, else nothing."""
    near = get_close_matches(name, free, 1, 0.8)
    return family.columns[near[0]] if near else "ignored"


def _places(ours: Sequence[str | None], unnamed: Sequence[int], columns: Sequence[str]) -> dict[str, int]:
    """The cell of each of our columns."""
    places: dict[str, int] = {}
    for place, name in enumerate(ours):
        if place in unnamed or name is None or name == "ignored":
            continue
        if name in places and name not in DROPPED:
            both = (places[name], place)
            alike = len({normal(columns[at]) for at in both}) == 1
            first, second = (
                f"column {at + 1}" if alike else (known_names([columns[at]]) or [called(columns[at], at)])[0]
                for at in both
            )
            raise UnknownColumns(
                f"two columns hold the {name}: {first!r} and {second!r}. Say which of them is not to be read, as "
                f'COLUMNS="{second}=ignored"'
            )
        places.setdefault(name, place)
    if "search_time" not in places and "search_date" in places:
        places["search_time"] = places.pop("search_date")
    return places


def _key(places: Mapping[str, int], family: str) -> str:
    mine = set(places)
    for key, columns in _vendor()["forms"].get(family, {}).items():
        if mine == set(columns):
            return str(key)
    return f"{family}, {counted(len(places), 'column')}"


# Cells ----------------------------------------------------------------------------------------------------


@cache
def _mask_patterns() -> tuple[frozenset[str], re.Pattern[str]]:
    masks = _vendor()["masks"]
    signs = re.escape(masks["signs"])
    return frozenset(masks["words"]), re.compile(rf"[{signs}\s]+|{masks['statutes']}")


def is_masked(text: str) -> bool:
    """Whether a cell was hidden by the vendor or the agency (`***`, REDACTED, a cited exemption …)."""
    cell = text.strip().casefold()
    if not cell:
        return False
    words, pattern = _mask_patterns()
    # Only words begin with a letter, so most cells need no pattern.
    return cell in words or (not cell[0].isalpha() and pattern.fullmatch(cell) is not None)


@cache
def _could_be_masked() -> str:
    """A pattern that every masked cell meets, and hardly another; RE2 leaves most cells after a sign or two."""
    masks = _vendor()["masks"]
    words = "|".join(map(re.escape, masks["words"]))
    statutes = masks["statutes"].replace(r"\d", r"\p{Nd}")
    return rf"(?i)^[^a-z0-9]*(?:$|{words}|{statutes})"


@cache
def mask_spellings() -> tuple[str, ...]:
    """Masks as cells usually hold them, whole, for counting many cells at once; `is_masked` knows further ones."""
    masks = _vendor()["masks"]
    words = [spelled for word in masks["words"] for spelled in (word, word.upper(), word.title())]
    runs = [sign * size for sign in masks["signs"] for size in range(1, 13)]
    return tuple(dict.fromkeys(blank + one + blank for one in (*words, *runs) for blank in ("", " ")))


def are_masked(texts: pa.Array) -> pa.Array:
    """`is_masked` for a column without nulls: asked once for each distinct text that could be a mask."""
    could = pc.match_substring_regex(texts, _could_be_masked())
    shapes = texts.filter(could).dictionary_encode()
    masks = pa.array([is_masked(shape) for shape in shapes.dictionary.to_pylist()], pa.bool_())
    return pc.replace_with_mask(could, could, masks.take(shapes.indices))


_BY_NUMBER = "organization no. "


def by_number(number: str) -> str:
    """What stands for an agency of which an export gives a number and no name."""
    return _BY_NUMBER + number


def is_number_only(agency: str) -> bool:
    """Whether an agency is known by its number only (`by_number`)."""
    return agency.startswith(_BY_NUMBER)


def is_name(agency: str) -> bool:
    """Whether an agency's cell names it: a blank, a mask and a number do not."""
    return bool(agency.strip()) and not is_masked(agency) and not is_number_only(agency)


def is_no_value(text: str) -> bool:
    """Whether a count's cell says that there is no value."""
    return text.strip().casefold() in _vendor()["masks"]["no_value"]


def is_system_activity(moderation: str) -> bool:
    """Whether the vendor's own sentence says that no person asked for this search."""
    return moderation.strip().casefold().startswith(system_activity())


def system_activity() -> tuple[str, ...]:
    """How the vendor's own sentences begin that say that no person asked for a search, in small letters."""
    return tuple(_vendor()["system"]["moderation"])


@cache
def known_columns() -> frozenset[str]:
    """Every column name that some known export has, as `normal` writes it."""
    return frozenset(name for family in _families() for name in family.columns)


@cache
def collectors_notes() -> str:
    """A pattern of the notes that collectors put into reasons, with the blanks before them."""
    begins = "|".join(map(re.escape, _vendor()["notes"]["begins"]))
    return rf"(?i)\s*(?:{begins})[^\]]*(?:\]|$)"


def known_orders() -> list[tuple[str, ...]]:
    """The column names of each order in which the vendor has exported them."""
    return [tuple(name.strip() for name in order.split(",")) for order in _vendor()["orders"]["known"]]


def verdict_words() -> tuple[str, ...]:
    """The vendor's words for what became of a search in free text, in lower case."""
    return tuple(_vendor()["moderation"]["verdicts"])


def known_search_types() -> frozenset[str]:
    """The kinds of search seen in released files, without the suffix ' - Mobile'."""
    return frozenset(_vendor()["search_types"]["known"])


def zone_hours() -> Mapping[str, int]:
    """Hours from UTC of each zone abbreviation that an export may carry."""
    return _vendor()["zones"]
