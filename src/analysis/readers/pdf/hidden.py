"""Finds the characters of a print that nobody sees on the page: under a box, white on white, invisible, cut off.

A box drawn over text takes nothing out of the file. What is under it was meant to be withheld, so it is kept out
of the rows unless a person decides otherwise, and every page that holds some is named.

A page with dark text on light ground, with nothing drawn over it, is passed after a look at its objects.
Any other is drawn three times: as it is, without its text, and with its text alone in black. A character is seen
where the first two differ over at least half of the ink of the third. So it does not matter how text was hidden.
Text that a cell's edge cuts off is read: the cell was printed, and a longer one would show the rest.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as c

COVERED, PALE, UNDRAWN, OUTSIDE, TINY, MARKED, LAYER = KINDS = (
    "under a box or picture",
    "white or nearly so",
    "of invisible text",
    "outside of the page",
    "too small to see",
    "marked for redaction",
    "on a layer that is switched off",
)

READ = 'hidden_text = "read"'
"""What a person writes into a file's entry of source.toml who has decided that its hidden text be read."""

# Of 255: text no lighter, ground no darker and paint no thinner are plainly seen.
DARK, LIGHT, OPAQUE = 140, 200, 200
THIN = 0.35  # type sizes: a line or an edge no thicker hides no character
SMALLEST, SMALLER = 1.0, 0.25  # points, and share of the page's usual size: smaller text is not seen
SEEN = 0.5  # of a character's ink
FAINTEST = 0.1  # of black on white: less contrast is not seen
PIXELS = 12  # to a type size
MOST_PIXELS = 16_000_000
DEEPEST = 8  # forms in forms

Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top."""


def layers(path: Path) -> bool:
    """Whether a PDF has a layer that is switched off."""
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfparser import PDFParser
    from pdfminer.pdftypes import resolve1

    with path.open("rb") as file:
        try:
            found = resolve1(PDFDocument(PDFParser(file)).catalog.get("OCProperties")) or {}
            usual = resolve1(found.get("D")) or {}
            return bool(resolve1(usual.get("OFF"))) or getattr(usual.get("BaseState"), "name", "") == "OFF"
        except Exception:  # what that library cannot read is refused by the second reading
            return False


def of_page(page: pdfium.PdfPage, text: pdfium.PdfTextPage, boxes: np.ndarray, layered: bool) -> np.ndarray:
    """For each character the index of its kind in `KINDS`, or -1 for one that is seen.

    `boxes` has a line for each: code, left, bottom, right, top in the page's coordinates, its number in `text`. The
    page is changed by it, and must not be drawn again. `layered`: the document has layers that are switched off.
    """
    kinds = np.full(len(boxes), -1)
    ink = boxes[:, 0] != ord(" ")
    if not ink.any():
        return kinds
    _, left, bottom, right, top, _ = boxes.T
    sizes = np.maximum(right - left, top - bottom)  # the longer side, whichever way the text is turned
    usual = float(np.median(sizes[ink]))
    bounds = page.get_bbox()
    marked = list(_marked(page))
    kinds[(sizes < SMALLEST) | (sizes < SMALLER * usual)] = KINDS.index(TINY)
    kinds[~_inside(boxes, bounds)] = KINDS.index(OUTSIDE)
    for rectangle in marked:
        kinds[_inside(boxes, rectangle)] = KINDS.index(MARKED)
    if layered or marked or not _is_plain(page, boxes, usual):
        drawn = _when_drawn(page, text, boxes, usual)
        if not layered:
            drawn[drawn == KINDS.index(LAYER)] = -1
        kinds = np.where(kinds < 0, drawn, kinds)
    # A space goes with the character before it.
    before = np.maximum.accumulate(np.where(ink, np.arange(len(boxes)), -1))
    return np.where(ink | (before < 0), kinds, kinds[np.maximum(before, 0)])


def counted(kinds: np.ndarray, boxes: np.ndarray) -> Counter[str]:
    """How many characters of a page are hidden in which way; spaces are not counted."""
    return Counter(KINDS[kind] for kind in kinds[(boxes[:, 0] != ord(" ")) & (kinds >= 0)].tolist())


def said(counts: Counter[str]) -> str:
    """Such counts in words: 41 characters under a box or picture, 3 outside of the page."""
    first, *others = [f"{count:,} {kind}" for kind, count in counts.items()] or [""]
    return ", ".join([first.replace(" ", " characters ", 1), *others])


def _inside(boxes: np.ndarray, rectangle: Rectangle) -> np.ndarray:
    """Which characters have their middle in a rectangle."""
    _, left, bottom, right, top, _ = boxes.T
    across, up = (left + right) / 2, (bottom + top) / 2
    a, b, z, y = rectangle
    return (across > a) & (across < z) & (up > b) & (up < y)


# A look at the objects ------------------------------------------------------------------------------------------


def _is_plain(page: pdfium.PdfPage, boxes: np.ndarray, size: float) -> bool:
    """Whether nothing on a page can hide text: dark text on light ground, and nothing drawn over it."""
    if any(kind not in (c.FPDF_ANNOT_LINK, c.FPDF_ANNOT_POPUP) for kind, _ in _annotations(page)):
        return False
    doubtful: list[Any] = []  # what is drawn over text, or is dark and below it
    was_text = False
    # Bound once, since a long print has a hundred thousand objects.
    kind_of, mode_of, text, path = (
        c.FPDFPageObj_GetType, c.FPDFTextObj_GetTextRenderMode, c.FPDF_PAGEOBJ_TEXT, c.FPDF_PAGEOBJ_PATH,
    )  # fmt: skip
    for item in _items(page):
        kind = kind_of(item)
        if kind == text:
            was_text = True
            paint = _color(item)
            if (
                mode_of(item) != c.FPDF_TEXTRENDERMODE_FILL
                or paint is None
                or max(paint[:3]) > DARK
                or paint[3] < OPAQUE
            ):
                return False
        elif kind == c.FPDF_PAGEOBJ_FORM:
            return False
        elif was_text or kind != path or not _is_light(item):
            doubtful.append(item)
    return not any(
        min(right - left, top - bottom) > THIN * size and _inside(boxes, (left, bottom, right, top)).any()
        for left, bottom, right, top in map(_bounds, doubtful)
    )


def _items(page: pdfium.PdfPage) -> Iterator[Any]:
    raw, get = page.raw, c.FPDFPage_GetObject
    return (get(raw, at) for at in range(c.FPDFPage_CountObjects(raw)))


_channels = [ctypes.c_uint() for _ in range(4)]
_into = [ctypes.byref(channel) for channel in _channels]


def _color(item: Any) -> tuple[int, int, int, int] | None:
    """Red, green, blue and opacity of an object's paint; None where it is no plain color."""
    if not c.FPDFPageObj_GetFillColor(item, *_into):
        return None
    red, green, blue, opacity = _channels
    return red.value, green.value, blue.value, opacity.value


