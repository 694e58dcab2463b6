"""A number that is in two places of the results is the same in both: tables, numbers, claims, answers, tip sheet."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
from bs4 import BeautifulSoup

from analysis import claims, pages, places, tips
from analysis.measures import DEFINITIONS, formatted, lookup
from analysis.pages.answers import ANSWERS, answer
from analysis.places import Place
from analysis.upkeep import readme
from analysis.wording import on_day

WRITTEN = [place for place in places.tracked() if (place.results / tips.NAME).is_file()]
"""The places whose results were written with a tip sheet; what is older is not compared."""

Pair = tuple[str, Any, Any]


def table(place: Place, name: str) -> pd.DataFrame:
    """A published table; without rows where there is none."""
    path = place.results / "tables" / f"{name}.csv"
    return pd.read_csv(path) if path.is_file() else pd.DataFrame()


def in_two_places(place: Place) -> Iterator[Pair]:
    """Each number that a table gives and numbers.json too: what, as the table has it, as numbers.json has it."""
    numbers = {key: one["value"] for key, one in lookup(pages.open_numbers(place)).items()}

    def pair(what: str, found: Any, measure: str, scope: str = "all") -> Iterator[Pair]:
        value = numbers.get((measure, scope))
        if value is not None and found is not None and not pd.isna(found):
            yield f"{what} and {measure} of {scope}", found, value

    files = table(place, "01-files")
    yield from pair("01-files", files["records"].sum(), "rows_released")
    yield from pair("01-files", files["rejected"].sum(), "rows_rejected")
    for owner, of in table(place, "01-searches-per-day").groupby("camera_owner"):
        yield from pair("01-searches-per-day", of["searches"].sum(), "searches", str(owner))
    origins = table(place, "03-origins")
    if len(origins):
        yield from pair("03-origins", origins["searches"].sum(), "searches")
        by_origin = origins.set_index("reason_origin")["searches"]
        for origin in ("blank", "masked"):
            yield from pair("03-origins", by_origin.get(origin), f"{origin}_reasons")
    sides = table(place, "04-sides")
    yield from pair("04-sides", sides["searches"].sum() if len(sides) else None, "searches")
    yield from of_definitions(place, pair)
    yield from of_agencies(place, pair)


def of_definitions(place: Place, pair: Any) -> Iterator[Pair]:
    """What tables give for each definition."""
    for line in table(place, "05-by-definition").to_dict("records"):
        name = line["definition"]
        yield from pair("05-by-definition", line["searches"], f"immigration_searches.{name}")
        yield from pair(
            "05-by-definition", line["distinct_searches"], f"distinct_immigration_searches.{name}"
        )
        yield from pair("05-by-definition", line["agencies"], f"immigration_agencies.{name}")
        if name == "core":
            for kind in ("civil", "criminal", "unspecified"):
                yield from pair("05-by-definition", line[kind], f"immigration_{kind}")
    for line in table(place, "05-kinds").to_dict("records"):
        yield from pair("05-kinds", line["rows"], f"immigration_{line['kind']}")
    for line in table(place, "06-by-owner").to_dict("records"):
        for name in DEFINITIONS:
            measure = f"immigration_searches.{name}"
            yield from pair("06-by-owner", line[name], measure, line["camera_owner"])
    weeks = table(place, "06-weeks")
    for line in table(place, "06-definitions-in-full").to_dict("records"):
        name = line["definition"].partition(":")[0]
        if name in DEFINITIONS and ":" in line["definition"]:
            yield from pair("06-definitions-in-full", line["searches"], f"immigration_searches.{name}")
            if line["definition"] in weeks:
                yield from pair("06-weeks", weeks[line["definition"]].sum(), f"immigration_searches.{name}")
    for line in table(place, "07-errors").to_dict("records"):
        yield from pair("07-errors", line["counted"], f"immigration_searches.{line['definition']}")


def of_agencies(place: Place, pair: Any) -> Iterator[Pair]:
    """What tables give for the agencies behind the immigration searches."""
    agencies = table(place, "05-agencies")
    if len(agencies):
        yield from pair("05-agencies", len(agencies), "immigration_agencies.core")
        yield from pair("05-agencies", agencies["searches"].max(), "immigration_top_agency.core")
    for line in table(place, "05-without-one-agency").to_dict("records"):
        if line["figure"] == "searches":
            yield from pair("05-without-one-agency", line["all_agencies"], "immigration_searches.core")
            without = "immigration_searches_without_top_agency.core"
            yield from pair("05-without-one-agency", line["without_largest"], without)


def test_what_a_table_gives_is_what_the_numbers_give() -> None:
    for place in WRITTEN:
        found = list(in_two_places(place))
        assert len(found) > 5, place.name
        assert [one for one in found if one[1] != one[2]] == [], place.name


def test_what_a_claim_was_compared_with_is_the_published_number() -> None:
    for place in WRITTEN:
        numbers = lookup(pages.open_numbers(place))
        ended = {row["id"]: row for row in pages.open_claims(place).to_dict("records")}
        again = [
            claims.settle(claim, numbers, place)
            for claim in claims.load(place)
            if claim.measure and not claim.among
        ]
        differ = [
            (one.claim.id, one.computed, ended[one.claim.id]["computed"])
            for one in again
            if one.outcome != claims.UNSETTLED and one.computed != ended[one.claim.id]["computed"]
        ]
        assert differ == [], place.name


def test_the_answer_of_a_chapter_and_the_tip_sheet_are_made_of_the_published_numbers() -> None:
    for place in WRITTEN:
        numbers = {
            name: one for (name, scope), one in lookup(pages.open_numbers(place)).items() if scope == "all"
        }
        for path in sorted(place.results.glob("*.ipynb")):
            if path.name[:2] in ANSWERS and (said := answer(path.name[:2], numbers)):
                assert said in answers_shown(path), path.name
        assert (place.results / tips.NAME).read_text() == tips.markdown(tips.sheet(place))


def answers_shown(notebook: Any) -> str:
    """What an executed notebook gives as its answers."""
    outputs = [out for cell in json.loads(notebook.read_text())["cells"] for out in cell.get("outputs", [])]
    pieces = ["".join(out.get("data", {}).get("text/html", "")) for out in outputs]
    shown = BeautifulSoup("\n".join(pieces), "html.parser").select("p.answer")
    return "\n".join(said.get_text() for said in shown)


def test_the_pages_of_the_repository_give_each_score_as_the_results_do() -> None:
    for place in WRITTEN:
        score = claims.score(place, pages.open_claims(place).to_dict("records"))
        notebook = next(place.results.glob("08-*.ipynb"))
        assert score in readme.results_page(places.root())
        assert score in answers_shown(notebook) or "No number was published" in answers_shown(notebook)


def test_a_table_that_says_another_number_is_seen(tmp_path) -> None:
    place = places.find("okaloosa").replace(root=tmp_path)
    (place.results / "tables").mkdir(parents=True)
    number = {"measure": "rows_released", "scope": "all", "value": 3, "unit": "rows", "notebook": "01"}
    (place.results / "numbers.json").write_text(json.dumps([number]))
    (place.results / "tables" / "01-files.csv").write_text("records,rejected\n4,0\n")
    (place.results / "tables" / "01-searches-per-day.csv").write_text("camera_owner,day,searches\n")
    assert list(in_two_places(place)) == [("01-files and rows_released of all", 4, 3)]


def test_the_days_in_the_title_of_a_place_are_the_first_and_the_last_of_its_log() -> None:
    for place in WRITTEN:
        numbers = lookup(pages.open_numbers(place))
        for measure in ("first_day", "last_day"):
            day = on_day(date.fromisoformat(numbers[measure, "all"]["value"]), year=False)
            assert day in place.title or not re.search(r"\d{4}", place.title), (place.name, day)


LINK = re.compile(r'\[([^\]]+)\]\(numbers\.json "([\w.]+)(?: of ([^"]+))?"\)')


def linked(notebook: Any) -> Iterator[tuple[str, str, str]]:
    """The numbers that the sentences of an executed notebook link: text, measure and scope."""
    for cell in json.loads(notebook.read_text())["cells"]:
        for out in cell.get("outputs", []):
            shown = out.get("data", {})
            yield from LINK.findall("".join(shown.get("text/markdown", "")))
            page = BeautifulSoup("".join(shown.get("text/html", "")), "html.parser")
            for link in page.select('a[href="numbers.json"]'):
                name, _, scope = str(link["title"]).partition(" of ")
                yield link.get_text(), name, scope


def disagreeing(notebook: Any, place: Place) -> Iterator[tuple[str, str, str]]:
    """The linked numbers of a notebook that numbers.json gives otherwise, or not at all."""
    numbers = lookup(pages.open_numbers(place))
    for text, name, scope in linked(notebook):
        one = numbers.get((name, scope or "all"), {"value": None, "unit": ""})
        counts = f"{one['numerator']:,} of {one['denominator']:,}" if "numerator" in one else ""
        if text not in (formatted(one["value"], one["unit"]), counts):
            yield text, name, scope


def test_a_number_that_a_sentence_links_is_the_one_its_line_gives() -> None:
    for place in WRITTEN:
        for notebook in sorted(place.results.glob("*.ipynb")):
            assert list(disagreeing(notebook, place)) == [], (place.name, notebook.name)


def test_a_linked_number_that_is_another_is_seen(tmp_path) -> None:
    place = places.find("okaloosa").replace(root=tmp_path)
    place.results.mkdir(parents=True)
    number = {"measure": "searches", "scope": "all", "value": 1200, "unit": "rows"}
    (place.results / "numbers.json").write_text(json.dumps([number]))
    outputs = [
        {"data": {"text/markdown": '[1,200](numbers.json "searches"), [1,300](numbers.json "searches")'}},
        {"data": {"text/html": '<a href="numbers.json" title="rows_released">4</a>'}},
    ]
    notebook = tmp_path / "01.ipynb"
    notebook.write_text(json.dumps({"cells": [{"outputs": outputs}]}))
    assert list(disagreeing(notebook, place)) == [("1,300", "searches", ""), ("4", "rows_released", "")]
