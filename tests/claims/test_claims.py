"""What must hold of the register of published numbers, and of how a claim ends."""

import csv
import os
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from frames import log
from hypothesis import given
from hypothesis import strategies as st

from analysis import claims, places
from analysis.claims import BadClaims, Claim
from analysis.places import Place

TOP = Path(__file__).resolve().parents[2]
REGISTERS = sorted((TOP / "claims").glob("*.toml"))
OUTLINED = [path for path in REGISTERS if claims.read(path).about.outline == "beside"]
GOOD = """
[[claim]]
id = "a"
says = "more than 700 searches"
measure = "searches"
operator = "more than"
value = "700"
unit = "rows"
confidence = "high"
source = "https://example.org/a"
"""


def place(kind: str = "records", top: Path = TOP, stems: tuple[str, ...] = ()) -> Place:
    said: dict[str, Any] = dict.fromkeys(Place.__struct_fields__, ())
    said |= {
        "name": "nowhere",
        "title": "Nowhere",
        "kind": kind,
        "claims": stems,
        "root": top,
        "released": {},
    }
    return Place(**said)


def claim(**changes: Any) -> Claim:
    plain = {
        "id": "a",
        "says": "700 searches",
        "operator": "equals",
        "value": "700",
        "confidence": "high",
        "unit": "rows",
        "source": "https://example.org/a",
        "measure": "searches",
        "file": "claims/a.toml",
    }
    return Claim(**plain | changes)


def numbers(**values: Any) -> dict[tuple[str, str], dict[str, Any]]:
    return {(name.replace("__", "."), "all"): {"value": value} for name, value in values.items()}


def write(folder: Path, text: str, stem: str = "piece") -> Path:
    (folder / "claims").mkdir(exist_ok=True)
    path = folder / "claims" / f"{stem}.toml"
    path.write_text(text, encoding="utf-8")
    return path


# The register that is shipped


@pytest.mark.parametrize("path", OUTLINED, ids=lambda path: path.stem)
def test_every_number_of_a_piece_is_a_claim_or_on_the_short_list(path: Path) -> None:
    outline = path.with_suffix(".outline.md").read_text(encoding="utf-8")
    piece = claims.read(path)
    assert claims.coverage(outline, piece.claims, piece.not_claims) == []


@pytest.mark.parametrize("path", OUTLINED, ids=lambda path: path.stem)
def test_no_number_on_the_short_list_is_idle(path: Path) -> None:
    outline = " ".join(path.with_suffix(".outline.md").read_text(encoding="utf-8").split())
    idle = [number for number in claims.read(path).not_claims if number not in outline]
    assert not idle, "take these off the list: the outline does not hold them"


@pytest.mark.parametrize("path", OUTLINED, ids=lambda path: path.stem)
def test_the_outline_holds_every_number_that_is_claimed(path: Path) -> None:
    outline = path.with_suffix(".outline.md").read_text(encoding="utf-8")
    silent = [one.id for one in claims.read(path).claims if _first_number(one.says, outline) is False]
    assert not silent, "the outline must have these claims' numbers too"


def _first_number(says: str, outline: str) -> bool:
    found = claims.coverage(says, [], {})
    return not found or any(number in outline for number in found)


def test_an_outline_is_beside_every_register_that_is_not_its_own_and_beside_no_other() -> None:
    beside = sorted(path.stem.removesuffix(".outline") for path in (TOP / "claims").glob("*.outline.md"))
    assert beside == [path.stem for path in OUTLINED]


def test_every_sentence_of_the_register_holds_the_number_that_was_printed() -> None:
    spelled = {"kenner-two-beat-48"}  # more than one time the others' searches
    silent = [
        one.id
        for path in REGISTERS
        for one in claims.read(path).claims
        if isinstance(one.value, str)
        and claims.coverage(one.value, [one.replace(operator="includes", value=["number"])], {})
    ]
    assert set(silent) <= spelled


