"""Text that nobody sees on a print's pages: kept out of the rows, said page by page, read only if a person says so."""

import pypdfium2 as pdfium
import pypdfium2.raw as c
import pytest
from frames import part_of
from PIL import Image
from prints import REASON, TALL, Covered, Print, annotated, black, nothing, record, uuid
from readings import read_here
from reportlab.lib.colors import Color
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfdoc

from analysis import places, readers
from analysis.readers import pdf

NAME = "place/log.pdf"


def reasons(path, **more):
    reading = read(path, **more)
    return [row[3] for row in reading.rows], " ".join(reading.notes)


def read(path, read_hidden=False):
    def reader(*given):
        return pdf.stream(*given, read_hidden=read_hidden)

    return read_here(reader, path, NAME)


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
    assert (len(reading.rows), reading.counted) == (23, 23)
    assert uuid(11) not in str(reading.rows)


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
    assert "planted" not in str(reading.rows) + str(reading.rejected)
    assert f"page 2: {said}" in " ".join(reading.notes)
    assert len(reading.rows) == 24


def test_faint_gray_text_is_seen(path):
    reading = read(Covered(path, after=lambda drawn: stray(drawn, gray=0.75)).made())
    assert "LOOK" not in " ".join(reading.notes)


def test_text_cut_off_by_a_page_that_was_cropped_is_left_out(path):
    Covered(path).made()
    document = pdfium.PdfDocument(path)
    document[1].set_cropbox(0, 0, 600, 612)  # the last column begins at 650
    document.save(tmp := path.with_name("cropped.pdf"))
    reading = read(tmp)
    assert [row[5] for row in reading.rows] == ["lookup"] * 8 + [""] * 8 + ["lookup"] * 8
    assert "page 2: 48 characters outside of the page" in " ".join(reading.notes)


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
    assert "planted" not in str(reading.rows) + str(reading.rejected)


def test_a_scan_with_recognized_text_below_its_picture_is_refused_until_a_person_decides(path):
    scan = Print(path)
    scan.draw = lambda left, down, text: stray(scan, text, left, down, mode=3)
    scan.pages([record(at) for at in range(8)])
    with pytest.raises(
        readers.UnreadableFile, match=r"all its text is hidden \(page 1: .* invisible text\).*as CSV"
    ):
        read(path)
    assert len(read(path, read_hidden=True).rows) == 8


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
