"""Containers in a process of their own: the same rows, one sentence for every end, and nothing left running."""

import io
import os
import signal
import subprocess
import sys
import time

import containers
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from readings import read, read_here

from analysis import readers
from analysis.readers import Block, Rejected, Section, isolated, parquet, pdf, xlsx

HEADER = ["ID", " Org Name", " Total Networks Searched", " Reason", " Search Time"]
NAME = "place/log"


def rows(count):
    return [
        [f"{n:08x}-0000-4000-8000-000000000000", "Tarnwick TX PD", "5", f"reason {n}",
         f"12/02/2025, 01:{n // 60:02}:{n % 60:02} AM UTC"] for n in range(count)
    ]  # fmt: skip


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"-")
    return path


def whole(reading):
    return [
        (section.columns, section.sheet, section.cells.to_pylist(), section.record.to_pylist(), section.page)
        for section in reading.sections
    ] + [(reading.rejected, reading.counted, reading.notes)]


@pytest.mark.parametrize(
    ("reader", "write"),
    [
        (xlsx.stream, containers.xlsx),
        (xlsx.stream, containers.xlsb),
        (xlsx.stream, containers.ods),
        (parquet.stream, containers.parquet),
        (pdf.stream, containers.printed),
    ],
)
def test_a_container_is_read_alike_in_a_process_of_its_own(path, reader, write):
    path.write_bytes(write([HEADER, *rows(30), HEADER, *rows(3)[2:]]))
    assert whole(read(path, NAME)) == whole(read_here(reader, path, NAME))


def every_part(path, name):
    """Blocks with everything that a block can hold."""
    section = Section(
        ("A", " B"),
        pa.table({"0": ["", "é\U0001f6a8"], "1": ["a\nb", "\0"]}),
        pa.array([1, 3]),
        pa.array([1, 2]),
        "S",
    )
    yield Block(
        section, (Rejected(2, "blank record", "", 1), Rejected(-1, "above the header", "é", None)), 5, ("n",)
    )
    yield Block(Section.of_rows(["A"]))


def test_a_block_comes_through_whole(path):
    for sent, came in zip(every_part(path, NAME), isolated.stream(every_part, path, NAME), strict=True):
        assert (came.rejected, came.counted, came.notes) == (sent.rejected, sent.counted, sent.notes)
        for part in ("columns", "sheet", "cells", "record", "page"):
            assert getattr(came.section, part) == getattr(sent.section, part), part


@pytest.mark.parametrize(
    ("data", "kind"), [(b"PK\3\4broken", "broken"), (b"%PDF-1.4 broken", "cannot be opened")]
)
def test_a_refusal_comes_back_as_it_is(path, data, kind):
    path.write_bytes(data)
    with pytest.raises(readers.UnreadableFile, match=f"^{NAME}: .*{kind}"):
        read(path, NAME)


def test_a_table_that_nobody_knows_is_told_from_a_broken_one(path):
    path.write_bytes(containers.xlsx([["color", "shape"], ["red", "round"]]))
    with pytest.raises(readers.NoKnownHeader):
        read(path, NAME)


# How a process can end ------------------------------------------------------------------------------------------


def process(path, name):
    yield Block(Section.of_rows(["A"]), counted=os.getpid())


def too_slow(*_):
    time.sleep(60)
    yield


def too_busy(*_):
    while True:
        pass
    yield


def too_large(*_):
    yield bytearray(1 << 40)


def too_broken(*_):
    os.kill(os.getpid(), signal.SIGSEGV)
    yield


def too_surprising(*_):
    raise ValueError("O. Invented, XX0XX00")
    yield


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        (too_slow, "it was not read to its end in the time that a file of its size may take"),
        pytest.param(
            too_busy, "it was not read to its end in the time that a file of its size may take",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="no such limit there"),
        ),
        pytest.param(
            too_large, "it needs more than 4 GB of memory to open",
            marks=pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no such limit there"),
        ),
        (too_broken, r"broke off \(signal 11\): it is broken, or needs more than 4 GB of memory to open"),
        (too_surprising, r"broke off \(ValueError\)"),
    ],
)  # fmt: skip
def test_a_reader_that_fails_ends_in_one_sentence_and_quotes_nothing(path, reader, said, monkeypatch):
    monkeypatch.setattr(isolated, "SECONDS", 1 if reader in (too_slow, too_busy) else 60)
    monkeypatch.setattr(isolated, "WAITING", 2 if reader is too_slow else 100)
    with pytest.raises(
        readers.UnreadableFile, match=rf"^{NAME}: .*{said}\. Ask for it as CSV, or in parts\.$"
    ):
        list(isolated.stream(reader, path, NAME))


