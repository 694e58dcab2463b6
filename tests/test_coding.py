"""Errors are counted row by row where the truth is known, and claimed nowhere else."""

from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from frames import searches

from analysis import coding


def test_right_wrong_and_missed_rows_add_up_under_each_definition():
    truth = pd.Series(["strict", "core", "none", "broad", "none"])
    found = pd.Series(["core", "none", "strict", "broad", "none"])
    table = coding.score(truth, found).set_index("definition")
    assert table.loc["strict", ["right", "wrong", "missed"]].tolist() == [0, 1, 1]
    assert table.loc["core", ["right", "wrong", "missed"]].tolist() == [1, 1, 1]
    assert table.loc["broad", ["right", "wrong", "missed"]].tolist() == [2, 1, 1]
    assert table.loc["core", "precision_share"] == table.loc["core", "recall_share"] == 0.5


def test_a_place_that_nobody_coded_claims_no_error_rate(tmp_path):
    known = coding.known_errors(
        SimpleNamespace(processed=tmp_path), searches({}, {"immigration_tier": "core"})
    )
    assert known.numbers == []
    assert "no precision and no recall is claimed" in known.sentence
    assert known.table["counted"].tolist() == [0, 1, 1]


def test_a_replica_is_scored_on_every_row(tmp_path):
    (tmp_path / "planted").mkdir()
    truth = pa.table({"source_file": ["log.csv"] * 2, "source_row": [1, 2], "tier": ["core", "none"]})
    pq.write_table(truth, tmp_path / "planted" / "planted.parquet")
    frame = searches({"immigration_tier": "core"}, {})
    known = coding.known_errors(SimpleNamespace(processed=tmp_path), frame)
    found = {n["measure"]: n["value"] for n in known.numbers}
    assert (found["precision.core"], found["recall.core"]) == (1.0, 1.0)
    assert "All 2 rows" in known.sentence


def test_every_row_is_in_exactly_one_pile():
    rows = searches(
        *[{}] * 9,
        {"immigration_tier": "strict", "reason_as_released": "deport"},
        {"reason_origin": "blank", "reason_as_released": ""},
        {"reason_as_released": "rare"},
    )
    table = coding.strata(rows)
    assert table["rows"].sum() == len(rows)
    assert table.set_index("stratum").loc["hit", ["reasons", "rows"]].tolist() == [1, 1]
    assert table.set_index("stratum").loc["unreadable", "rows"] == 1