def test_every_piece_is_of_a_place_or_says_whose_logs_it_is_about_and_where_they_are() -> None:
    named = [piece for place in places.tracked(TOP) if not place.is_replica for piece in place.claims]
    assert len(named) == len(set(named))
    for path in REGISTERS:
        about = claims.read(path).about
        assert "" not in (about.title, about.by), path.name
        assert (path.stem in named) != bool(about.place), path.name
        assert bool(about.place) == bool(about.records), path.name


def test_every_published_number_known_to_the_field_is_registered_once() -> None:
    """`OPEN_CLAIMS` names the field's own list, where it is at hand; without it, the counts are held."""
    found = [one for path in REGISTERS for one in claims.read(path).claims]
    ids = [one.id for one in found]
    assert len(ids) == len(set(ids)) >= 1_400
    assert sum(bool(one.measure) for one in found) >= 1_100
    if listed := os.environ.get("OPEN_CLAIMS"):
        with Path(listed).open(encoding="utf-8", newline="") as file:
            assert {line["id"].replace("anis", "aniz") for line in csv.DictReader(file)} <= set(ids)


def test_the_story_is_registered_whole() -> None:
    said = claims.read(TOP / "claims" / "the-74-2026-02-10.toml").claims
    assert len(said) == 29
    assert {one.scope for one in said if one.measure} == {"Alvin ISD", "all"}


def test_every_shipped_place_can_load_its_claims() -> None:
    for place in places.tracked(TOP):
        assert claims.load(place) or not place.claims


def test_texas_waits_for_six_logs_and_says_how_to_ask_for_each() -> None:
    texas = places.find("texas", TOP)
    if texas.files:
        pytest.skip("the records have arrived")
    line = "texas (records): waiting for 6 files · how to ask for them: data/raw/texas/README.md"
    assert claims.waiting(texas, len(texas.waiting)) == line
    assert all(one.ask and one.period for one in texas.waiting)


def test_a_place_whose_logs_are_public_says_what_downloads_them_and_how_much() -> None:
    okaloosa = places.find("okaloosa", TOP)
    assert claims.waiting(okaloosa, 1) == (
        "okaloosa (records): waiting for 1 file · `make records PLACE=okaloosa` downloads 1 file (1.2 MB) from "
        "raw.githubusercontent.com"
    )


# Reading


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ('color = "red"\nunit', "unit", "unknown key 'color'"),
        ('"fewer than"', '"more than"', "operator = 'fewer than' is none of"),
        ('"certain"', '"high"', "confidence = 'certain' is none of"),
        ("", 'source = "https://example.org/a"', "has no source"),
        ('source = "a book"', 'source = "https://example.org/a"', "is not an address"),
        ('value = "many"', 'value = "700"', "write a number"),
        ('value = "2025-05"', 'value = "700"', "write a number"),
        (
            'operator = "more than"\nvalue = "2025-05-15"',
            'operator = "more than"\nvalue = "700"',
            "write a number",
        ),
        ("out_of = { core = true }\nunit", "unit", "out_of goes with"),
        ("out_of = { cores = true }\nunit", "unit", "out_of: unknown key 'cores'"),
        ('value = "7,00"', 'value = "700"', "write a number"),
        ('value = "700 km"', 'value = "700"', "write a number"),
        ("value = true", 'value = "700"', "write a number"),
        ("value = 733_000", 'value = "700"', 'write the number as it was printed: value = "733,000"'),
        (
            "value = 0.468\nshare = true",
            'value = "700"',
            'write the number as it was printed: value = "46.8%"',
        ),
        ("value = 1\nshare = true", 'value = "700"', 'write the number as it was printed: value = "100%"'),
        ('value = "1.5 years"', 'value = "700"', 'write unit = "days"'),
        ("", 'measure = "searches"', "neither a measure nor needs"),
        ("", 'unit = "rows"', "'unit' is missing"),
        ('definition = "wide"\nunit', "unit", "definition = 'wide' is none of"),
        ('operator = "includes"', 'operator = "more than"', "write a list"),
    ],
)
def test_a_claim_that_cannot_be_used_is_refused_by_file_and_name(
    tmp_path: Path, wrong: str, right: str, says: str
) -> None:
    path = write(tmp_path, GOOD.replace(right, wrong, 1))
    with pytest.raises(BadClaims, match=says) as error:
        claims.read(path)
    assert "claims/piece.toml" in str(error.value)
    assert "'a'" in str(error.value)


