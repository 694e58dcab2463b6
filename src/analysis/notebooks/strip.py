"""Takes out of an executed notebook what differs between identical runs, or says what cannot be taken out."""

from __future__ import annotations

import copy
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode

from analysis import places
from analysis.notebooks.cells import ERROR_MARK, INJECTED, tags, under_headings
from analysis.refused import Refused


class UnstableOutput(Refused):
    """An output would differ on the next run or the next machine; names the cell, the text and the remedy."""


_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "pygments_lexer": "ipython3"},
}
# said once per machine, when matplotlib first looks for fonts
_ONCE = re.compile(r"^Matplotlib is building the font cache; this may take a moment\.\n?", re.MULTILINE)
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,16}\b")


def strip(nb: NotebookNode, root: Path | None = None) -> NotebookNode:
    """A copy of an executed notebook with all that differs between identical runs taken out.

    Goes: papermill's record, timings, versions, the split of printed text into pieces, the repository's own
    folder `root` (`places.root()` if None) in printed paths. Stays: ids, tags, execution counts from 1,
    outputs and their alternative text. Raises `UnstableOutput` for what cannot be taken out: a memory
    address, a progress bar, a path of this machine.
    """
    nb = copy.deepcopy(nb)
    nb.cells = [cell for cell in nb.cells if ERROR_MARK not in tags(cell)]
    nb.metadata = NotebookNode(copy.deepcopy(_METADATA))
    top, count = root or places.root(), 0
    for number, (heading, cell) in enumerate(under_headings(nb), start=1):
        _strip_cell(cell)
        if cell.cell_type == "code":
            count += bool(cell.source.strip())
            where = f"cell {number}" + (f" (under '{heading}')" if heading else "")
            _strip_outputs(cell, count, top, where)
    return nb


def _strip_cell(cell: NotebookNode) -> None:
    if INJECTED in tags(cell):
        cell.id = INJECTED  # papermill draws a new id on every run
    kept = {"tags": tags(cell)} if tags(cell) else {}
    cell.metadata = NotebookNode(kept)


def _strip_outputs(cell: NotebookNode, count: int, root: Path, where: str) -> None:
    cell.execution_count = count if cell.source.strip() else None
    cell.outputs = _merged(cell.outputs)
    for output in cell.outputs:
        output.pop("transient", None)
        if output.output_type == "execute_result":
            output.execution_count = cell.execution_count
        if output.output_type == "stream":
            output.text = _stable(output.text, root, where)
        for kind, value in output.get("data", {}).items():
            if isinstance(value, str) and not kind.startswith("image/"):
                output.data[kind] = _stable(value, root, where)


def _merged(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Printed text in one piece per stream; how it is cut, and which stream comes first, is chance."""
    merged: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output.output_type != "stream":
            merged += [*_in_order(streams), output]
            streams = {}
        elif output.name in streams:
            streams[output.name].text += output.text
        else:
            streams[output.name] = output
    return merged + _in_order(streams)


def _in_order(streams: Mapping[str, NotebookNode]) -> list[NotebookNode]:
    for stream in streams.values():
        stream.text = _ONCE.sub("", stream.text)
    return [streams[name] for name in ("stdout", "stderr") if name in streams and streams[name].text]


def _stable(text: str, root: Path, where: str) -> str:
    """The text with the repository's folder taken out of its paths."""
    if found := _ADDRESS.search(text):
        raise UnstableOutput(
            f"{where} shows {found[0]!r}, a memory address that differs on every run; "
            "end the last line with ';' or show a value instead of the object."
        )
    if "\r" in text.replace("\r\n", "\n"):
        raise UnstableOutput(f"{where} shows a progress bar; its timings differ on every run: switch it off.")
    if found := _machine_paths(Path(sys.prefix)).search(text):
        raise UnstableOutput(
            f"{where} shows the path {found[0]!r} of this machine, perhaps in a warning; fix what prints it."
        )
    text = re.sub(_starts_with(root) + "/", "", text)
    text = re.sub(_starts_with(root) + r"(?![\w/])", ".", text)
    if found := _machine_paths(Path.home(), Path(tempfile.gettempdir())).search(text):
        raise UnstableOutput(
            f"{where} shows the path {found[0]!r} of this machine; print paths below the repository's folder."
        )
    return text


def _starts_with(folder: Path) -> str:
    return r"(?<![\w/.])" + re.escape(str(folder))


def _machine_paths(*folders: Path) -> re.Pattern[str]:
    """Paths below folders that other machines do not have; a folder at the very top is no sign of one."""
    named = [_starts_with(folder) + r"/[^\s'\"<>&]*" for folder in folders if folder != Path("/")]
    return re.compile("|".join(named) or r"(?!)")
