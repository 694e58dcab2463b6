"""Gives a notebook its tables, figures, numbers and claims, each captioned and kept as printed."""

from analysis.pages.page import Page, start
from analysis.pages.results import Unfinished, open_claims, open_numbers, open_shown, publish
from analysis.pages.tables import INVENTED, REPLICA, marked, plain, published_csv, table_html

__all__ = [
    "INVENTED", "REPLICA", "Page", "Unfinished", "marked", "open_claims", "open_numbers", "open_shown", "plain",
    "publish", "published_csv", "start", "table_html",
]  # fmt: skip