def test_only_a_lead_may_be_without_a_source(tmp_path: Path) -> None:
    lead = GOOD.replace('measure = "searches"', 'needs = "a page"').replace("high", "low")
    lead = lead.replace('source = "https://example.org/a"', "")
    assert claims.read(write(tmp_path, lead)).claims[0].sources == ()
    with pytest.raises(BadClaims, match="has no source"):
        claims.read(write(tmp_path, lead.replace("low", "medium")))


def test_a_piece_with_a_key_that_nobody_knows_or_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadClaims, match="unknown key 'adress'"):
        claims.read(write(tmp_path, f'[piece]\nadress = "https://example.org"\n{GOOD}'))
    with pytest.raises(BadClaims, match="is not an address"):
        claims.read(write(tmp_path, f'[piece]\naddress = "javascript:alert(1)"\n{GOOD}'))


def test_two_claims_of_one_name_are_refused_even_in_two_pieces(tmp_path: Path) -> None:
    with pytest.raises(BadClaims, match="occurs 2 times"):
        claims.read(write(tmp_path, GOOD + GOOD))
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, "other")
    with pytest.raises(BadClaims, match=r"claims/other.toml, claims/piece.toml: claim 'a'"):
        claims.load(place(top=tmp_path, stems=("piece", "other")))


def test_a_piece_that_is_named_and_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadClaims, match="does not exist"):
        claims.load(place(top=tmp_path, stems=("absent",)))


def test_broken_toml_and_unknown_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadClaims, match="fix that line"):
        claims.read(write(tmp_path, GOOD + "\nvalue ="))
    with pytest.raises(BadClaims, match="unknown key 'claims'"):
        claims.read(write(tmp_path, GOOD.replace("[[claim]]", "[[claims]]")))


def test_a_number_that_is_no_claim_must_say_why(tmp_path: Path) -> None:
    with pytest.raises(BadClaims, match="not a claim '287': 'why' is missing; needed are number, why"):
        claims.read(write(tmp_path, GOOD + '\n[[not_a_claim]]\nnumber = "287"'))


def test_a_measure_settles_its_own_claims_and_those_of_its_variants() -> None:
    register = [
        claim(id="a", measure="windows_over_30_days"),
        claim(id="b", measure="windows_over_30_days.patrol"),
        claim(id="c", measure="windows_over_31_days"),
    ]
    assert [one.id for one in claims.for_measures(register, "windows_over_30_days")] == ["a", "b"]
    assert claims.for_measures([claim(measure="", needs="an interview")], "") == []


# Comparing


