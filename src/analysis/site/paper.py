"""Prints the pages of a built site as PDF, where a Chromium is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from analysis import files, processes

QUIET = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-pdf-header-footer",
)  # fmt: skip
# the time that Chromium writes into a PDF, always as long as this
_CLOCK = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")


def pdf(site: Path) -> str:
    """Print every page of a built site into a PDF beside it, where a Chromium is installed; says what was done."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        return "No Chromium is installed, so no PDF was printed; the pages in site/ are complete without it."
    # Chromium refuses to run as root inside its sandbox; the pages run no script either way
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    pages = sorted(site.rglob("*.html"))
    with processes.scratch() as folder:
        draft = folder / "page.pdf"
        order = [program, *QUIET, *root, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={draft}"]
        for page in pages:
            subprocess.run([*order, page.resolve().as_uri()], check=True, capture_output=True, timeout=120)
            printed = _CLOCK.sub(rb"/\1 (D:20000101000000", draft.read_bytes())
            files.write(page.with_suffix(".pdf"), printed)
    return f"{len(pages)} pages were printed as PDF, each beside its page in {site.name}/."
