"""Files that people type: every slip is named by file, line, nearest key and remedy, by one reader."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from analysis import build, claims, places, reasons, toml, vendors
from analysis.agencies.words import BadWords
from analysis.agencies.words import load as load_words
from analysis.claims import register
from analysis.refused import Refused

LIBRARY = Path(toml.__file__).parent


def test_a_key_written_twice_is_refused_by_file_and_line(tmp_path):
    path = tmp_path / "list.toml"
    path.write_text('who = "Sampleton"\nwho = "Mockville"\n')
    with pytest.raises(
        toml.BadToml, match=r"data/hand/list.toml: .* is written twice: .*line 2.*Fix that line"
    ):
        toml.load(path, "data/hand/list.toml")


def test_a_table_written_twice_is_refused_as_well():
    with pytest.raises(toml.BadToml, match=r"is written twice: .*line 2"):
        toml.loads("[town]\n[town]\n", "list.toml")


def test_another_encoding_is_named_with_its_remedy(tmp_path):
    (tmp_path / "list.toml").write_bytes('who = "Caf\u00e9"'.encode("cp1252"))
    with pytest.raises(toml.BadToml, match="Save it as UTF-8"):
        toml.load(tmp_path / "list.toml", "list.toml")


@pytest.mark.parametrize("text", ["a = " + "[" * 9999, "a = " + "9" * 9999])
def test_what_no_description_needs_is_refused_without_a_traceback(text):
    with pytest.raises(toml.BadToml, match="Take them out"):
        toml.loads(text, "list.toml")


def test_an_unknown_key_is_named_with_the_nearest_known_one():
    said = toml.unknown_key(["Mesure"], ["measure", "scope"])
    assert said == "unknown key 'Mesure'; near it: measure; known are measure, scope"
    assert toml.unknown_key(["qqqq"], ["measure"]) == "unknown key 'qqqq'; known are measure"
    assert toml.unknown_key(["measure"], ["measure"]) is None


def test_a_place_a_register_and_a_topic_name_a_slip_by_file_line_and_nearest_key(tmp_path):
    twice = 'title = "Sampleton"\ntitle = "Mockville"\n'
    (tmp_path / "piece.toml").write_text(twice)
    (tmp_path / "menu.toml").write_text(twice)
    for read, near in (
        (lambda text: places.read("sampleton", text, tmp_path), 'tittle = "Sampleton"'),
        (lambda text: claims.read(_written(tmp_path / "piece.toml", text)), "[[clam]]"),
        (lambda text: vendors.read_menu(_written(tmp_path / "menu.toml", text)), "[[machin]]"),
    ):
        with pytest.raises(Refused, match=r"\.toml: .* is written twice: .*line 2"):
            read(twice)
        with pytest.raises(Refused, match=r"unknown key .*near it: "):
            read(near)


def _written(path, text):
    path.write_text(text)
    return path


def test_a_topics_keys_and_those_of_rules_and_guards_are_all_explained_where_a_reporter_looks():
    page = (places.root() / "data" / "hand" / "reasons" / "README.md").read_text()
    schemas = (reasons.rule_files.Topic, reasons.rule_files.TypedRule, reasons.rule_files.TypedGuard)
    keys = {name for schema in schemas for name in schema.__struct_encode_fields__}
    told = set(re.findall(r"`\[*([a-z]+)\]*`", page))
    assert keys - told == set()


def test_a_claims_keys_are_all_explained_where_a_reporter_looks():
    page = (places.root() / "claims" / "README.md").read_text()
    assert {key for key in register.Published.__struct_fields__ if f"`{key}" not in page} == set()


def test_the_rules_that_matched_nothing_are_listed_with_what_their_topic_is_about(tmp_path):
    rules = reasons.load(places.root() / "data" / "hand" / "reasons")
    table = tmp_path / "03-rules.csv"
    met = [rule.id for rule in rules.rules if rule.id != "residency_check.named"]
    table.write_text("\n".join(["rule,searches,agencies", *(f"{rule},1,1" for rule in met)]) + "\n")
    said = reasons.never_matched(rules, [table])
    assert said.splitlines()[0].endswith("matched no reason in the results of 1 place")
    assert said.startswith("1 of ")
    assert said.splitlines()[-2:] == [
        "residency_check: " + rules.about["residency_check"],
        "  residency_check.named",
    ]
    assert all(rules.about.values())


def test_every_typed_file_of_this_repository_fits_its_schema_and_a_slip_in_any_is_named(tmp_path):
    hand = places.root() / "data" / "hand"
    texas = places.find("texas")
    assert {one["on"] for one in build.open_other_lists(texas)} == {"reason", "agency"}
    for name, read in (
        ("other_lists.toml", lambda: build.open_other_lists(texas.replace(root=tmp_path))),
        ("agency_words.toml", lambda: load_words(tmp_path / "data" / "hand" / "agency_words.toml")),
    ):
        path = tmp_path / "data" / "hand" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('shade = "red"\n' + (hand / name).read_text())
        with pytest.raises(Refused, match=rf"{name}: unknown key 'shade'.*; known are"):
            read()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name    = "federal"', 'nome    = "federal"', "tag 1: unknown key 'nome'; .*near it: name"),
        ("because = \"Offices of New York's", 'from = "x"\nbecause = "', "is written twice: .*line"),
        ("from    = '^NYS\\b'", "from    = '(NYS'", r"written out '\(NYS': '\(NYS' is not a pattern"),
        ('kind     = "federal"', 'kind     = "national"', "kind '.*': kind = 'national' is none of"),
    ],
)
def test_a_slip_in_the_word_list_of_agencies_is_named_with_its_entry(tmp_path, old, new, said):
    text = (places.root() / "data" / "hand" / "agency_words.toml").read_text()
    assert old in text
    path = _written(tmp_path / "agency_words.toml", text.replace(old, new, 1))
    with pytest.raises(BadWords, match=rf"agency_words\.toml.*{said}"):
        load_words(path)


def test_what_is_written_is_read_back_as_it_was():
    values = {
        "name": 'Tarnwick "log" \x7f \U0001f697 \\ é', "column 3": 7, "learned": date(2026, 2, 10), "by_hand": True,
        "left_out": ["a.pdf", "b\n.pdf"],
    }  # fmt: skip
    assert tomllib.loads(toml.lines(values)) == values
    assert toml.lines({}) == ""
    assert {line.index(" = ") for line in toml.lines({"a": 1, "longer": 2}).splitlines()} == {6}
