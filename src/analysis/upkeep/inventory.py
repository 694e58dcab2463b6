"""Lists for reviewers every record, table, figure and number, with the notebook and cell that make it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from analysis import claims, files, pages, places
from analysis.places import Place

PAGE, CODECHECK = "docs/what-is-made-where.md", "codecheck.yml"


def write(top: Path) -> list[Path]:
    """Bring both files up to date; gives their paths."""
    for name, text in ((PAGE, page(top)), (CODECHECK, codecheck(top))):
        files.write(top / name, text)
    return [top / PAGE, top / CODECHECK]


# The page ---------------------------------------------------------------------------------------------------


def page(top: Path) -> str:
    """The whole page as Markdown, made from source.toml files, results and notebooks."""
    every = places.tracked(top)
    done = [place for place in every if pages.open_shown(place)]
    parts = [
        "# What is made where",
        "Written by `python -m analysis readme` from each place's `source.toml`, the results and the notebooks; a test "
        "fails when it is out of date. `make` makes all of it again, in the order of the notebooks; `make verify` says "
        "whether every byte is the same. Nothing is random but the replica, which is invented from a seed.",
        "## Availability of the records",
        _table(("place", "released by", "request", "license", "files", "where"), map(_records, every)),
        "## Tables and figures",
        *(part for place in done for part in (f"### {place.title}", _outputs(place))),
        "## Numbers in the text",
        "Every number in a notebook's prose is computed. Each is in `results/<place>/numbers.json`, once for all "
        "logs and once for each camera owner.",
        _numbers(done),
        "## Published numbers",
        _claims(done),
    ]
    return "\n\n".join(parts) + "\n"


def _records(place: Place) -> tuple[str, ...]:
    names = "<br>".join(
        f"{file.name} ({file.checksum}"
        + (f"; masked copy: {file.masked.sha256[:12]}…)" if file.masked else ")")
        for file in place.files
    )
    if place.is_replica:
        where = "invented on first use, from a seed"
    elif place.files and all(file.url for file in place.files):
        where = "<br>".join(f"<{file.url}>" for file in place.files)
    else:
        where = f"[how to ask](../data/raw/{place.name}/README.md)"
    waits = f"waiting for {len(place.waiting)}" if place.waiting and not place.files else ""
    known = (str(place.released.get(key, "")) for key in ("by", "request", "license"))
    return (f"`{place.name}`", *known, names or waits, where)


def _outputs(place: Place) -> str:
    lines = []
    for output in sorted(pages.open_shown(place), key=lambda output: (output["notebook"], output["file"])):
        file, notebook = output["file"], output["notebook"]
        link = f"[{file}](../results/{place.name}/{file})"
        lines.append((link, output["caption"], _link(notebook), _cell(place.root, notebook, file)))
    return _table(("output", "what it shows", "notebook", "cell"), lines)


def _link(notebook: str) -> str:
    return f"[{notebook[:2]}](../notebooks/{notebook}.ipynb)"


def _cell(top: Path, notebook: str, file: str) -> str:
    """The number of the cell, Markdown counted too, that names an output."""
    name = Path(file).stem[3:]
    cells = json.loads((top / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    shows = re.compile(r"page\.(?:table|figure|register)\(")
    for number, cell in enumerate(cells, start=1):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and shows.search(source) and f'"{name}"' in source:
            return str(number)
    return "in the library"


def _numbers(done: Sequence[Place]) -> str:
    found: dict[str, dict[str, str]] = {}
    for place in done:
        for line in pages.open_numbers(place):
            if line["notebook"]:
                found.setdefault(line["measure"], {})[place.name] = line["notebook"]
    lines = [
        (f"`{measure}`", _link(min(notebooks.values())), ", ".join(sorted(notebooks)))
        for measure, notebooks in sorted(found.items())
    ]
    return _table(("measure", "notebook", "places"), lines)


def _claims(done: Sequence[Place]) -> str:
    lines = []
    for place in done:
        register = {claim.id: claim.file for claim in claims.load(place)}
        for end in pages.open_claims(place).to_dict("records"):
            file = register.get(end["id"], "")
            link = f"[{Path(file).name}](../{file})"
            lines.append((f"`{end['id']}`", place.name, link, _link(end["notebook"]), end["outcome"]))
    return _table(("claim", "place", "register", "settled in", "outcome"), lines)


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    escaped = ([cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines)
    head_and_body = [f"| {' | '.join(line)} |" for line in (head, *escaped)]
    return "\n".join([head_and_body[0], "|" + "---|" * len(head), *head_and_body[1:]])


# For CODECHECK ----------------------------------------------------------------------------------------------


def codecheck(top: Path) -> str:
    """codecheck.yml (specification 2.0): exactly the files that a checker must make again, with what they are.

    Who checked, when and under which certificate is for the checker to add.
    """
    citation = (top / "CITATION.cff").read_text(encoding="utf-8")
    cited = dict(reversed(re.findall(r'^\s*(title|- name): "?(.*?)"?$', citation, re.M)))  # the first of each
    lines = [
        "---",
        "# Written by `python -m analysis readme`; a test fails when it is out of date. `make` makes every file again.",
        "# The checker adds: codechecker, report, certificate, check_time and summary; the authors add an ORCID.",
        "version: https://codecheck.org.uk/spec/config/2.0/",
        "paper:",
        f"  title: {json.dumps(cited['title'])}",
        "  authors:",
        f"    - name: {json.dumps(cited['- name'])}",
        f"  reference: {claims.read(top / 'claims' / 'the-74-2026-02-10.toml').about.address}",
        "manifest:",
    ]
    for file, what in manifest(top):
        lines.append(f"  - file: {json.dumps(file, ensure_ascii=False)}")
        lines.append(f"    comment: {json.dumps(what, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


_KINDS = {
    "00-invented.txt": "says that the records are invented",
    "numbers.json": "every number, with its numerator and denominator",
    "claims.csv": "every published number, and how it ended",
    "ledger.csv": "rows in, rows out and why, for every step",
    "measures.sql": "SQL that gives every number again",
    "tip-sheet.md": "findings for local reporters",
    "shown.json": "the captions of all tables and figures",
}


def manifest(top: Path) -> list[tuple[str, str]]:
    """Every published file below results/ and what it is, in order."""
    found = []
    for place in places.tracked(top):
        if shown := pages.open_shown(place):
            captions = {output["file"]: output["caption"] for output in shown}
            for path in sorted(path for path in place.results.rglob("*") if path.is_file()):
                name = path.relative_to(place.results).as_posix()
                is_notebook = name.endswith(".ipynb")
                other = "the table that the figure of the same name was drawn from"
                what = captions.get(name) or _KINDS.get(name)
                what = what or (f"notebook {name[:2]}, executed" if is_notebook else other)
                found.append((path.relative_to(top).as_posix(), what))
    return found
