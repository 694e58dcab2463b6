"""Reads what parameters a notebook takes, and refuses a run that is given others or values of another type."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode

from analysis.notebooks.cells import read, tags
from analysis.refused import Refused

if TYPE_CHECKING:
    import pandas as pd


class BadParameters(Refused):
    """A run was given what the notebook does not take; names the notebook, the parameter and the remedy."""


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
    for cell in read(notebook).cells:
        if "parameters" in tags(cell):
            return cell
    raise BadParameters(f"{notebook.name} has no cell tagged 'parameters'; tag the one with its settings.")


def _assignments(notebook: Path, cell: NotebookNode) -> dict[str, tuple[Any, str]]:
    """Name -> (default, type) of the tagged cell, read from its syntax and never executed."""
    found = {}
    for statement in ast.parse(cell.source).body:
        try:
            name, value, kind = assignment(statement)
            default = ast.literal_eval(value)
        except (TypeError, ValueError):
            line = ast.unparse(statement)
            raise BadParameters(
                f"{notebook.name}, parameters cell: {line!r} is not `name = literal`; move it further down."
            ) from None
        found[name] = (default, kind or type(default).__name__.replace("NoneType", "object"))
    return found


def assignment(statement: ast.stmt) -> tuple[str, ast.expr, str]:
    """The name, the value and the annotation ("" for none) of a line. Raises TypeError unless it assigns one name."""
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
            return isinstance(value, list) and all(_fits(element, item) for element in value)
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, item])):
            return isinstance(value, dict) and all(_fits(element, item) for element in value.values())
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
        return all(isinstance(key, str) and _plain(inner) for key, inner in value.items())
    return value is None or isinstance(value, str | int)