@pytest.mark.parametrize(
    ("operator", "computed", "published", "holds"),
    [
        ("equals", 620, "620", True),
        ("equals", 620.4, "620", False),
        ("equals", 733_412, "733,000", False),
        ("equals", 3406 / 7273, "0.4683", True),
        ("equals", 3406 / 7273, "46.83%", True),
        ("equals", 3406 / 7273, "46.8%", True),
        ("equals", 3406 / 7273, "47%", True),
        ("equals", 3406 / 7273, "46%", False),
        ("equals", 3407 / 7273, "46.83%", False),
        ("equals", 0.46, "0.50", False),
        ("equals", 0.46, "0.5", True),
        ("equals", 0.549, "0.50", False),
        ("equals", 0.549, "0.5", True),
        ("equals", 0.504, "0.50", True),
        ("equals", 0.0635, "6.4%", True),
        ("equals", 0.0635, "6.4 %", True),
        ("equals", 1.0, "100%", True),
        ("equals", 0.996, "100%", False),
        ("equals", 0.996, "100.0%", False),
        ("equals", 0.004, "0%", False),
        ("equals", 524, "1.4 years", True),
        ("equals", 524, "1.5 years", False),
        ("equals", 14, "2 weeks", True),
        ("equals", 524, "524 days", True),
        ("equals", 525, "524 days", False),
        ("more than", 733_000, "733,000", False),
        ("more than", 733_001, "733,000", True),
        ("more than", 733_999, "733,000", True),
        ("more than", 734_000, "733,000", False),
        ("more than", 1_000_000, "12", True),
        ("more than", 0.46835, "46.83%", True),
        ("more than", 0.4684, "46.83%", False),
        ("at least", 200_000, "200,000", True),
        ("at least", 199_999, "200,000", False),
        ("about", 3_050, "3,100", True),
        ("about", 3_149.9, "3,100", True),
        ("about", 3_150, "3,100", False),
        ("about", 3_049, "3,100", False),
        ("about", 85_000, "90,000", True),
        ("about", 95_000, "90,000", False),
        ("about", 95_000, "100,000", True),
        ("about", 94_999, "100,000", False),
        ("about", 149_999, "100,000", True),
        ("about", 91, "91", True),
        ("about", 92, "91", False),
        ("about", 0.414, "41%", True),
        ("about", 0.42, "41%", False),
        ("about", 524, "1.5 years", False),
        ("about", 530, "1.5 years", True),
        ("about", 524, "1.4 years", True),
        ("equals", 200_000, "hundreds of thousands", True),
        ("equals", 999_999, "hundreds of thousands", True),
        ("equals", 1_000_000, "hundreds of thousands", False),
        ("equals", 199_999, "hundreds of thousands", False),
        ("equals", 20_000, "tens of thousands", True),
        ("equals", 100_000, "tens of thousands", False),
        ("about", 216_303, "216,295 ± 8", True),
        ("about", 216_287, "216,295 ± 8", True),
        ("about", 216_304, "216,295 ± 8", False),
        ("about", 43, "1.5 years", False),
        ("equals", "2025-05-15T23:59:59+00:00", "2025-05-15", True),
        ("equals", "2025-05-16T00:00:00+00:00", "2025-05-15", False),
        ("equals", "2025-02-11T17:23:45+00:00", "2025-02-11 17:23:45", True),
        ("equals", "2025-02-11T17:23:46+00:00", "2025-02-11 17:23:45", False),
        ("includes", ["FL", "GA", "TX"], ("FL", "GA"), True),
        ("includes", ["FL"], ("FL", "GA"), False),
        ("includes", ["Road Rage"], ("road rage",), True),
        ("more than N times", 2.0, "2", False),
        ("more than N times", 2.01, "2", True),
        ("more than N times", 20, "10", False),
    ],
)
def test_operators_mean_what_the_words_say(operator: str, computed: Any, published: Any, holds: bool) -> None:
    assert claims.compare(operator, computed, published) is holds


def test_an_unknown_operator_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown operator"):
        claims.compare("roughly", 1, "1")


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_than_implies_at_least_and_never_equals(computed: int, published: int) -> None:
    said = f"{published:,}"
    more = claims.compare("more than", computed, said)
    assert not more or claims.compare("at least", computed, said)
    assert not (more and claims.compare("equals", computed, said))


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 4))
def test_a_share_rounded_for_print_is_always_borne_out(part: int, more: int, decimals: int) -> None:
    share = part / (part + more)
    assert claims.compare("equals", share, f"{share:.{decimals}%}")
    assert claims.compare("equals", share, f"{share:.{decimals}f}")


@given(st.integers(0, 10**6), st.integers(0, 4))
def test_a_printed_zero_is_a_digit_as_any_other(number: int, decimals: int) -> None:
    said = f"{number:.{decimals}f}"
    away = number + 0.51 * 10.0**-decimals
    assert claims.compare("equals", number, said)
    assert not claims.compare("equals", away, said)


# Settling


def test_records_reproduce_and_a_replica_only_recovers() -> None:
    assert claims.settle(claim(), numbers(searches=700), place()).outcome == "reproduced"
    assert claims.settle(claim(), numbers(searches=700), place("replica")).outcome == "recovered"


def test_a_number_that_differs_carries_its_reason() -> None:
    general = claim(because={"": "print rounded"})
    end = claims.settle(general, numbers(searches=701), place())
    assert (end.outcome, end.explanation, end.computed) == ("differs", "print rounded", "701")
    here = claim(because={"": "print rounded", "nowhere": "one row was cut"})
    assert claims.settle(here, numbers(searches=701), place()).explanation == "one row was cut"
    elsewhere = claim(because={"somewhere": "one row was cut"})
    assert claims.settle(elsewhere, numbers(searches=701), place()).explanation == ""


