"""What the modules of this room know of a notebook's cells: their tags, their headings, and papermill's marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from analysis import files

INJECTED = "injected-parameters"  # papermill's own tag for the cell that holds what a run was given
ERROR_MARK = "papermill-error-cell-tag"  # and for the cells that it adds above an error


def read(notebook: Path) -> NotebookNode:
    """A notebook, whichever minor version of the format it has."""
    return nbformat.read(notebook, as_version=4)


def write(nb: NotebookNode, path: Path) -> None:
    """Write a notebook, whole or not at all."""
    files.write(path, nbformat.writes(nb, version=4).rstrip("\n") + "\n")


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell, such as `parameters`."""
    return list(cell.metadata.get("tags", []))


def last_heading(cell: NotebookNode, before: str) -> str:
    """The last heading in a Markdown cell, or the one that held before it."""
    found = (
        re.findall(r"^#{1,6} +(.+?)\s*$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else []
    )
    return found[-1] if found else before


def under_headings(nb: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Each cell after the heading that it is under."""
    heading = ""
    for cell in nb.cells:
        heading = last_heading(cell, heading)
        yield heading, cell
