"""Builds the site: a first page, the pages of every place, its register with the rows behind it, rules and files."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from analysis import claims, comparison, field, files, processes, tips
from analysis.build import said_of_copies
from analysis.build.inputs import of_file
from analysis.intake import QUESTIONS
from analysis.pages import table_html
from analysis.places import Place
from analysis.refused import Refused
from analysis.site import agencies, decide, downloads, glossary, reviewed
from analysis.site.findings import finding
from analysis.site.kept import Card, Kept
from analysis.site.register import Register
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
        cards = _all_places(places, site, new, has_rules, root)
        if rules is not None:
            write_page(new / "rules.html", "rules", topics=_topics(rules), trail="Rules")
        # places of records first, those first of which most published numbers were counted
        ready = sorted(
            (_about(place, root) | card for place, card in zip(places, cards, strict=True) if card),
            key=lambda card: (card["place"].is_replica, -card["settled"], card["place"].name),
        )
        waits = [(place, claims.load(place)) for place, card in zip(places, cards, strict=True) if not card]
        shown = {"cards": ready, "waits": waits, "outcomes": MEANINGS, "has_rules": has_rules}
        write_page(new / "index.html", "index", here="index", **shown)
        _field_pages(new, root, places)
        _about_pages(new, [card["place"] for card in ready])
        write_page(new / "waiting.html", "waiting", waits=waits, trail="Places that wait for their records")
        write_page(
            new / "add-a-place.html",
            "add",
            waits=waits,
            cards=[card for card in ready if card["agencies"]],
            questions=list(QUESTIONS.values()),
            trail="Add a place",
        )
    return site / "index.html"


def _about(place: Place, root: Path) -> dict[str, Any]:
    """What the first page says of a place that its card does not hold: what was published, and what was found."""
    pieces = [claims.read(root / "claims" / f"{stem}.toml").about for stem in place.claims]
    return {"place": place, "pieces": pieces, "finding": finding(place)}


def _all_places(places: Sequence[Place], old: Path, new: Path, has_rules: bool, root: Path) -> list[Card]:
    """The pages of every place, made again where they would come out different, those of several places in a process
    for each core. Gives the card of each, empty for a place without results."""
    shared = {"rules": str(has_rules), "answers": str(reviewed.path().is_file())}
    cards = {
        place.name: Kept(place, old / place.name, new / place.name, shared).card()
        if any(place.results.glob("*.ipynb"))
        else {}
        for place in places
    }
    stale = [place for place in places if cards[place.name] is None]
    make = partial(_make_pages, old=old, new=new, shared=shared, root=root)
    jobs = min(os.cpu_count() or 1, len(stale))
    if jobs < 2:
        made = [*map(make, stale)]
    else:
        with ProcessPoolExecutor(jobs, get_context("spawn"), processes.end_with_pool) as pool:
            made = [*pool.map(make, stale)]
    cards |= {place.name: card for place, card in zip(stale, made, strict=True)}
    return [cards[place.name] or {} for place in places]


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
        "table": results and Markup(computed(table_html(comparison.table(results), caption, "compared"))),
        "caveats": list(comparison.caveats(results)),
        "covered": list(comparison.december(results, field.DECEMBER)),
        "december": field.december(found),
    }
    write_page(folder / "compare.html", "compare", trail="The places side by side", wide=True, **side_by_side)


def _make_pages(place: Place, old: Path, new: Path, shared: Mapping[str, str], root: Path) -> Card:
    kept = Kept(place, old / place.name, new / place.name, shared)
    card = _place_pages(place, kept, shared["rules"] == "True", root)
    kept.remember(card)
    return card


def _place_pages(place: Place, kept: Kept, has_rules: bool, root: Path) -> Card:
    """Write all pages of one place into its new folder; gives its card."""
    folder = kept.new
    try:
        pages = [kept.article(path) for path in sorted(place.results.glob("*.ipynb"))]
    except BadPage as error:
        raise BadPage(f"{os.path.relpath(place.results, root)}: {error}") from None
    folder.mkdir()
    results = _rows(place.results / "claims.csv")
    register = Register(place, results, pages)
    score = claims.score(place, results)
    write = partial(write_page, place=place, up="../", has_rules=has_rules, score=score)
    entries, weakest, found = register.entries, register.weakest(), finding(place)
    computed = [entry for entry in entries if entry["computed"]]
    listed = kept.files(
        "agencies",
        (score, of_file(place.results / agencies.TABLE)),
        lambda: agencies.pages(place, folder, register.shown if register.has_rows else None, write),
    )
    card: Card = {
        "by_stem": {page.stem[:2]: page.file for page in pages},
        "first": pages[0].file,
        "score": score,
        "weakest": bool(weakest),
        "rows_page": _rows_pages(kept, register, write, score),
        "settled": len(computed),
        "agencies": bool(listed),
        "decide": decide.page(place, folder, write),
    }
    shown: dict[str, Any] = {"claims": entries, "weakest": weakest, "has_rows": register.has_rows}
    write(folder / "claims.html", "claims", trail="Every published number", **shown)
    write(
        folder / "ledger.html",
        "ledger",
        ledger=_rows(place.results / "ledger.csv"),
        trail="Rows in, rows out",
    )
    chapters = reviewed.chapters(place, pages, register.of_numbers())
    write(folder / "numbers.html", "numbers", chapters=chapters, wide=True, trail="Every number we counted")
    counted = {page.stem for page, _ in chapters}
    for before, page, after in zip([None, *pages], pages, [*pages[1:], None], strict=False):
        picture = _picture(place, page.stem[:2])
        shown = {"before": before, "page": page, "after": after, "counted": page.stem in counted}
        write(folder / page.file, "notebook", said=page.summary, picture=picture, trail=page.heading, **shown)
    write(folder / "tip-sheet.html", "tips", sheet=tips.sheet(place), trail="Tip sheet")
    cited = next((page.summary for page in pages if page.stem.startswith("05")), "")
    answer = found.story if found and (found.none or not place.claims) else cited
    key = sorted(computed, key=lambda entry: entry["outcome"] != "differs")[:KEY_NUMBERS]
    facts = {
        "downloads": downloads.files(place, folder, kept),
        "released": _released(place),
        "answer": answer,
    }
    facts |= {"finding": found, "key": key, "picture": _picture(place, "05") or _picture(place, "")}
    write(folder / "index.html", "place", here="place", card=card, pages=pages, said=answer, **facts)
    return card


def _picture(place: Place, begins: str) -> str:
    """The address of the first of a place's figures, for whoever shares its page; blank where the address at which the
    site will be read (the environment's SITE_ADDRESS) is not known, as a shared picture needs one that is whole."""
    address = os.environ.get("SITE_ADDRESS", "").rstrip("/")
    drawn = sorted((place.results / "figures").glob(f"{begins}*.png"))
    found = next((path for path in drawn if not path.stem.endswith("-phone")), None)
    return f"{address}/{place.name}/figures/{found.name}" if address and found else ""


def _rows_pages(kept: Kept, register: Register, write: Callable[..., None], score: str) -> str:
    """A page and a CSV of the rows behind each claim that has any; gives the page that a first reader wants."""

    def make(entry: dict[str, Any]) -> list[str]:
        path, found = kept.new / entry["rows"], register.listed(entry)
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".csv").write_bytes(found["csv"])
        places = {"up": "../../", "home": "../index.html", "trail": "The rows behind a number"}
        write(path, "rows", entry=entry, found=found, labels=found["labels"], wide=True, **places)
        return [entry["rows"], entry["rows"].replace(".html", ".csv")]

    entries = [entry for entry in register.entries if entry["behind"]]
    for entry in entries:
        shown = (score, {name: value for name, value in entry.items() if name != "behind"})
        kept.files(entry["rows"], shown, partial(make, entry))
    first = min(
        entries, key=lambda one: not one["claim"].measure.startswith("immigration_searches"), default={}
    )
    return str(first.get("rows", ""))


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