def test_a_number_that_was_not_computed_needs_a_reason() -> None:
    assert claims.settle(claim(), {}, place()).outcome == claims.UNSETTLED
    needed = claims.settle(claim(needs="the invoices"), {}, place())
    assert (needed.outcome, needed.explanation) == ("cannot be checked", "needs the invoices")
    absent = {("searches", "all"): {"value": None, "because": "the export has no such column"}}
    assert claims.settle(claim(), absent, place()).explanation == "the export has no such column"
    silent = {("searches", "all"): {"value": None}}
    assert claims.settle(claim(), silent, place()).outcome == claims.UNSETTLED


def test_another_scope_settles_nothing() -> None:
    assert claims.settle(claim(scope="One ISD"), numbers(searches=700), place()).outcome == claims.UNSETTLED


def test_an_unpublished_definition_is_tried_in_every_way() -> None:
    cited = claim(measure="immigration_searches", definition="unpublished", value="620")
    found = numbers(
        immigration_searches__strict=512, immigration_searches__core=620, immigration_searches__broad=1540
    )
    end = claims.settle(cited, found, place())
    assert (end.outcome, end.computed) == ("reproduced", "620")
    assert end.explanation == "fits core; strict 512, broad 1,540 do not"
    none = claims.settle(
        claim(measure="immigration_searches", definition="unpublished", value="1"), found, place()
    )
    assert (none.outcome, none.explanation) == ("differs", "")
    told = claims.settle(none.claim.replace(because={"": "unknown rule"}), found, place())
    assert told.explanation == "unknown rule; fits no definition; strict 512, core 620, broad 1,540 do not"


def test_a_named_definition_is_the_only_one_compared() -> None:
    cited = claim(measure="immigration_searches", definition="core", value="620")
    assert (
        claims.settle(
            cited, numbers(immigration_searches__core=620, immigration_searches__broad=1540), place()
        ).outcome
        == "reproduced"
    )
    assert (
        claims.settle(
            cited, numbers(immigration_searches__core=1, immigration_searches__broad=620), place()
        ).outcome
        == "differs"
    )
    assert claims.settle(cited, numbers(immigration_searches__broad=620), place()).outcome == claims.UNSETTLED


def test_what_other_countings_give_is_told() -> None:
    end = claims.settle(
        claim(instead=("distinct_searches", "duplicate_sightings")),
        numbers(searches=700, distinct_searches=612),
        place(),
    )
    assert end.explanation == "counted otherwise, distinct_searches gives 612"


def test_shares_and_ratios_show_what_they_were_made_of() -> None:
    found = {("searches", "all"): {"value": 3406, "numerator": 3406, "denominator": 7273}}
    end = claims.settle(claim(share=True, value="46.83%"), found, place())
    assert (end.outcome, end.computed) == ("reproduced", "46.83% (3,406 of 7,273)")
    ratio = {("searches", "all"): {"value": 2.5, "numerator": 5, "denominator": 2}}
    assert (
        claims.settle(claim(operator="more than N times", value="2"), ratio, place()).computed
        == "2.5 (5 : 2)"
    )


@pytest.mark.parametrize(
    ("said", "computed", "published", "shown"),
    [
        ("1.5 years", 524, "1.5 years (548 days)", "1.4 years (524 days)"),
        ("2 weeks", 13, "2 weeks (14 days)", "2 weeks (13 days)"),
        ("524 days", 524, "524 days", "524 days"),
        ("100%", 1.0, "100%", "100%"),
        ("100%", 0.996, "100%", "99.6%"),
        ("46.8%", 3406 / 7273, "46.8%", "46.8%"),
        ("0.50", 0.5, "0.50", "0.50"),
        ("0.50", 0.549, "0.50", "0.55"),
        ("2", 2.8684, "2", "2.87"),
        ("1,800", 1800.7639, "1,800", "1,800.76"),
        ("733,000", 733_412, "733,000", "733,412"),
    ],
)
def test_numbers_are_shown_in_the_unit_and_with_the_digits_printed(
    said: str, computed: Any, published: str, shown: str
) -> None:
    some = claim(value=said, unit="days" if " " in said else "rows")
    row = claims.table([claims.settle(some, numbers(searches=computed), place())]).loc[0]
    assert row[["published", "computed"]].tolist() == [published, shown]


