"""Prints what verbs say, with every character that nobody sees as an escape."""

from __future__ import annotations

import sys
from typing import TextIO

from analysis.paths import visible


def show(*lines: object, sep: str = " ", file: TextIO | None = None, flush: bool = False) -> None:
    """Print with every character that nobody sees as an escape: names of files and texts of a release may hold any."""
    print(*(visible(str(line)) for line in lines), sep=sep, file=file, flush=flush)


def say(line: str) -> None:
    """Say how a run goes on, beside its answer."""
    show(line, file=sys.stderr, flush=True)
