"""Says of a file without a known header how near it comes to one, and refuses a download that broke off."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.readers import NoKnownHeader, shapes
from analysis.refused import Refused
from analysis.vendors import all_vendors
from analysis.vendors.facts import normal
from analysis.vendors.recognition import called, known_names


class IncompleteDownload(Refused):
    """A collector's download that says itself that it is not whole."""


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
        if dated:
            said += f". If a column of dates does, say so: {' or '.join(dated)} behind make place"
    return NoKnownHeader(f"{error}; {said}.", error.rows)


def refuse_incomplete(lines: Iterable[str], file: str) -> None:
    """Raise `IncompleteDownload` where one of a file's odd lines says that the download broke off."""
    begins = tuple(words for vendor in all_vendors() for words in vendor.notes.broken_off)
    for line in lines:
        if line.strip().strip('"').casefold().startswith(begins):
            raise IncompleteDownload(
                f"{file}: its own last line says that the download is not whole. Download it again."
            )
