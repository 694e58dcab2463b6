"""Tells cells that hold nothing: masked by a vendor or an agency, without a value, or a number instead of a name.

Agencies put masks into any vendor's export, so those of every vendor count everywhere.
"""

from __future__ import annotations

import re
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from analysis.vendors import all_vendors
from analysis.vendors.facts import Masks


@cache
def _masks() -> Masks:
    every = [vendor.masks for vendor in all_vendors()]
    return Masks(
        tuple(dict.fromkeys(word for masks in every for word in masks.words)),
        "".join(dict.fromkeys(character for masks in every for character in masks.characters)),
        "|".join(dict.fromkeys(masks.statutes for masks in every)),
        tuple(dict.fromkeys(word for masks in every for word in masks.no_value)),
    )


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"[{re.escape(_masks().characters)}\s]+|{_masks().statutes}")


def is_masked(text: str) -> bool:
    """Whether a cell was hidden by the vendor or the agency (`***`, REDACTED, a cited exemption …)."""
    cell = text.strip().casefold()
    if not cell:
        return False
    # Only words begin with a letter, so most cells need no pattern.
    return cell in _masks().words or (not cell[0].isalpha() and _pattern().fullmatch(cell) is not None)


def are_masked(texts: pa.Array) -> pa.Array:
    """`is_masked` for a column without nulls: called once for each distinct text that could be a mask."""
    # Every masked cell meets this pattern, and hardly another; RE2 leaves most cells after a character or two.
    could = pc.match_substring_regex(texts, rf"(?i)^[^a-z0-9]*(?:$|{_words_or_statutes()})")
    shapes = texts.filter(could).dictionary_encode()
    masks = pa.array([is_masked(shape) for shape in shapes.dictionary.to_pylist()], pa.bool_())
    return pc.replace_with_mask(could, could, masks.take(shapes.indices))


@cache
def _words_or_statutes() -> str:
    """The masks that are words and exemptions, as a part of a pattern for DuckDB and Arrow (RE2)."""
    return "|".join([*map(re.escape, _masks().words), _masks().statutes.replace(r"\d", r"\p{Nd}")])


@cache
def mask_spellings() -> tuple[str, ...]:
    """Masks as cells usually hold them, whole, for counting many cells at once; `is_masked` knows further ones."""
    words = [spelled for word in _masks().words for spelled in (word, word.upper(), word.title())]
    runs = [character * size for character in _masks().characters for size in range(1, 13)]
    blanks = [(before, after) for before in ("", " ") for after in ("", " ")]
    return tuple(dict.fromkeys(before + mask + after for mask in (*words, *runs) for before, after in blanks))


def is_no_value(text: str) -> bool:
    """Whether a count's cell says that there is no value."""
    return text.strip().casefold() in _masks().no_value


BY_NUMBER = "organization no. "
"""What is before the number of an agency of which an export gives no name."""


def by_number(number: str) -> str:
    """What an agency is called of which an export gives a number and no name."""
    return BY_NUMBER + number


def is_number_only(agency: str) -> bool:
    """Whether an agency is known by its number only (`by_number`)."""
    return agency.startswith(BY_NUMBER)


def is_name(agency: str) -> bool:
    """Whether an agency's cell names it: an empty one, a mask and a number do not."""
    return bool(agency.strip()) and not is_masked(agency) and not is_number_only(agency)


@cache
def unnamed_pattern() -> str:
    """The cells of agencies that name none (`is_name`), as one regular expression for DuckDB and Arrow (RE2)."""
    characters = "".join(map(re.escape, _masks().characters))
    space = r"[\s\p{Z}]"
    masked = rf"{space}*(?:{_words_or_statutes()})?{space}*|(?:[{characters}]|{space})+"
    return rf"(?i)^(?:{masked})$|^(?-i:{re.escape(BY_NUMBER)})"
