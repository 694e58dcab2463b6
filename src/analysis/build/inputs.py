"""Lists what each step of `make` depends on, each input with a checksum."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from analysis.build import dataset, stamps
from analysis.places import LEARNED, Place, ReleasedFile
from analysis.searches import sightings

Inputs = dict[str, str]
"""Checksums by the name of an input: a file's path in the repository, or what it is."""

_LIBRARY = Path(__file__).parents[1]
PART = "part "
"""How the names of those steps begin that make a part."""

_CODE, _ADDRESS = "src/analysis", "SITE_ADDRESS"
_PAGES = ("source.toml", LEARNED, "README.md")
_TYPED = ("reasons", "agencies.csv", "agency_words.toml", "everyday_words.toml", "common_names.csv")
"""What of data/hand a part is made with: the rules, what is known of agencies, and the words that are not masked."""


class Part(NamedTuple):
    """A released file, the name of its part in the dataset, and what the part depends on."""

    file: ReleasedFile
    part: str
    inputs: Inputs

    @property
    def name(self) -> str:
        """The step's name in stamps.json."""
        return PART + self.part

    @property
    def making(self) -> str:
        """The folder in which the part is made: the same for equal inputs."""
        return "making/" + digest(json.dumps(self.inputs, sort_keys=True))[:16]


def parts(place: Place) -> list[Part]:
    """The parts of a place's dataset, in the order of source.toml.

    A part depends on its file and the file's entry, on the place's time zone and rule for the same search, on what
    is typed by hand about reasons, agencies and names, and on the code that reads, types and classifies.
    """
    names = dataset.part_names(file.name for file in place.files)
    owners = (file.camera_owner for file in place.logs)
    typed = [path for name in _TYPED for path in _files(place.hand / name)]
    shared = {
        "time zone": place.time_zone,
        "same search": sightings.method_for(owners, place.same_search),
        "pyarrow": version("pyarrow"),
        _CODE: _code(("build.parts",)),
        **_checksums(place.root, typed),
        **_checksums(place.root, (place.raw / "reference").glob("*agencies*.csv")),
    }
    return [
        Part(
            file,
            names[file.name],
            {f"the file, {file.copy}": file.sha256, "its entry in source.toml": _entry(file), **shared},
        )
        for file in place.files
    ]


def _entry(file: ReleasedFile) -> str:
    said = sorted(
        (key, repr(value)) for key, value in file.fields().items() if key not in ("url", "bytes", "masked")
    )
    return digest(repr(said))


def notebook(place: Place, path: Path, reads_pages_of: Sequence[str] = ()) -> Inputs:
    """What a notebook depends on: its source, the modules that it imports and those that they import, the place's
    dataset, lists and claims, what is typed by hand, and the pages of other notebooks that it reads."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    imported = sorted({name for source in sources for name in _imported(source)})
    pages = [place.processed / "pages" / name / "page.json" for name in reads_pages_of]
    return {
        _CODE: _code(("", "notebooks.run", "pages", *imported)),
        **tables(place),
        **_checksums(place.root, [path, place.root / "requirements.lock", *_described(place), *pages]),
    }


def tables(place: Place) -> Inputs:
    """The parts of a place and the tables made from them, as they were when they were put in place."""
    steps = stamps.of(place).steps()
    return {
        **{
            f"{table} of {name}": checksum
            for name, said in steps.items()
            if name.startswith(PART)
            for table, checksum in said["sha256"].items()
        },
        **_checksums(place.root, [place.processed / "files.csv", place.processed / "ledger.csv"]),
    }


def _sizes(place: Place) -> Inputs:
    """The files of a place's dataset that are there, with their sizes."""
    built = [path for table in dataset.TABLES for path in _files(dataset.folder(place, table))]
    return {f"{path.relative_to(place.root)}, bytes": str(path.stat().st_size) for path in built}


def results(place: Place) -> Inputs:
    """What the results of a place, as it is read (`sources.located`), depend on, and the results themselves."""
    top = place.root
    folders = (top / "notebooks", place.results, place.processed / "planted")
    return {
        _CODE: _everything(),
        **tables(place),
        **_sizes(place),
        **{f"{file.name}, {file.copy}": file.sha256 for file in place.files},
        **_checksums(top, [path for folder in folders for path in _files(folder)]),
        **_checksums(top, [top / "requirements.lock", *_described(place)]),
    }


def site(top: Path) -> Inputs:
    """What the site is made from, and the site itself."""
    described = [p for p in (top / "data" / "raw").glob("*/*.*") if p.name in _PAGES]
    folders = (top / "results", top / "claims", top / "data" / "hand")
    processed = top / "data" / "processed"
    parts = (path for table in dataset.TABLES for path in processed.glob(f"*/{table}/*.parquet"))
    read = [*described, top / "requirements.lock", *(path for folder in folders for path in _files(folder))]
    return {
        _CODE: _everything(),
        _ADDRESS: os.environ.get(_ADDRESS, ""),
        "site": of_folder(top / "site"),
        **{f"{path.relative_to(top)}, bytes": str(path.stat().st_size) for path in parts},
        **_checksums(top, [*read, *(top / "docs").glob("*.md")]),
    }


