"""Reads sampled pages of a print again with another library, sign by sign, and says where the two readings differ.

Both libraries are told where the columns end; each finds for itself which signs a page holds and where they stand.
Blanks are left out, since one library guesses them, and so is the order of signs, which is each library's own.
"""

from __future__ import annotations

import logging
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

SAMPLED = 5

Columns = list[Counter[str]]
"""For each column of a page how often each sign stands in it."""


def sample(pages: int) -> list[int]:
    """The pages to read twice: the first, the last and some between, counted from 0."""
    return sorted({round(at) for at in np.linspace(0, pages - 1, SAMPLED)})


def columns(codes: Sequence[str], lefts: np.ndarray, edges: np.ndarray) -> Columns:
    """The signs of a page by column; `lefts` are their left edges, `edges` the places between columns."""
    places = np.searchsorted(edges, lefts, side="right").tolist()
    found: Columns = [Counter() for _ in range(len(edges) + 1)]
    for code, place in zip(codes, places):
        found[place].update(sign for sign in _plain(code) if not sign.isspace())
    return found


def _plain(text: str) -> str:
    """Text in which one sign is written one way: ligatures as letters, every hyphen as the plain one."""
    return unicodedata.normalize("NFKC", text).translate(dict.fromkeys(map(ord, "\u00ad\u2010\u2011"), "-"))


def difference(path: Path, ours: Mapping[int, tuple[np.ndarray, Columns]], edges: np.ndarray) -> str | None:
    """The first page on which the readings differ and how, or None; `ours` gives lefts and columns by page.

    Raises whatever the other library raises on a file that it cannot read.
    """
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    with pdfplumber.open(path, pages=[page + 1 for page in ours]) as document:
        for number, page in zip(ours, document.pages):
            lefts, mine = ours[number]
            for one in (page, page.dedupe_chars()):  # a bold sign may be drawn twice
                theirs = _theirs(one.chars, lefts, edges)
                if theirs == mine:
                    break
            else:
                return f"page {number + 1}: {_said(mine, theirs)}"
    return None


def _theirs(chars: Sequence[Mapping], lefts: np.ndarray, edges: np.ndarray) -> Columns:
    inked = [char for char in chars if char["text"].strip()]
    places = np.array([char["x0"] for char in inked])
    if len(places) and len(lefts):
        places += lefts.min() - places.min()  # the libraries begin to count at different corners of the page
    return columns([char["text"] for char in inked], places, edges)


def _said(mine: Columns, theirs: Columns) -> str:
    for at, (one, other) in enumerate(zip(mine, theirs), 1):
        if apart := (one - other) + (other - one):
            return f"in column {at}, {apart.total():,} characters are not the same"
    return ""
