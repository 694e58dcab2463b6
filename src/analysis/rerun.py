"""Executes a notebook strictly and strips what differs between identical runs."""

from __future__ import annotations

import ast
import copy
import errno
import json
import math
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Notebooks hold no web identifiers to be checked; building that grammar would take over a second in each process.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import nbformat  # noqa: E402
from nbformat import NotebookNode  # noqa: E402
from tqdm import tqdm  # noqa: E402

from analysis import places, processes  # noqa: E402
from analysis.refused import ENDED, Refused  # noqa: E402

if TYPE_CHECKING:
    import pandas as pd

INJECTED = "injected-parameters"  # papermill's own tag for the cell that holds what a run was given
_MARKER = "papermill-error-cell-tag"  # and for the cells that it adds above an error


class BadParameters(Refused):
    """A run was given what the notebook does not take; names the notebook, the parameter and the remedy."""


class UnstableOutput(Refused):
    """An output would differ on the next run or the next machine; names the cell, the text and the remedy."""


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
        under = f" (under '{heading}')" if heading else ""
        if kept and not lines.startswith(ENDED):
            kind = kind or lines.rstrip().splitlines()[-1].partition(":")[0][:80]
            lines = f"{kind}. The half-run copy says where: {os.path.relpath(kept)}"
        super().__init__(f"{where}{under} failed: {lines.removeprefix(ENDED)}")


class NotebooksFailed(Refused):
    """Some of several notebooks failed; `failures` holds every one, in the order of the notebooks."""

    def __init__(self, failures: Sequence[Exception]) -> None:
        self.failures = list(failures)
        plural = "notebook" if len(self.failures) == 1 else "notebooks"
        super().__init__("\n\n".join([f"{len(self.failures)} {plural} failed.", *map(str, self.failures)]))


# --- Parameters -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parameter:
    """One line of a notebook's parameters cell: `kind` is the annotation, or the type of the default."""

    name: str
    default: Any
    kind: str
    comment: str


def inspect(notebook: Path) -> pd.DataFrame:
    """The parameters that a notebook takes: one row each, with `parameter`, `default`, `type` and `comment`.

    Raises `BadParameters` where no cell is tagged `parameters` or one of its values is not a literal.
    """
    import pandas as pd

    rows = [(p.name, repr(p.default), p.kind, p.comment) for p in _takes(notebook).values()]
    return pd.DataFrame(rows, columns=["parameter", "default", "type", "comment"])


def check(notebook: Path, parameters: Mapping[str, Any]) -> None:
    """Raise `BadParameters` if the notebook does not take one of these names, or not this type of value."""
    known = _takes(notebook)
    for name, value in parameters.items():
        if name not in known:
            raise BadParameters(
                f"{notebook.name} takes no parameter {name!r}; it takes: {', '.join(known) or 'none'}."
            )
        if not (_plain(value) and _fits(value, ast.parse(known[name].kind, mode="eval").body)):
            raise BadParameters(
                f"{notebook.name}: parameter {name!r} was given {value!r} ({type(value).__name__}); "
                f"it takes {known[name].kind}, such as {known[name].default!r}."
            )


def _takes(notebook: Path) -> dict[str, Parameter]:
    """What the tagged cell assigns, with the comments that papermill reads as help."""
    from papermill.translators import PythonTranslator

    cell = _settings(notebook)
    comments = {said.name: str(said.help).strip() for said in PythonTranslator.inspect(cell)}
    lines = _assignments(notebook, cell)
    return {
        name: Parameter(name, value, kind, comments.get(name, "")) for name, (value, kind) in lines.items()
    }


def _settings(notebook: Path) -> NotebookNode:
    for cell in _read(notebook).cells:
        if "parameters" in _tags(cell):
            return cell
    raise BadParameters(f"{notebook.name} has no cell tagged 'parameters'; tag the one with its settings.")


def _assignments(notebook: Path, cell: NotebookNode) -> dict[str, tuple[Any, str]]:
    """Name -> (default, type) of the tagged cell, read from its syntax and never executed."""
    found = {}
    for statement in ast.parse(cell.source).body:
        try:
            name, value, kind = _assignment(statement)
            default = ast.literal_eval(value)
        except (TypeError, ValueError):
            line = ast.unparse(statement)
            raise BadParameters(
                f"{notebook.name}, parameters cell: {line!r} is not `name = literal`; move it further down."
            ) from None
        found[name] = (default, kind or type(default).__name__.replace("NoneType", "object"))
    return found


def _assignment(statement: ast.stmt) -> tuple[str, ast.expr, str]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, value, ""
        case ast.AnnAssign(target=ast.Name(id=name), annotation=kind, value=ast.expr() as value):
            return name, value, ast.unparse(kind)
    raise TypeError("not an assignment of one name")


