"""A second vendor, added as a folder alone: from a released file through every notebook to the site.

`mockcam/` differs from Flock's folder in columns, times, masks, menu, ids, eras and changes. A copy of the library gets
it and nothing else, as a contributor would add it.
"""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from analysis import places

HEADER = (
    "Record", "Badge", "Department", "Looked Up At", "Days Looked At", "Tag", "Purpose", "Incident",
    "Partner Agencies", "Sites", "Lookup Kind", "Verdict",
)  # fmt: skip
PURPOSES = (
    "Auto Theft: sedan", "Removal Proceedings: ", "Removal Proceedings + Fire Setting: report", "ICE hold", "~~~~",
    "hidden by order", "nightly list of hits", "Auto Theft", "Not Listed: theft",
)  # fmt: skip
DEPARTMENTS = ("Quellmere GA PD", "Brockrigg FL SO")
ROWS = 90


def lines():
    """One row for each hour and a bit from 5 December 2025, dates day first and without zeros."""
    moments = pd.date_range("2025-12-05 01:02:03", periods=ROWS, freq="7h")
    for number, moment in enumerate(moments):
        at = f"{moment.day}.{moment.month}.{moment.year} {moment:%H:%M:%S}"
        kind = ("single car", "SINGLE CAR (phone)", "convoy hunt")[number % 3]
        yield [
            f"MC-{number:08}", "~~~", DEPARTMENTS[number % 2], at, f"01.12.2025 00:00:00 .. {at}", "XX0XX00",
            PURPOSES[number % len(PURPOSES)], "25-77", "3", "none given" if number % 2 else "40", kind, "passed",
        ]  # fmt: skip
    yield [
        "MC-99999999",
        "",
        "",
        "6.12.2025 02:00:00",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "Nightly self-test of site 3",
    ]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A library with the second vendor, a repository without places, a release of that vendor's, and both commands."""
    top = tmp_path_factory.mktemp("second")
    library, release = top / "library", top / "release"
    shutil.copytree(
        places.root() / "src", library, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
    )
    shutil.copytree(Path(__file__).with_name("mockcam"), library / "analysis" / "vendors" / "mockcam")
    for part in ("claims", "notebooks", "data/hand"):
        shutil.copytree(places.root() / part, top / "root" / part)
    (top / "root" / "data" / "raw").mkdir()
    release.mkdir()
    table = pd.DataFrame(list(lines()), columns=HEADER)
    table.to_csv(release / "Tarnwick TX PD~shared~2025-12-05~2025-12-31.csv", index=False)
    (release / "sites.csv").write_text("Site Name,Installed On\nMain & 4th,2024-01-01\n")
    environment = {**os.environ, "ANALYSIS_ROOT": str(top / "root"), "PYTHONPATH": str(library)}

    def verb(*words):
        command = [sys.executable, "-m", "analysis", *words]
        done = subprocess.run(
            command, env=environment, cwd=release, check=False, capture_output=True, text=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    said = [
        verb("place", "--at", "mockville", "--from", str(release), "--zone", "America/Chicago"),
        verb("all", "--place", "mockville"),
    ]
    return top / "root", said


def table_of(root, name):
    processed = root / "data" / "processed" / "mockville"
    path = processed / name if (processed / name).is_dir() else processed / f"{name}.parquet"
    return pd.read_parquet(path).sort_values("source_row", ignore_index=True)


@pytest.mark.xdist_group("second vendor")
def test_its_file_is_taken_and_what_is_none_is_named(run):
    root, said = run
    described = (root / "data" / "raw" / "mockville" / "source.toml").read_text()
    assert 'camera_owner = "Tarnwick TX PD"' in described
    assert 'log          = "network audit"' in described
    assert "2025-12-31" in described
    assert "list of Mockcam's cameras" in said[0] + described


@pytest.mark.xdist_group("second vendor")
def test_its_columns_times_masks_and_kinds_are_read(run):
    table = table_of(run[0], "searches")
    assert len(table) == ROWS
    assert table["searched_at"].iloc[0] == datetime(2025, 12, 5, 1, 2, 3, tzinfo=UTC)
    assert set(table["window_start"]) == {pd.Timestamp("2025-12-01", tz="UTC")}
    assert table["devices_searched"].iloc[:2].fillna(-1).tolist() == [40, -1]
    assert table["search_type"].iloc[:3].tolist() == ["single car", "single car (phone)", "convoy hunt"]
    assert set(table["era"]) == {"open", "listed"}
    assert table_of(run[0], "rejected")["why"].tolist() == ["system activity of the vendor"]


@pytest.mark.xdist_group("second vendor")
def test_its_menu_is_told_from_what_was_typed(run):
    table = table_of(run[0], "searches").iloc[: len(PURPOSES)]
    assert table["reason_origin"].tolist() == [
        "dropdown+typed", "dropdown", "dropdown+typed", "typed", "masked", "masked", "machine", "typed",
        "dropdown+typed",
    ]  # fmt: skip
    assert [list(types) for types in table["offense_types"].iloc[:3]] == [
        ["Auto Theft"], ["Removal Proceedings"], ["Removal Proceedings", "Fire Setting"],
    ]  # fmt: skip
    assert table["immigration_tier"].tolist()[:4] == ["none", "strict", "strict", "strict"]
    assert table["mixed"].tolist()[:3] == [False, False, True]
    assert "theft" in table["topics"].iloc[8]


@pytest.mark.xdist_group("second vendor")
def test_every_notebook_ran_and_speaks_of_its_eras_and_changes_alone(run):
    root, _ = run
    results = root / "results" / "mockville"
    assert len(list(results.glob("0[1-8]-*.ipynb"))) == 8
    assert pd.read_csv(results / "tables" / "01-eras.csv")["era"].tolist() == ["open", "listed"]
    changes = pd.read_csv(results / "tables" / "04-cut-overs.csv")["change"]
    assert list(dict.fromkeys(changes)) == ["vague words refused", "badges hidden"]
    numbers = json.loads((results / "numbers.json").read_text())
    found = {(line["measure"], line["scope"]): line["value"] for line in numbers}
    assert found["searches", "all"] == ROWS
    assert found["immigration_searches.strict", "all"] == 3 * ROWS // len(PURPOSES)


@pytest.mark.xdist_group("second vendor")
def test_its_place_is_on_the_site(run):
    root, _ = run
    pages = list((root / "site" / "mockville").glob("*.html"))
    assert len(pages) >= 8
    assert not any("XX0XX00" in page.read_text() for page in pages)
