"""Says what is wrong with a notebook of this repository: its shape, its prose, what its cells may hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from analysis.notebooks.cells import read, tags
from analysis.notebooks.parameters import assignment

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
    r"\b(?:filterwarnings|simplefilter)\(": "silences warnings; fix what warns",
}


def is_clean(notebook: Path) -> list[str]:
    """What is wrong with a notebook of the repository, one sentence each; an empty list if nothing is.

    The rules are those of the house: a question, a table of what goes in and out, one cell of parameters,
    short cells, no functions, no stored outputs, numbers from code only, limits and the ledger at the end.
    """
    nb = read(notebook)
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
    tagged = sum("parameters" in tags(cell) for cell in cells)
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
    if "parameters" in tags(cell):
        yield from (f"{ast.unparse(line)!r} is not a literal" for line in tree.body if not _is_literal(line))


def _is_literal(statement: ast.stmt) -> bool:
    try:
        ast.literal_eval(assignment(statement)[1])
    except (TypeError, ValueError):
        return False
    return True


def _prose_problems(cell: NotebookNode) -> Iterator[str]:
    lines = [line for line in cell.source.splitlines() if not re.match(r"#+ \d+", line)]
    for found in re.finditer(r"\S*\d\S*", _NOT_RESULTS.sub(" ", "\n".join(lines))):
        yield f"{found[0]!r} is typed in the prose; numbers come from code"


def _prose(nb: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
