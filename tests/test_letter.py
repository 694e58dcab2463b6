"""The letter asks for exactly the exports and columns that the analysis reads, under a law that somebody has read."""

from dataclasses import replace
from datetime import date

import pytest

from analysis import formats, letter, states


def test_a_law_that_was_read_is_cited_and_its_source_is_shown():
    written = letter.write("ga", "Quellmere GA PD", date(2025, 12, 1), date(2026, 1, 31))
    assert "Georgia Open Records Act" in " ".join(written.text.split())
    assert "1 December 2025 through 31 January 2026" in " ".join(written.text.split())
    assert "Quellmere GA PD" in written.text
    assert any(states.table()["GA"].source in check for check in written.checks)


def test_a_law_that_only_lists_name_is_not_cited(monkeypatch):
    listed = {"GA": replace(states.table()["GA"], basis="lists")}
    monkeypatch.setattr(states, "table", lambda: listed)
    written = letter.write("GA")
    assert "Georgia" not in written.text
    assert "the public-records law of this state" in " ".join(written.text.split())
    assert any("does not cite it" in check for check in written.checks)


def test_without_a_state_the_letter_names_no_law_and_says_so():
    written = letter.write()
    assert "[name of the agency]" in written.text
    assert "[first day]" in written.text
    assert any("STATE=GA" in check for check in written.checks)


def test_a_state_whose_law_serves_residents_says_so():
    assert any("residents" in check for check in letter.write("TN").checks)


def test_every_column_asked_for_is_one_that_the_parser_knows():
    names = [column.partition(" (")[0] for column in letter.COLUMNS]
    assert formats.recognise(names).family == "native audit"
    assert "License Plate" not in letter.COLUMNS


def test_lines_are_short_enough_for_a_letter():
    assert max(map(len, letter.write("TX").text.splitlines())) <= 90


@pytest.mark.parametrize("said", ["12/01/2025", "2025-13-01", "soon"])
def test_a_day_that_is_none_is_refused_with_the_form(said):
    with pytest.raises(letter.BadDay, match="2025-12-01"):
        letter.day(said)
    with pytest.raises(letter.UnknownState, match="write it as GA"):
        letter.write("Georgia")