_KINDS: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
    "list": list,
    "dict": dict,
    "object": object,
    "Any": object,
}


def _fits(value: object, kind: ast.expr) -> bool:
    """Whether a value is of the annotated type; True is not an integer, and an integer is a float."""
    match kind:
        case ast.Constant(value=None):
            return value is None
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _fits(value, left) or _fits(value, right)
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return isinstance(value, list) and all(_fits(one, item) for one in value)
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, item])):
            return isinstance(value, dict) and all(_fits(one, item) for one in value.values())
        case ast.Name(id=name) if name in _KINDS:
            return isinstance(value, _KINDS[name]) and (
                name not in ("int", "float") or not isinstance(value, bool)
            )
    return False


def _plain(value: object) -> bool:
    """Whether a value survives JSON unchanged; papermill turns tuples, paths and dates into text."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list):
        return all(map(_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and _plain(one) for key, one in value.items())
    return value is None or isinstance(value, str | int)


# --- Running ----------------------------------------------------------------------------------------------


def run(
    notebook: Path,
    out: Path,
    parameters: Mapping[str, Any],
    cwd: Path | None = None,
    *,
    failed: Path | None = None,
    limit: float = 3600.0,
) -> None:
    """Execute one notebook in a process of its own and write the stripped copy to `out`, whole or not at all.

    `parameters` must fit the tagged cell (`BadParameters`). `cwd` is the kernel's working folder, the present
    one if None. `failed` is the folder for the copy of a run that stopped. `limit` is in seconds.
    Raises `NotebookFailed`; what stood at `out` before is then still there.
    """
    check(notebook, parameters)
    with processes.scratch() as folder:
        draft = folder / "draft.ipynb"
        said = _apart(notebook, draft, parameters, cwd, limit)
        if said is not None:
            cell, heading, lines, kind = _stopped(draft)
            if os.strerror(errno.ENOSPC) in lines + said:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            raise NotebookFailed(notebook, cell, heading, lines or said, _keep(draft, notebook, failed), kind)
        try:
            executed = strip(_read(draft))
        except UnstableOutput as error:
            raise NotebookFailed(notebook, 0, "", str(error), _keep(draft, notebook, failed)) from error
        _write(executed, out)


def run_all(
    notebooks: Sequence[Path],
    out_folder: Path,
    parameters: Mapping[str, Any],
    jobs: int = 2,
    *,
    cwd: Path | None = None,
    failed: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Execute several notebooks that do not need each other's output, `jobs` at a time, into `out_folder`.

    `progress` is called with one line per notebook as it ends (standard error if None). Every notebook is
    tried; raises `NotebooksFailed` with all failures at the end, and OSError at once where the disk is full.
    Parameters are checked before anything runs.
    """
    for notebook in notebooks:
        check(notebook, parameters)
    if failed is not None:
        _forget(failed, notebooks)
    failures: dict[str, Exception] = {}
    with ThreadPoolExecutor(max_workers=jobs) as pool, _bar(len(notebooks)) as bar:
        tell = progress or (lambda line: bar.write(line, file=sys.stderr))
        tasks = {
            pool.submit(_timed, path, out_folder / path.name, parameters, cwd, failed): path
            for path in notebooks
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
    notebook: Path, out: Path, parameters: Mapping[str, Any], cwd: Path | None, failed: Path | None
) -> float:
    began = time.monotonic()
    run(notebook, out, parameters, cwd, failed=failed)
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


def _apart(
    notebook: Path, draft: Path, parameters: Mapping[str, Any], cwd: Path | None, limit: float
) -> str | None:
    """Run papermill in another process; None if it went well, else the last lines that it said."""
    folder = str(cwd) if cwd else None
    order = {"notebook": str(notebook), "draft": str(draft), "parameters": dict(parameters), "cwd": folder}
    command = [sys.executable, "-m", "analysis.rerun"]
    status, said = processes.run(
        command, json.dumps(order).encode() + b"\n", limit, _environment(draft.parent)
    )
    if status is None:
        return f"It was stopped after {limit:,.0f} seconds."
    return None if status == 0 else _tail(said, 1) or f"It ended with code {status}."


