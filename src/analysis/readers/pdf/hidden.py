"""Finds the characters of a print that nobody sees on the page: under a box, white on white, invisible, cut off.

A box drawn over text takes nothing out of the file. What stands under it was meant to be withheld, so it is kept out
of the rows unless a person decides otherwise, and every page that holds some is named.

A page on which dark text stands on light ground, with nothing drawn over it, is passed after a look at its objects.
Any other is drawn three times: as it is, without its text, and with its text alone in black. A character is seen
where the first two differ over at least half of the ink of the third. So it does not matter how text was hidden.
Text that a cell's edge cuts off is read: the cell was printed, and a longer one would show the rest.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
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

DARK, LIGHT, OPAQUE = (
    140,
    200,
    200,
)  # of 255: text no lighter, ground no darker and paint no thinner are plainly seen
THIN = 0.35  # type sizes: a line or an edge no thicker hides no character
SMALLEST, SMALLER = 1.0, 0.25  # points, and part of the page's usual size: smaller text is not seen
SEEN = 0.5  # of a character's ink
FAINTEST = 0.1  # of black on white: less contrast is not seen
PIXELS = 12  # to a type size
MOST_PIXELS = 16_000_000
DEEPEST = 8  # forms in forms


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
    at = _Places(boxes)
    bounds = page.get_bbox()
    marked = list(_marked(page))
    usual = float(np.median(at.size[ink]))
    for kind, found in (
        (TINY, (at.size < SMALLEST) | (at.size < SMALLER * usual)),
        (OUTSIDE, ~at.inside(bounds)),
        *((MARKED, at.inside(rectangle)) for rectangle in marked),
    ):
        kinds[found] = KINDS.index(kind)
    if layered or marked or not _is_plain(page, at, usual):
        drawn = _when_drawn(page, text, at, usual)
        kinds = np.where(
            kinds < 0, drawn if layered else np.where(drawn == KINDS.index(LAYER), -1, drawn), kinds
        )
    if not (kinds >= 0).any():
        return kinds
    # A blank goes with the character before it.
    before = np.maximum.accumulate(np.where(ink, np.arange(len(boxes)), -1))
    return np.where(ink | (before < 0), kinds, kinds[np.maximum(before, 0)])


def counted(kinds: np.ndarray, boxes: np.ndarray) -> Counter[str]:
    """How many characters of a page are hidden in which way; blanks are not counted."""
    return Counter(KINDS[kind] for kind in kinds[(boxes[:, 0] != ord(" ")) & (kinds >= 0)].tolist())


def said(counts: Counter[str]) -> str:
    """Such counts in words: 41 characters under a box or picture, 3 outside of the page."""
    each = [
        f"{count:,} {'characters ' if not at else ''}{kind}"
        for at, (kind, count) in enumerate(counts.items())
    ]
    return ", ".join(each)


@dataclass(frozen=True)
class _Places:
    """Where the characters of a page stand."""

    boxes: np.ndarray

    @property
    def size(self) -> np.ndarray:
        """The longer side of each: its type size, whichever way it is turned."""
        _, left, bottom, right, top, _ = self.boxes.T
        return np.maximum(right - left, top - bottom)

    def inside(self, rectangle: tuple[float, float, float, float]) -> np.ndarray:
        """Which characters have their middle in a rectangle: left, bottom, right, top."""
        _, left, bottom, right, top, _ = self.boxes.T
        across, up = (left + right) / 2, (bottom + top) / 2
        a, b, z, y = rectangle
        return (across > a) & (across < z) & (up > b) & (up < y)


# A look at the objects ------------------------------------------------------------------------------------------


def _is_plain(page: pdfium.PdfPage, at: _Places, size: float) -> bool:
    """Whether nothing on a page can hide text: dark text on light ground, and nothing drawn over it."""
    if any(kind not in (c.FPDF_ANNOT_LINK, c.FPDF_ANNOT_POPUP) for kind, _ in _annotations(page)):
        return False
    below: list[Any] = []
    above: list[Any] = []
    was_text = False
    # Bound once, since a long print has a hundred thousand objects.
    of, mode, color, text, fill = (
        c.FPDFPageObj_GetType, c.FPDFTextObj_GetTextRenderMode, _color, c.FPDF_PAGEOBJ_TEXT, c.FPDF_TEXTRENDERMODE_FILL,
    )  # fmt: skip
    for item in _items(page):
        kind = of(item)
        if kind == text:
            was_text = True
            paint = color(item)
            if mode(item) != fill or paint is None or max(paint[:3]) > DARK or paint[3] < OPAQUE:
                return False
        elif kind == c.FPDF_PAGEOBJ_FORM:
            return False
        else:
            (above if was_text else below).append((kind, item))
    under = (item for kind, item in below if not (kind == c.FPDF_PAGEOBJ_PATH and _is_light(item)))
    over = (item for _, item in above)
    return not any(
        min(width, height) > THIN * size and at.inside(rectangle).any()
        for items in (under, over)
        for rectangle in map(_bounds, items)
        for width, height in [(rectangle[2] - rectangle[0], rectangle[3] - rectangle[1])]
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


def _bounds(item: Any) -> tuple[float, float, float, float]:
    sides = [ctypes.c_float() for _ in range(4)]
    c.FPDFPageObj_GetBounds(item, *map(ctypes.byref, sides))
    left, bottom, right, top = (side.value for side in sides)
    return left, bottom, right, top


def _annotations(page: pdfium.PdfPage) -> Iterator[tuple[int, Any]]:
    """What is put over a page: its kind and itself, open until the next is asked for."""
    for at in range(c.FPDFPage_GetAnnotCount(page.raw)):
        one = c.FPDFPage_GetAnnot(page.raw, at)
        yield c.FPDFAnnot_GetSubtype(one), one
        c.FPDFPage_CloseAnnot(one)


def _marked(page: pdfium.PdfPage) -> Iterator[tuple[float, float, float, float]]:
    """Rectangles that somebody marked for redaction, which a program has not carried out."""
    for kind, one in _annotations(page):
        box = c.FS_RECTF()
        if kind == c.FPDF_ANNOT_REDACT and c.FPDFAnnot_GetRect(one, ctypes.byref(box)):
            yield (
                min(box.left, box.right),
                min(box.bottom, box.top),
                max(box.left, box.right),
                max(box.bottom, box.top),
            )


def notes_on(page: pdfium.PdfPage) -> int:
    """How many comments, with words of their own or files, are put over a page."""
    quiet = (c.FPDF_ANNOT_LINK, c.FPDF_ANNOT_POPUP, c.FPDF_ANNOT_WIDGET)
    return sum(
        kind not in quiet
        and (kind == c.FPDF_ANNOT_FILEATTACHMENT or c.FPDFAnnot_GetStringValue(one, b"Contents", None, 0) > 2)
        for kind, one in _annotations(page)
    )


# Drawing a page --------------------------------------------------------------------------------------------------


def _when_drawn(page: pdfium.PdfPage, text: pdfium.PdfTextPage, at: _Places, size: float) -> np.ndarray:
    """For each character the index of its kind in `KINDS` as the drawn page shows it, or -1 for one that is seen."""
    left, bottom, right, top = page.get_bbox()
    most = (MOST_PIXELS / max((right - left) * (top - bottom), 1)) ** 0.5
    scale = min(max(PIXELS / max(size, 0.1), 1), 8, most)
    page.set_rotation(0)
    items = [item for one in _items(page) for item in _every(one, 0)]
    texts = [item for item in items if c.FPDFPageObj_GetType(item) == c.FPDF_PAGEOBJ_TEXT]
    were = {_address(item): (c.FPDFTextObj_GetTextRenderMode(item), _color(item)) for item in texts}
    as_it_is = _drawn(page, scale, True)
    for item in texts:
        c.FPDFTextObj_SetTextRenderMode(item, c.FPDF_TEXTRENDERMODE_INVISIBLE)
    without = _drawn(page, scale, True)
    for item in items:
        c.FPDFPageObj_SetIsActive(
            item, c.FPDFPageObj_GetType(item) in (c.FPDF_PAGEOBJ_TEXT, c.FPDF_PAGEOBJ_FORM)
        )
    for item in texts:
        c.FPDFTextObj_SetTextRenderMode(item, c.FPDF_TEXTRENDERMODE_FILL)
        c.FPDFPageObj_SetFillColor(item, 0, 0, 0, 255)
    ink = 255.0 - _drawn(page, scale, False).min(axis=2)
    contrast = np.abs(as_it_is.astype(int) - without).max(axis=2)
    seen = ink * (contrast >= np.maximum(4, FAINTEST * ink))
    _, a, b, z, y, numbers = at.boxes.T
    edges = [np.rint(side * scale).astype(int) for side in (a - left, z - left, top - y, top - b)]
    all_ink, seen_ink, ground = (_sums(image, *edges) for image in (ink, seen, ink * without.min(axis=2)))
    kinds = np.where(all_ink == 0, KINDS.index(LAYER), -1)
    for place in np.flatnonzero(seen_ink < SEEN * all_ink).tolist():
        mode, color = were.get(_address(c.FPDFText_GetTextObject(text.raw, int(numbers[place]))), (0, None))
        kind = COVERED
        if mode in (c.FPDF_TEXTRENDERMODE_INVISIBLE, c.FPDF_TEXTRENDERMODE_CLIP) or (
            color and color[3] < 255 - OPAQUE
        ):
            kind = UNDRAWN
        elif color and min(color[:3]) >= LIGHT and ground[place] >= LIGHT * all_ink[place]:
            kind = PALE
        kinds[place] = KINDS.index(kind)
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
    """What stands in each rectangle of an image, in all."""
    total = np.zeros((image.shape[0] + 1, image.shape[1] + 1))
    total[1:, 1:] = image.cumsum(axis=0).cumsum(axis=1)
    high, wide = image.shape
    a, z = np.clip(left, 0, wide), np.clip(right, 0, wide)
    t, b = np.clip(top, 0, high), np.clip(bottom, 0, high)
    found: np.ndarray = total[b, z] - total[t, z] - total[b, a] + total[t, a]
    return found
