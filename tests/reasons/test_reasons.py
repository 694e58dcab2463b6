"""What the reason rules must count, must leave alone, and must refuse."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import reasons
from analysis.reasons import Rules, classify_text, explain
from analysis.reasons.distinct import without_long_numbers
from analysis.reasons.engine import decide, matching
from analysis.reasons.normal import normal_form, normal_forms, readings, searched
from analysis.reasons.origin import SplitReason

FOLDER = Path(__file__).parents[2] / "data" / "hand" / "reasons"
ASSAULT, GUNS = "Assault/Battery Offenses", "Weapons Offense (Guns/Shots Fired)"

HERE = Path(__file__).parent
"""Beside this file: invented reasons with the total, kind or topic that each must have, most made to confuse."""


@pytest.fixture(scope="module")
def rules() -> Rules:
    return reasons.load(FOLDER)


def _marked(file: str) -> Iterator[tuple[str, str]]:
    """The heading in brackets and each reason below it."""
    heading = ""
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]") and " ¦ " not in line:
            heading = line[1:-1]
        elif line and not line.startswith("#"):
            plain = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), line)
            yield from ((heading, reason.replace("\\t", "\t")) for reason in plain.split(" ¦ "))


def _labelled() -> list[tuple[str, str, str]]:
    return [(reason, *heading.partition(" ")[::2]) for heading, reason in _marked("labelled_reasons.txt")]


def _table(*texts: str, **more: list[object]) -> pa.Table:
    return pa.table({"reason_as_released": pa.array(texts, pa.string()), **more})


# What counts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reason", "tier", "kind"), _labelled())
def test_a_labelled_reason_counts_in_its_total(rules: Rules, reason: str, tier: str, kind: str) -> None:
    found = classify_text(reason, rules)
    assert found.tier == tier, (found.rules, dict(found.removed))
    if kind not in ("", "any"):
        assert found.kind == kind


@pytest.mark.parametrize(("topic", "reason"), [*_marked("labelled_topics.txt")])
def test_a_labelled_reason_has_its_topic(rules: Rules, topic: str, reason: str) -> None:
    topics = classify_text(reason, rules).topics
    assert (topic.removeprefix("-") in topics) == (not topic.startswith("-")), topics


def test_every_example_gives_its_rule_and_every_counter_example_does_not(rules: Rules) -> None:
    for rule in rules.rules:
        for text in rule.matches:
            assert rule.id in classify_text(text, rules).rules, (rule.id, text)
        for text in rule.leaves:
            assert rule.id not in classify_text(text, rules).rules, (rule.id, text)


def test_examples_of_counting_rules_count_at_least_as_narrowly_as_their_rule(rules: Rules) -> None:
    order = ("strict", "core", "broad", "none")
    for rule in rules.rules:
        if rule.tier in order:
            for text in rule.matches:
                tier = classify_text(text, rules).tier
                assert order.index(tier) <= order.index(rule.tier), (rule.id, text, tier)


def test_a_guard_removes_a_group_and_not_the_row(rules: Rules) -> None:
    assert classify_text("ERO petition, ICE hold", rules).tier == "strict"
    assert classify_text("not ICE, CBP", rules).tier == "core"
    assert classify_text("ice rink, human smuggling", rules).tier == "core"


def test_the_narrowest_definition_wins(rules: Rules) -> None:
    assert classify_text("HSI", rules).tier == "broad"
    assert classify_text("HSI / CBP", rules).tier == "core"
    assert classify_text("HSI / CBP / immigration", rules).tier == "strict"
    assert classify_text("Immigration (civil/administrative) - HSI", rules).tier == "strict"


def test_both_kinds_are_one_row_of_kind_both(rules: Rules) -> None:
    cell = "Immigration (civil/administrative), Immigration (criminal) - "
    assert (classify_text(cell, rules).tier, classify_text(cell, rules).kind) == ("strict", "both")
    assert classify_text("ICE hold and 8 USC 1326", rules).kind == "both"


def test_reasons_that_no_total_counts_and_hsi_alone_have_no_kind(rules: Rules) -> None:
    assert classify_text("stolen vehicle", rules).kind is None
    assert classify_text("HSI", rules).kind is None


def test_a_crime_beside_an_immigration_word_is_mixed(rules: Rules) -> None:
    assert classify_text("immigration violation, narcotics", rules).mixed
    assert classify_text("Drugs/Narcotics - HSI", rules).mixed
    assert not classify_text("immigration violation", rules).mixed
    assert not classify_text("narcotics", rules).mixed


def test_ice_beside_a_drug_is_left_for_a_person(rules: Rules) -> None:
    found = classify_text("ice and fentanyl", rules)
    assert found.tier == "none"
    assert {"immigration_suspect", "drugs"} <= set(found.topics)


def test_protest_against_ice_is_a_topic_of_its_own_and_never_immigration(rules: Rules) -> None:
    for text in ("anti-ICE protest", "ICE watch", "Abolish ICE", "protesters at ICE office"):
        found = classify_text(text, rules)
        assert "protest" in found.topics, text
        assert "immigration" not in found.topics, text


def test_suspects_and_hsi_have_topics_of_their_own(rules: Rules) -> None:
    assert classify_text("locate alien", rules).topics == ("immigration_suspect",)
    assert classify_text("HSI", rules).topics == ("homeland_security",)
    assert "immigration_suspect" not in classify_text("ICE, alien", rules).topics


def test_a_group_has_one_total_and_the_totals_are_those_of_the_vocabulary(rules: Rules) -> None:
    tiers = {rule.group: rule.tier for rule in rules.rules if rule.tier}
    strict = "immigration_word ice_act a_number removal status form statute program"
    core = "immigration_short ice_agency ero border_agency people_smuggling title_8 operation"
    expected = dict.fromkeys(strict.split(), "strict") | dict.fromkeys(core.split(), "core")
    assert tiers == expected | {"hsi": "broad", "dhs": "broad", "suspect": "suspect"}


# Vague words, codes and case numbers ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["inv", "Investigation", "investigaton", "n/a", "x", ".", "LE", "Other - Not Applicable"]
)
def test_a_reason_that_says_nothing_is_vague(rules: Rules, text: str) -> None:
    assert "vague" in classify_text(text, rules).topics


@pytest.mark.parametrize(
    "text", ["homicide inv", "Robbery - ", "Robbery - inv", "Patrol Investigation", "", "***", "ICE"]
)
def test_vague_words_beside_others_are_not_vague(rules: Rules, text: str) -> None:
    assert "vague" not in classify_text(text, rules).topics


def test_case_numbers_and_codes_alone_are_named_as_such(rules: Rules) -> None:
    assert classify_text("26-13287", rules).topics == ("case_number_only",)
    assert "code_only" in classify_text("459", rules).topics
    assert "case_number_only" not in classify_text("ICE 26-13287", rules).topics


# The normal form --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("I.C.E. Hold", "ice hold"),
        ("I C E", "ice"),
        ("I C E A 123", "ice a 123"),
        ("8 U.S.C. § 1326(a)", "8 usc 1326 a"),
        ("U.S. C.B.P.", "us cbp"),
        ("HSI3500", "hsi 3500"),
        ("ICE+ERO", "ice ero"),
        ("ＩＣＥ", "ice"),
        ("i\u200bce", "ice"),
        ("Peña—ICE", "pena ice"),
        ("жice", "жice"),
        ("287(g)", "287g"),
        ("ICE 287 (G) unit", "ice 287g unit"),
        ("26-287(g)", "26 287 g"),
        ("287g5", "287 g 5"),
        ("one\ntwo\r\nthree", "one two three"),
        ("  ...  ", ""),
    ],
)
def test_the_normal_form_is_words_between_single_blanks(text: str, form: str) -> None:
    assert normal_form(text) == form


def test_an_underscore_is_read_as_a_blank_and_as_nothing(rules: Rules) -> None:
    assert readings("_missing _person") == ("missing person",)
    assert readings("investigatio_n") == ("investigatio n", "investigation")
    assert classify_text("immigratio_n", rules).tier == "strict"
    assert classify_text("ICE_HOLD", rules).kind == "civil"


@given(st.lists(st.text(max_size=30), max_size=8))
def test_many_texts_have_the_forms_that_each_has_alone(texts: list[str]) -> None:
    assert normal_forms(texts) == [normal_form(text) for text in texts]


@given(st.text(max_size=60))
def test_a_normal_form_has_no_capitals_signs_or_double_blanks(text: str) -> None:
    form = normal_form(text)
    assert form == " ".join(form.split(" ")).strip()
    assert all(sign == " " or sign.isalnum() for sign in form)
    assert not any("A" <= sign <= "Z" for sign in form)


# The drop-down and where a reason came from -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "types", "text", "origin"),
    [
        (f"{ASSAULT} (Domestic) - suspect", (f"{ASSAULT} (Domestic)",), "suspect", "dropdown+typed"),
        (f"{ASSAULT}, Stalking - car", (ASSAULT, "Stalking"), "car", "dropdown+typed"),
        ("Robbery - ", ("Robbery",), "", "dropdown"),
        ("Robbery -", ("Robbery",), "", "dropdown"),
        ("Robbery - a - b", ("Robbery",), "a - b", "dropdown+typed"),
        ("Robbery - ***", ("Robbery",), "***", "dropdown"),
        ("Robbery", (), "Robbery", "typed"),
        ("Robbery-suspect", (), "Robbery-suspect", "typed"),
        ("Hit and Run/Car Accident", (), "Hit and Run/Car Accident", "typed"),
        ("Auto Theft / Unit - x", (), "Auto Theft / Unit - x", "typed"),
        ("  ", (), "", "blank"),
        ("***", (), "***", "masked"),
        (" REDACTED ", (), "REDACTED", "masked"),
        ("7923.600 GC", (), "7923.600 GC", "masked"),
        ("Daytime search for best result", (), "Daytime search for best result", "machine"),
        ("More Like This: ICE", (), "More Like This: ICE", "machine"),
        (f"{GUNS} - More Like This: x", (GUNS,), "More Like This: x", "machine"),
    ],
)  # fmt: skip
def test_a_cell_is_parted_before_it_is_trimmed(
    rules: Rules, cell: str, types: tuple[str, ...], text: str, origin: str
) -> None:
    split = rules.split_reason(cell)
    assert (split.offense_types, split.text, split.origin) == (types, text, origin)


def test_a_portal_without_an_offense_column_shows_menu_values_in_the_reason(rules: Rules) -> None:
    assert rules.split_reason("Alcohol Offenses (Non-DUI)", portal=True).origin == "dropdown"
    assert rules.split_reason("Robbery", portal=True).origin == "typed"


def test_the_portal_column_is_split_and_unknown_values_stay(rules: Rules) -> None:
    split = rules.split_reason("", "Robbery, Our Own Value")
    assert (split.offense_types, split.origin) == (("Robbery", "Our Own Value"), "dropdown")
    assert rules.menus["flock"].unknown(split.offense_types) == ("Our Own Value",)
    assert classify_text("", rules).tier == "none"
    assert reasons.classify([""], rules, ["Immigration (criminal)"]).loc[0, "immigration_kind"] == "criminal"


def test_the_menu_has_the_fifty_attested_values_and_only_two_about_immigration(rules: Rules) -> None:
    assert len(rules.offense_types) == 50
    assert [t.kind for t in rules.offense_types.values() if t.tier] == ["civil", "criminal"]


def test_a_collectors_note_is_kept_in_the_reason_and_read_by_no_rule(rules: Rules) -> None:
    texts = [
        "ofc. safety [HIBF Note: shared from a log that cites immigration] ",
        "immigration [HIBF Note: shared from another log]",
        "[hibf note: a second ICE note that nobody closed",
        "Robbery [REDACTED]",
    ]
    table = reasons.classify(texts, rules)
    assert table["reason"].tolist() == texts
    assert table["reason_text"].tolist() == ["ofc. safety", "immigration", "", "Robbery [REDACTED]"]
    assert (table["immigration_tier"] != "none").tolist() == [False, True, False, False]
    assert table["reason_origin"].tolist() == ["typed", "typed", "blank", "typed"]
    assert [classify_text(text, rules).tier != "none" for text in texts] == [False, True, False, False]
    assert explain(texts[0], rules).found.tier == "none"


def test_machine_made_text_counts_in_no_total_but_has_a_measure_of_its_own(rules: Rules) -> None:
    alert = "Other image search from alerts page associated with Alert: Immigration Violator QOI0042 - 2026"
    for text in (alert, "More Like This: ICE hold", "Robbery - More Like This: immigration"):
        found = classify_text(text, rules)
        assert (found.tier, found.kind) == ("none", None)
        assert "machine_immigration" in found.topics
    assert classify_text("More Like This: stolen vehicle", rules).topics == ("interface",)


def test_masked_and_blank_reasons_have_neither_total_nor_topic(rules: Rules) -> None:
    for text in ("***", "[REDACTED]", "", "###"):
        assert classify_text(text, rules) == reasons.Found()


# Whole tables -----------------------------------------------------------------------------------------------


def test_a_table_gets_its_columns_with_their_types(rules: Rules) -> None:
    table = reasons.add(_table("ICE hold", "Robbery - gun", "", "ICE hold"), rules)
    assert {name: table.schema.field(name).type for name in reasons.COLUMNS} == reasons.COLUMNS
    assert table.column("immigration_tier").to_pylist() == ["strict", "none", "none", "strict"]
    assert table.column("reason_origin").to_pylist() == ["typed", "dropdown+typed", "blank", "typed"]
    assert table.column("offense_types").to_pylist() == [[], ["Robbery"], [], []]


def test_an_empty_table_and_nulls_are_no_errors(rules: Rules) -> None:
    assert reasons.add(_table(), rules).num_rows == 0
    table = pa.table(
        {
            "reason_as_released": pa.array([None, "ICE"], pa.string()),
            "offense_types_as_released": pa.array(["Immigration (criminal)", None], pa.string()),
        }
    )
    assert reasons.add(table, rules).column("immigration_tier").to_pylist() == ["strict", "core"]


def test_any_part_of_the_rows_gets_the_same_answers(rules: Rules) -> None:
    table = _table(*(reason for reason, _, _ in _labelled()))
    whole = reasons.add(table, rules)
    parts = pa.concat_tables([reasons.add(table.slice(0, 100), rules), reasons.add(table.slice(100), rules)])
    assert whole.equals(parts)


def test_adding_twice_changes_nothing(rules: Rules) -> None:
    once = reasons.add(_table("ICE", "HSI"), rules)
    assert reasons.add(once, rules).equals(once)


def test_rows_of_a_portal_may_be_marked_one_by_one(rules: Rules) -> None:
    table = _table("Drugs/Narcotics", "Drugs/Narcotics", menu_in_reason=[True, False])
    assert reasons.add(table, rules).column("reason_origin").to_pylist() == ["dropdown", "typed"]
    assert reasons.add(_table("Drugs/Narcotics"), rules, portal=True).column("reason_origin").to_pylist() == [
        "dropdown"
    ]


def test_an_operation_counts_on_its_days_only(rules: Rules) -> None:
    days = [datetime(2025, 9, 7, 23, 59, tzinfo=UTC), datetime(2025, 9, 8, tzinfo=UTC), None]
    table = _table(*["Operation Midway Blitz"] * 3, searched_at=pa.array(days, pa.timestamp("us", "UTC")))
    assert reasons.add(table, rules).column("immigration_tier").to_pylist() == ["none", "core", "core"]


def test_dhs_is_ambiguous_by_the_agency_and_homeland_clears_it(rules: Rules) -> None:
    table = _table(
        "DHS", "DHS", "DHS", "DHS homeland", "DHS", "ICE DHS",
        agency_state=["IL", "TX", None, "IL", "CA", "IL"],
        searching_agency=["A PD", "B PD", "C PD", "D PD", "Invented Homeland Security", "E PD"],
    )  # fmt: skip
    table = reasons.add(table, rules)
    assert table.column("dhs_ambiguous").to_pylist() == [True, False, False, False, True, False]
    assert not any(reasons.add(_table("DHS"), rules).column("dhs_ambiguous").to_pylist())


def test_the_totals_are_nested_and_the_kinds_fit_them(rules: Rules) -> None:
    frame = reasons.classify([reason for reason, _, _ in _labelled()], rules)
    counted = frame["immigration_tier"].isin(["strict", "core"])
    assert (frame["immigration_kind"].notna() == counted).all()
    assert (frame["topics"].map(lambda topics: "immigration" in topics) == counted).all()
    assert not frame.loc[frame["immigration_tier"] == "none", "mixed"].any()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("26-123456", "26-999999"),
        ("26-12345", "26-12345"),
        ("A123456789x1234567", "A999999999x9999999"),
        ("", ""),
        ("123456", "999999"),
        ("é1234567", "é9999999"),
    ],
)
def test_long_numbers_are_told_apart_by_their_length_alone(text: str, plain: str) -> None:
    # Texts lie side by side in memory, so each is tried between two others that end and begin with digits.
    made = without_long_numbers(pa.array(["123", text, "456", text]))
    assert made.to_pylist() == ["123", plain, "456", plain]


def test_cases_that_differ_in_their_long_number_only_keep_their_own_words(rules: Rules) -> None:
    table = reasons.add(_table("ICE 26-123456", "ICE 26-654321", "Robbery - 26-123456", " 26-777777 "), rules)
    assert table.column("reason_text").to_pylist() == [
        "ICE 26-123456",
        "ICE 26-654321",
        "26-123456",
        "26-777777",
    ]
    assert table.column("immigration_tier").to_pylist() == ["core", "core", "none", "none"]


_SAID = (
    "ICE|I.C.E.|hold|HSI|ero|cbp|immigration|imm|287(g)|8 USC 1326|not|no|protest|meth|cream|petition|child|DHS|"
    "homeland|Robbery|-|Drugs/Narcotics,|A123456789|"
    "A 012345678|1234567|99|10851|illegal|alien|re-entry|_|+|***|More Like This:|é|ß|ﬁ|26-1234"
)
_WORDS = st.sampled_from(_SAID.split("|"))
_REASONS = st.one_of(
    st.text(max_size=40),
    st.lists(_WORDS, max_size=8).map(" ".join),
    st.lists(_WORDS, max_size=6).map("".join),
)


@given(st.lists(_REASONS, min_size=1, max_size=10))
@settings(deadline=None, max_examples=150)
def test_the_fast_way_and_the_reference_agree(texts: list[str]) -> None:
    rules = _loaded()
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    table = reasons.add(_table(*texts), rules)
    for row, text in zip(table.to_pylist(), texts):
        found, split = classify_text(text, rules), rules.split_reason(text)
        assert (tuple(row["rules"]), tuple(row["topics"])) == (found.rules, found.topics)
        assert (row["immigration_tier"], row["immigration_kind"], row["mixed"]) == (
            found.tier,
            found.kind,
            found.mixed,
        )
        assert (row["reason_origin"], row["reason_text"]) == (split.origin, split.text)
        assert tuple(row["offense_types"]) == split.offense_types


def test_both_engines_agree_on_every_example_of_every_rule(rules: Rules) -> None:
    examples = [text for rule in rules.rules for text in (*rule.matches, *rule.leaves)]
    labelled = [reason for _, reason in (*_marked("labelled_reasons.txt"), *_marked("labelled_topics.txt"))]
    for text in (*examples, *labelled):
        form, split = searched(text), SplitReason((), text, "typed")
        slow, fast = matching(form, rules), rules.at_once(form.encode())
        assert fast <= slow, text
        assert decide(fast, split, rules) == decide(slow, split, rules), text


def test_a_text_that_no_immigration_rule_could_meet_is_looked_at_once(rules: Rules) -> None:
    for text in ("stolen vehicle", "26-13287", "zzz", "assault case warrant"):
        numbers = rules.at_once(searched(text).encode())
        assert not [r.id for n in numbers for r in rules.by_number.get(n, ()) if r.tier]


_KEPT: list[Rules] = []


def _loaded() -> Rules:
    # Hypothesis asks many times within one test, which fixtures are not made for.
    if not _KEPT:
        _KEPT.append(reasons.load(FOLDER))
    return _KEPT[0]


@pytest.mark.parametrize(
    "piece",
    [
        "immigration ",
        "ice ",
        "a",
        "A1 ",
        "a. ",
        "287(g",
        "Robbery, ",
        "_",
        "smuggling of x ",
        "\u0301",
        "ice hold ",
        "1",
    ],
)
def test_a_hostile_reason_of_a_megabyte_does_not_hang(rules: Rules, piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    reasons.add(_table(text), rules)
    explain(text, rules).as_text()
    shorter = text[:100_000]
    fast = reasons.add(_table(shorter), rules).column("immigration_tier").to_pylist()
    assert fast == [classify_text(shorter, rules).tier]


def test_a_real_release_without_immigration_reasons_gives_none(records: Path, rules: Rules) -> None:
    with (records / "eugene-or" / "EPDSearchAuditLogs.csv").open(encoding="utf-8", newline="") as file:
        frame = reasons.classify([row["reason"] for row in csv.DictReader(file)], rules, portal=True)
    assert len(frame) == 4_294
    assert (frame["immigration_tier"] == "none").all()
    assert (frame["reason_origin"] == "machine").sum() > 190


# Explaining -------------------------------------------------------------------------------------------------


def test_an_explanation_has_exactly_the_promised_fields(rules: Rules) -> None:
    assert explain("I.C.E. hold", rules).as_dict() == {
        "reason": "I.C.E. hold",
        "normal": "ice hold",
        "origin": "typed",
        "immigration_tier": "strict",
        "immigration_kind": "civil",
        "topics": ["immigration"],
        "rules": ["ice_act.hold", "ice_agency.alone"],
    }


def test_an_explanation_names_the_words_the_near_misses_and_the_suspects(rules: Rules) -> None:
    text = explain("ICE cream truck, ICE detainer, bailout", rules).as_text()
    assert "near miss         ice_act.hold matched 'ice detainer'" in text
    assert "Removed by 'ice cream': These neighbours make ICE a thing" in text
    text = explain("locate alien", rules).as_text()
    assert "suspect.alien matched 'alien'" in text
    assert "counted in no total" in text
    assert "Removed by rule protest.against_ice: Protest" in str(explain("anti-ICE", rules))


def test_an_explanation_names_near_spellings_that_no_rule_lists(rules: Rules) -> None:
    assert "near spelling     'imigrtoin' is close to 'immigration'" in str(explain("imigrtoin", rules))
    for text in ("investigation", "department", "reported stolen", "retainer", "immigration"):
        assert explain(text, rules).near == (), text


def test_an_explanation_in_a_notebook_is_escaped(rules: Rules) -> None:
    assert "<script>" not in explain("<script>alert(1)</script> ICE", rules)._repr_html_()


# Explaining line by line ------------------------------------------------------------------------------------


def _answers(*lines: str) -> list[dict[str, Any]]:
    return list(reasons.answer_lines(lines, _loaded()))


def test_a_line_needs_a_reason_and_nothing_else() -> None:
    line = '{"reason": "DHS", "agency_state": "IL", "offense_types": ["Immigration (criminal)"]}'
    bare, full = _answers('{"reason": "I.C.E. hold"}', line)
    assert list(bare) == [
        "reason", "normal", "origin", "immigration_tier", "immigration_kind", "topics", "rules"
    ]  # fmt: skip
    assert (bare["normal"], bare["immigration_tier"], bare["immigration_kind"]) == (
        "ice hold",
        "strict",
        "civil",
    )
    assert (full["origin"], full["immigration_kind"]) == ("dropdown+typed", "criminal")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nope", "this is not JSON"),
        ("", "the line is empty"),
        ("[1]", "this is not a JSON object"),
        ("{}", "'reason' is missing"),
        ('{"reason": null}', "'reason' is not a text"),
        ('{"reason": 7}', "'reason' is not a text"),
        ('{"reason": "x", "agency_state": 7}', "'agency_state' is not a text"),
        ('{"reason": "x", "offense_types": [7]}', "'offense_types' is not a list of texts"),
        ("[" * 100_000, "this is not JSON"),
    ],
)
def test_a_bad_line_is_answered_by_its_number_and_stops_nothing(line: str, said: str) -> None:
    before, bad, after = _answers('{"reason": "ICE"}', line, '{"reason": "HSI"}')
    assert (before["immigration_tier"], after["immigration_tier"]) == ("core", "broad")
    assert bad["line"] == 2
    assert bad["error"].startswith(said)
    assert '{"reason":' in bad["error"]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
@settings(deadline=None, max_examples=60)
def test_many_lines_get_the_answers_that_each_gets_alone(texts: list[str]) -> None:
    lines = [json.dumps({"reason": text}) for text in texts]
    assert _answers(*lines) == [explain(text, _loaded()).as_dict() for text in texts]
    for text, answer in zip(texts, _answers(*lines)):
        found = classify_text(text, _loaded())
        assert (answer["immigration_tier"], tuple(answer["rules"])) == (found.tier, found.rules)


def test_an_explanation_takes_a_portal_column_and_a_state(rules: Rules) -> None:
    assert (
        explain("", rules, offense_types=["Immigration (criminal)"]).as_dict()["immigration_kind"]
        == "criminal"
    )
    assert explain("x", rules, offense_types="Robbery, Arson").split.offense_types == ("Robbery", "Arson")
    assert explain("DHS", rules, "IL").dhs_ambiguous
    assert not explain("DHS", rules, "TX").dhs_ambiguous


def test_the_published_table_holds_every_rule_and_menu_value(rules: Rules) -> None:
    table = reasons.rules_table(rules)
    menu = {t.rule for t in rules.offense_types.values()}
    lists = {f"words.{one.name}" for one in rules.lists}
    assert set(table["id"]) == {rule.id for rule in rules.rules} | menu | lists
    assert table["because"].ne("").all()
    assert table.notna().all().all()


def test_near_spellings_of_many_reasons_are_those_of_each():
    forms = [
        "imigrtoin hold",
        "theft",
        "de portation of a trainer",
        "imigrtoin",
        "undocumentd immigration",
        "",
        "imigrtoin 26 12345",
        "imigrtoin 27 54321",
        "de 1 portation",
    ]
    found = reasons.near_words_of(forms)
    assert found == {place: reasons.near_words(form) for place, form in enumerate(forms) if place in found}
    assert [one.word for one in found[0]] == ["imigrtoin"]
    assert sorted(found) == [0, 3, 4, 6, 7], (
        "'de portation' is the listed word in two unless a number parts it, and a trainer is a word of its own"
    )
