"""The alternatives do what they say on the same rows, and what is written comes from what was measured."""

import inspect
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from frames import HEADER, part_of, row

from analysis import measures, places
from analysis.notebooks import cells
from analysis.places import ReleasedFile
from analysis.upkeep import benchmark
from analysis.upkeep.benchmark import builds, corpus, goals, nation, peers, timed, waits, written
from analysis.upkeep.benchmark.timed import Measured


@pytest.fixture
def month(tmp_path):
    path = tmp_path / "log.csv"
    lines = [
        HEADER,
        row("stolen car"),
        row("ICE hold"),
        row(at="25:99:00 AM"),
        "ID, " + HEADER,
        "x," + row("police"),
    ]
    path.write_text("\r\n".join(lines) + "\r\n", newline="")
    return path


def test_stacked_exports_are_parted_and_nothing_is_lost(tmp_path):
    path = tmp_path / "log.csv"
    path.write_bytes(b"Name, Reason\r\na,b\r\nID, Name\r\n1,c\r\n")
    assert peers.sections(path) == [b"Name, Reason\r\na,b\r\n", b"ID, Name\r\n1,c\r\n"]


@pytest.mark.parametrize("way", [peers.plain_pandas, peers.polars, peers.duckdb])
def test_the_alternatives_find_the_same_rows_times_and_topics(month, tmp_path, way):
    out = tmp_path / "out"
    out.mkdir()
    way(month, out)
    first, second = (pq.read_table(out / f"{at}.parquet").to_pandas() for at in (0, 1))
    assert (len(first), len(second)) == (3, 1)
    assert first["immigration"].tolist() == [False, True, False]
    assert first["theft"].tolist() == [True, False, True]
    time = first["searched_at" if "searched_at" in first else "Search Time"]
    assert time.notna().tolist() == [True, True, False]
    start = first["window_start" if "window_start" in first else "start"]
    assert str(start[0]).startswith("2025-12-01 01:00:00")


def test_row_by_row_finds_the_same(month, tmp_path):
    peers.standard_library(month, tmp_path)
    lines = pd.read_csv(tmp_path / "0.csv", header=None)
    assert lines[5].tolist() == [False, True, False]
    assert lines[2].notna().tolist() == [True, True, False]


def test_a_corpus_is_synthetic_says_so_and_is_the_same_every_time(tmp_path):
    first = corpus.write(tmp_path / "one", 3_000, 2)
    again = corpus.write(tmp_path / "two", 3_000, 2)
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]
    file = ReleasedFile("synthetic.parquet", "0", "network audit", "Synthetic corpus")
    table, rejected, _, _ = part_of(file, first[0])
    assert (len(table), len(rejected)) == (1_500, 0)
    for column in ("searching_agency_as_released", "camera_owner"):
        assert all(name.startswith("Synthetic") for name in table.column(column).to_pylist())


def test_what_is_written_comes_from_what_was_measured():
    month = [
        Measured("ours", (4.0, 2.0, 3.0), (5.0, 5.0, 6.0), 0.5),
        Measured("Arrow", (1.0, 1.5, 1.2), (1.0,) * 3, 0.4),
    ]
    scaling = pd.DataFrame(
        {
            "files": [1, 2],
            "rows": [100, 200],
            "seconds": [1.0, 2.0],
            "core_seconds": [2.0, 4.0],
            "peak_GB": [0.1, 0.2],
        }
    )
    corpora = pd.DataFrame({
        "rows": [1_000], "seconds": [3.0], "core_seconds": [5.0], "peak_GB": [0.5],
        "measures_seconds": [4.0], "measures_core_seconds": [6.0], "measures_peak_GB": [0.7],
    })  # fmt: skip
    measured = pd.DataFrame({"measure": ["topics", "numbers"], "seconds": [1.0, 3.0]})
    when = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    release = {
        "files": 50, "rows": 1_000, "seconds": 3.0, "core_seconds": 5.0, "peak_GB": 0.5, "arrow_seconds": 1.5,
    }  # fmt: skip
    listed = goals.shown(goals.table(written.of_release(release)), goals.table({}))
    text = written.report(listed, month, 100, scaling, scaling, release, corpora, measured, when)
    assert (
        "| ten million rows in one ZIP, beside Arrow reading the files unzipped | 2.00 × |  | ≤ 2.5 | met |"
        in text
    )
    assert "| 1,000 | 3.0 | 200 | 0.50 | 4.0 | 6.0 | 0.70 | 7.0 |" in text
    assert "2 of them" in text
    assert "50 CSVs with 1,000\nrows in one ZIP" in text
    assert "`numbers` 3.0, `topics` 1.0" in text
    assert "| ours | 3.00 | 5.00 | 2.00 | 2.5× | 1.0× | 0.50 |" in text
    assert "with the 1.00th power" in text
    assert "02 January 2026, 03:04 UTC" in text


def test_a_goal_that_is_missed_is_printed_as_missed_beside_last_times_figure(tmp_path):
    name = "one month: csv and re take"
    first = goals.table({name: [13.0, 15.0, 13.5], "one month: plain pandas takes": [6.0]})
    goals.keep(first, tmp_path / "performance.csv")
    second = goals.table({name: [16.0], "one month, beside Arrow's bare read and write": [2.01]})
    shown = goals.shown(second, goals.read(tmp_path / "performance.csv")).set_index("what")
    assert goals.table({name: [13.5]}).set_index("what").loc[name, "outcome"] == "missed"
    assert shown.loc[name].to_dict() == {
        "measured": "16.0 × as long", "spread": "", "goal": "≥ 14", "outcome": "met", "last time": "13.5",
    }  # fmt: skip
    assert shown.loc["one month, beside Arrow's bare read and write", "outcome"] == "missed"
    pandas = shown.loc["one month: plain pandas takes"]
    assert (pandas["measured"], pandas["outcome"], pandas["last time"]) == (
        "– × as long",
        "not measured",
        "6.00",
    )
    again = goals.shown(first, goals.read(tmp_path / "none.csv")).set_index("what")
    assert (again.loc[name, "spread"], again.loc[name, "last time"]) == ("13.0 to 15.0", "–")
    with pytest.raises(KeyError, match="no goal is called x"):
        goals.table({"x": [1.0]})


