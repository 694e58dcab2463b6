"""Builds the site: a first page, the pages of every place, its register with the rows behind it, rules and files."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from analysis import claims, comparison, field, files, processes, tips
from analysis.build import said_of_copies
from analysis.intake import QUESTIONS
from analysis.pages import table_html
from analysis.places import Place
from analysis.refused import Refused
from analysis.site import agencies, decide, downloads, glossary, reviewed
from analysis.site.article import render
from analysis.site.findings import finding
from analysis.site.register import Register, file_name
from analysis.site.safe import MEANINGS, BadPage, computed
from analysis.site.writing import GENERATOR, write_page

if TYPE_CHECKING:
    import pandas as pd

KEY_NUMBERS = 6
"""So many published numbers are shown first on a place's page."""


class NotASite(Refused):
    """The folder to be replaced was not made by `build`, so it is left alone."""


def build(root: Path, places: Sequence[Place], site: Path, rules: pd.DataFrame | None = None) -> Path:
    """Write the site of all places that have results, and return its first page.

    `root` is the repository, used to name files in messages. `rules` is `reasons.rules_table`. The site is built
    in a new folder that takes the old one's name when it is whole; the same results give the same bytes. Raises
    `BadPage` for results that must not be published, `NotASite` if `site` holds something else.
    """
    if site.is_dir() and any(site.iterdir()):
        index = site / "index.html"
        if not index.is_file() or f'content="{GENERATOR}"' not in index.read_text("utf-8", "replace"):
            raise NotASite(
                f"{site} holds files that this program did not make; name another folder or empty it"
            )
    with files.replacing(site) as new:
        new.mkdir()
        has_rules = rules is not None
        cards = _all_places(places, new, has_rules, root)
        if rules is not None:
            write_page(new / "rules.html", "rules", topics=_topics(rules), trail="Rules")
        # places of records first, those first of which most published numbers were counted
        ready = sorted(
            (card for card in cards if card["pages"]),
            key=lambda card: (card["place"].is_replica, -card["settled"], card["place"].name),
        )
        waits = [(card["place"], claims.load(card["place"])) for card in cards if not card["pages"]]
        shown = {"cards": ready, "waits": waits, "outcomes": MEANINGS, "has_rules": has_rules}
        write_page(new / "index.html", "index", here="index", **shown)
        _field_pages(new, root, places)
        _about_pages(new, [card["place"] for card in ready])
        write_page(new / "waiting.html", "waiting", waits=waits, trail="Places that wait for their records")
        write_page(
            new / "add-a-place.html",
            "add",
            waits=waits,
            questions=list(QUESTIONS.values()),
            trail="Add a place",
        )
    return site / "index.html"


def _all_places(places: Sequence[Place], new: Path, has_rules: bool, root: Path) -> list[dict[str, Any]]:
    """The pages of every place, those of several places in a process for each core."""
    write = partial(_place_pages, has_rules=has_rules, root=root)
    folders = [new / place.name for place in places]
    jobs = min(os.cpu_count() or 1, sum(place.results.is_dir() for place in places))
    if jobs < 2:
        return [*map(write, places, folders)]
    with ProcessPoolExecutor(jobs, get_context("spawn"), processes.end_with_pool) as pool:
        return [*pool.map(write, places, folders)]


_STEPS = (
    ("A request for the log", "What was left out before release?"),
    ("Released files, as they came", "Cut, altered, or the wrong month?"),
    ("Rows", "Lost, read wrongly, or counted twice?"),
    ("Rules for reasons and agencies", "Misread words? Which definition?"),
    ("Numbers, with SQL and rows", "Out of what? Not known, or zero?"),
    ("Beside what was published", "Same day, same scope, same words?"),
)
"""The steps from request to number, each with what can go wrong there."""


def _about_pages(folder: Path, places: Sequence[Place]) -> None:
    """How it was done, what words mean, and our answers to a hostile reviewer, where the repository has them."""
    write_page(folder / "how-we-did-it.html", "how", steps=_STEPS, trail="How we did it")
    write_page(folder / "glossary.html", "glossary", terms=glossary.terms(), trail="Words")
    if (path := reviewed.path()).is_file():
        text = reviewed.answers(path.read_text(encoding="utf-8"), {place.name: place for place in places})
        trail = "What a hostile reviewer would say"
        write_page(folder / "hostile-reviewer.html", "hostile", text=text, trail=trail)