def test_a_table_has_exactly_the_columns_that_others_rely_on() -> None:
    ends = [claims.settle(claim(), numbers(searches=7000), place())]
    table = claims.table(ends, "05")
    assert tuple(table.columns) == claims.COLUMNS
    assert tuple(claims.table([]).columns) == claims.COLUMNS
    assert table.loc[0, ["published", "computed", "notebook"]].tolist() == ["700", "7,000", "05"]


# The score


def rows(*outcomes: str) -> list[dict[str, str]]:
    return [{"id": str(at), "outcome": outcome, "explanation": "x"} for at, outcome in enumerate(outcomes)]


def test_the_score_counts_records_and_replicas_apart() -> None:
    said = claims.score(place(), rows(*["reproduced"] * 6))
    assert said == "nowhere (records): 6 of 6 published numbers reproduced · 0 differ"
    weighed = claims.weighed(rows(*["reproduced"] * 6), [], {"1": {"bits": "1.9"}, "2": {"bits": "2.0"}})
    assert claims.score(place(), weighed) == (
        "nowhere (records): 6 of 6 published numbers reproduced (5 distinct facts, 1 can hardly fail) · 0 differ"
    )
    ends = rows(*["recovered"] * 13, *["cannot be checked"] * 16)
    assert claims.score(place("replica"), ends) == (
        "nowhere (replica): 13 of 13 checkable numbers recovered · 16 cannot be checked from logs, reasons given"
    )


def test_the_score_hides_neither_differences_nor_what_is_unsettled() -> None:
    said = claims.score(place(), rows("reproduced", "differs", "unsettled"))
    assert (
        said
        == "nowhere (records): 1 of 3 published numbers reproduced · 1 differs, reason given · 1 unsettled"
    )
    assert "no number was published" in claims.score(place(), [])


def test_all_that_is_settled_once_and_explained_is_no_problem() -> None:
    register = [claim(id="a"), claim(id="b", measure="", needs="an interview")]
    ends = [claims.settle(one, numbers(searches=700), place()) for one in register]
    assert claims.problems(register, claims.table(ends).to_dict("records")) == []


def test_a_run_fails_on_a_claim_nobody_settled_and_on_a_check_without_a_claim() -> None:
    ends = claims.table([claims.settle(claim(id="b"), numbers(searches=700), place())]).to_dict("records")
    said = claims.problems([claim(id="a")], ends)
    assert len(said) == 2
    assert "'a' was settled by no notebook" in said[0]
    assert "'b', which no file in claims/ holds" in said[1]
    assert "settled 2 times" in claims.problems([claim(id="b")], ends * 2)[0]


@pytest.mark.parametrize("found", [{}, {"searches": 701}])
def test_a_run_fails_on_an_end_without_a_reason(found: dict[str, int]) -> None:
    end = claims.settle(claim(), numbers(**found), place())
    (problem,) = claims.problems([claim()], claims.table([end]).to_dict("records"))
    assert problem.startswith("claims/a.toml: claim 'a'")
    assert ("computed 701" in problem) == bool(found)


# Coverage


def test_a_number_in_no_claim_is_named() -> None:
    text = "700 searches by 31 agencies, 31 of them named, in 2026, on 4 May 2026."
    assert claims.coverage(text, [claim()], {}) == ["31", "2026", "4"]
    assert claims.coverage(text, [claim()], {"4 May 2026": "a day", "2026": "a year"}) == ["31"]


def test_a_number_is_not_covered_by_one_that_looks_like_it() -> None:
    assert claims.coverage("3,000 and 3,100 and 1.5", [claim(says="3,100", value="15")], {}) == [
        "3,000",
        "1.5",
    ]


