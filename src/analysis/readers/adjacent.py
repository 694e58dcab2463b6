"""Puts tables that are side by side under one header line below each other, where they have labels in common.

A collector's file was six such tables: short ones are padded with empty cells, and a program that read and wrote it
numbers the repeated labels (`Reason.1`). An empty row of one table is no record. A record's number is its row with the
number of its table behind it: record 123 is row 12 of table 3, and record 120 is row 12 where that is no row of any
table. With ten tables or more two digits are the table's. So numbers stay unique and in order, and a reviewer finds
the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from analysis.readers import not_data
from analysis.readers.base import Block, Rejected, Section

LEAST_COLUMNS = 3  # fewer equal labels may repeat in one table


def stacked(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same blocks; in those under a header of several tables each row of each table is a row.

    Such rows are counted twice: column by column, and by the text of each table's cells put together.
    """
    times = 1  # grows only, so that numbers stay unique where such a header comes further down
    for block in blocks:
        tables = table_ranges(block.section.columns)
        if len(tables) > 1:
            times = max(times, 10 ** len(str(len(tables))))
            yield _split(block, tables, times)
        elif times > 1:
            section = replace(block.section, record=pc.multiply(block.section.record, times))
            yield replace(block, section=section, rejected=tuple(_numbered(block.rejected, times)))
        else:
            yield block


def table_ranges(columns: Sequence[str]) -> list[range]:
    """The column indexes of each table; one range where the header is that of one table."""
    labels = [_label(column) for column in columns]
    first = next(filter(None, labels), "")
    starts = [at for at, label in enumerate(labels) if label == first]
    tables = []
    for start, end in zip(starts, [*starts[1:], len(labels)]):
        last = max((at for at in range(start, end) if labels[at]), default=start)
        tables.append(range(start, last + 1))
    if len(tables) < 2:
        return [range(len(columns))]
    headers = [labels[table.start : table.stop] for table in tables]
    alike = all(header == headers[0] and len(header) >= LEAST_COLUMNS for header in headers)
    related = all(
        len({*header} & {*headers[0]}) >= LEAST_COLUMNS and len({*header} - {""}) == len(header)
        for header in headers
    )
    return tables if alike or related else [range(len(columns))]


def _label(column: str) -> str:
    return re.sub(r"\.\d+$", "", " ".join(column.split()).casefold())


def _split(block: Block, tables: list[range], times: int) -> Block:
    """A block's rows, each cut into those of its tables that hold anything, one below the other."""
    wide, rejected = _with_odd_rows(block, tables)
    columns, indexes = _together(block.section.columns, tables)
    absent = pa.array([""] * wide.cells.num_rows, pa.string())
    names = list(map(str, range(len(columns))))
    stacks = [
        pa.table([absent if at is None else wide.cells.column(at) for at in row], names) for row in indexes
    ]
    holds = [pa.array(~not_data.blank(cells)) for cells in stacks]
    by_text = sum(
        pc.sum(pc.not_equal(pc.utf8_trim_whitespace(joined), "")).as_py() or 0
        for joined in (pc.binary_join_element_wise(*cells.columns, "") for cells in stacks)
    )
    record = pa.concat_arrays(
        pc.add(pc.multiply(wide.record, times), number).filter(kept) for number, kept in enumerate(holds, 1)
    )
    order = pc.sort_indices(record)
    cells = pa.concat_tables([cells.filter(kept) for cells, kept in zip(stacks, holds)]).take(order)
    page = wide.page
    if page is not None:
        page = pa.concat_arrays([page.filter(kept) for kept in holds]).take(order)
    empty = wide.record.filter(pc.invert(reduce(pc.or_, holds))).to_pylist()
    rejected = [*_numbered(rejected, times), *(Rejected(n * times, "blank record", "") for n in empty)]
    last = "digit of a record's number tells" if times == 10 else "digits of a record's number tell"
    note = (
        f"{len(tables)} tables are side by side and are read one below the other; the last {last} its table, those "
        "before its row"
    )
    found = not_data.without_blanks_and_totals(
        Section(columns, cells, record.take(order), page, wide.sheet), rejected
    )
    return replace(
        found,
        rejected=not_data.in_order(found.rejected),
        counted=block.counted - wide.cells.num_rows + len(empty) + by_text,
        notes=(*block.notes, note),
    )


def _together(columns: Sequence[str], tables: list[range]) -> tuple[tuple[str, ...], list[list[int | None]]]:
    """The columns of all tables, each once, and their indexes in each table; None where a table lacks one."""
    labels = [[_label(columns[at]) for at in table] for table in tables]
    if all(header == labels[0] for header in labels):
        return tuple(columns[at] for at in tables[0]), [list(table) for table in tables]
    known = dict.fromkeys(label for header in labels for label in header)
    spelled = {_label(column): column for column in reversed(columns)}
    return tuple(spelled[label] for label in known), [
        [table.start + header.index(label) if label in header else None for label in known]
        for table, header in zip(tables, labels)
    ]


def _with_odd_rows(block: Block, tables: list[range]) -> tuple[Section, list[Rejected]]:
    """The rows with those records that end where a table ends or begin with 'Total', and the other records; whether
    a line is a total is decided for each table's cells."""
    section, width = block.section, len(block.section.columns)
    ends = {width, *(table.stop for table in tables)}
    back = [rejection for rejection in block.rejected if len(rejection.cells) in ends]
    others = [
        replace(rejection, cells=()) for rejection in block.rejected if len(rejection.cells) not in ends
    ]
    if back:
        rows = [[*rejection.cells, *[""] * (width - len(rejection.cells))] for rejection in back]
        more = Section.of_rows(section.columns, rows, [rejection.record for rejection in back])
        page = section.page
        if page is not None:
            page = pa.concat_arrays([page, pa.array([rejection.page for rejection in back], page.type)])
        cells = pa.concat_tables([section.cells, more.cells])
        section = replace(
            section, cells=cells, record=pa.concat_arrays([section.record, more.record]), page=page
        )
    return section, others


def _numbered(rejected: Iterable[Rejected], times: int) -> list[Rejected]:
    """Records that are not rows, by their row; those above the header keep their number."""
    return [
        replace(rejection, record=rejection.record * (times if rejection.record > 0 else 1))
        for rejection in rejected
    ]
