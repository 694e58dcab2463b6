"""Places stand side by side with their denominators; nothing is added up, and no grade is given without its reasons."""

from dataclasses import replace

import pandas as pd
import pytest
from frames import place_named

from analysis import comparison
from analysis.comparison import Results
from analysis.field import DECEMBER
from analysis.measures import lookup, measure, number
from analysis.places import ReleasedFile

SAID = {"by": "the district", "request": "26-1"}


def results(tmp_path, name="quellmere", **more):
    file = ReleasedFile("log.csv", "00", more.pop("log", "network audit"), "Quellmere ISD")
    place = place_named(
        name, tmp_path, files=(file,), kind=more.pop("kind", "records"), released=more.pop("released", SAID),
        open_questions=more.pop("open_questions", ()), selected=more.pop("selected", ""),
    )  # fmt: skip
    (place.hand / "coding" / name).mkdir(parents=True, exist_ok=True)
    counts = {"searches": 200, "immigration_searches.core": 3, "agencies": 0, **more.pop("counts", {})}
    of_searches = {"immigration_searches.core": {"denominator": counts["searches"]}}
    numbers = lookup(
        [number(name, "all", value, "rows", **of_searches.get(name, {})) for name, value in counts.items()]
    )
    line = {"source_file": "log.csv", "forms": "NA-5", "notes": "", **more.pop("file", {})}
    gaps = {
        "said_until": "2025-12-31",
        "days_without_searches": "0",
        "days_missing_at_start": "0",
        "days_missing_at_end": "0",
        **more,
    }
    days = pd.DataFrame(
        {"day": ["2025-11-30", "2025-12-01", "2025-12-02", "2025-12-03"], "searches": list("9570")}
    )
    return Results(place, numbers, pd.DataFrame([line]), pd.DataFrame([gaps]), days)


def test_december_is_counted_by_local_days_and_says_of_how_many(tmp_path):
    one = results(tmp_path)
    assert list(comparison.december([one], DECEMBER)) == [f"{one.place.name}: 12 rows, on 2 of its 31 days."]
    none = replace(one, days=one.days.head(1))
    assert list(comparison.december([none], DECEMBER)) == [f"{one.place.name}: no search of that month."]
    (invented,) = comparison.december([results(tmp_path, kind="replica")], DECEMBER)
    assert "(invented records)" in invented


def cell(one, name):
    table = comparison.table([one]).set_index("measure")
    return table.loc[measure(name).says].iloc[0]


def test_a_count_has_its_denominator_and_share_beside_it(tmp_path):
    one = results(tmp_path)
    assert cell(one, "immigration_searches.core") == "3 of 200 (1.5%)"
    assert cell(one, "searches") == "200"
    assert cell(one, "vague_reasons") == "not known"


def test_no_share_of_a_selection_stands_beside_shares_of_logs(tmp_path):
    one = results(tmp_path, selected="searches that somebody chose")
    assert cell(one, "immigration_searches.core") == "3"
    mark, amiss = comparison.grade(one)
    assert (mark, amiss) == ("B", ["it is a selection and no log: searches that somebody chose"])
    assert one.place.selection.startswith("A selection, not a log")


def test_a_place_without_anything_amiss_is_graded_a(tmp_path):
    assert comparison.grade(results(tmp_path)) == ("A", [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"open_questions": ("Who released these records?",)}, "is not all said"),
        ({"released": {"by": "", "request": "1"}}, "is not all said"),
        ({"file": {"source_file": "log.pdf"}}, "printed, not as exported: 1 file"),
        ({"file": {"forms": "HIBF-17"}}, "somebody's selection"),
        ({"file": {"notes": "exactly 1,048,575 records: the export may be cut off"}}, "may be cut off"),
        ({"days_missing_at_end": "10"}, "without days of the period that was said: 1 file"),
        ({"days_missing_at_end": "10", "said_until": ""}, "where nobody said the period: 1 file"),
        ({"counts": {"blank_reasons": 50, "masked_reasons": 10}}, "30.0% of the reasons"),
        ({"counts": {"searches_by_unresolved_agencies": 20}}, "10.0% of the searches"),
    ],
)
def test_what_is_amiss_costs_a_grade_and_is_said(tmp_path, change, said):
    mark, amiss = comparison.grade(results(tmp_path, **change))
    assert mark == "B"
    assert said in amiss[0]


def test_three_things_amiss_are_a_c_and_a_replica_is_never_anything_else(tmp_path):
    change = {"file": {"source_file": "log.pdf"}, "days_missing_at_end": "10", "released": {}}
    assert comparison.grade(results(tmp_path, **change))[0] == "C"
    mark, amiss = comparison.grade(results(tmp_path, kind="replica"))
    assert mark == "R"
    assert "invented" in amiss[0]
    assert "REPLICA" in comparison.shown([results(tmp_path, kind="replica")])


def test_different_kinds_of_log_are_warned_of(tmp_path):
    one, other = results(tmp_path), results(tmp_path, "tarnwick", log="portal audit")
    assert "different kinds of log" in comparison.shown([one, other])
    assert "different kinds of log" not in comparison.shown([one])


def test_a_place_without_results_says_what_makes_them(tmp_path):
    with pytest.raises(comparison.NotYetRun, match="make PLACE=nowhere"):
        comparison.read(place_named("nowhere", tmp_path))


def test_a_place_that_nobody_read_gets_an_interval_from_five_places_and_from_no_fewer(tmp_path):
    made = []
    for at, right in enumerate((90, 80, 95, 70, 88)):
        one = results(tmp_path, f"place{at}")
        tables = one.place.results / "tables"
        tables.mkdir(parents=True, exist_ok=True)
        (tables / "07-by-half.csv").write_text(
            "half,definition,counted_strings,should_strings,both_strings\n"
            f"development,core,9,9,9\nheld out,strict,1,1,1\nheld out,core,100,100,{right}\n"
        )
        made.append(one)
    assert "At 4 places of these readers held out reasons" in comparison.elsewhere(made[1:])
    assert "95 percent prediction interval from 5 places" in comparison.elsewhere(made)
