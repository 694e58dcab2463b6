"""Rows in = rows out + rows left out, at every step."""

import pytest

from analysis.build.ledger import DoesNotAddUp, Ledger


def test_each_reason_has_a_line_and_the_lines_lead_from_in_to_out():
    ledger = Ledger()
    ledger.record("read", "log.csv", 10, 7, {"blank record": 1, "total line": 2})
    assert [(line.rows_in, line.rows_out, line.set_aside) for line in ledger.lines] == [(10, 9, 1), (9, 7, 2)]
    assert [line.why for line in ledger.lines] == ["blank record", "total line"]


def test_a_step_that_sets_nothing_aside_is_written_down_too():
    ledger = Ledger()
    ledger.record("type", "log.csv", 10, 10, {})
    assert ledger.lines == [("type", "log.csv", 10, 10, 0, "")]


def test_a_step_that_loses_a_row_stops_the_run():
    with pytest.raises(DoesNotAddUp, match=r"log\.csv.*took 10 rows and gave 8"):
        Ledger().record("read", "log.csv", 10, 8, {"blank record": 1})
