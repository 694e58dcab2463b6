"""Masks the cells of a released file: personal columns whole, other text word by word, what is not read entirely."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial

import pyarrow as pa
import pyarrow.compute as pc

from analysis.agencies import Known
from analysis.paths import no_formula
from analysis.places import ReleasedFile
from analysis.privacy import NOT_SHOWN, agency_names
from analysis.privacy.masking import MASK, known_parts, only_known_words
from analysis.readers import Rejected, Section
from analysis.reasons import Rules
from analysis.reasons.engine import classify_fast
from analysis.searches import frames, times
from analysis.searches.columns import by_distinct
from analysis.searches.shapes import shapes_of
from analysis.vendors.facts import normal
from analysis.vendors.masks import is_masked, is_no_value
from analysis.vendors.recognition import Layout, known_columns

WORD = f"{MASK} (masked)"
"""What is put for a masked word where a bare mask would make another reason of the rest: rules see no word in `***`, so
that `investigation ***` would be the bare word."""

_TIMES = ("search_time", "search_date", "window_start", "window_end")
_CLOCK = re.compile(r"\s*\d{1,2}:\d\d(:\d\d(\.\d{1,6})?)?\s*([AP]M)?\s*(UTC|Z)?\s*", re.I)
_COUNT = re.compile(r"\s*\d{1,3}(?:,?\d{3})?(?:\.0+)?\s*")
_CODES = re.compile(r"(?=[^\d]*\d)(?:(?<![^\W\d_])[a-z]{1,4}(?![^\W\d_])|[0-9]|[ -/:#_.])+", re.I)
_HIDDEN = re.compile(rf"\(agency \d+, {re.escape(NOT_SHOWN[1:])}")


class Masker:
    """Masks cell by cell, the same text always in the same way within one place; `cells` counts them by column."""

    def __init__(self, rules: Rules, cleared: Iterable[str], known: Known) -> None:
        self.cells: Counter[str] = Counter()
        self._rules, self._cleared, self._known = rules, frozenset(cleared), known
        self._ids, self._agencies, self._hidden = dict[str, str](), dict[str, str](), 0
        self._reason = lru_cache(maxsize=1 << 16)(self._masked_reason)

    def header(self, section: Section, file: ReleasedFile) -> list[str]:
        """The names of the columns that exports have or source.toml says are ours; others may be anybody's words."""
        said = {*known_columns(), *(normal(name) for name, ours in file.columns.items() if ours != "ignored")}
        return [
            name if name.isascii() and name.isprintable() and normal(name) in said else _whole(name)
            for name in section.columns
        ]

    def rows(
        self, section: Section, header: Sequence[str], layout: Layout, file: ReleasedFile
    ) -> Iterator[pa.Array]:
        """The columns of a section, masked; `header` is its own, masked."""
        ours = {at: name for name, at in layout.index.items() if at not in layout.personal}
        for at, name in enumerate(header):
            cells = section.cells.column(at).combine_chunks()
            masked = self._column(ours.get(at, ""), cells, layout, file)
            called = name.strip() if name.strip(" *") else f"column {at + 1}"
            self.cells[called] += pc.sum(pc.not_equal(cells, masked)).as_py() or 0
            yield masked

    def rejected(self, record: Rejected) -> list[str]:
        """The cells of a record that is no row: nobody knows which is which, so known words alone stay."""
        cells = record.cells or re.split(r"[,;\t\x1f]", record.text)
        masked = [only_known_words(cell.strip().strip('"')) for cell in cells]
        if record.why == "total line":
            masked[0] = "Total"
        self.cells["records that are no rows"] += sum(old != new for old, new in zip(cells, masked))
        return [no_formula(cell) for cell in masked]

    def _column(self, ours: str, cells: pa.Array, layout: Layout, file: ReleasedFile) -> pa.Array:
        vendor, shapes = layout.vendor, shapes_of(layout.vendor.times)

        def each(mask: Callable[[str], str]) -> pa.Array:
            return by_distinct(cells, lambda text: no_formula(mask(text)), pa.string())

        def is_time(cells: pa.Array) -> pa.Array:
            read = times.read(cells, times.own_clock(cells, shapes))
            return pc.or_(read.moments.is_valid(), read.two_ways)

        if ours in _TIMES:
            clock = by_distinct(cells, lambda text: _CLOCK.fullmatch(text) is not None, pa.bool_())
            return pc.if_else(pc.or_(is_time(cells), clock), cells, each(only_known_words))
        if ours == "time_frame":
            known = map(is_time, frames.halves(cells, shapes.between))
            return pc.if_else(pc.and_(*known), cells, each(only_known_words))
        if ours in ("agency", "camera_owner"):
            self._name(cells)
        kinds, joiner = vendor.search_types.by_folded, vendor.menu.joiner
        masked: dict[str, Callable[[str], str]] = {
            "": _whole,
            **dict.fromkeys(("networks", "devices"), _count),
            **dict.fromkeys(("released_id", "agency_number"), partial(self._id, layout)),
            **dict.fromkeys(("agency", "camera_owner"), self._agencies.__getitem__),
            "search_type": lambda text: text if text.strip().casefold() in kinds else only_known_words(text),
            "offense_types": lambda text: joiner.join(map(known_parts, text.split(joiner))),
            "reason": partial(self._reason, file.log == "portal audit", vendor.key),
        }
        return each(masked.get(ours, only_known_words))

    def _id(self, layout: Layout, text: str) -> str:
        """An id of the vendor's, or a number; anything else among ids is numbered, so that equal ones stay equal."""
        plain, ids = text.strip(), layout.vendor.ids
        shape = rf"{ids.pattern if ids else '$^'}|[0-9]{{1,8}}"
        if not plain or is_masked(plain) or re.fullmatch(shape, plain):
            return text
        return self._ids.setdefault(plain, f"id {len(self._ids) + 1}")

    def _name(self, cells: pa.Array) -> None:
        """Remember how these names of agencies are printed; those that may be a person's are numbered."""
        new = [name for name in pc.unique(cells).to_pylist() if name not in self._agencies]
        for name, printed in agency_names(new, self._known).items():
            self._agencies[name] = name if _HIDDEN.fullmatch(name) else printed
            if printed.endswith(NOT_SHOWN[1:]) and not _HIDDEN.fullmatch(name):
                self._hidden += 1
                self._agencies[name] = f"(agency {self._hidden}, {NOT_SHOWN[1:]}"

    def _masked_reason(self, portal: bool, vendor: str, text: str) -> str:
        """A reason as it may be printed, so that the rules make the same of it, as far as that can be."""
        if not text.strip() or is_masked(text) or text.strip().casefold() in self._cleared:
            return text

        def made(text: str) -> tuple[object, ...]:
            split = self._rules.split_reason(text, None, portal, vendor)
            found = classify_fast(split, self._rules)
            said = (found.tier, found.topics, found.kind, found.mixed, found.rules)
            return (split.origin, split.offense_types, *said)

        printed = known_parts(text)
        if printed == text:
            return text
        before = made(text)
        ways = (printed, _shape(text), printed.replace(MASK, WORD))
        return next((way for way in ways if made(way) == before), ways[-1])


def _shape(text: str) -> str:
    """A text of numbers and short words as its shape, `xx00-00000`, since rules know a case number by it; blank for
    any other."""

    def masked(found: re.Match[str]) -> str:
        is_known = (found[0].isalpha() or found[0].isdigit()) and known_parts(found[0]) == found[0]
        return found[0] if is_known else re.sub(r"\d", "0", re.sub(r"[^\W\d_]", "x", found[0]))

    return re.sub(r"[^\W_]+", masked, text) if _CODES.fullmatch(text) else ""


def _whole(text: str) -> str:
    return text if not text.strip() or is_masked(text) else MASK


def _count(text: str) -> str:
    return text if _COUNT.fullmatch(text) or is_no_value(text) else only_known_words(text)
