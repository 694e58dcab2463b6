"""Gives a notebook its parameters, runs it strictly, and strips what differs between identical runs."""

from __future__ import annotations

from pathlib import Path

from analysis import places


def methodology() -> list[Path]:
    """The notebooks of the methodology, in reading order."""
    return sorted((places.root() / "notebooks").glob("0[1-8]-*.ipynb"))