def _environment(folder: Path) -> dict[str, str]:
    """What a kernel starts with: this interpreter, no settings of the person who runs it, no randomness."""
    kernel = folder / "jupyter" / "kernels" / "python3" / "kernel.json"
    settings = folder / "ipython" / "profile_default" / "ipython_kernel_config.py"
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    _put(kernel, json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"}))
    # 40 is 'error': ipykernel 7 prints a warning about TCP on every start
    _put(settings, "c.IPKernelApp.log_level = 40\nc.HistoryManager.enabled = False\n")
    package = str(Path(__file__).resolve().parents[1])
    return os.environ | {
        "JUPYTER_PATH": str(folder / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
        "PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH", "")])),
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "SOURCE_DATE_EPOCH": "0",  # the date that matplotlib writes into SVG and PDF
        "TZ": "UTC",
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(_made(folder / "temporary"))),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a debugger's warning about frozen modules
    }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _execute(order: Mapping[str, Any]) -> None:
    """In the process of one run: execute the notebook as it is, with what `check` has let through."""
    from papermill import execute_notebook

    execute_notebook(
        _read(Path(order["notebook"])),
        order["draft"],
        parameters=order["parameters"],
        kernel_name="python3",
        language="python",
        progress_bar=False,
        log_output=False,
        cwd=order["cwd"],
        record_timing=False,
    )


def _stopped(draft: Path) -> tuple[int, str, str, str]:
    """Where a half-run copy stopped: cell number in the source, the heading above, the error's end and its kind."""
    if not draft.is_file():
        return 0, "", "", ""
    number, heading = 0, ""
    for cell in _read(draft).cells:
        if {INJECTED, _MARKER} & set(_tags(cell)):
            continue
        number, heading = number + 1, _last_heading(cell, heading)
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
    kept, half_run = failed / notebook.name, _read(draft)
    for cell in half_run.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                _without_words(output)
    _write(half_run, kept)
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


def _forget(failed: Path, notebooks: Sequence[Path]) -> None:
    """Copies of earlier failures would be mistaken for failures of this run."""
    for notebook in notebooks:
        (failed / notebook.name).unlink(missing_ok=True)


def _write(nb: NotebookNode, out: Path) -> None:
    """Write beside the target and rename, so that a killed run leaves the old file or the new one."""
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        text = nbformat.writes(nb, version=4)
        beside.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        os.replace(beside, out)
    finally:
        beside.unlink(missing_ok=True)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _read(notebook: Path) -> NotebookNode:
    return nbformat.read(notebook, as_version=4)


# --- Stripping --------------------------------------------------------------------------------------------

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
    nb.cells = [cell for cell in nb.cells if _MARKER not in _tags(cell)]
    nb.metadata = NotebookNode(copy.deepcopy(_METADATA))
    top, count = root or places.root(), 0
    for number, (heading, cell) in enumerate(_under_headings(nb), start=1):
        _strip_cell(cell)
        if cell.cell_type == "code":
            count += bool(cell.source.strip())
            where = f"cell {number}" + (f" (under '{heading}')" if heading else "")
            _strip_outputs(cell, count, top, where)
    return nb


def _strip_cell(cell: NotebookNode) -> None:
    if INJECTED in _tags(cell):
        cell.id = INJECTED  # papermill draws a new id on every run
    kept = {"tags": _tags(cell)} if _tags(cell) else {}
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
            f"{where} shows the path {found[0]!r} of this machine, perhaps in a warning; mend what prints it."
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


# --- What a notebook in the repository must look like -----------------------------------------------------

LONGEST_CELL = 15
CLOSING = "What this does not show"
_TABLE_WORDS = ("Reads", "Writes", "Checks", "Takes")
# digits that are names, dates or places in the text, not results
_NOT_RESULTS = re.compile(
    "|".join(
        (
            r"```.*?```|`[^`]*`",  # code
            r"\]\([^)]*\)|<https?://[^>]*>|https?://\S+",  # addresses
            r"<!--.*?-->",
            r"^\s{0,8}\d{1,2}[.)]\s",  # numbered lists
            r"\b\d{1,2}(?:st|nd|rd|th)? (?:January|February|March|April|May|June|July|August|September"
            r"|October|November|December)\b",
            r"\b(?:1[89]|20)\d\d(?:[-–](?:(?:1[89]|20)?\d\d))?\b",  # years and spans of years
            r"\b(?:[Ff]igures?|[Tt]ables?|[Nn]otebooks?|[Ss]ections?|[Ss]teps?) \d+(?:(?:,| and|–|-) ?\d+)*",
            r"\b\d+ (?:U\.?S\.?C\.?|C\.?F\.?R\.?)(?: ?§* ?\d[\w.()]*)?|§+ ?\d[\w.()]*",  # statutes
            r"\b287\(g\)|\bThe 74\b|\b[IG]-\d{2,3}\b|\b(?:UTF|SHA|ISO)-?\d+\b|\b24/7\b",  # names
        )
    ),
    re.MULTILINE | re.DOTALL,
)
_BANNED = {
    r"^\s*[%!]|get_ipython\(|os\.system\(|\bsubprocess\b": "uses the shell or a notebook command",
    r"\bsys\.path\b": "changes sys.path; the package is installed, import it",
    r"\b(?:filterwarnings|simplefilter)\(": "silences warnings; mend what warns",
}


