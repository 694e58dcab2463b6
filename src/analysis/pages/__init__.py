"""Gives a notebook its tables, figures, numbers and claims, each captioned and kept as printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.pages.results import Unfinished, open_claims, open_numbers, open_shown, publish
from analysis.pages.tables import INVENTED, REPLICA, marked, plain, published_csv, table_html

if TYPE_CHECKING:
    from analysis.pages.page import Page

__all__ = [
    "INVENTED", "REPLICA", "Unfinished", "marked", "open_claims", "open_numbers", "open_shown", "plain", "publish",
    "published_csv", "start", "table_html",
]  # fmt: skip


def start(place: str, notebook: str) -> Page:
    """Open a notebook's page for a place; raises `analysis.places.UnknownPlace` for a place that is none."""
    from analysis.pages.page import open_page  # it draws: who only reads results need not wait for matplotlib

    return open_page(place, notebook)
