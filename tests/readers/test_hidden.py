"""Text that nobody sees on a print's pages: kept out of the rows, said page by page, read only if a person says so."""

import io

import pypdfium2 as pdfium
import pypdfium2.raw as c
import pytest
from frames import part_of
from PIL import Image
from readings import read_here
from reportlab.lib.colors import Color
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfdoc
from test_pdf import PITCH, Print, record, rows, uuid

from analysis import places, readers
from analysis.readers import pdf

NAME = "place/log.pdf"
REASON, WIDTH = 400, 110  # where the column of reasons begins, and how wide a box over it is
FIRST = 40 + PITCH  # how far below the page's top the first record begins
TALL = 6 * PITCH + 1  # of one record


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.pdf"


def reasons(path, **more):
    reading = read(path, **more)
    return [row[3] for row in rows(reading)], " ".join(reading.notes)


def read(path, read_hidden=False):
    def reader(*given):
        return pdf.stream(*given, read_hidden=read_hidden)

    return read_here(reader, path, NAME)


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


def white(drawn):
    drawn.canvas.setFillGray(1)
    drawn.canvas.rect(*drawn.box(2), stroke=0, fill=1)


def picture(drawn):
    left, bottom, width, height = drawn.box(2)
    image = ImageReader(Image.new("RGB", (20, 20), "gray"))
    drawn.canvas.drawImage(image, left, bottom, width, height)


def in_a_form(drawn):
    drawn.canvas.beginForm("box")
    black(drawn)
    drawn.canvas.endForm()
    drawn.canvas.doForm("box")


def thick_line(drawn):
    left, bottom, width, height = drawn.box(2)
    drawn.canvas.setLineWidth(height)
    drawn.canvas.line(left, bottom + height / 2, left + width, bottom + height / 2)


@pytest.mark.parametrize("cover", [black, white, picture, in_a_form, thick_line])
@pytest.mark.parametrize("by_line", [False, True])
def test_text_under_a_box_is_left_out_and_said(path, cover, by_line):
    found, notes = reasons(Covered(path, after=cover, by_line=by_line).made())
    assert found == [f"reason {n} {at}" if (n, at) != (1, 2) else "" for n in range(3) for at in range(8)]
    assert (
        "LOOK: text that nobody sees on the page was left out: page 2: 8 characters under a box or picture"
        in notes
    )
    assert 'hidden_text = "read"' in notes


def test_a_person_may_decide_that_it_is_read(path):
    found, notes = reasons(Covered(path, after=black).made(), read_hidden=True)
    assert found[10] == "reason 1 2"
    assert "was read, as source.toml says: page 2: 8 characters under a box or picture" in notes


def test_whole_records_under_a_box_are_no_records_and_are_counted_nowhere(path):
    def cover(drawn):
        drawn.canvas.rect(*drawn.box(3, 30, 740), stroke=0, fill=1)

    reading = read(Covered(path, after=cover).made())
    assert (len(rows(reading)), reading.counted) == (23, 23)
    assert uuid(11) not in str(rows(reading))


def gray_band(drawn):
    drawn.canvas.setFillGray(0.9)
    drawn.canvas.rect(*drawn.box(2), stroke=1, fill=1)
    drawn.canvas.setFillGray(0)


def highlight(drawn):
    drawn.canvas.setFillColor(Color(1, 1, 0, alpha=0.4))
    drawn.canvas.rect(*drawn.box(2), stroke=0, fill=1)


def frame(drawn):
    drawn.canvas.rect(*drawn.box(2), stroke=1, fill=0)


def rule(drawn):
    left, bottom, width, _ = drawn.box(2)
    drawn.canvas.rect(left, bottom, width, 0.7, stroke=0, fill=1)


def box_beside(drawn):
    drawn.canvas.rect(2, 2, 30, 590, stroke=0, fill=1)


@pytest.mark.parametrize(
    ("before", "after"),
    [(gray_band, None), (None, highlight), (None, frame), (None, rule), (None, box_beside)],
)
def test_what_is_seen_is_read_whatever_is_drawn_beside_below_or_thinly_over_it(path, before, after):
    found, notes = reasons(Covered(path, before or nothing, after or nothing).made())
    assert found == [f"reason {n} {at}" for n in range(3) for at in range(8)]
    assert "LOOK" not in notes


def test_white_text_on_a_dark_box_is_seen(path):
    def on_black(drawn):
        black(drawn, 9)
        stray(drawn, left=REASON, down=40 + 9 * TALL, gray=1)

    reading = read(Covered(path, after=on_black).made())
    assert "planted" in str(reading.rejected)
    assert "LOOK" not in " ".join(reading.notes)


