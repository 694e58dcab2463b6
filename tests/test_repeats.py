"""A record is the same as another only where every released cell is, and of these cells nothing is kept."""

import csv
import io

import pytest
from frames import part_of

from analysis.build import account, parts
from analysis.places import ReleasedFile

COLUMNS = ("Name", "Org Name", "Total Networks Searched", "Total Devices Searched", "Time Frame", "License Plate",
           "Reason", "Case #", "Filters", "Search Time", "Search Type")  # fmt: skip
RECORD = ("B. Nemo", "Sampleton TX PD", "5", "100", "11/26/2025, 11:00:00 AM UTC - 12/03/2025, 11:00:00 AM UTC",
          "QQQ4307", "theft", "26-600422", "Van", "12/03/2025, 10:40:52 AM UTC", "lookup")  # fmt: skip


def facts_of(tmp_path, records, columns=COLUMNS):
    text = io.StringIO()
    csv.writer(text).writerows([columns, *records])
    path = tmp_path / "log.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    file = ReleasedFile("log.csv", "00", "network audit", "Tarnwick ISD")
    _, _, (facts,), _ = part_of(file, path)
    return facts


def changed(column, to):
    return tuple(to if name == column else cell for name, cell in zip(COLUMNS, RECORD))


@pytest.mark.parametrize("column", COLUMNS)
def test_two_records_that_differ_in_one_cell_are_two(tmp_path, column):
    other = {
        "Search Time": "12/03/2025, 10:40:53 AM UTC",
        "Time Frame": "11/26/2025, 11:00:01 AM UTC - 12/03/2025, 11:00:00 AM UTC",
    }
    facts = facts_of(tmp_path, [RECORD, changed(column, other.get(column, "7"))])
    assert (facts["searches"], facts["repeated_records"]) == (2, 0)


@pytest.mark.parametrize("times", [2, 5])
def test_an_export_that_holds_each_record_several_times_says_so(tmp_path, times):
    records = [changed("Search Time", f"12/03/2025, 10:40:{second:02} AM UTC") for second in range(20)]
    facts = facts_of(tmp_path, records * times)
    assert facts["searches"] == 20 * times
    assert facts["distinct_searches"] == 20
    assert facts["repeated_records"] == 20 * (times - 1)


def test_searches_that_differ_in_a_dropped_cell_alone_are_one_search_and_two_records(tmp_path):
    facts = facts_of(tmp_path, [RECORD, changed("License Plate", "QQQ4308")])
    assert (facts["distinct_searches"], facts["repeated_records"]) == (1, 0)


def test_a_record_repeats_another_in_whatever_block_and_order_of_columns_it_stands(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.readers.csv.PIECE", 300)
    turned = list(reversed(range(len(COLUMNS))))
    others = [changed("Search Time", f"12/03/2025, 10:41:{second:02} AM UTC") for second in range(20)]
    again = [tuple(COLUMNS[at] for at in turned), tuple(RECORD[at] for at in turned)]
    facts = facts_of(tmp_path, [RECORD, *others, *again])
    assert (facts["searches"], facts["repeated_records"]) == (22, 1)


def test_an_index_beside_the_export_tells_no_records_apart(tmp_path):
    facts = facts_of(tmp_path, [("1", *RECORD), ("2", *RECORD)], ("", *COLUMNS))
    assert facts["repeated_records"] == 1


def test_no_fingerprint_is_kept():
    assert "fingerprint" not in parts.SCHEMA.names
    assert not any("fingerprint" in fact for fact in account.FACTS)