def _field_pages(folder: Path, root: Path, places: Sequence[Place]) -> None:
    """The register of the field with its CSV, and the places that have results side by side."""
    found = field.entries(root, places)
    (folder / "field.csv").write_bytes(field.csv(found))
    grouped: dict[str, dict[str, list[field.Entry]]] = {outcome: {} for outcome in field.OUTCOMES}
    for entry in found:
        grouped[entry.outcome].setdefault(entry.claim.file, []).append(entry)
    sections = [
        (outcome, [(of[0].about, of[0].place, of) for of in groups.values()])
        for outcome, groups in grouped.items()
    ]
    facts: dict[str, Any] = {"numbers": len(found), "pieces": len({entry.claim.file for entry in found})}
    facts |= {
        "behind": field.facts(found),
        "totals": field.totals(found),
        "meanings": field.OUTCOMES,
        "sections": sections,
    }
    write_page(folder / "field.html", "field", trail="Which numbers hold?", **facts)
    results = [comparison.read(place) for place in places if comparison.is_ready(place)]
    caption = "Main numbers of each place, with their denominators."
    side_by_side = {
        "table": results and Markup(computed(table_html(comparison.table(results), caption))),
        "caveats": list(comparison.caveats(results)),
        "covered": list(comparison.december(results, field.DECEMBER)),
        "december": field.december(found),
    }
    write_page(folder / "compare.html", "compare", trail="The places side by side", **side_by_side)


def _place_pages(place: Place, folder: Path, has_rules: bool, root: Path) -> dict[str, Any]:
    """Write all pages of one place into `folder`; returns what the first page says about it."""
    try:
        pages = [render(path) for path in sorted(place.results.glob("*.ipynb"))]
    except BadPage as error:
        raise BadPage(f"{os.path.relpath(place.results, root)}: {error}") from None
    if not pages:
        return {"place": place, "pages": []}
    folder.mkdir()
    results = _rows(place.results / "claims.csv")
    register = Register(place, results, pages)
    score = claims.score(place, results)
    write = partial(write_page, place=place, up="../", has_rules=has_rules, score=score)
    card = {
        "place": place,
        "pages": pages,
        "by_stem": {page.stem[:2]: page.file for page in pages},
        "score": score,
        "pieces": [claims.read(root / "claims" / f"{stem}.toml").about for stem in place.claims],
        "finding": (found := finding(place)),
        "weakest": register.weakest(),
        "rows_page": _rows_pages(folder, register, write),
    }
    entries = [
        {**entry, "rows": entry["query"] and f"{file_name(entry)}.html"} for entry in register.entries()
    ]
    card["settled"] = sum(bool(entry["computed"]) for entry in entries)
    card["key"] = sorted(
        (entry for entry in entries if entry["computed"]), key=lambda entry: entry["outcome"] != "differs"
    )[:KEY_NUMBERS]
    cited = next((page.summary for page in pages if page.stem.startswith("05")), "")
    card["answer"] = found.story if found and (found.none or not place.claims) else cited
    card["agencies"] = agencies.pages(place, folder, register.shown if register.has_rows else None, write)
    card["decide"] = decide.page(place, folder, write)
    shown = {"claims": entries, "weakest": card["weakest"], "trail": "Every published number"}
    shown["has_rows"] = register.has_rows
    write(folder / "claims.html", "claims", **shown)
    write(
        folder / "ledger.html",
        "ledger",
        ledger=_rows(place.results / "ledger.csv"),
        trail="Rows in, rows out",
    )
    chapters = reviewed.chapters(place, pages, _rows_of_numbers(entries))
    write(folder / "numbers.html", "numbers", chapters=chapters, wide=True, trail="Every number we counted")
    counted = {page.stem for page, _ in chapters}
    for before, page, after in zip([None, *pages], pages, [*pages[1:], None], strict=False):
        picture = _picture(place, page.stem[:2])
        shown = {"before": before, "page": page, "after": after, "counted": page.stem in counted}
        write(folder / page.file, "notebook", said=page.summary, picture=picture, trail=page.heading, **shown)
    write(folder / "tip-sheet.html", "tips", sheet=tips.sheet(place), trail="Tip sheet")
    facts = {"downloads": _copy(place, folder), "released": _released(place)}
    facts |= {"said": card["answer"], "picture": _picture(place, "05") or _picture(place, "")}
    write(folder / "index.html", "place", here="place", card=card, **facts)
    return card


