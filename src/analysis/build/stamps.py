"""Says what would come out otherwise than last time, from checksums alone: a place, one notebook, the site."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from analysis import files
from analysis.places import Place

_LIBRARY = Path(__file__).parents[1]
_EVERY_PAGE = ("notebooks.run", "pages")  # what runs a notebook and keeps what it shows
_TABLES = ("searches.parquet", "rejected.parquet", "files.csv", "ledger.csv")


# A whole place ----------------------------------------------------------------------------------------------


def inputs(place: Place) -> str:
    """A checksum of all that a place's results depend on, and of the results themselves."""
    top = place.root
    parts = (_LIBRARY, top / "notebooks", top / "claims", place.hand, place.raw / "reference", place.results)
    files = [path for part in (*parts, place.processed / "planted") for path in _files(part)]
    described = [place.raw / "source.toml", place.processed / "built.json"]
    sizes = [(name, _size(place.processed / name)) for name in _TABLES]
    return _checksum([*files, *described], top, str(sizes))


def remembered(place: Place) -> dict[str, Any]:
    """What was written down after the last whole run: `inputs`, `score` and `notebooks`; empty before any."""
    path = place.processed / "ran.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def remember(place: Place, **said: Any) -> None:
    """Write down what `remembered` gives, beside what is there."""
    path = place.processed / "ran.json"
    files.write(path, json.dumps({**remembered(place), **said}, indent=1, sort_keys=True))


# Notebooks --------------------------------------------------------------------------------------------------


def marks(place: Place, notebooks: Sequence[Path]) -> dict[str, str]:
    """For each notebook a checksum of all that it depends on, by name.

    That is its own source, the modules that it imports and those that they import, the place's tables, lists and
    claims, and what is typed by hand. The last notebook also depends on what the others showed (`after`).
    """
    return {path.stem: _mark(place, path) for path in notebooks}


def after(place: Place, mark: str, others: Iterable[str]) -> str:
    """The mark of a notebook that reads what other notebooks of the place wrote down."""
    pages = [place.processed / "pages" / name / "page.json" for name in others]
    return _checksum(pages, place.root, mark)


def _mark(place: Place, notebook: Path) -> str:
    top = place.root
    claims = [top / "claims" / f"{name}.toml" for name in place.claims]
    tables = json.loads((place.processed / "built.json").read_text(encoding="utf-8"))["tables"]
    typed = [*_files(place.hand), *_files(place.raw / "reference"), place.raw / "source.toml"]
    code = sorted({file for module in _modules(notebook) for file in _files_of(module)})
    return _checksum([notebook, *claims, *typed, *code, top / "requirements.lock"], top, str(tables))


def _modules(notebook: Path) -> list[str]:
    """The library's modules that a notebook needs, as `measures.logs`, itself or through others."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    waiting = ["", *_EVERY_PAGE, *(name for source in sources for name in _imported(source))]
    found: dict[str, None] = {}
    while waiting:
        module = waiting.pop()
        if module not in found:
            found[module] = None
            waiting += _imports_of(module)
    return list(found)


@cache
def _imports_of(module: str) -> tuple[str, ...]:
    path = _path(module)
    return tuple(_imported(path.read_text(encoding="utf-8"))) if path else ()


def _imported(source: str) -> Iterator[str]:
    """The library's modules that a source names in an import, wherever it stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "analysis":
            inside = (node.module or "").removeprefix("analysis").lstrip(".")
            names = [f"{inside}.{alias.name}".lstrip(".") for alias in node.names]
            yield from (name for name in (inside, *names) if name and _path(name))
        elif isinstance(node, ast.Import):
            names = [alias.name.removeprefix("analysis.") for alias in node.names]
            yield from (name for name in names if _path(name))


def _path(module: str) -> Path | None:
    """The source of a module of the library, or None where there is none of that name."""
    stem = _LIBRARY.joinpath(*filter(None, module.split(".")))
    return next((p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.is_file()), None)


def _files_of(module: str) -> list[Path]:
    """A module's source; of a package also the data beside its sources."""
    path = _path(module)
    assert path is not None
    beside = path.parent.iterdir()
    return [path, *(p for p in beside if p.is_file() and p.suffix not in (".py", ".pyc"))]


# The site ---------------------------------------------------------------------------------------------------


def site(top: Path) -> str:
    """A checksum of all that the site is made from, and of the names and sizes of its files."""
    told = sorted((top / "data" / "raw").glob("*/*.*"))
    small = [path for path in told if path.name in ("source.toml", "README.md")]
    parts = (_LIBRARY, top / "results", top / "claims", top / "data" / "hand")
    files = [path for part in parts for path in _files(part)]
    sizes = [(str(path.relative_to(top)), _size(path)) for path in _files(top / "site")]
    return _checksum([*files, *small], top, str(sizes))


# Checksums --------------------------------------------------------------------------------------------------


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sorted(found)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def _checksum(paths: Iterable[Path], top: Path, more: str = "") -> str:
    digest = hashlib.sha256(more.encode())
    for path in paths:
        name = path.relative_to(top) if path.is_relative_to(top) else path.name
        digest.update(f"\0{name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"-")
    return digest.hexdigest()
