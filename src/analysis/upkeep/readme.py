"""Writes the computed parts of pages: finding, addresses, score, modules, and the letters that ask for logs."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

from analysis import claims, field, files, letter, pages, places, tips
from analysis.measures import numbers_in
from analysis.pages.answers import printed, story
from analysis.site import reviewed

ORDER = (
    "refused", "wording", "paths", "terminal", "toml", "files", "processes", "places", "readers", "vendors",
    "reasons", "agencies", "privacy", "repeats", "searches", "build", "intake",
    "measures", "opened", "masked", "citation", "headlines", "figures", "printed", "claims", "coding", "pages",
    "notebooks", "rows", "field", "comparison", "tips", "site", "letter", "upkeep", "pipeline", "lookup", "arguments",
    "verbs",
)  # fmt: skip
"""The library in data-flow order; a test holds every import to it."""

LIBRARY = Path(__file__).parents[1]

PAGES = ("README.md", "src/analysis/README.md")
"""The pages that hold computed parts, between marks such as `<!-- score -->` and `<!-- /score -->`."""

RESULTS_PAGE = "results/README.md"
"""The page that GitHub shows with the folder of results; all of it is computed."""

SHOWN_FIRST, SUBJECTS = "okaloosa", ("windows", "longest")
"""Whose story README.md tells first, and which of its subjects, as their measures begin."""

PICTURES = (("okaloosa", "figures/04-look-back.png"), ("texas-replica", "figures/05-per-week.png"))
"""The picture of README.md: the first of these that was drawn."""


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
    answers = top / reviewed.ANSWERS
    known = {place.name: place for place in places.tracked(top)}
    files.write(answers, reviewed.filled(answers.read_text(encoding="utf-8"), known))
    paths.append(answers)
    files.write(top / RESULTS_PAGE, results_page(top))
    paths.append(top / RESULTS_PAGE)
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


_BEFORE, _AFTER = "Each module imports only what comes before it.\n\n", "\n\nA notebook needs"


def filled(text: str, top: Path) -> str:
    """A page's text with its computed parts as they should read today."""
    score = "\n".join(score_lines(places.tracked(top)))
    modules = "\n".join(f"| `{name}` | {sentence(name)} |" for name in ORDER)
    parts = {"finding": finding(top), "addresses": addresses(top), "score": f"\n```\n{score}\n```\n"}
    parts["modules"] = f"\n| module | contract |\n|---|---|\n{modules}\n"
    for name, part in parts.items():
        text = _between(text, name, part)
    return text


def finding(top: Path) -> str:
    """What README.md shows first: a real place's story as its own page tells it, and a picture with what it shows."""
    place = places.find(SHOWN_FIRST, top)
    subjects = {name: said for name, said in printed(claims.load(place)).items() if name.startswith(SUBJECTS)}
    said = story(subjects, numbers_in("all", pages.open_numbers(place)))
    parts = [f"**{pages.plain(place.title.partition(': ')[0])}.** {said}"] if said else []
    for name, picture in PICTURES:
        alts = {one["file"]: one.get("alt", "") for one in pages.open_shown(places.find(name, top))}
        if picture in alts:
            parts.append(f"![{pages.plain(alts[picture])}](results/{name}/{picture})")
            break
    return "\n" + "\n\n".join(parts) + "\n"


def addresses(top: Path) -> str:
    """Where to read and run it in a browser, and how to copy it, by the address that CITATION.cff gives."""
    cited = (top / "CITATION.cff").read_text("utf-8")
    said = re.search(r'^repository-code: *"?(https://github\.com/([\w.-]+)/([\w-]+))', cited, re.M)
    if not said:
        return (
            "\nTo copy it, `git clone` the address of the page on which you read this, then `cd` into the copy. "
            "[A workflow](.github/workflows/pages.yml) publishes the pages of `results/` with GitHub Pages, GitHub's "
            "*Code* button opens [a container](.devcontainer/devcontainer.json) in a browser, and Binder reads "
            "[`environment.yml`](environment.yml). Links to all three are written here as soon as `CITATION.cff` says "
            "`repository-code`.\n"
        )
    address, owner, name = said.groups()
    return (
        f"\n[**Read the pages**](https://{owner.lower()}.github.io/{name}/), or open all of it in a browser: in "
        f"[GitHub Codespaces](https://codespaces.new/{owner}/{name}) or on "
        f"[Binder](https://mybinder.org/v2/gh/{owner}/{name}/HEAD). To copy it:\n\n"
        f"    git clone {address}\n    cd {name}\n"
    )


def results_page(top: Path) -> str:
    """results/README.md: of each place its answer, the score and what to open, the real places first."""
    ready = [place for place in places.tracked(top) if (place.results / "claims.csv").is_file()]
    parts = [
        "# Results",
        "What `make` computed, place by place. Everything here is written by code from released records: executed "
        "notebooks, tables, figures, and every number with its SQL. Nothing in it is typed.",
    ]
    for place in sorted(ready, key=lambda place: (place.is_replica, place.name)):
        others = {"tip-sheet.md": "tip sheet for reporters", "claims.csv": "every published number",
                  "numbers.json": "every number computed", "ledger.csv": "rows in, rows out"}  # fmt: skip
        links = [
            f"[{what}]({place.name}/{name})"
            for name, what in others.items()
            if (place.results / name).is_file()
        ]
        chapters = sorted(path.name for path in place.results.glob("*.ipynb"))
        parts += [
            f"## {pages.plain(place.title)}",
            *([f"**{pages.REPLICA}**"] if place.is_replica else []),
            *([pages.plain(place.selection)] if place.selected else []),
            " ".join(one.finds for one in tips.sheet(place).findings[:3]),
            claims.score(place, pages.open_claims(place).to_dict("records")) + ".",
            " · ".join(links) + ".",
            "Chapters: "
            + " · ".join(
                f"[{name[:2]} {name[3:].removesuffix('.ipynb').replace('-', ' ')}]({place.name}/{name})"
                for name in chapters
            )
            + ".",
        ]
    parts.append("All published numbers known to us, and how each ended: [`field.csv`](field.csv).")
    return "\n\n".join(filter(None, parts)) + "\n"


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
