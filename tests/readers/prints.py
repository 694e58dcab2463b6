"""Draws invented audits as programs print them, for the tests of prints; whatever is drawn over them too."""

import hashlib
import io

import pypdfium2 as pdfium
import pypdfium2.raw as c
from reportlab.lib.pagesizes import landscape, letter
from reportlab.pdfgen.canvas import Canvas

# Where each column begins, as a spreadsheet would print it; names keep the blank that the vendor puts before them.
HEADER = {
    40: "ID",
    200: " Org Name",
    330: " Time Frame",
    400: " Reason",
    520: " Search Time",
    650: " Search Type",
}
FRAME = ["12/01/2025, ", "01:00:00 AM ", "UTC", "12/02/2025, ", "01:00:00 AM ", "UTC"]
RELEASED_FRAME = "12/01/2025, 01:00:00 AM UTC\n12/02/2025, 01:00:00 AM UTC"
TIME = "12/02/2025, 12:30:00 AM UTC"
PITCH = 9  # points between lines, at a type size of 6
REASON, WIDTH = 400, 110  # where the column of reasons begins, and how wide a box over it is
FIRST = 40 + PITCH  # how far below the page's top the first record begins
TALL = 6 * PITCH + 1  # of one record


def uuid(number):
    text = hashlib.sha256(str(number).encode()).hexdigest()[:32]
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def record(number, reason="theft", **cells):
    """The lines of each cell of one invented record, by the header's left edge."""
    reason = [reason] if isinstance(reason, str) else reason
    usual = {"id": [uuid(number)], "org": ["Tarnwick TX PD"], "frame": FRAME, "reason": reason,
             "time": [TIME], "type": ["lookup"]} | cells  # fmt: skip
    return dict(zip(HEADER, usual.values()))


class Print:
    """Draws invented records as programs print them: turned pages, cells at the top or the bottom of a row."""

    def __init__(self, path, turned=0, from_top=False, by_line=False, header=HEADER, **more):
        self.path, self.turned, self.from_top, self.by_line, self.header = (
            path,
            turned,
            from_top,
            by_line,
            header,
        )
        self.canvas = Canvas(str(path), pagesize=landscape(letter), **more)

    def draw(self, left, down, text):
        canvas = self.canvas
        width, height = landscape(letter)
        x, y, angle = {
            0: (left, height - down, 0),
            90: (down, left, 90),
            180: (width - left, down, 180),
            270: (height - down, width - left, 270),
        }[self.turned]
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(angle)
        canvas.setFont("Helvetica", 6)
        canvas.drawString(0, 0, text)
        canvas.restoreState()

    def page(self, rows, names=(), margins=(), start=40):
        self.canvas.setPageRotation(self.turned)
        for line in names:
            for left, name in line.items():
                self.draw(left, start, name)
            start += PITCH
        lines = []
        for row in rows:
            tallest = max(map(len, row.values()))
            for left, cell in row.items():
                skipped = 0 if self.from_top else tallest - len(cell)
                lines += [(left, start + (skipped + at) * PITCH, text) for at, text in enumerate(cell)]
            start += tallest * PITCH + 1
        for left, down, text in sorted(lines, key=lambda line: line[1]) if self.by_line else lines:
            self.draw(left, down, text)
        for down, text in margins:
            self.draw(60, down, text)
        self.canvas.showPage()

    def pages(self, *pages, margins=lambda number: (), again=False):
        for at, rows in enumerate(pages):
            self.page(rows, [self.header] if again or not at else [], margins(at + 1))
        return self.done()

    def done(self):
        self.canvas.save()
        return self.path


def nothing(_):
    """Draw nothing."""


class Covered(Print):
    """A print of three pages on which something is done before and after the records of the second are drawn."""

    def __init__(self, path, before=nothing, after=nothing, **more):
        super().__init__(path, **more)
        self.before, self.after = before, after

    def made(self):
        for number in range(3):
            if number == 1:
                self.before(self)
            pages = [record(8 * number + at, f"reason {number} {at}") for at in range(8)]
            show, self.canvas.showPage = self.canvas.showPage, lambda: None
            self.page(pages, [self.header] if not number else [])
            if number == 1:
                self.after(self)
            self.canvas.showPage = show
            self.canvas.showPage()
        return self.done()

    def box(self, record, left=REASON - 4, width=WIDTH, part=1.0):
        """The rectangle over a record's cell, as the canvas counts: left, bottom, width, height."""
        top = 612 - (40 - PITCH + record * TALL)
        return left, top - TALL, width, TALL * part


def black(drawn, record=2):
    drawn.canvas.setFillGray(0)
    drawn.canvas.rect(*drawn.box(record), stroke=0, fill=1)


def annotated(path, kind, box, text=""):
    """The print with something put over its second page, in black: a box, a mark for redaction, a comment."""
    document = pdfium.PdfDocument(path)
    page = document[1]
    # The library makes no marks for redaction; their names are as long as that of a box.
    one = c.FPDFPage_CreateAnnot(page.raw, c.FPDF_ANNOT_SQUARE if kind == c.FPDF_ANNOT_REDACT else kind)
    left, bottom, width, height = box
    c.FPDFAnnot_SetRect(one, c.FS_RECTF(left, bottom + height, left + width, bottom))
    if kind != c.FPDF_ANNOT_TEXT:
        c.FPDFAnnot_SetColor(one, c.FPDFANNOT_COLORTYPE_InteriorColor, 0, 0, 0, 255)
    if text:
        wide = (text + "\0").encode("utf-16-le")
        c.FPDFAnnot_SetStringValue(one, b"Contents", (c.FPDF_WCHAR * (len(wide) // 2)).from_buffer_copy(wide))
    c.FPDFPage_CloseAnnot(one)
    page.close()
    data = io.BytesIO()
    document.save(data)
    marked = data.getvalue()
    if kind == c.FPDF_ANNOT_REDACT:
        marked = marked.replace(b"/Subtype/Square", b"/Subtype/Redact")
    path.write_bytes(marked)
    return path