def _is_light(item: Any) -> bool:
    color = _color(item)
    return color is not None and min(color[:3]) >= LIGHT


def _bounds(item: Any) -> Rectangle:
    sides = [ctypes.c_float() for _ in range(4)]
    c.FPDFPageObj_GetBounds(item, *map(ctypes.byref, sides))
    left, bottom, right, top = (side.value for side in sides)
    return left, bottom, right, top


def _annotations(page: pdfium.PdfPage) -> Iterator[tuple[int, Any]]:
    """What is put over a page: its kind and itself, open until the next is asked for."""
    for at in range(c.FPDFPage_GetAnnotCount(page.raw)):
        annotation = c.FPDFPage_GetAnnot(page.raw, at)
        yield c.FPDFAnnot_GetSubtype(annotation), annotation
        c.FPDFPage_CloseAnnot(annotation)


def _marked(page: pdfium.PdfPage) -> Iterator[Rectangle]:
    """Rectangles that somebody marked for redaction, which a program has not carried out."""
    for kind, annotation in _annotations(page):
        box = c.FS_RECTF()
        if kind == c.FPDF_ANNOT_REDACT and c.FPDFAnnot_GetRect(annotation, ctypes.byref(box)):
            (left, right), (bottom, top) = sorted((box.left, box.right)), sorted((box.bottom, box.top))
            yield left, bottom, right, top


def notes_on(page: pdfium.PdfPage) -> int:
    """How many comments, with words of their own or files, are put over a page."""
    quiet = (c.FPDF_ANNOT_LINK, c.FPDF_ANNOT_POPUP, c.FPDF_ANNOT_WIDGET)
    return sum(
        kind not in quiet
        and (
            kind == c.FPDF_ANNOT_FILEATTACHMENT or c.FPDFAnnot_GetStringValue(note, b"Contents", None, 0) > 2
        )
        for kind, note in _annotations(page)
    )


