"""Searches are one table in a folder of files, one for each released file, to whatever opens them."""

import shutil
from datetime import UTC, datetime

import duckdb
import pandas as pd
import pytest
from test_build import release, root, row  # noqa: F401 - root is a fixture

from analysis import build, places
from analysis.build import dataset

REASONS = ["theft", "ICE hold", "***"]


@pytest.fixture
def place(root):  # noqa: F811
    for name in ("2025-12.csv", "_own.csv", "a b/june[1].csv", "=x.csv"):
        place = release(root, [row(reason) for reason in REASONS] + ["no search"], name=name)
    build.build(place)
    return place


def as_pandas(place):
    frame = pd.read_parquet(dataset.folder(place))
    return list(zip(frame["source_file"], frame["source_row"], frame["reason_as_released"]))


def as_duckdb(place, table="searches"):
    sql = "select source_file, source_row, reason_as_released from read_parquet(?)"
    if table == "rejected":
        sql = "select source_file, source_row, why from read_parquet(?)"
    return duckdb.connect().execute(sql, [dataset.pattern(place, table)]).fetchall()


def as_polars(place):
    polars = pytest.importorskip("polars")
    frame = polars.read_parquet(dataset.pattern(place))
    return frame.select("source_file", "source_row", "reason_as_released").rows()


def as_dask(place):
    dask = pytest.importorskip("dask.dataframe")
    frame = dask.read_parquet(dataset.folder(place)).compute()
    return list(zip(frame["source_file"], frame["source_row"], frame["reason_as_released"]))


@pytest.mark.parametrize("opened", [as_pandas, as_duckdb, as_polars, as_dask])
def test_the_folder_is_one_table_to_whatever_opens_it(place, opened):
    wanted = [(file.name, at, text) for file in place.files for at, text in enumerate(REASONS, start=1)]
    assert sorted(opened(place)) == sorted(wanted)


def test_rejected_rows_are_a_table_of_their_own(place):
    found = as_duckdb(place, "rejected")
    assert sorted((name, at) for name, at, _ in found) == sorted((file.name, 4) for file in place.files)
    assert len(pd.read_parquet(dataset.folder(place, "rejected"))) == len(build.open_rejected(place)) == 4


def test_rows_come_in_the_order_of_records_in_each_file(place):
    for path in dataset.folder(place).iterdir():
        assert pd.read_parquet(path)["source_row"].is_monotonic_increasing


def test_a_folder_whose_own_name_is_a_pattern_is_opened_all_the_same(root, tmp_path):  # noqa: F811
    build.build(release(root, [row()]))
    moved = tmp_path / "our [own] *copy*"
    shutil.copytree(root, moved)
    (found,) = as_duckdb(places.find("tarnwick", moved))
    assert found[:2] == ("log.csv", 1)


def test_a_part_is_named_after_its_file_and_no_two_parts_are_named_alike():
    names = ["june.csv", "June.csv", "a/b.csv", "a_b.csv", ".x", "_x", "x", "\u00e9t\u00e9.csv", "a=b.csv"]
    names += ["y" * 240, "y" * 239, "..."]
    parts = dataset.part_names(names)
    assert parts["a_b.csv"] == "a_b.csv.parquet"
    assert dataset.part_names(["june.csv"]) == {"june.csv": "june.csv.parquet"}
    assert len({part.casefold() for part in parts.values()}) == len(names)
    assert all(part[0] not in "._" and part.isascii() and len(part) < 150 for part in parts.values())
    assert not set("/[]*?=") & set("".join(parts.values()))


def test_a_changed_release_replaces_its_own_file_alone(root):  # noqa: F811
    release(root, [row("theft")], name="first.csv")
    place = release(root, [row("theft")], name="second.csv")
    build.build(place)
    before = {path.name: (path.stat().st_ino, path.read_bytes()) for path in dataset.folder(place).iterdir()}
    toml = place.raw / "source.toml"
    toml.write_text(toml.read_text().rpartition("[[file]]")[0])
    place = release(root, [row("ICE hold")], name="second.csv")
    assert build.build(place) is True
    after = {path.name: (path.stat().st_ino, path.read_bytes()) for path in dataset.folder(place).iterdir()}
    assert after["first.csv.parquet"] == before["first.csv.parquet"]
    assert after["second.csv.parquet"] != before["second.csv.parquet"]


def test_a_part_that_somebody_removed_or_cut_is_made_again(root):  # noqa: F811
    place = release(root)
    build.build(place)
    (path,) = dataset.folder(place).iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    assert build.build(place) is True
    assert path.read_bytes() == whole
    path.unlink()
    assert build.build(place) is True
    assert path.read_bytes() == whole
    assert build.build(place) is False


def test_a_bad_file_beside_a_changed_one_leaves_the_dataset_as_it_was(root):  # noqa: F811
    place = release(root)
    build.build(place)
    before = {path: path.read_bytes() for path in sorted(place.processed.rglob("*")) if path.is_file()}
    release(root, [row("theft")], name="added.csv")
    place = release(root, b"no table at all", name="bad.csv")
    with pytest.raises(Exception, match=r"bad\.csv"):
        build.build(place)
    assert {path: path.read_bytes() for path in before} == before
    assert [path.name for path in dataset.folder(place).iterdir()] == ["log.csv.parquet"]


def test_times_are_in_utc_wherever_the_table_is_opened(place):
    (first,) = (
        duckdb.connect()
        .execute("select min(searched_at)::timestamp from read_parquet(?)", [dataset.pattern(place)])
        .fetchone()
    )
    assert (
        first.replace(tzinfo=UTC)
        == pd.read_parquet(dataset.folder(place))["searched_at"].min()
        != datetime.min
    )