@given(st.integers(0, 10**7))
def test_a_missing_number_is_found_however_it_is_grouped(number: int) -> None:
    other = claim(value=f"{number + 1:,}", says="")
    assert claims.coverage(f"about {number:,} rows", [other], {}) == [f"{number:,}"]
    assert claims.coverage(f"about {number} rows", [other.replace(value=f"{number:,}")], {}) == []


@pytest.mark.parametrize(
    ("operator", "said"),
    [("equals", "620"), ("more than", "more than 620"), ("more than N times", "more than 620 times")],
)
def test_a_published_number_is_shown_with_its_operator(operator, said):
    assert claims.printed({"operator": operator, "published": "620"}) == said


# Places that wait


def waits(*owners: str, here: tuple[str, ...] = ()) -> Place:
    log = [places.Waiting(owner, "network audit", "May 2025", "README.md") for owner in owners]
    files = [places.ReleasedFile(f"{owner}.csv", "00", "network audit", owner) for owner in here]
    return place().replace(waiting=tuple(log), files=tuple(files))


def test_a_claim_about_all_logs_is_not_settled_by_some_of_them() -> None:
    some = waits("B ISD", "C ISD", here=("A ISD",))
    end = claims.settle(claim(value="6"), numbers(searches=1), some)
    assert (end.outcome, end.computed) == ("cannot be checked", "")
    assert end.explanation.startswith("needs the 2 logs still waited for")
    assert claims.problems([claim()], claims.table([end]).to_dict("records")) == []
    assert claims.settle(claim(), numbers(searches=700), waits(here=("A ISD",))).outcome == "reproduced"


def test_a_camera_owners_claim_waits_for_that_owners_log_alone() -> None:
    some = waits("B ISD", here=("A ISD",))
    found = {("searches", "A ISD"): {"value": 700}}
    assert claims.settle(claim(scope="A ISD"), found, some).outcome == "reproduced"
    end = claims.settle(claim(scope="B ISD"), found, some)
    assert end.explanation.startswith("needs the log still waited for")


WAITING = [one for one in places.tracked(TOP) if one.waiting and not one.files]


@pytest.mark.parametrize("one", WAITING, ids=lambda one: one.name)
def test_a_waiting_place_says_what_to_ask_for_and_its_claims_name_the_same_owners(one: Place) -> None:
    readme = (one.raw / "README.md").read_text(encoding="utf-8")
    for words in ("## The request", "## When a file arrives", f"make PLACE={one.name}"):
        assert words in readme
    for stem in one.claims:
        assert one.name == "texas" or f"claims/{stem}.toml" in readme
    owners = {missing.camera_owner for missing in one.waiting}
    scopes = {said.scope for said in claims.load(one) if said.measure}
    assert scopes - {"all"} <= owners


def test_every_measure_that_a_claim_names_is_settled_by_some_notebook() -> None:
    from analysis.notebooks import methodology

    settled = " ".join(path.read_text(encoding="utf-8") for path in methodology())
    # A number of some of the searches is counted for its claim alone, where notebook 08 lists all of them.
    said = [one for path in REGISTERS for one in claims.read(path).claims if one.measure and not one.among]
    stems = {one.measure.partition(".")[0] for one in said}
    assert "measures.released(" in settled  # it records the two that are counted from files
    stems -= {"rows_released", "rows_rejected"}
    assert not [stem for stem in stems if f'\\"{stem}\\"' not in settled]


# Some of the searches


def test_a_claim_counts_only_the_rows_that_it_is_about() -> None:
    searches = log(
        {"agency_state": "FL", "searching_agency": "Quellmere FL PD", "reason_text": "Protest"},
        {"agency_state": "FL", "searched_at": "2025-12-09T05:59:00Z"},
        {"agency_state": "FL", "searched_at": "2025-12-09T06:01:00Z"},
        {"agency_state": "TX", "camera_owner": "Other ISD"},
        {"agency_state": None, "agency_kind": None, "own_search": True, "devices_searched": 7},
        time_zone="America/Chicago",
    )
    days = {"from": date(2025, 12, 8), "to": date(2025, 12, 8)}
    for among, count in (
        ({"agency_state": "FL"}, 3),
        ({"searching_agency": "FL - Quellmere PD"}, 1),
        ({"reason": "protest "}, 1),
        (days, 1),
        ({"agency_state": "FL", **days}, 1),
        ({"agency_state": ["FL", "TX"]}, 4),
        ({"searching_agency": ["FL - Quellmere PD", "Quellmere GA PD"]}, 5),
        ({"reason": ["protest", "no such"]}, 1),
        ({"own_search": True}, 1),
        ({"own_search": False, "agency_kind": "municipal"}, 4),
        ({"core": False, "devices_searched": [7, 8]}, 1),
        ({}, 5),
    ):
        assert claims.filtered(claim(among=among), searches).count() == count, among
    assert claims.filtered(claim(scope="Other ISD"), searches).count() == 1