# Drawing a page --------------------------------------------------------------------------------------------------


def _when_drawn(page: pdfium.PdfPage, text: pdfium.PdfTextPage, boxes: np.ndarray, size: float) -> np.ndarray:
    """For each character the index of its kind in `KINDS` as the drawn page shows it, or -1 for one that is seen."""
    left, bottom, right, top = page.get_bbox()
    most = (MOST_PIXELS / max((right - left) * (top - bottom), 1)) ** 0.5
    scale = min(max(PIXELS / max(size, 0.1), 1), 8, most)
    page.set_rotation(0)
    items = [item for outer in _items(page) for item in _every(outer, 0)]
    texts = [item for item in items if c.FPDFPageObj_GetType(item) == c.FPDF_PAGEOBJ_TEXT]
    paints = {_address(item): (c.FPDFTextObj_GetTextRenderMode(item), _color(item)) for item in texts}
    as_it_is = _drawn(page, scale, True)
    for item in texts:
        c.FPDFTextObj_SetTextRenderMode(item, c.FPDF_TEXTRENDERMODE_INVISIBLE)
    without = _drawn(page, scale, True)
    for item in items:
        is_kept = c.FPDFPageObj_GetType(item) in (c.FPDF_PAGEOBJ_TEXT, c.FPDF_PAGEOBJ_FORM)
        c.FPDFPageObj_SetIsActive(item, is_kept)
    for item in texts:
        c.FPDFTextObj_SetTextRenderMode(item, c.FPDF_TEXTRENDERMODE_FILL)
        c.FPDFPageObj_SetFillColor(item, 0, 0, 0, 255)
    ink = 255.0 - _drawn(page, scale, False).min(axis=2)
    contrast = np.abs(as_it_is.astype(int) - without).max(axis=2)
    seen = ink * (contrast >= np.maximum(4, FAINTEST * ink))
    _, a, b, z, y, numbers = boxes.T
    edges = [np.rint(side * scale).astype(int) for side in (a - left, z - left, top - y, top - b)]
    all_ink, seen_ink, ground = (_sums(image, *edges) for image in (ink, seen, ink * without.min(axis=2)))
    kinds = np.where(all_ink == 0, KINDS.index(LAYER), -1)
    for at in np.flatnonzero(seen_ink < SEEN * all_ink).tolist():
        mode, color = paints.get(_address(c.FPDFText_GetTextObject(text.raw, int(numbers[at]))), (0, None))
        is_clear = color is not None and color[3] < 255 - OPAQUE
        if is_clear or mode in (c.FPDF_TEXTRENDERMODE_INVISIBLE, c.FPDF_TEXTRENDERMODE_CLIP):
            kind = UNDRAWN
        elif color and min(color[:3]) >= LIGHT and ground[at] >= LIGHT * all_ink[at]:
            kind = PALE
        else:
            kind = COVERED
        kinds[at] = KINDS.index(kind)
    return kinds


def _address(item: Any) -> int:
    return ctypes.cast(item, ctypes.c_void_p).value or 0


def _every(item: Any, depth: int) -> Iterator[Any]:
    """An object and those inside it."""
    yield item
    if c.FPDFPageObj_GetType(item) == c.FPDF_PAGEOBJ_FORM and depth < DEEPEST:
        for at in range(c.FPDFFormObj_CountObjects(item)):
            yield from _every(c.FPDFFormObj_GetObject(item, at), depth + 1)


def _drawn(page: pdfium.PdfPage, scale: float, annotations: bool) -> np.ndarray:
    bitmap = page.render(scale, may_draw_forms=False, draw_annots=annotations)
    try:
        return np.array(bitmap.to_numpy()[:, :, :3])
    finally:
        bitmap.close()


def _sums(
    image: np.ndarray, left: np.ndarray, right: np.ndarray, top: np.ndarray, bottom: np.ndarray
) -> np.ndarray:
    """The sum of each rectangle of an image."""
    total = np.zeros((image.shape[0] + 1, image.shape[1] + 1))
    total[1:, 1:] = image.cumsum(axis=0).cumsum(axis=1)
    high, wide = image.shape
    a, z = np.clip(left, 0, wide), np.clip(right, 0, wide)
    t, b = np.clip(top, 0, high), np.clip(bottom, 0, high)
    found: np.ndarray = total[b, z] - total[t, z] - total[b, a] + total[t, a]
    return found