def rows(place: Place) -> Inputs:
    """What the lists of a place's rows are made from."""
    read = [place.root / "requirements.lock", *_described(place)]
    return {_CODE: _everything(), **tables(place), **_sizes(place), **_checksums(place.root, read)}


def pages(place: Place) -> Inputs:
    """What a place's pages of the site are made from, beside its `rows`."""
    return {_ADDRESS: os.environ.get(_ADDRESS, ""), **_checksums(place.root, _files(place.results))}


def article(path: Path) -> Inputs:
    """What the inside of an executed notebook's page is made from: the notebook, and the pictures that it names."""
    text, top = path.read_text(encoding="utf-8"), path.parents[2]
    named = [found for found in _files(path.parent / "figures") if found.name in text]
    return {_CODE: _everything(), **_checksums(top, [path, *named, top / "requirements.lock"])}


def of_folder(folder: Path) -> str:
    """A checksum of the files below a folder, with their names; the same for a folder that is empty and for none. PDFs
    are left out: they are printed from the pages."""
    found = (path for path in _files(folder) if path.suffix != ".pdf")
    return digest("".join(f"{path.relative_to(folder)} {of_file(path)}\n" for path in found))


def _described(place: Place) -> list[Path]:
    """What people typed about a place, its claims and its reasons, and what was learned of its files."""
    claims = [place.root / "claims" / f"{name}.toml" for name in place.claims]
    said = [place.raw / "source.toml", place.raw / LEARNED]
    return [*claims, *said, *_files(place.hand), *_files(place.raw / "reference")]


# Code -------------------------------------------------------------------------------------------------------


@cache
def _code(modules: tuple[str, ...]) -> str:
    """A checksum of modules of this library, of those that they import, and of the data beside them."""
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += _imports_of(module)
    return _of_all({file for module in found for file in _files_of(module)})


@cache
def _everything() -> str:
    return _of_all(_files(_LIBRARY))


@cache
def _imports_of(module: str) -> tuple[str, ...]:
    path = _path(module)
    return tuple(_imported(path.read_text(encoding="utf-8"))) if path else ()


_FROM = re.compile(
    r"^[ \t]*from[ ]+analysis(?P<inside>[\w.]*)[ ]+import[ ]+(?P<names>\([^)]*\)|[^(\n]*)"
    r"|^[ \t]*import[ ]+analysis\.(?P<whole>[\w.]+)",
    re.MULTILINE,
)
"""A statement that imports from the library. Python's own parser takes a second for all modules, ten times as long."""


def _imported(source: str) -> Iterator[str]:
    """The library's modules that a source imports, at its top or further down."""
    for found in _FROM.finditer(source):
        inside = (found["inside"] or "").lstrip(".")
        said = re.findall(r"(?:^|,)\s*(\w+)", re.sub(r"#.*", "", found["names"] or "").strip("()"))
        names = (
            [found["whole"]]
            if found["whole"]
            else [inside, *(f"{inside}.{name}".lstrip(".") for name in said)]
        )
        yield from (name for name in names if name and _path(name))


def _path(module: str) -> Path | None:
    """The source of a module of the library, or None where there is none of that name."""
    stem = _LIBRARY.joinpath(*filter(None, module.split(".")))
    return next((p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.is_file()), None)


def _files_of(module: str) -> list[Path]:
    """A module's source, and the data beside it."""
    path = _path(module)
    assert path is not None
    return [path, *(p for p in path.parent.iterdir() if p.is_file() and p.suffix not in (".py", ".pyc"))]


# Checksums --------------------------------------------------------------------------------------------------


def _files(path: Path) -> list[Path]:
    """The file at a path, or the files below it."""
    found = [path] if path.is_file() else path.rglob("*")
    return sorted(entry for entry in found if entry.is_file() and "__pycache__" not in entry.parts)


def _checksums(top: Path, paths: Iterable[Path]) -> Inputs:
    """A checksum for each file, by its path below `top`; "missing" where it is not there."""
    return {
        path.relative_to(top).as_posix() if path.is_relative_to(top) else path.name: of_file(path)
        or "missing"
        for path in paths
    }


def _of_all(paths: Iterable[Path]) -> str:
    return digest("".join(f"{path.relative_to(_LIBRARY)} {of_file(path)}\n" for path in sorted(paths)))


def of_file(path: Path) -> str:
    """A checksum of a file; blank where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def digest(text: str) -> str:
    """A checksum of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
