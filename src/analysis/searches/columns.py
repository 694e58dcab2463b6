"""Reads one of our columns from a section of an export, whatever the export calls it."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.readers import Section
from analysis.vendors.masks import are_masked, is_masked, is_no_value, mask_spellings
from analysis.vendors.recognition import Layout


def text_of(section: Section, layout: Layout, column: str) -> pa.Array:
    """A column's text by our name for it; empty text where the export has no such column."""
    if column not in layout:
        return constant("", section.cells.num_rows)
    cells = section.cells.column(layout.index[column])
    return cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells


def constant(value: str | bool | None, rows: int) -> pa.Array:
    """A column that holds one value in every row."""
    return pa.nulls(rows, pa.string()) if value is None else pa.repeat(value, rows)


def by_distinct(texts: pa.Array, function: Callable[[str], object], kind: pa.DataType) -> pa.Array:
    """A function of text, called once for each distinct text."""
    coded = texts.dictionary_encode()
    return pa.array([function(text) for text in coded.dictionary.to_pylist()], kind).take(coded.indices)


def short_text_of(section: Section, layout: Layout, column: str) -> pa.Array:
    """A short column's text; null where empty, masked, or absent from the export."""
    if column not in layout:
        return pa.nulls(section.cells.num_rows, pa.string())
    texts = pc.utf8_trim_whitespace(text_of(section, layout, column))
    if column == "released_id":
        return pc.if_else(pc.or_(pc.equal(texts, ""), are_masked(texts)), None, texts)
    return by_distinct(texts, lambda text: None if not text or is_masked(text) else text, pa.string())


def search_time_of(section: Section, layout: Layout) -> pa.Array:
    """The time of each search as text; two exports split it into a date's column and a time's."""
    time = text_of(section, layout, "search_time")
    if "search_date" not in layout:
        return time
    # A spreadsheet's date cell carries a midnight that is not the search's.
    date = pc.replace_substring_regex(text_of(section, layout, "search_date"), r"\s+00:00:00$", "")
    both = pc.binary_join_element_wise(pc.utf8_trim_whitespace(date), pc.utf8_trim_whitespace(time), ", ")
    return pc.if_else(pc.or_(pc.equal(date, ""), pc.equal(time, "")), "", both)


def count_of(section: Section, layout: Layout, column: str) -> pa.Array:
    """A column of counts; null where the export has none, or where 0 says nothing there."""
    if column not in layout:
        return pa.nulls(section.cells.num_rows, pa.int64())
    counts = count(text_of(section, layout, column))
    return (
        pc.if_else(pc.equal(counts, 0), None, counts) if column in layout.family.zero_is_unknown else counts
    )


def unread(texts: pa.Array, missing: np.ndarray) -> int:
    """How many of the cells of which a value is missing hold one that could not be read: no blank, no mask, and not the
    vendor's 'no value' or a zero that says nothing."""
    found = pc.value_counts(texts.filter(pa.array(missing))).to_pylist() if missing.any() else []
    said = [(line["values"], line["counts"]) for line in found if (line["values"] or "").strip(" 0.,\r\n\t")]
    return sum(number for text, number in said if not is_masked(text) and not is_no_value(text))


def masked_cells(section: Section, layout: Layout) -> dict[str, int]:
    """How many cells of each released column hide their value; columns without any are left out."""
    known = pa.array(mask_spellings())
    found: dict[str, int] = {}
    for at, name in enumerate(section.columns):
        if at not in layout.unnamed:
            count = pc.sum(pc.is_in(section.cells.column(at), known)).as_py() or 0
            found |= {name.strip(): count} if count else {}
    return found


def count(texts: pa.Array) -> pa.Array:
    """Whole numbers of a column of counts: thousands commas and a spreadsheet's '.0' are read; a mask, the
    vendor's 'no value' and anything that is no whole number are null, and the row stays."""
    plain = pc.match_substring_regex(texts, r"^[0-9]{1,18}$")
    if pc.all(plain).as_py():
        return texts.cast(pa.int64())
    rest = by_distinct(pc.if_else(plain, "", texts), _whole_number, pa.int64())
    return pc.if_else(plain, pc.if_else(plain, texts, "0").cast(pa.int64()), rest)


def _whole_number(text: str) -> int | None:
    digits = re.sub(r"\.0+$", "", text.strip())
    if not re.fullmatch(r"[0-9]+|[0-9]{1,3}(,[0-9]{3})+", digits) or is_no_value(text):
        return None
    digits = digits.replace(",", "")
    return int(digits) if len(digits) < 19 else None
