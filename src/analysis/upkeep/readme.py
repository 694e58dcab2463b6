"""Writes the computed parts of pages: the score, the list of modules, and the letters that ask for logs."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Sequence
from pathlib import Path

from analysis import claims, field, files, letter, pages, places

ORDER = (
    "refused", "wording", "paths", "toml", "files", "processes", "places", "readers", "vendors",
    "reasons", "agencies", "privacy", "repeats", "searches", "build", "intake",
    "measures", "opened", "masked", "citation", "figures", "printed", "claims", "coding", "pages", "notebooks",
    "rows", "field", "comparison", "tips", "site", "letter", "upkeep", "pipeline", "lookup", "arguments", "verbs",
)  # fmt: skip
"""The library in data-flow order; a test holds every import to it."""

LIBRARY = Path(__file__).parents[1]

PAGES = ("README.md", "src/analysis/README.md")
"""The pages that hold computed parts, between marks such as `<!-- score -->` and `<!-- /score -->`."""


def write(top: Path) -> list[Path]:
    """Bring the computed parts of every page, and the library's table of contents, up to date; gives their paths."""
    paths = [top / page for page in PAGES]
    for path in paths:
        files.write(path, filled(path.read_text(encoding="utf-8"), top))
    for place in (place for place in places.tracked(top) if place.waiting):
        path = place.raw / "README.md"
        if path.is_file():
            files.write(path, with_letter(path.read_text(encoding="utf-8"), place))
            paths.append(path)
    contents = LIBRARY / "__init__.py"
    files.write(contents, with_contents(contents.read_text(encoding="utf-8")))
    paths += [contents, register := top / "results" / "field.csv"]
    files.write(register, field.csv(field.entries(top, places.tracked(top))))
    return paths


def with_contents(text: str) -> str:
    """The library's own docstring with every module and its contract, in order, for help(analysis)."""
    wide = max(map(len, ORDER)) + 2
    wrapped = (textwrap.wrap(sentence(name), 105 - wide, break_on_hyphens=False) for name in ORDER)
    listed = "\n".join(
        f"{name:{wide}}{lines[0]}" + "".join(f"\n{'':{wide}}{line}" for line in lines[1:])
        for name, lines in zip(ORDER, wrapped)
    )
    before, _, rest = text.partition(_BEFORE)
    return f"{before}{_BEFORE}{listed}{_AFTER}{rest.partition(_AFTER)[2]}"


_BEFORE, _AFTER = "Each module imports only what stands before it.\n\n", "\n\nA notebook needs"


def filled(text: str, top: Path) -> str:
    """A page's text with its computed parts as they should read today."""
    score = "\n".join(score_lines(places.tracked(top)))
    modules = "\n".join(f"| `{name}` | {sentence(name)} |" for name in ORDER)
    parts = {"score": f"\n```\n{score}\n```\n", "modules": f"\n| module | contract |\n|---|---|\n{modules}\n"}
    for name, part in parts.items():
        text = _between(text, name, part)
    return text


def with_letter(text: str, place: places.Place) -> str:
    """A waiting place's README with the request letter as `letter.write` has it today."""
    owners = {record.camera_owner for record in place.waiting}
    wanted = place.waiting[0]
    owner = owners.pop() if len(owners) == 1 else ""
    written = letter.write(place.state, owner, wanted.first, wanted.last)
    return _between(text, "request", f"\n```text\n{written.text}\n```\n")


def _between(text: str, name: str, part: str) -> str:
    """A page with what is between its two marks of a name replaced; as it was, where it has none."""
    before, mark, rest = text.partition(f"<!-- {name} -->")
    end = f"<!-- /{name} -->"
    return f"{before}{mark}\n{part}\n{end}{rest.partition(end)[2]}" if mark else text


def score_lines(found: Sequence[places.Place]) -> list[str]:
    """The score: a line for each place with published results, and one for those that wait."""
    ready = [place for place in found if (place.results / "claims.csv").is_file()]
    lines = [claims.score(place, pages.open_claims(place).to_dict("records")) for place in ready]
    waits = [place for place in found if place not in ready]
    return [*lines, claims.all_waiting(waits)] if waits else lines


def sentence(module: str) -> str:
    """A module's contract: the first sentence of its own docstring."""
    said = ast.get_docstring(ast.parse(source(module).read_text(encoding="utf-8"))) or ""
    return said.split("\n\n")[0].replace("\n", " ")


def source(module: str) -> Path:
    """The file that holds a module's docstring."""
    path = LIBRARY / f"{module}.py"
    return path if path.is_file() else LIBRARY / module / "__init__.py"
