"""Prints the pages of a built site as PDF, where a Chromium is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from analysis import processes

_QUIET = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)
# the clock that Chromium writes into a PDF, in a form of one length
_CLOCK = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")


def pdf(site: Path) -> str:
    """Print every page of a built site into a PDF beside it, where a Chromium is installed; says what was done."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        return "No Chromium is installed, so no PDF was printed; the pages in site/ are complete without it."
    pages = sorted(site.rglob("*.html"))
    with processes.scratch() as folder:
        for page in pages:
            _print(program, page, folder)
    return f"{len(pages)} pages were printed as PDF, each beside its page in {site.name}/."


def _print(program: str, page: Path, folder: Path) -> None:
    """Print one page. Chromium refuses to run as root inside its sandbox; the page runs no script either way."""
    draft = folder / "page.pdf"
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    order = [program, *_QUIET, *root, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={draft}"]
    subprocess.run([*order, page.resolve().as_uri()], check=True, capture_output=True, timeout=120)
    printed = _CLOCK.sub(rb"/\1 (D:20000101000000", draft.read_bytes())
    page.with_suffix(".pdf").write_bytes(printed)
