"""Finds the column names of an export that begins without them: by the header further down, or by its cells' shapes.

Seen in a release: 20,000 rows whose header comes as row 16,485. The first row is never taken for names. A header is
only accepted if every cell of the first records fits it, judged by shapes that nothing else has: times,
time frames, ids, counts, kinds of search. Of the orders that the vendor has used, one alone must fit. Shapes cannot
tell words from words, so the file's notes ask a person to look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from analysis.readers import NoKnownHeader
from analysis.searches.shapes import shapes_of
from analysis.searches.sound import is_moment, is_sound
from analysis.vendors import all_vendors, families
from analysis.vendors.facts import COLUMNS
from analysis.vendors.recognition import NotASearchAudit, UnknownColumns, recognize

ENOUGH = 0.9
"""The share of the first records that must have one width; notes above an export seldom do."""


def columns(
    records: Sequence[Sequence[str]],
    below: Sequence[str] = (),
    said: Mapping[str, str] | None = None,
    file: str = "the file",
) -> tuple[str, ...]:
    """The column names of records that have no header above them; nothing where nothing speaks of an export.

    `below` is the first header that stands further down, if there is one. `said` is what a person said of columns:
    where it names each by its number ("column 1"), so does the header. Raises `NoKnownHeader`, with the question to
    a person, where times show that this may be an export and its cells do not prove which.
    """
    records = [record for record in records if any(cell.strip() for cell in record)]
    widths = Counter(map(len, records)).most_common(1)
    if not widths or widths[0][1] < ENOUGH * len(records):
        return ()
    width = widths[0][0]
    records = [record for record in records if len(record) == width]
    numbered = tuple(f"column {number}" for number in range(1, width + 1))
    if said and set(numbered) <= set(said):
        return numbered
    orders = (
        [tuple(below)]
        if below
        else [
            tuple(name.strip() for name in order.split(","))
            for _, family in families()
            for order in family.orders
        ]
    )
    fitting = [order for order in orders if len(order) == width and _fit(records, order, said)]
    if len(fitting) == 1:
        return fitting[0]
    if not below and width > 2 and (timed := _timed(records, width)):
        raise NoKnownHeader(_question(file, len(records), numbered, timed))
    return ()


def _timed(records: Sequence[Sequence[str]], width: int) -> list[int]:
    """The columns in which every record has a time."""
    return [
        at
        for at in range(width)
        if any(
            all(":" in row[at] and is_moment(row[at], shapes_of(vendor.times)) for row in records)
            for vendor in all_vendors()
        )
    ]


def _question(file: str, records: int, numbered: Sequence[str], timed: Sequence[int]) -> str:
    ours = ["search_time" if at == timed[-1] else "ignored" for at in range(len(numbered))]
    line = "; ".join(f"{name}={what}" for name, what in zip(numbered, ours))
    return (
        f"{file}: no known header, and in column {timed[-1] + 1} of {len(numbered)} each of the first {records:,} "
        "records has a time: it may be an export that lost its header. Ask for it again with its header, or say what "
        f'its columns are: COLUMNS="{line}" behind make place, with these in place of ignored where a column is one: '
        f"{', '.join(COLUMNS)}."
    )


def _fit(records: Sequence[Sequence[str]], order: Sequence[str], said: Mapping[str, str] | None) -> bool:
    try:
        layout = recognize(order, said)
    except (NotASearchAudit, UnknownColumns):  # a header further down has columns that nobody knows yet
        return False
    return "search_time" in layout and all(is_sound(record, layout) for record in records)
