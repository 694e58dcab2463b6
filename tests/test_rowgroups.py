"""Parquet files put together hold every row of every part, in order, with the same bytes of every column."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import rowgroups

SCHEMA = pa.schema(
    [("n", pa.int64()), ("text", pa.string()), ("flag", pa.bool_()), ("list", pa.list_(pa.string()))]
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "n": st.none() | st.integers(-(2**60), 2**60),
            "text": st.none() | st.text(max_size=5),
            "flag": st.none() | st.booleans(),
            "list": st.none() | st.lists(st.text(max_size=3), max_size=3),
        }
    ),
    max_size=40,
)


def write(path, rows, **options):
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), path, **options)
    return path


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(ROWS, min_size=1, max_size=5),
    st.integers(1, 20),
    st.booleans(),
    st.sampled_from(["zstd", "none"]),
)
def test_all_rows_of_all_parts_in_order(tmp_path_factory, parts, group, statistics, codec):
    folder = tmp_path_factory.mktemp("parts")
    paths = [
        write(
            folder / f"{at}.parquet",
            rows,
            row_group_size=group,
            write_statistics=statistics,
            compression=codec,
        )
        for at, rows in enumerate(parts)
    ]
    rowgroups.join(paths, folder / "whole.parquet")
    assert pq.read_table(folder / "whole.parquet").to_pylist() == [row for rows in parts for row in rows]
    assert pq.read_schema(folder / "whole.parquet").equals(SCHEMA)
    duckdb = pytest.importorskip("duckdb")
    found = duckdb.sql(f"select count(*), count(n) from '{folder / 'whole.parquet'}'").fetchall()[0]
    assert found == (sum(map(len, parts)), sum(row["n"] is not None for rows in parts for row in rows))


def test_many_row_groups_are_found_one_by_one(tmp_path):
    rows = [{"n": n, "text": str(n), "flag": None, "list": []} for n in range(500)]
    paths = [write(tmp_path / f"{at}.parquet", rows[at::2], row_group_size=3) for at in range(2)]
    rowgroups.join(paths, tmp_path / "whole.parquet")
    file = pq.ParquetFile(tmp_path / "whole.parquet")
    assert file.num_row_groups == 168
    assert file.read_row_group(167).column("n").to_pylist() == [499]


def test_one_part_is_the_same_file(tmp_path):
    part = write(tmp_path / "part.parquet", [{"n": 1}])
    rowgroups.join([part], tmp_path / "whole.parquet")
    assert (tmp_path / "whole.parquet").read_bytes() == part.read_bytes()


def test_other_columns_and_other_files_are_refused(tmp_path):
    part = write(tmp_path / "part.parquet", [])
    pq.write_table(pa.table({"other": [1]}), tmp_path / "other.parquet")
    with pytest.raises(ValueError, match=r"other\.parquet: its columns"):
        rowgroups.join([part, tmp_path / "other.parquet"], tmp_path / "whole.parquet")
    (tmp_path / "text.parquet").write_bytes(b"no table at all")
    with pytest.raises(ValueError, match="no Parquet file"):
        rowgroups.join([tmp_path / "text.parquet"], tmp_path / "whole.parquet")
    with pytest.raises(ValueError, match="no part"):
        rowgroups.join([], tmp_path / "whole.parquet")
