"""Writes rows of cells in every kind of container that records officers use; for tests only."""

import datetime as dt
import gzip
import io
import struct
import zipfile
from html import escape

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from reportlab.pdfgen.canvas import Canvas


def delimited(rows, delimiter=",", line_end="\n", encoding="utf-8", mark=b"", final=True):
    """Cells quoted where they must be; `mark` is put before the text, `final` ends the last line."""

    def quoted(cell):
        text = str(cell)
        return (
            '"' + text.replace('"', '""') + '"'
            if any(sign in text for sign in (delimiter, '"', "\n", "\r"))
            else text
        )

    text = line_end.join(delimiter.join(map(quoted, row)) for row in rows) + (line_end if final else "")
    return mark + text.encode(encoding)


def xlsx(*sheets, hidden=()):
    """One workbook; `sheets` are lists of rows, `hidden` the numbers of those that are hidden."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"created": dt.datetime(2026, 1, 1)})  # always the same bytes
    day = book.add_format({"num_format": "mm/dd/yyyy hh:mm:ss"})
    for at, rows in enumerate(sheets):
        sheet = book.add_worksheet()
        for down, row in enumerate(rows):
            for across, cell in enumerate(row):
                if hasattr(cell, "year"):
                    sheet.write_datetime(down, across, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(down, across, cell)
                else:
                    sheet.write(down, across, cell)
        if at in hidden:
            sheet.hide()
    book.close()
    return data.getvalue()


def xlsb(*sheets):
    """One binary workbook, as [MS-XLSB] describes it: text stands in the cells, numbers as they are."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": _links({"rId1": ("officeDocument", "xl/workbook.bin")}),
        "xl/_rels/workbook.bin.rels": _links(
            {f"rId{at}": ("worksheet", f"worksheets/sheet{at}.bin") for at in range(1, len(sheets) + 1)}
        ),
    }
    listed = b"".join(
        _record(156, struct.pack("<LL", 0, at) + _wide(f"rId{at}") + _wide(f"Sheet{at}"))
        for at in range(1, len(sheets) + 1)
    )
    parts["xl/workbook.bin"] = _record(131) + _record(143) + listed + _record(144) + _record(132)
    for at, rows in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{at}.bin"] = _binary_sheet(rows)
    return zipped(parts)


def _links(links):
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    lines = [
        f'<Relationship Id="{key}" Type="{kind}{what}" Target="{to}"/>' for key, (what, to) in links.items()
    ]
    top = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    return top + "".join(lines) + "</Relationships>"


def _record(kind, data=b""):
    def sevens(number):
        out = bytearray()
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        return bytes([*out, number])

    # A kind beyond 127 is written with its low bits first, all but the last marked.
    return sevens(kind) + sevens(len(data)) + data


def _wide(text):
    units = text.encode("utf-16-le")
    return struct.pack("<L", len(units) // 2) + units


def _binary_sheet(rows):
    width = max(map(len, rows), default=1)
    out = bytearray(
        _record(129)
        + _record(148, struct.pack("<LLLL", 0, max(len(rows) - 1, 0), 0, width - 1))
        + _record(145)
    )
    for down, row in enumerate(rows):
        if not row:
            continue
        out += _record(0, struct.pack("<LLHBBBLLL", down, 0, 300, 0, 0, 0, 1, 0, width - 1))
        for across, cell in enumerate(row):
            if isinstance(cell, str):
                out += _record(6, struct.pack("<LL", across, 0) + _wide(cell))
            else:
                out += _record(5, struct.pack("<LLd", across, 0, cell))
    return bytes(out + _record(146) + _record(130))


def ods(*sheets):
    """One OpenDocument workbook; equal neighboring rows are written once, with their number."""
    tables = "".join(_table(f"Sheet{at}", rows) for at, rows in enumerate(sheets, 1))
    names = {"office": "office", "table": "table", "text": "text"}
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"' for name, space in names.items()
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({
        "mimetype": kind,
        "META-INF/manifest.xml": "<manifest:manifest "
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        "content.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
    })  # fmt: skip


def _table(name, rows):
    runs = []
    for row in rows:
        if runs and runs[-1][0] == row:
            runs[-1][1] += 1
        else:
            runs.append([row, 1])
    lines = "".join(
        f'<table:table-row table:number-rows-repeated="{times}">{"".join(map(_ods_cell, row))}'
        '<table:table-cell table:number-columns-repeated="900"/></table:table-row>'
        for row, times in runs
    )
    tail = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    return f'<table:table table:name="{name}">{lines}{tail}</table:table>'


def _ods_cell(cell):
    if cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, str):
        lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in cell.split("\n"))
        return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
    value = f'office:value-type="float" office:value="{cell}"'
    return f"<table:table-cell {value}><text:p>{cell}</text:p></table:table-cell>"


def parquet(rows, **options):
    """The first row gives the names of the columns; every cell is text."""
    head, *rest = rows
    table = pa.table(
        {name: pa.array([str(row[at]) for row in rest], pa.string()) for at, name in enumerate(head)}
    )
    data = io.BytesIO()
    pq.write_table(table, data, **options)
    return data.getvalue()


def zipped(files):
    """A ZIP of (name, content) pairs or a dict of them."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))  # always the same bytes
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def parts(data):
    """The content of each file in a ZIP, by its name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def old_container(stream):
    """The container that Office used until 2007, so far as it is looked at: its mark and the name of a stream."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream.encode("utf-16-le") + bytes(600)


def gzipped(content):
    """The same bytes, packed; the time of packing is left out so that they are always the same."""
    return gzip.compress(content, mtime=0)


def printed(rows, again=False, numbers=False, font="Helvetica", size=6, page=(1600, 800), gap=14):
    """A table printed without ruling: cells hang from the top of their row, the header stands on page one.

    `again` repeats the header on every page, `numbers` writes page numbers below. A line feed in a cell begins a
    new line; columns are as wide as their longest line.
    """
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=page, invariant=True)
    lines = [[str(cell).split("\n") for cell in row] for row in rows]
    widths = [
        max((canvas.stringWidth(line, font, size) for row in lines for line in row[at]), default=0)
        for at in range(len(rows[0]))
    ]
    lefts = [30 + sum(widths[:at]) + gap * at for at in range(len(widths))]
    down, number = 40, 1

    def draw(row):
        for left, cell in zip(lefts, row):
            for at, line in enumerate(cell):
                canvas.setFont(font, size)
                canvas.drawString(left, page[1] - down - 1.5 * size * at, line)

    def end_page():
        if numbers:
            canvas.setFont(font, size)
            canvas.drawString(page[0] / 2, 20, f"Page {number}")
        canvas.showPage()

    for row in lines:
        height = 1.5 * size * max(map(len, row)) + 3
        if down + height > page[1] - 40:
            end_page()
            down, number = 40, number + 1
            if again:
                draw(lines[0])
                down += 1.5 * size * max(map(len, lines[0])) + 3
        draw(row)
        down += height
    end_page()
    canvas.save()
    return data.getvalue()
