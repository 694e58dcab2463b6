"""Recognises a vendor's export by its column names and maps it to our columns, or says which column it does not know.

Column order, file names and dates are never looked at: they change between exports and they lie. What a
column is called, what a mask looks like and which files are not search audits stands in `flock.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from analysis.readers import Section
from analysis.refused import Refused
from analysis.wording import an, counted

DROPPED = frozenset({"officer", "plate", "filters", "text_prompt", "ignored"})
"""Columns that are recognised and never leave the parser: they name officers, plates and vehicles."""


PERSONAL = DROPPED - {"ignored"} | {"case_number"}
"""Columns in which a person or a vehicle may be named, whatever the export calls them."""


class UnknownColumns(Refused):
    """A header with a column that no known export has; the message names it, its values and the remedies."""


class NotASearchAudit(Refused):
    """A file that is recognised as something other than an audit of searches."""


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

    def __contains__(self, column: str) -> bool:
        return column in self.places


@cache
def _vendor() -> Mapping[str, Any]:
    text = resources.files(__name__).joinpath("flock.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def normal(header: str) -> str:
    """A column name as it is compared: trimmed, lower case, single blanks."""
    return " ".join(header.split()).casefold()


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row of cells is the header of an export that is known, search audit or not."""
    names = [normal(cell) for cell in cells]
    family = _family(names)
    if family is None:
        return _other(names) is not None
    known = sum(name in family["columns"] for name in names)
    # A record never repeats three of the vendor's column names.
    return known >= 3


def recognise(columns: Sequence[str], more: Mapping[str, str] | None = None) -> Form:
    """The form of a header.

    `more` maps further column names (as released) to ours or to "ignored"; it comes from a place's
    source.toml. Raises `NotASearchAudit` for other known files and `UnknownColumns` for the rest.
    """
    names = [normal(column) for column in columns]
    other, family = _other(names), _family(names)
    if other and not family:
        raise NotASearchAudit(f"this is {an(other)}; it holds no searches and is read nowhere here")
    if family is None:
        raise UnknownColumns(f"no known export has these columns: {', '.join(map(repr, columns))}")
    aliases = {**family["columns"], **{normal(k): v for k, v in (more or {}).items()}}
    unnamed = tuple(place for place, name in enumerate(names) if not re.search(r"[^\W\d_]", name))
    places, personal = _places(names, aliases, family, unnamed)
    return Form(
        _key(places, family["name"]),
        family["name"],
        MappingProxyType(places),
        unnamed,
        personal,
        family.get("own_ids", False),
        tuple(family.get("zero_is_unknown", ())),
    )


def recognise_section(section: Section, file: str, more: Mapping[str, str] | None = None) -> Form:
    """The form of a section; an unknown column's message carries the file and the column's first values."""
    try:
        return recognise(section.columns, more)
    except NotASearchAudit as error:
        raise NotASearchAudit(f"{file}: {error}.") from None
    except UnknownColumns as error:
        raise UnknownColumns(f"{file}: {error}{_values(section, error)}{_REMEDY}") from None


def refuse_incomplete(lines: Iterable[str], file: str) -> None:
    """Raise `IncompleteDownload` where one of a file's odd lines says that the download broke off."""
    begins = tuple(_vendor()["broken"]["begins"])
    for line in lines:
        if line.strip().strip('"').casefold().startswith(begins):
            raise IncompleteDownload(
                f"{file}: its own last line says that the download is not whole ({line.strip()[:60]!r}). "
                "Download it again."
            )


_REMEDY = (
    '. Remedies: say what it is in the file\'s own entry of source.toml, columns = { "<its name>" = "reason" } (or '
    'another of our columns, or "ignored"); or, if every export now has it, add it to formats/flock.toml.'
)


def _values(section: Section, error: UnknownColumns) -> str:
    column = getattr(error, "column", None)
    if column is None:
        return ""
    cells = section.cells.column(column).slice(0, 3).to_pylist()
    return "; its first values are " + ", ".join(repr(cell[:30]) for cell in cells)


def _family(names: Sequence[str]) -> Mapping[str, Any] | None:
    for family in _vendor()["family"]:
        if all(any(option in names for option in mark.split("|")) for mark in family["marks"]):
            return family
    return None


def _other(names: Sequence[str]) -> str | None:
    return next((o["name"] for o in _vendor()["other"] if all(m in names for m in o["marks"])), None)


def _places(
    names: list[str], aliases: Mapping[str, str], family: Mapping[str, Any], unnamed: Sequence[int]
) -> tuple[dict[str, int], tuple[int, ...]]:
    """The cell of each of our columns, and the cells that may name a person or a vehicle."""
    places: dict[str, int] = {}
    personal = []
    for place, name in enumerate(names):
        if place in unnamed:
            continue
        again = name in names[:place] and name in family.get("last", ())
        ours = family["last_columns"][name] if again else aliases.get(name)
        if ours is None:
            error = UnknownColumns(f"the column {name!r} stands in no known export")
            error.column = place  # type: ignore[attr-defined]
            raise error
        if ours in PERSONAL:
            personal.append(place)
        if ours in places and ours not in DROPPED:
            raise UnknownColumns(f"two columns hold the {ours}: {names[places[ours]]!r} and {name!r}")
        if ours != "ignored":
            places.setdefault(ours, place)
    if "search_time" not in places and "search_date" in places:
        places["search_time"] = places.pop("search_date")
    return places, tuple(personal)


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
    words = [spelt for word in masks["words"] for spelt in (word, word.upper(), word.title())]
    runs = [sign * size for sign in masks["signs"] for size in range(1, 13)]
    return tuple(dict.fromkeys(blank + one + blank for one in (*words, *runs) for blank in ("", " ")))


def are_masked(texts: pa.Array) -> pa.Array:
    """`is_masked` for a column without nulls: asked once for each distinct text that could be a mask."""
    could = pc.match_substring_regex(texts, _could_be_masked())
    shapes = texts.filter(could).dictionary_encode()
    masks = pa.array([is_masked(shape) for shape in shapes.dictionary.to_pylist()], pa.bool_())
    return pc.replace_with_mask(could, could, masks.take(shapes.indices))


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
    return frozenset(name for family in _vendor()["family"] for name in family["columns"])


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