def _picture(place: Place, begins: str) -> str:
    """The address of the first of a place's figures, for whoever shares its page; blank where the address at which the
    site will be read (the environment's SITE_ADDRESS) is not known, as a shared picture needs one that is whole."""
    address = os.environ.get("SITE_ADDRESS", "").rstrip("/")
    drawn = sorted((place.results / "figures").glob(f"{begins}*.png"))
    found = next((path for path in drawn if not path.stem.endswith("-phone")), None)
    return f"{address}/{place.name}/figures/{found.name}" if address and found else ""


def _rows_pages(folder: Path, register: Register, write: Callable[..., None]) -> str:
    """A page and a CSV of the rows behind each claim that has any; gives the page that a first reader wants."""
    names = []
    for entry, found in register.lists():
        path = folder / f"{file_name(entry)}.html"
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".csv").write_bytes(found["csv"])
        places = {"up": "../../", "home": "../index.html", "trail": "The rows behind a number"}
        write(path, "rows", entry=entry, found=found, **places)
        names.append(
            (not entry["claim"].measure.startswith("immigration_searches"), f"{file_name(entry)}.html")
        )
    return min(names, key=lambda name: name[0])[1] if names else ""


def _rows_of_numbers(entries: Sequence[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """The pages of rows by the measure and scope whose whole number they are behind."""
    return {
        (entry["claim"].measure, entry["claim"].scope): entry["rows"]
        for entry in reversed(entries)  # so that the first of several is kept
        if entry["rows"] and not entry["claim"].among
    }


_WORDS = {"by": "Released by", "on": "Released on"}


def _released(place: Place) -> list[tuple[str, str]]:
    """What is known about the release, in the order of source.toml."""
    return [
        (_WORDS.get(name, name.replace("_", " ").capitalize()), str(value))
        for name, value in (
            *place.released.items(),
            ("selected", place.selection),
            ("read", said_of_copies(place)),
        )
        if value and not isinstance(value, dict | list)
    ]


_PUBLISHED = {
    "Numbers, claims and ledger": ("00-invented.txt", "numbers.json", "claims.csv", "ledger.csv", tips.NAME),
    "Tables": ("tables/*.csv",),
    "Figures": ("figures/*.png", "figures/*.svg"),
}


def _copy(place: Place, folder: Path) -> list[tuple[str, list[str]]]:
    """Copy the place's published files and pack its tables; the names by kind, relative to its folder."""
    found = []
    for title, patterns in _PUBLISHED.items():
        files = [path for pattern in patterns for path in sorted(place.results.glob(pattern))]
        names = [path.relative_to(place.results).as_posix() for path in files]
        for path, name in zip(files, names):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(path, folder / name)
        if names:
            found.append((title, names))
    packed = [downloads.workbook(place, folder), downloads.descriptor(place, folder)]
    return [("All tables in one file", [path.name for path in packed]), *found]


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows of a published CSV as text; none if there is no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


_LABELS = {
    "match": "Looks for",
    "unless": "Unless it finds",
    "matches": "Must match",
    "leaves": "Must leave alone",
}


def _topics(rules: pd.DataFrame) -> list[tuple[str, list[dict[str, Any]]]]:
    """Rules by topic, in the order of the table, each with its facts: a label and the values of a cell."""
    topics: dict[str, list[dict[str, Any]]] = {}
    for rule in rules.to_dict("records"):
        facts = [
            (_LABELS.get(name, name.capitalize()), cell.split(" · "))
            for name, cell in rule.items()
            if cell and name not in ("id", "topic", "because")
        ]
        topics.setdefault(rule["topic"] or "All rules", []).append({**rule, "facts": facts})
    return list(topics.items())