def test_a_process_reads_one_file_after_the_other_and_a_new_one_follows_one_that_ended(path):
    first = [block.counted for block in isolated.stream(process, path, NAME)]
    assert [block.counted for block in isolated.stream(process, path, NAME)] == first
    with pytest.raises(readers.UnreadableFile):
        list(isolated.stream(too_broken, path, NAME))
    assert [block.counted for block in isolated.stream(process, path, NAME)] != first


def test_an_idle_process_that_was_ended_by_others_is_not_asked(path):
    number = next(iter([block.counted for block in isolated.stream(process, path, NAME)]))
    os.kill(number, signal.SIGKILL)
    time.sleep(0.2)
    assert next(iter([block.counted for block in isolated.stream(process, path, NAME)])) != number


def test_a_file_that_is_left_in_the_middle_leaves_no_process(path):
    blocks = isolated.stream(process, path, NAME)
    number = next(blocks).counted
    blocks.close()
    assert not is_running(number)


def long_text_in_a_workbook():
    parts = containers.parts(containers.xlsx([HEADER, *rows(3)]))
    texts = parts["xl/sharedStrings.xml"].replace(
        b"</sst>", b"<si><t>" + b"x" * 1_000_000 + b"</t></si></sst>"
    )
    number = texts.count(b"<si>") - 1
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{number}</v></c></row>' for n in range(5, 3_000))
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", cells.encode() + b"</sheetData>")
    return containers.zipped({**parts, "xl/sharedStrings.xml": texts, "xl/worksheets/sheet1.xml": sheet})


def long_text_in_a_table():
    """As a dictionary the text stands in the file once, on a page of its own."""
    columns = {name: pa.array(["5"] * 3_000) for name in HEADER}
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 3_000, pa.int32()), ["x" * 1_000_000])
    data = io.BytesIO()
    pq.write_table(pa.table({**columns, " Reason": text}), data, compression="zstd", store_schema=False)
    return data.getvalue()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no such limit there")
@pytest.mark.parametrize("write", [long_text_in_a_workbook, long_text_in_a_table])
def test_one_long_text_in_many_cells_does_not_fill_the_memory(path, monkeypatch, write):
    monkeypatch.setattr(isolated, "MOST_MEMORY", 1 << 30)
    monkeypatch.setattr(isolated, "_idle", [])
    path.write_bytes(write())
    assert path.stat().st_size < 200_000
    with pytest.raises(
        readers.UnreadableFile, match=r"it needs more than 1 GB of memory to open\. Ask for it as CSV"
    ):
        read(path, NAME)


PARENT = """
import sys, time
from pathlib import Path
from analysis.readers import isolated
import test_isolated as tests
blocks = isolated.stream(tests.slowly, Path(__file__), "log")
print(next(blocks).counted, flush=True)
time.sleep(60)
"""


def slowly(path, name):
    yield from process(path, name)
    time.sleep(60)


def test_no_process_survives_a_parent_that_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, env=env)
    number = int(parent.stdout.readline())
    assert is_running(number)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert any(not is_running(number) or time.sleep(0.1) for _ in range(100))


def is_running(number):
    """Whether a process runs; one that has ended and that nobody has asked about yet does not."""
    if not sys.platform.startswith("linux"):
        try:
            os.kill(number, 0)
        except OSError:
            return False
        return True
    try:
        with open(f"/proc/{number}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_process_is_used_again_however_much_its_parent_has_held(path, monkeypatch):
    monkeypatch.setattr(isolated, "_idle", idle := [])
    held = bytearray(isolated.ONCE + (1 << 20))  # a peak that the system passes on to what is started
    held[:: 1 << 12] = b"x" * len(held[:: 1 << 12])
    path.write_bytes(containers.xlsx([HEADER, *rows(2)]))
    assert read(path, NAME).kept == 2
    assert len(idle) == 1
    idle.pop().end()


def test_a_process_is_ready_before_the_first_container_is_read(path, monkeypatch):
    monkeypatch.setattr(isolated, "_idle", idle := [])
    path.write_bytes(containers.delimited([HEADER]))
    readers.expect([path])
    assert not idle
    path.write_bytes(containers.xlsx([HEADER, *rows(2)]))
    readers.expect([path])
    [ready] = idle
    assert read(path, NAME).kept == 2
    assert idle == [ready]
    ready.end()
