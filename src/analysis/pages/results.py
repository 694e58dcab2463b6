"""Puts executed notebooks and all that they showed in results/<place>/ at once, and opens what is published."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import build, claims, files, places
from analysis.build import dataset
from analysis.measures import Number, Numbers, lookup, numbers_in, recomputed
from analysis.opened import Opened
from analysis.pages.headings import headed
from analysis.pages.tables import INVENTED, REPLICA, marked, published_csv
from analysis.refused import Refused


class Unfinished(Refused):
    """A page that was not closed, a claim that nothing settled, or a settled claim that no register holds."""


def publish(place: places.Place, executed: Mapping[str, Path]) -> None:
    """Put executed notebooks and all they showed in results/<place>/, everything or nothing.

    `executed` maps a notebook's name to its executed copy. Raises `Unfinished` when a page is missing, a
    claim of the place was settled by no notebook or by two, or an outcome has no explanation.
    """
    said = {name: read_page(place, name) for name in sorted(executed)}
    numbers = sorted(
        (n for page in said.values() for n in page["numbers"]), key=lambda n: (n["measure"], n["scope"])
    )
    lookup(numbers)
    register = claims.load(place)
    ends = [claim for page in said.values() for claim in page["claims"]]
    problems = claims.problems(register, ends)
    if problems:
        raise Unfinished(f"{place.name}: " + "; ".join(problems))
    order = {claim.id: at for at, claim in enumerate(register)}
    weights = {name: one for page in said.values() for name, one in page["weights"].items()}
    ends = claims.weighed(sorted(ends, key=lambda end: order[end["id"]]), register, weights)
    shown = [{"notebook": name, **one} for name, page in said.items() for one in page["shown"]]
    findings = {Path(one["file"]).stem: one.get("finding", "") for one in shown}
    with files.replacing(place.results) as new:
        for name, path in executed.items():
            files.write(new / f"{name}.ipynb", headed(path, numbers_in("all", numbers), findings))
            for part in ("tables", "figures"):
                for file in sorted((waiting_room(place) / name / part).glob("*")):
                    files.copy(file, new / part / file.name)
        files.write(new / "numbers.json", _numbers_json(place, numbers))
        files.write(new / "measures.sql", _measures_sql(place, numbers).encode())
        settled = pd.DataFrame(ends, columns=list(claims.COLUMNS))
        settled[INVENTED] = place.is_replica
        files.write(new / "claims.csv", published_csv(settled))
        files.write(new / "ledger.csv", published_csv(marked(build.open_ledger(place), place)))
        if place.is_replica:
            files.write(new / "00-invented.txt", f"{REPLICA}\n".encode())
        files.write(new / "shown.json", json.dumps(shown, indent=1, sort_keys=True).encode() + b"\n")


def _measures_sql(place: places.Place, numbers: Numbers) -> str:
    """The SQL that gives the numbers again; the list of agreements is in it where each of its names may be printed."""
    opened = Opened(place)
    searches = opened.searches
    holders = searches.beside["agreements"](searches)["agency"]
    printed = opened.printed_agencies(holders)
    unprinted = ["first_signed"] if any(printed[name] != name for name in holders) else []
    source = f"{os.path.relpath(dataset.folder(place), place.results)}/*.parquet".replace(os.sep, "/")
    return recomputed.script(place.name, searches, source, numbers, unprinted)


def open_claims(place: places.Place) -> pd.DataFrame:
    """How each claim of a place ended, as published."""
    return pd.read_csv(place.results / "claims.csv", keep_default_na=False, dtype=str)


def open_numbers(place: places.Place) -> Numbers:
    """The numbers of a place, as published."""
    return list(json.loads((place.results / "numbers.json").read_text(encoding="utf-8")))


def open_shown(place: places.Place) -> list[dict[str, str]]:
    """The tables and figures of a place as published: file, kind, caption, notebook, of figures alt; none without
    results."""
    path = place.results / "shown.json"
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else []


def waiting_room(place: places.Place) -> Path:
    """Where the pages of a run wait until every notebook has run."""
    return place.processed / "pages"


def read_page(place: places.Place, notebook: str) -> dict[str, Any]:
    """What a notebook's page recorded, settled and showed. Raises `Unfinished` where it closed none."""
    path = waiting_room(place) / notebook / "page.json"
    if not path.is_file():
        raise Unfinished(f"{place.name}: {notebook} closed no page; its last cell must be page.close()")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _numbers_json(place: places.Place, numbers: Sequence[Number]) -> bytes:
    kind = {
        "measure": "records",
        "scope": "all",
        "value": place.kind,
        "unit": "kind of records",
        "notebook": "",
    }
    lines = [json.dumps(n, sort_keys=True, allow_nan=False, ensure_ascii=False) for n in [*numbers, kind]]
    return ("[\n" + ",\n".join(sorted(lines, key=_number_order)) + "\n]\n").encode()


def _number_order(line: str) -> tuple[str, str]:
    one = json.loads(line)
    return one["measure"], one["scope"]