def stray(drawn, text="planted", left=200.0, down=600.0, **more):
    canvas = drawn.canvas
    canvas.saveState()
    line = canvas.beginText(left, 612 - down)
    line.setFont("Helvetica", more.get("size", 6))
    line.setFillGray(more.get("gray", 0))
    line.setTextRenderMode(more.get("mode", 0))
    line.textOut(text)
    canvas.drawText(line)
    canvas.restoreState()


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"gray": 1}, "7 characters white or nearly so"),
        ({"gray": 0.96}, "7 characters white or nearly so"),
        ({"mode": 3}, "7 characters of invisible text"),
        ({"left": 900}, "7 characters outside of the page"),
        ({"down": 900}, "7 characters outside of the page"),
        ({"size": 0.4}, "7 characters too small to see"),
    ],
)
def test_text_that_cannot_be_seen_is_left_out_and_said(path, how, said):
    reading = read(Covered(path, after=lambda drawn: stray(drawn, **how)).made())
    assert "planted" not in str(rows(reading)) + str(reading.rejected)
    assert f"page 2: {said}" in " ".join(reading.notes)
    assert len(rows(reading)) == 24


def test_faint_gray_text_is_seen(path):
    reading = read(Covered(path, after=lambda drawn: stray(drawn, gray=0.75)).made())
    assert "LOOK" not in " ".join(reading.notes)


def test_text_cut_off_by_a_page_that_was_cropped_is_left_out(path):
    Covered(path).made()
    document = pdfium.PdfDocument(path)
    document[1].set_cropbox(0, 0, 600, 612)  # the last column begins at 650
    document.save(tmp := path.with_name("cropped.pdf"))
    reading = read(tmp)
    assert [row[5] for row in rows(reading)] == ["lookup"] * 8 + [""] * 8 + ["lookup"] * 8
    assert "page 2: 48 characters outside of the page" in " ".join(reading.notes)


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


@pytest.mark.parametrize(
    ("kind", "said"),
    [(c.FPDF_ANNOT_SQUARE, "under a box or picture"), (c.FPDF_ANNOT_REDACT, "marked for redaction")],
)
def test_text_under_a_box_that_a_person_put_over_the_page_is_left_out(path, kind, said):
    drawn = Covered(path)
    found, notes = reasons(annotated(drawn.made(), kind, drawn.box(2)))
    assert found[10] == ""
    assert f"page 2: 8 characters {said}" in notes


def test_comments_are_said_and_not_read(path):
    made = annotated(Covered(path).made(), c.FPDF_ANNOT_TEXT, (20, 580, 20, 20), "planted")
    reading = read(made)
    assert "page 2: comments, which were not read" in reading.notes
    assert "planted" not in str(reading)


def test_text_on_a_layer_that_is_switched_off_is_left_out(path, monkeypatch):
    usual = pdfdoc.PDFResourceDictionary.basicProcs
    drawn = Covered(path)
    document = drawn.canvas._doc
    layer = document.Reference(
        pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("OCG"), "Name": pdfdoc.PDFString("L")})
    )
    off = pdfdoc.PDFDictionary({"OFF": pdfdoc.PDFArray([layer])})
    monkeypatch.setattr(
        pdfdoc.PDFCatalog, "__NoDefault__", [*pdfdoc.PDFCatalog.__NoDefault__, "OCProperties"]
    )
    document.Catalog.OCProperties = pdfdoc.PDFDictionary({"OCGs": pdfdoc.PDFArray([layer]), "D": off})

    def named(resources):
        usual(resources)
        resources.Properties = {"L": layer}

    monkeypatch.setattr(pdfdoc.PDFResourceDictionary, "basicProcs", named)

    def on_the_layer(drawn):
        drawn.canvas._code.append("/OC /L BDC")
        stray(drawn)
        drawn.canvas._code.append("EMC")

    drawn.after = on_the_layer
    reading = read(drawn.made())
    assert "page 2: 7 characters on a layer that is switched off" in " ".join(reading.notes)
    assert "planted" not in str(rows(reading)) + str(reading.rejected)


def test_a_scan_with_recognized_text_below_its_picture_is_refused_until_a_person_decides(path):
    scan = Print(path)
    scan.draw = lambda left, down, text: stray(scan, text, left, down, mode=3)
    scan.pages([record(at) for at in range(8)])
    with pytest.raises(
        readers.UnreadableFile, match=r"all its text is hidden \(page 1: .* invisible text\).*as CSV"
    ):
        read(path)
    assert len(rows(read(path, read_hidden=True))) == 8


def test_the_entry_of_a_file_says_that_its_hidden_text_is_read(path):
    Covered(path, after=black).made()
    file = places.ReleasedFile("log.pdf", "0", "network audit", "Mockville ISD")
    for said, reason in ((None, ""), ("read", "reason 1 2")):
        table, _, facts, _ = part_of(file.replace(hidden_text=said), path)
        assert table.column("reason_as_released").to_pylist()[10] == reason
        assert "LOOK" in facts[0]["notes"]
    text = 'title = "T"\n[[file]]\nname = "a.pdf"\nsha256 = "0"\nlog = "network audit"\ncamera_owner = "M"\n'
    with pytest.raises(places.BadSource, match="hidden_text = 'yes' is none of 'read'"):
        places.read("m", text + 'hidden_text = "yes"\n', path.parent)
