"""A tip sheet says nothing that the published numbers do not hold, and says of invented records that they are."""

import json
import re
import shutil

import pandas as pd
import pytest

from analysis import places, tips
from analysis.measures import MEASURES, formatted
from analysis.pages.answers import first_known
from analysis.places import Place
from analysis.tips import declared

PUBLISHED = [place for place in places.tracked() if (place.results / "numbers.json").is_file()]
TEXTS = [text for tip in declared.TIPS for text in (*tip.finds, *tip.caveat, *tip.asks)] + list(
    declared.ABOUT
)


def test_every_number_that_a_tip_may_print_is_a_measure_of_the_register() -> None:
    named = {name for text in TEXTS for name in re.findall(r"[{\[]([a-z_0-9.]+?)[/%?]?[} ]", text)}
    assert named <= set(MEASURES)
    assert {tip.measure for tip in declared.TIPS} <= set(MEASURES)
    assert len({tip.measure for tip in declared.TIPS}) == len(declared.TIPS)


def test_no_number_is_typed_into_a_tip_but_what_its_measure_is_named_for() -> None:
    for tip in declared.TIPS:
        for text in (*tip.finds, *tip.caveat, *tip.asks, tip.whom):
            typed = re.findall(
                r"\d+", re.sub(r"\{[^}]*\}|\[[^\]]*\]|287\(g\)|10 p\.m\. to 5 a\.m\.", "", text)
            )
            assert set(typed) <= {"30", "31"}, text
            assert not typed or "windows_over" in tip.measure


@pytest.mark.parametrize("place", PUBLISHED, ids=lambda place: place.name)
def test_every_finding_gives_a_known_number_with_a_caveat_a_question_and_a_person(place: Place) -> None:
    numbers = {
        one["measure"]: one
        for one in json.loads((place.results / "numbers.json").read_text())
        if one["scope"] == "all"
    }
    sheet = tips.sheet(place)
    assert 5 <= len(sheet.findings) <= tips.MOST
    for one in sheet.findings:
        found = numbers[one.measure]
        assert found["value"] is not None
        assert one.counted.startswith(formatted(found["value"], found["unit"]))
        assert "not known" not in one.finds + one.caveat
        assert one.caveat
        assert one.asks.endswith("?")
        assert one.whom
        assert (place.results / f"{one.page}.ipynb").is_file()
    assert ("invented" in tips.markdown(sheet).split("\n")[0]) == place.is_replica


def test_agencies_are_those_of_the_places_own_state() -> None:
    replica = places.find("texas-replica")
    published = pd.read_csv(replica.results / "tables" / "05-agencies.csv")
    own = published[published["agency_state"] == "TX"]
    listed = [(row["searching_agency"], int(row["searches"])) for row in tips.sheet(replica).agencies]
    assert listed == list(zip(own["searching_agency"], own["searches"]))[: tips.MOST_AGENCIES]
    assert tips.sheet(replica.replace(state="GA")).state == "Georgia"


@pytest.mark.parametrize("text", ["<b>x</b>", "[x](javascript:alert(1))", "`x`"])
def test_text_of_a_place_is_no_markup_on_its_sheet(tmp_path, text: str) -> None:
    from_results = places.find("okaloosa")
    place = from_results.replace(root=tmp_path, title=text)
    shutil.copytree(from_results.results, place.results)
    first = tips.markdown(tips.sheet(place)).split("\n")[0]
    assert text not in first
    assert first.startswith("# Tip sheet: ")


def test_a_share_is_left_out_for_a_selection_and_what_is_not_known_is_not_said() -> None:
    sheet = tips.sheet(places.find("deflock-list"))
    assert "no share here is a share of all searches" in sheet.about[0]
    assert not [one for one in sheet.findings if "%" in one.counted]
    assert first_known(("{agencies} agencies.", "None."), {"agencies": {"value": None}}) == "None."
