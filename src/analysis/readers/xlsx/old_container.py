"""Recognizes what is in the container that Office used until 2007, and in which locked workbooks of today are."""

from __future__ import annotations

import mmap
from pathlib import Path

LOCKED = (
    "this is a workbook locked with a password. Open it with the password and save it without one, or ask for it "
    "without one or as CSV."
)
_KINDS = (
    ("EncryptedPackage", LOCKED),
    (
        "WordDocument",
        "this is an old Word document (.doc), no table. If a search audit is in it, ask for that as CSV.",
    ),
    ("PowerPoint Document", "these are old slides (.ppt), no table. Ask for the audit itself, as CSV."),
    (
        "__properties_version1.0",
        "this is an e-mail saved by Outlook (.msg). Save its attachments and give those.",
    ),
    ("Workbook", "this is a workbook in Excel's old format (.xls). Open it and save it as XLSX or CSV."),
    ("Book", "this is a workbook in Excel's oldest format (.xls). Open it and save it as XLSX or CSV."),
)
"""What such a file holds, by the names of its streams, and what helps."""


def why_not_read(path: Path) -> str:
    """Why a file in that container is not read, or "" for any other file."""
    with path.open("rb") as file:
        if file.read(4) != b"\xd0\xcf\x11\xe0":
            return ""
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for stream, why in _KINDS:
                if data.find(stream.encode("utf-16-le") + b"\0\0") >= 0:
                    return why
    return "this is an old workbook or document, which is not read. Save it as XLSX or CSV."
