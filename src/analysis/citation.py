"""Says where a record of a released file is found, so that it can be cited: file, checksum, page, address; no cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import pyarrow.parquet as pq

from analysis import build, paths, privacy
from analysis.build import dataset
from analysis.build.release import recognised
from analysis.places import Place, ReleasedFile, sources
from analysis.refused import Refused
from analysis.wording import counted

_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".ods")


class NotCited(Refused):
    """A record that is in no file of the place, or in several; the message says what to ask instead."""


def of_file(place: Place, source_file: str) -> str:
    """A released file, or one inside an archive, as it is cited: who released it on which request, its checksum and
    public address, and whether it was read from a masked copy."""
    file = _entry(place, source_file)
    released = place.released.get("by") or place.title
    request = place.released.get("request")
    masked = file.name in build.masked_copies(place) and file.masked
    parts = [
        "REPLICA, invented records" if place.is_replica else "",
        f"{released} ({request})" if request else str(released),
        f"{file.log}, {paths.shown(source_file)}",
        f"sha256 {file.sha256}" if file.sha256 else file.checksum,
        file.url or "no public address",
        f"read from a masked copy, sha256 {masked.sha256} (masked: {masked.masked})" if masked else "",
    ]
    return "; ".join(filter(None, parts))


def of_records(place: Place, records: Sequence[int], file: str = "") -> list[str]:
    """One citation for each record, by its number below the header; `file` names one of several files, in full or by
    its end. Raises `NotCited`."""
    if not dataset.is_built(place):
        raise NotCited(f"{place.name} has no records yet: run make PLACE={place.name} first")
    wanted = [("source_row", "in", list(records))]
    columns = ["source_file", "source_row", "source_page"]
    lines = [
        {**line, "table": table}
        for table in dataset.TABLES
        for line in pq.read_table(dataset.folder(place, table), columns=columns, filters=wanted).to_pylist()
        if line["source_file"].endswith(file)
    ]
    said = []
    for record in records:
        found = [line for line in lines if line["source_row"] == record]
        if len(found) != 1:
            names = "; ".join(paths.shown(line["source_file"]) for line in found)
            raise NotCited(
                f"{place.name}: record {record} is in {counted(len(found), 'file')}"
                + (
                    f": {names}. Say which with --file."
                    if found
                    else " of it. Records count from 1 below the header."
                )
            )
        line = found[0]
        sheet = _sheet(place, line["source_file"], record)
        where = {"page": line["source_page"], "sheet": sheet and f"'{privacy.file_name(sheet)}'"}
        inside = "".join(f", {kind} {value}" for kind, value in where.items() if value)
        note = " (no search: see rejected/)" if line["table"] == "rejected" else ""
        said.append(f"Record {record}{inside}{note}: {of_file(place, line['source_file'])}.")
    return said


def _entry(place: Place, source_file: str) -> ReleasedFile:
    file = next(
        one for one in place.files if source_file == one.name or source_file.startswith(f"{one.name}/")
    )
    return file.of_inner(source_file.removeprefix(f"{file.name}/"))


def _sheet(place: Place, source_file: str, record: int) -> str | None:
    """The sheet in which a record is, where its file is a workbook that is at hand."""
    if PurePosixPath(source_file).suffix.casefold() not in _WORKBOOKS:
        return None
    path = sources.at_hand(place).get(source_file)
    blocks = recognised(path, _entry(place, source_file)) if path else ()
    sheets = {
        number: read.block.section.sheet
        for read in blocks
        for number in read.block.section.record.to_pylist()
    }
    return sheets.get(record)
