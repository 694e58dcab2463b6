"""Executes notebooks strictly, each in a process of its own, and keeps stripped copies."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from tqdm import tqdm

from analysis import files, processes
from analysis.notebooks import forked
from analysis.notebooks.cells import ERROR_MARK, INJECTED, last_heading, read, tags, write
from analysis.notebooks.parameters import check
from analysis.notebooks.strip import UnstableOutput, strip
from analysis.refused import ENDED, Refused
from analysis.searches.cache import SHARED
from analysis.searches.table import THREADS

AT_ONCE = 2
"""So many notebooks run at a time, and share the processors: two threads of a query take a third more of a processor's
time than one does."""

_THREADS = str(max(1, (os.cpu_count() or 1) // AT_ONCE))


class NotebookFailed(Refused):
    """One notebook did not run to its end.

    `notebook` is its path, `cell` the number of the cell in the source (counted from 1, Markdown included;
    0 where no cell had begun), `heading` the heading above it, `lines` the end of the error, `copy` the
    half-run copy, if one was kept. Then the message names the kind of error alone, since an error that was not
    made for people may quote a record.
    """

    def __init__(
        self, notebook: Path, cell: int, heading: str, lines: str, kept: Path | None = None, kind: str = ""
    ) -> None:
        self.notebook, self.cell, self.heading, self.lines, self.copy = notebook, cell, heading, lines, kept
        where = f"{notebook.name}, cell {cell}" if cell else notebook.name
        location = f" (under '{heading}')" if heading else ""
        if kept and not lines.startswith(ENDED):
            kind = kind or lines.rstrip().splitlines()[-1].partition(":")[0][:80]
            lines = f"{kind}. The half-run copy says where: {os.path.relpath(kept)}"
        super().__init__(f"{where}{location} failed: {lines.removeprefix(ENDED)}")


class NotebooksFailed(Refused):
    """Some of several notebooks failed; `failures` holds every one, in the order of the notebooks."""

    def __init__(self, failures: Sequence[Exception]) -> None:
        self.failures = list(failures)
        plural = "notebook" if len(self.failures) == 1 else "notebooks"
        super().__init__("\n\n".join([f"{len(self.failures)} {plural} failed.", *map(str, self.failures)]))


def run(
    notebook: Path,
    out: Path,
    parameters: Mapping[str, Any],
    cwd: Path | None = None,
    *,
    failed: Path | None = None,
    limit: float = 3600.0,
    answers: Path | None = None,
) -> float:
    """Execute one notebook in a process of its own and write the stripped copy to `out`, whole or not at all.
    Gives the seconds that its cells took.

    `parameters` must fit the tagged cell (`BadParameters`). `cwd` is the kernel's working folder, the present
    one if None. `failed` is the folder for the copy of a run that stopped. `limit` is in seconds.
    `answers` is a folder in which notebooks leave answers to questions for each other (`searches.cache`).
    Raises `NotebookFailed`; what was at `out` before is then still there.
    """
    check(notebook, parameters)
    with processes.scratch() as folder:
        draft = folder / "draft.ipynb"
        said = _separately(notebook, draft, parameters, cwd, limit, answers)
        if said is not None:
            cell, heading, lines, kind = _stopped(draft)
            if os.strerror(errno.ENOSPC) in lines + said:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            raise NotebookFailed(notebook, cell, heading, lines or said, _keep(draft, notebook, failed), kind)
        whole = read(draft)
        taken = sum(cell.metadata.get("papermill", {}).get("duration") or 0.0 for cell in whole.cells)
        try:
            executed = strip(whole)
        except UnstableOutput as error:
            raise NotebookFailed(notebook, 0, "", str(error), _keep(draft, notebook, failed)) from error
        write(executed, out)
    return float(taken)


def run_all(
    notebooks: Sequence[Path],
    out_folder: Path,
    parameters: Mapping[str, Any],
    *,
    cwd: Path | None = None,
    failed: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Execute several notebooks that do not need each other's output, `AT_ONCE` at a time, into `out_folder`.

    `progress` is called with one line per notebook as it ends (standard error if None). Every notebook is
    tried; raises `NotebooksFailed` with all failures at the end, and OSError at once where the disk is full.
    Parameters are checked before anything runs.
    """
    prepare()
    for notebook in notebooks:
        check(notebook, parameters)
    if failed is not None:  # copies of earlier failures would be mistaken for failures of this run
        for notebook in notebooks:
            (failed / notebook.name).unlink(missing_ok=True)
    failures: dict[str, Exception] = {}
    with (
        processes.scratch() as answers,
        ThreadPoolExecutor(max_workers=AT_ONCE) as pool,
        _bar(len(notebooks)) as bar,
    ):
        tell = progress or (lambda line: bar.write(line, file=sys.stderr))
        tasks = {
            pool.submit(_timed, path, out_folder / path.name, parameters, cwd, failed, answers): path
            # Those with most cells first, so that the last to end leaves no processor idle for long.
            for path in sorted(notebooks, key=lambda nb: -sum(c.cell_type == "code" for c in read(nb).cells))
        }
        try:
            for done, task in enumerate(as_completed(tasks), start=1):
                name = tasks[task].name
                bar.update()
                how = _ended(task, name, failures)
                if isinstance(failures.get(name), OSError):  # a full disk would end the others too
                    raise failures[name]
                tell(f"[{done}/{len(notebooks)}] {name}: {how}")
        except BaseException:  # Ctrl-C above all: nothing that was started is waited for
            pool.shutdown(wait=False, cancel_futures=True)
            processes.end_all()
            raise
    if failures:
        raise NotebooksFailed([failures[path.name] for path in notebooks if path.name in failures])


