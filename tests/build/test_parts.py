"""A part depends on its file, its entry and the rules: on no number of threads and no size of blocks."""

import hashlib

import pyarrow.parquet as pq
import pytest
from frames import HEADER, recipe, row
from test_build import LOG

from analysis.build import parts, release
from analysis.places import ReleasedFile
from analysis.readers import csv


def write(tmp_path, lines):
    path = tmp_path / "log.csv"
    path.write_text("\r\n".join([HEADER, *lines]), encoding="utf-8")
    return path


def make(path, into, threads=2):
    into.mkdir()
    file = ReleasedFile("log.csv", "0", "network audit", "Tarnwick ISD", own_agency="Tarnwick TX ISD PD")
    parts.make(file, path, recipe(), into, threads)
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in into.iterdir()}


def test_threads_and_pieces_leave_no_trace_in_a_part(tmp_path, monkeypatch):
    lines = [*LOG, "ID, " + HEADER, *["x," + row(f"theft {n}") for n in range(400)], *LOG]
    path = write(tmp_path, lines)
    whole = make(path, tmp_path / "whole")
    monkeypatch.setattr(parts, "SHORT", 0)
    monkeypatch.setattr(csv, "HEADER_BYTES", 200)
    for piece in (150, 1_000, 40_000):
        monkeypatch.setattr(csv.stream, "__defaults__", (piece,))
        assert make(path, tmp_path / f"pieces-{piece}", threads=3) == whole


def test_row_groups_have_one_size_whatever_the_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "ROWS_IN_A_GROUP", 100)
    monkeypatch.setattr(csv, "HEADER_BYTES", 200)
    monkeypatch.setattr(csv.stream, "__defaults__", (2_000,))
    make(write(tmp_path, [row()] * 350), tmp_path / "part")
    found = pq.read_metadata(tmp_path / "part" / "searches.parquet")
    assert [found.row_group(at).num_rows for at in range(4)] == [100, 100, 100, 50]


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_steps_come_back_in_order_and_an_error_stops_them(threads):
    assert list(release.in_order(lambda n: n * n, range(20), threads)) == [n * n for n in range(20)]
    with pytest.raises(ZeroDivisionError):
        list(release.in_order(lambda n: 1 // n, [1, 0, 1], threads))
