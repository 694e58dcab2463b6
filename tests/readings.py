"""Reads whole files for tests: the blocks of a reader put together, with everything that they say."""

from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from analysis import readers
from analysis.readers import base
from analysis.vendors.recognition import is_header


@dataclass(frozen=True)
class Reading:
    """All that a file held: sections, records rejected, and the number of records counted twice over."""

    sections: tuple[readers.Section, ...]
    rejected: tuple[readers.Rejected, ...]
    counted: int
    notes: tuple[str, ...]

    @property
    def kept(self):
        return sum(section.cells.num_rows for section in self.sections)

    @property
    def records(self):
        return self.kept + len(self.rejected)

    @property
    def rows(self):
        return [
            row for section in self.sections for row in zip(*(c.to_pylist() for c in section.cells.columns))
        ]

    @property
    def whys(self):
        return [(one.record, one.why) for one in self.rejected]


def put_together(blocks):
    """The blocks of one file: consecutive blocks under one header of one sheet make one section."""
    blocks = list(blocks)
    runs = []
    for section in (block.section for block in blocks):
        if runs and (runs[-1][0].columns, runs[-1][0].sheet) == (section.columns, section.sheet):
            runs[-1].append(section)
        else:
            runs.append([section])
    return Reading(
        tuple(map(_joined, runs)),
        tuple(one for block in blocks for one in block.rejected),
        sum(block.counted for block in blocks),
        tuple(dict.fromkeys(note for block in blocks for note in block.notes)),
    )


def _joined(run):
    pages = [section.page for section in run if section.page is not None]
    return readers.Section(
        run[0].columns,
        pa.concat_tables([section.cells for section in run]),
        pa.concat_arrays([section.record for section in run]),
        pa.concat_arrays(pages) if pages else None,
        run[0].sheet,
    )


def read(path, name="place/log"):
    """A whole file, by the reader that its first bytes choose."""
    return put_together(readers.stream(path, name, is_header))


def read_here(reader, path, name="place/log"):
    """The same, read by `reader` in this process, where tests can change it."""
    return put_together(base.checked(name, reader(path, name, partial(readers._narrow, is_header, name))))