def _timed(
    notebook: Path,
    out: Path,
    parameters: Mapping[str, Any],
    cwd: Path | None,
    failed: Path | None,
    answers: Path,
) -> float:
    began = time.monotonic()
    run(notebook, out, parameters, cwd, failed=failed, answers=answers)
    return time.monotonic() - began


def _ended(task: Future[float], name: str, failures: dict[str, Exception]) -> str:
    try:
        return f"done in {task.result():.0f} seconds"
    except Exception as error:
        failures[name] = error
        return "FAILED"


def _bar(total: int) -> Any:
    """A progress bar on a terminal; elsewhere nothing, so that a log holds one line per notebook."""
    return tqdm(total=total, unit="notebook", file=sys.stderr, disable=None, leave=False)


def _separately(
    notebook: Path,
    draft: Path,
    parameters: Mapping[str, Any],
    cwd: Path | None,
    limit: float,
    answers: Path | None,
) -> str | None:
    """Run papermill in another process; None if it went well, else the last lines that it said."""
    folder = str(cwd) if cwd else None
    order = {"notebook": str(notebook), "draft": str(draft), "parameters": dict(parameters), "cwd": folder}
    env = _environment(draft.parent) | ({SHARED: str(answers), THREADS: _THREADS} if answers else {})
    command = (
        forked.command(env, "notebook")
        if forked.IS_SAFE
        else [sys.executable, "-m", "analysis.notebooks.ordered"]
    )
    status, said = processes.run(command, json.dumps(order).encode() + b"\n", limit, env)
    if status is None:
        return f"It was stopped after {limit:,.0f} seconds."
    return None if status == 0 else _tail(said, 1) or f"It ended with code {status}."


def prepare() -> None:
    """Begin to import what notebooks need, where that is done once for all, while something else is done."""
    if forked.IS_SAFE:
        forked.start(_settings())


def _settings() -> dict[str, str]:
    """What notebooks start with: no settings of the person who runs them, no randomness."""
    package = str(Path(__file__).resolve().parents[2])
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH", "")])),
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "SOURCE_DATE_EPOCH": "0",  # the date that matplotlib writes into SVG and PDF
        "TZ": "UTC",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a debugger's warning about frozen modules
    }


def _environment(folder: Path) -> dict[str, str]:
    """What a kernel starts with: these settings, this interpreter, and folders of its own."""
    kernel = folder / "jupyter" / "kernels" / "python3" / "kernel.json"
    settings = folder / "ipython" / "profile_default" / "ipython_kernel_config.py"
    # 40 is 'error': ipykernel 7 prints a warning about TCP on every start
    files.write(settings, "c.IPKernelApp.log_level = 40\nc.HistoryManager.enabled = False\n")
    env = _settings() | {
        "JUPYTER_PATH": str(folder / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(_made(folder / "temporary"))),
    }
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    if forked.IS_SAFE:
        argv = forked.command(env, "kernel", "-f", "{connection_file}")
    files.write(kernel, json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"}))
    return env


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _stopped(draft: Path) -> tuple[int, str, str, str]:
    """Where a half-run copy stopped: cell number in the source, the heading above, the error's end and its kind."""
    if not draft.is_file():
        return 0, "", "", ""
    number, heading = 0, ""
    for cell in read(draft).cells:
        if {INJECTED, ERROR_MARK} & set(tags(cell)):
            continue
        number, heading = number + 1, last_heading(cell, heading)
        errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
        if errors or cell.metadata.get("papermill", {}).get("status") in ("failed", "running"):
            end = (_tail("\n".join(errors[0].traceback)), str(errors[0].ename)) if errors else ("", "")
            return number, heading, *end
    return 0, "", "", ""


def _tail(text: str, lines: int = 12) -> str:
    """The last lines of an error, without terminal colors."""
    return "\n".join(re.sub(r"\x1b\[[0-9;]*m", "", text).rstrip().splitlines()[-lines:])


def _keep(draft: Path, notebook: Path, failed: Path | None) -> Path | None:
    if failed is None or not draft.is_file():
        return None
    kept, half_run = failed / notebook.name, read(draft)
    for cell in half_run.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                _without_words(output)
    write(half_run, kept)
    return kept


_OF_CODE = re.compile(
    r"-{3,}|Cell In|File |Traceback|\s*(-+>)?\s*\d+(\s|$)|\s*$|During handling|The above exception"
)


def _without_words(error: NotebookNode) -> None:
    """Leave of an error's message known words alone, unless it was made for people: it may quote a record."""
    if any(line.startswith(ENDED) for line in error.traceback):
        return
    from analysis import privacy  # heavy, and needed where something failed alone

    lines = _tail("\n".join(error.traceback), 10_000).splitlines()
    begins = f"{error.ename}: "
    error.traceback = [
        line
        if _OF_CODE.match(line)
        else (begins if line.startswith(begins) else "") + privacy.said_by(line.removeprefix(begins))
        for line in lines
    ]
    error.evalue = privacy.said_by(error.evalue)
