"""Executes, in a process of its own, the one notebook that standard input names."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from papermill import execute_notebook

from analysis import processes
from analysis.notebooks.cells import read


def run() -> None:
    """Execute a notebook as it is, with parameters that were checked, and end with whoever ordered it.

    Standard input holds a line of JSON: notebook, draft (where the executed copy goes), parameters, cwd.
    """
    order = json.loads(sys.stdin.buffer.readline())
    processes.end_with_parent()
    execute_notebook(
        read(Path(order["notebook"])),
        order["draft"],
        parameters=order["parameters"],
        kernel_name="python3",
        language="python",
        progress_bar=False,
        log_output=False,
        cwd=order["cwd"],
        record_timing=False,
    )


if __name__ == "__main__":
    run()