def test_every_goal_is_measured_somewhere():
    months = pd.DataFrame({"rows": [1, 2], "seconds": [1.0, 2.0], "peak_GB": [1.0, 1.0]})
    release = {"seconds": 3.0, "arrow_seconds": 1.5, "peak_GB": 0.5}
    nation = {"rows": 1e8, "seconds": 1.0, "measures_seconds": 1.0, "peak_GB": 1.0, "measures_peak_GB": 1.0}
    found = {
        *written.of_month([Measured("way", (1.0,), (1.0,), 0.1)] * 6),
        *written.of_many(months, months),
        *written.of_release(release),
        *written.of_nation(pd.Series(nation)),
    }
    source = inspect.getsource(waits) + inspect.getsource(benchmark)
    assert {name for name in goals.GOALS if name not in found and name not in source} == set()
    assert found <= {*goals.GOALS}


def test_waits_are_timed_in_a_copy_and_change_nothing_here(tmp_path, monkeypatch):
    top = tmp_path / "here"
    for folder in ("notebooks", "data/processed/mine", "site", "docs"):
        (top / folder).mkdir(parents=True)
        (top / folder / "kept.md").write_text("kept")
    monkeypatch.setenv("ANALYSIS_ROOT", str(top))
    with waits._copied(tmp_path / "copy"):
        assert places.root() == tmp_path / "copy"
        copied = {path.relative_to(places.root()) for path in places.root().rglob("*.md")}
        (places.root() / "docs" / "kept.md").write_text("changed")
    assert copied == {Path("notebooks/kept.md"), Path("docs/kept.md")}
    assert places.root() == top
    assert (top / "docs" / "kept.md").read_text() == "kept"


def test_a_changed_notebook_computes_what_it_did(tmp_path):
    path = tmp_path / "04.ipynb"
    shutil.copy(sorted((places.root() / "notebooks").glob("04-*.ipynb"))[0], path)
    before = [cell.source for cell in cells.read(path).cells]
    waits._change(path)
    after = [cell.source for cell in cells.read(path).cells]
    assert [a for a, b in zip(after, before) if a != b] == [
        next(source for source in reversed(before) if f"{source}\n# changed" in after) + "\n# changed"
    ]


def _holds_a_hundred_megabytes(place, path, out):
    held = bytearray(b"x" * 100_000_000)
    time.sleep(4 * timed.EVERY)
    del held


def test_memory_is_that_of_the_step_and_not_of_who_started_it(tmp_path):
    ours = bytearray(b"x" * 900_000_000)
    _, _, held = timed.measure(_holds_a_hundred_megabytes, places.find("texas-replica"), tmp_path)
    assert 0.1 < held < 0.8
    del ours


def _fails(place, path, out):
    raise ValueError("a step that fails")


def test_a_step_that_fails_ends_the_measurement(tmp_path):
    with pytest.raises(RuntimeError, match="ended with code 1"):
        timed.measure(_fails, places.find("texas-replica"), tmp_path)


def test_a_release_is_measured_from_its_archive():
    said = []
    found = builds.measure_release(places.find("texas-replica"), said.append, 600)
    assert found["files"] == 50
    assert found["rows"] >= 600
    assert found["arrow_seconds"] > 0
    assert said[0].startswith(f"a ZIP of {found['rows']:,} rows")


def test_many_small_files_are_built_together(month):
    found = builds.measure_files(places.find("texas-replica"), month, (2, 3), lambda _: None)
    assert found["files"].tolist() == [2, 3]
    assert (found["seconds"] > 0).all()


def test_every_measure_of_searches_is_counted_of_a_nation(tmp_path):
    asked = {
        name
        for name in measures.__all__
        if inspect.isfunction(inspect.unwrap(getattr(measures, name)))
        and next(iter(inspect.signature(getattr(measures, name)).parameters), "") in ("searches", "again")
    }
    assert {*nation.NAMES} == asked - {"scopes", "in_scope", "largest_agency", "eras_of"}
    paths = corpus.write(tmp_path, 3_000, 2)
    place = nation.place_of(paths, places.find("texas-replica"))
    found = nation.make_searches(place, tmp_path, tmp_path)
    counted = [name for name, _ in nation.count_all(found, place, corpus.write_agreements(tmp_path, 9))]
    assert counted == [*nation.NAMES]


def test_costs_are_rows_by_the_pace_that_was_measured():
    run = pd.DataFrame({"rows": [72_000_000], "core_seconds": [3600.0]})
    text = written.with_costs("before\n<!-- costs -->old<!-- /costs -->\nafter", run, run)
    assert "| CSV releases | 12,000,000 | 20,000 | 0.17 | 0.01 |" in text
    assert "| Parquet corpus | 1,000,000,000 | 20,000 | 13.89 | 0.69 |" in text
    assert (text[:7], text[-6:]) == ("before\n", "\nafter")
    assert "old" not in text


def test_the_exponent_is_one_in_step_with_the_rows_and_two_with_their_square():
    rows = pd.Series([10.0, 100.0, 1000.0])
    assert written.exponent(pd.DataFrame({"rows": rows, "seconds": 3 * rows})) == pytest.approx(1)
    assert written.exponent(pd.DataFrame({"rows": rows, "seconds": rows**2})) == pytest.approx(2)