def is_clean(notebook: Path) -> list[str]:
    """What is wrong with a notebook of the repository, one sentence each; an empty list if nothing is.

    The rules are those of the house: a question, a table of what goes in and out, one cell of parameters,
    short cells, no functions, no stored outputs, numbers from code only, limits and the ledger at the end.
    """
    nb = _read(notebook)
    problems = [*_shape(nb), *_metadata_problems(nb), *_balance(nb)]
    for number, cell in enumerate(nb.cells, start=1):
        found = _code_problems(cell) if cell.cell_type == "code" else _prose_problems(cell)
        problems += [f"cell {number}: {problem}" for problem in found]
    return [f"{notebook.name}: {problem}" for problem in problems]


def _shape(nb: NotebookNode) -> Iterator[str]:
    cells = nb.cells
    first = cells[0].source.strip().splitlines() if cells and cells[0].cell_type == "markdown" else []
    if not first or not re.fullmatch(r"# .+\?", first[0].strip()):
        yield "the first cell does not begin with a question ('# …?')"
    text = _prose(nb)
    if missing := [word for word in _TABLE_WORDS if not re.search(rf"\|\s*\**{word}\**\s*\|", text)]:
        yield f"the table Reads / Writes / Checks / Takes has no {', '.join(missing)}"
    tagged = sum("parameters" in _tags(cell) for cell in cells)
    if tagged != 1:
        yield f"{tagged} cells are tagged 'parameters'; one must be"
    closing = re.search(rf"^## {CLOSING}[ \t]*$(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    if not closing or not closing[1].strip():
        yield f"the section '## {CLOSING}' is missing or empty"
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    if not code or "ledger" not in code[-1]:
        yield "the last code cell does not show the ledger"


def _metadata_problems(nb: NotebookNode) -> Iterator[str]:
    if "papermill" in nb.metadata:
        yield "it holds papermill's record of a run; strip it"
    if nb.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "its kernel is not python3"
    ids = [cell.get("id") for cell in nb.cells]
    if None in ids or len(set(ids)) < len(ids):
        yield "a cell has no id of its own"


def _balance(nb: NotebookNode) -> Iterator[str]:
    code = sum(len(cell.source.split()) for cell in nb.cells if cell.cell_type == "code")
    prose = len(_prose(nb).split())
    if prose < code:
        yield f"{prose} words of prose explain {code} words of code; there must be as many"


def _code_problems(cell: NotebookNode) -> Iterator[str]:
    if cell.outputs or cell.execution_count is not None:
        yield "outputs or an execution count are stored"
    if {"papermill", "execution"} & set(cell.metadata):
        yield "it holds the record of a run"
    lines = cell.source.strip().splitlines()
    if len(lines) > LONGEST_CELL:
        yield f"{len(lines)} lines of code; at most {LONGEST_CELL}"
    for pattern, problem in _BANNED.items():
        if re.search(pattern, cell.source, re.MULTILINE):
            yield problem
    yield from _syntax_problems(cell)


def _syntax_problems(cell: NotebookNode) -> Iterator[str]:
    try:
        tree = ast.parse(cell.source)
    except SyntaxError as error:
        yield f"line {error.lineno} is not Python: {error.msg}"
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield f"defines {node.name!r}; definitions belong in the library"
    if "parameters" in _tags(cell):
        yield from (f"{ast.unparse(line)!r} is not a literal" for line in tree.body if not _is_literal(line))


def _is_literal(statement: ast.stmt) -> bool:
    try:
        ast.literal_eval(_assignment(statement)[1])
    except (TypeError, ValueError):
        return False
    return True


def _prose_problems(cell: NotebookNode) -> Iterator[str]:
    lines = [line for line in cell.source.splitlines() if not re.match(r"#+ \d+", line)]
    for found in re.finditer(r"\S*\d\S*", _NOT_RESULTS.sub(" ", "\n".join(lines))):
        yield f"{found[0]!r} is typed in the prose; numbers come from code"


def _prose(nb: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _last_heading(cell: NotebookNode, before: str) -> str:
    """The last heading in a Markdown cell, or the one that held before it."""
    found = (
        re.findall(r"^#{1,6} +(.+?)\s*$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else []
    )
    return found[-1] if found else before


def _under_headings(nb: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    heading = ""
    for cell in nb.cells:
        heading = _last_heading(cell, heading)
        yield heading, cell


if __name__ == "__main__":
    order = json.loads(sys.stdin.buffer.readline())
    processes.end_with_parent()
    _execute(order)