def opened(*rows: dict[str, Any], **records: tuple[int, int]) -> Any:
    """A place as `claims.counted` asks it: its searches, and the records and rejected ones of its files."""
    lines = [
        {"source_file": f"{name}.csv", "records": read, "rejected": not_kept}
        for name, (read, not_kept) in records.items()
    ]
    return SimpleNamespace(searches=log(*rows), lacks={"all": frozenset()}, files=pd.DataFrame(lines))


def test_a_share_is_of_the_searches_that_out_of_holds_for() -> None:
    some = claim(
        among={"agency_state": "FL"}, out_of={"own_search": False}, share=True, value="66.7%", unit="share"
    )
    rows = (
        {"agency_state": "FL"},
        {"agency_state": "FL"},
        {"agency_state": "TX"},
        {"agency_state": "FL", "own_search": True},
    )
    end = claims.settle(some, claims.counted(some, opened(*rows)), place())
    assert (end.outcome, end.computed) == ("reproduced", "66.7% (2 of 3)")
    assert end.explanation == "the searches by FL as a share of those with own_search = false"


@pytest.mark.parametrize(
    ("measure", "files", "value"),
    [
        ("rows_released", "a.csv", 700),
        ("rows_released", ["a.csv", "b.csv"], 1_000),
        ("rows_rejected", ["a.csv", "b.csv"], 19),
        ("rows_released", ["a.csv", "c.csv"], None),
    ],
)
def test_the_records_of_single_files_are_those_of_these_files(measure: str, files: Any, value: Any) -> None:
    some = claim(measure=measure, among={"source_file": files})
    found = claims.counted(some, opened({}, a=(700, 10), b=(300, 9)))[measure, "all"]
    assert found["value"] == value
    assert value is not None or "not among those released" in found["because"]


def test_a_number_of_filtered_searches_says_which() -> None:
    some = claim(among={"agency_state": "FL", "from": date(2025, 3, 13), "to": date(2025, 5, 5)})
    end = claims.settle(some, numbers(searches=700), place())
    assert end.explanation == "counted among searches by FL from 13 March 2025 to 5 May 2025"


@pytest.mark.parametrize(
    ("among", "says"),
    [
        ('{ state = "FL" }', "unknown key 'state'"),
        ('{ from = "2025-03-13" }', "is not a day, unquoted"),
        ("{ agency_state = 1 }", "is not a text"),
        ('{ agency_state = ["FL", 1] }', "is not a text"),
        ("{ agency_state = [] }", "is not a text"),
        ("{ agency_state = 2025-03-13 }", "is not a text"),
        ('{ own_search = "yes" }', "is not true or false"),
        ("{ core = 1 }", "is not true or false"),
        ('{ networks_searched = "1" }', "is not a number"),
        ("{ networks_searched = true }", "is not a number"),
    ],
)
def test_a_filter_that_cannot_be_used_is_refused(tmp_path: Path, among: str, says: str) -> None:
    with pytest.raises(BadClaims, match=says):
        claims.read(write(tmp_path, f"{GOOD}among = {among}\n"))


@pytest.mark.parametrize("other", ["a", "nobody"])
def test_a_claim_that_repeats_itself_or_no_claim_of_its_piece_is_refused(tmp_path: Path, other: str) -> None:
    with pytest.raises(BadClaims, match=f"claim 'a': restates = '{other}' is no other claim"):
        claims.read(write(tmp_path, f'{GOOD}restates = "{other}"\n'))
