"""Executes, in a process of its own, the one notebook that standard input names."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode
from papermill import execute_notebook
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from traitlets import Type

from analysis import processes
from analysis.notebooks.cells import read


class _Draft(NotebookExecutionManager):
    """Writes what a run has so far when a cell of code begins, and at the end. Papermill would write all of it twice
    for each cell, with every picture."""

    def save(self, **kwargs: Any) -> None:
        begun = (
            cell.cell_type == "code" and cell.metadata.papermill["status"] == self.RUNNING
            for cell in self.nb.cells
        )
        if self.end_time or any(begun):
            super().save(**kwargs)


class _Client(AsyncKernelClient):
    """Begins when the kernel has answered on both of its lines. Jupyter's own client would then listen for a fifth of a
    second to what nobody needs."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        for _ in range(int(timeout or 60)):
            self.kernel_info()
            with suppress(Empty):
                await self.shell_channel.get_msg(timeout=1)
                await self.iopub_channel.get_msg(timeout=0.2)
                return
            if not await self._async_is_alive():
                break
        raise RuntimeError("The kernel did not begin.")


class _Kernels(AsyncKernelManager):
    client_factory = Type(_Client)


class _Engine(NBClientEngine):
    """Papermill's own engine, but for its draft."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool = False,
        log_output: bool = False,
        **options: Any,
    ) -> NotebookNode:
        draft = _Draft(nb, output_path=output_path, progress_bar=progress_bar, log_output=log_output)
        draft.notebook_start()
        try:
            cls.execute_managed_notebook(draft, kernel_name, log_output=log_output, **options)
        finally:
            draft.notebook_complete()
        return draft.nb


papermill_engines.register("analysis", _Engine)


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
        engine_name="analysis",
        kernel_name="python3",
        language="python",
        progress_bar=False,
        log_output=False,
        cwd=order["cwd"],
        record_timing=False,
        kernel_manager_class=_Kernels,
    )


if __name__ == "__main__":
    run()
