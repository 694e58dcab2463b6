"""Writes cells into the containers that records officers use: CSV, workbook, JSON lines, Parquet, ZIP and PDF."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter

from analysis.upkeep.replica import cells

_WHEN = (2026, 1, 1)


def lines(table: pa.Table, columns: Sequence[str], end: str = "\r\n") -> pa.Array:
    """One CSV line for each row of text columns, `end` behind it."""
    texts = [cells.cells_of(table[name].combine_chunks()) for name in columns[:-1]]
    last = pc.binary_join_element_wise(cells.cells_of(table[columns[-1]].combine_chunks()), end, "")
    return pc.binary_join_element_wise(*texts, last, ",")


def joined(texts: pa.Array) -> bytes:
    """All texts of an array, one behind the other, as Arrow keeps them."""
    ends = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return texts.buffers()[2][int(ends[0]) : int(ends[-1])].to_pybytes() if len(texts) else b""


def workbook(sheets: Mapping[str, Iterable[Sequence[object]]], hidden: Sequence[int] = ()) -> bytes:
    """A workbook whose sheets have these rows of text and numbers; `hidden` rows are hidden by a filter in each."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"created": datetime(*_WHEN)})  # always the same bytes
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for down, row in enumerate(rows):
            for across, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(down, across, value)
                else:
                    sheet.write(down, across, value)
        for down in hidden:
            sheet.set_row(down, None, None, {"hidden": True})
    book.close()
    return data.getvalue()


def objects(records: Iterable[Mapping[str, object]]) -> bytes:
    """One JSON object a line; what is empty has no key."""
    filled = ({key: value for key, value in row.items() if value not in ("", None)} for row in records)
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in filled).encode()


def packed(content: bytes, name: str) -> bytes:
    """Content in gzip, with the name of the file inside its header."""
    data = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=data, mtime=0) as file:
        file.write(content)
    return data.getvalue()


def archive(members: Iterable[tuple[str, bytes]], target: IO[bytes], level: int = 6) -> None:
    """Write a ZIP of named members, one at a time in memory."""
    with zipfile.ZipFile(target, "w") as file:
        for name, content in members:
            info = zipfile.ZipInfo(name, (*_WHEN, 0, 0, 0))
            file.writestr(info, content, zipfile.ZIP_DEFLATED, level)


def printed(rows: Sequence[Sequence[str]], size: int = 5, most: int = 60) -> bytes:
    """Rows printed on PDF pages in a typewriter's letters, each column as wide as its longest line, the first row on
    the first page only; a line feed in a cell begins a line."""
    cut = [[cell.split("\n") for cell in row] for row in rows]
    widths = [
        max(len(line) for row in cut for line in row[at]) * size * 0.6 + 14 for at in range(len(rows[0]))
    ]
    lefts = [30 + sum(widths[:at]) for at in range(len(widths))]
    high, pages, drawn, down = size * 1.5, list[str](), "", 0.0
    escape = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)"})
    for row in cut:
        tall = high * max(map(len, row)) + 3
        if down + tall > most * high and drawn:
            pages, drawn, down = [*pages, drawn], "", 0.0
        top = most * high + 20 - down
        drawn += "".join(
            f"BT /F1 {size} Tf {left:.1f} {top - high * at:.1f} Td ({line.translate(escape)}) Tj ET\n"
            for left, cell in zip(lefts, row)
            for at, line in enumerate(cell)
            if line
        )
        down += tall
    return _pdf([*pages, drawn], round(sum(widths) + 60), round(most * high + 40))


def scanned(wide: int) -> bytes:
    """A PDF of one page that is a picture so many points wide and holds no text."""
    gray = "\x7f" * 16
    return _pdf([f"q {wide} 0 0 700 50 50 cm BI /W 4 /H 4 /BPC 8 /CS /G ID {gray} EI Q\n"], 600, 800)


def _pdf(pages: Sequence[str], width: int, height: int) -> bytes:
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    parts: list[bytes] = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}/MediaBox[0 0 {width} {height}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
    ]
    for at, page in enumerate(pages):
        content = zlib.compress(page.encode("cp1252", "replace"))
        parts += [
            f"<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R>>>>/Contents {5 + 2 * at} 0 R>>".encode(),
            f"<</Length {len(content)}/Filter/FlateDecode>>stream\n".encode() + content + b"\nendstream",
        ]
    out, starts = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        starts.append(len(out))
        out += f"{number} 0 obj\n".encode() + part + b"\nendobj\n"
    entries = "".join(f"{start:010} 00000 n \n" for start in starts)
    size = len(parts) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{entries}trailer<</Size {size}/Root 1 0 R>>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode()
