"""Writes the computed parts of the pages at the top and of the library: the score, and the list of modules."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from analysis import claims, pages, places

ORDER = (
    "places", "states", "sources", "readers", "formats", "searches", "sightings", "agencies", "reasons", "ledger",
    "parts", "rowgroups", "engine", "build", "intake", "measures", "figures", "claims", "coding", "pages", "rows",
    "replica", "rerun", "report", "comparison", "letter", "verification", "benchmark", "readme",
)  # fmt: skip
"""The library in data-flow order; a test holds every import to it."""


PAGES = ("README.md", "src/analysis/README.md")
"""The pages that hold computed parts, between marks such as `<!-- score -->` and `<!-- /score -->`."""


def write(top: Path) -> list[Path]:
    """Bring the computed parts of every page up to date; gives the pages' paths."""
    paths = [top / page for page in PAGES]
    for path in paths:
        path.write_text(filled(path.read_text(encoding="utf-8"), top), encoding="utf-8")
    return paths


def filled(text: str, top: Path) -> str:
    """A page's text with its computed parts as they should read today."""
    score = "\n".join(score_lines(places.all_places(top)))
    modules = "\n".join(f"| `{name}` | {sentence(name)} |" for name in ORDER)
    parts = {"score": f"\n```\n{score}\n```\n", "modules": f"\n| module | contract |\n|---|---|\n{modules}\n"}
    for name, part in parts.items():
        if f"<!-- {name} -->" in text:
            before, _, rest = text.partition(f"<!-- {name} -->")
            _, _, after = rest.partition(f"<!-- /{name} -->")
            text = f"{before}<!-- {name} -->\n{part}\n<!-- /{name} -->{after}"
    return text


def score_lines(found: Sequence[places.Place]) -> list[str]:
    """The score: a line for each place with published results or released files, and one for those that wait."""
    waits = [place for place in found if not place.files]
    lines = [_score_line(place) for place in found if place.files]
    return [*lines, claims.all_waiting(waits)] if waits else lines


def _score_line(place: places.Place) -> str:
    if (place.results / "claims.csv").is_file():
        return claims.score(place, pages.open_claims(place).to_dict("records"))
    return claims.waiting(place, len(place.files))


def sentence(module: str) -> str:
    """A module's contract: the first sentence of its own docstring."""
    said = ast.get_docstring(ast.parse(source(module).read_text(encoding="utf-8"))) or ""
    return said.split("\n\n")[0].replace("\n", " ")


def source(module: str) -> Path:
    """The file that holds a module's docstring."""
    path = Path(__file__).with_name(f"{module}.py")
    return path if path.is_file() else Path(__file__).with_name(module) / "__init__.py"
