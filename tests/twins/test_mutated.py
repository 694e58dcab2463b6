"""A released file that differs from its twin ends in a clear message or has every record accounted for, never else."""

import csv
import gzip
import io
import json
import re
import tempfile
from functools import cache
from pathlib import Path

import containers
import pyarrow as pa
import pyarrow.parquet as pq
from frames import part_of
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.places import ReleasedFile
from analysis.refused import Refused
from analysis.upkeep import twins

FILES = {
    "el-cerrito-ca": "12_16_2025-1_15_2026-Quellmere_CA_PD-Network-Audit.csv",
    "mountain-view-ca": "197131/Tarnwick_CA_PD_Mockville_County_network_Mar_2025.csv",
    "denver-co": "Denver_ALPR_Network_Searches_1.csv",
    "danville-il": "rQuellmere_IL_PD_Network_Audit.csv",
    "the-colony-tx": "LarkhytheTXPD_network_Jan_2024.csv",
}
MASKS = ["[withheld]", "* * *", "###", "REDACTED ", "7923.600 GC", "—", "N/A", ""]


@cache
def text_of(name):
    """The text of one file of a twin, short: each example reads it all."""
    with tempfile.TemporaryDirectory() as folder:
        twins.write(name, Path(folder) / name, 120)
        return (Path(folder) / name / FILES[name]).read_bytes().decode()


def drop_header(text, _):
    return text.partition("\n")[2]


def cut(text, draw):
    return text[: draw(st.integers(1, len(text) - 1))]


def swap_labels(text, draw):
    header, end, rest = text.partition("\n")
    labels = header.rstrip("\r").split(",")
    one, other = (draw(st.integers(0, len(labels) - 1)) for _ in range(2))
    labels[one], labels[other] = labels[other], labels[one]
    return ",".join(labels) + end + rest


def rename_label(text, draw):
    header, end, rest = text.partition("\n")
    labels = header.rstrip("\r").split(",")
    labels[draw(st.integers(0, len(labels) - 1))] = draw(
        st.sampled_from(["Shoe Size", "", "Reason", "name", "Name.1"])
    )
    return ",".join(labels) + end + rest


def other_mask(text, draw):
    return re.sub(r"\*\*\*|——", draw(st.sampled_from(MASKS)), text)


def other_dates(text, draw):
    shape = draw(st.sampled_from([r"\2/\1/\3", r"\3-\1-\2", r"\1-\2-\3", r"\2.\1.\3", ""]))
    return re.sub(r"(\d\d?)/(\d\d?)/(\d{4})", shape, text)


def other_clock(text, draw):
    return text.replace(" UTC", draw(st.sampled_from(["", " PST", "Z", " GMT+2"])))


def other_ends(text, draw):
    return text.replace("\r\n", "\n").replace(
        "\n", draw(st.sampled_from(["\r", "\n", "\r\n", "\n\n", "\u2028"]))
    )


def other_marks(text, draw):
    return text.replace(",", draw(st.sampled_from([";", "\t", "|"])))


def other_quotes(text, draw):
    return text.replace('"', draw(st.sampled_from(["'", "", "“"])), draw(st.integers(1, 50)))


def longer_rows(text, draw):
    return re.sub(r"\n(?=\w)", "," * draw(st.integers(1, 3)) + "\n", text, count=draw(st.integers(0, 20)))


def stacked(text, _):
    return text + text


MUTATIONS = (
    drop_header, cut, swap_labels, rename_label, other_mask, other_dates, other_clock, other_ends, other_marks,
    other_quotes, longer_rows, stacked,
)  # fmt: skip


def accounted(name: str, content: bytes) -> None:
    """Either a message for people, or a search or a reason for every record, each with its number."""
    message = None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            searches, rejected, facts, _ = part_of(
                ReleasedFile(name, "0", "network audit", "Tarnwick ISD"), path
            )
        except Refused as error:
            message = str(error)
    if message is not None:
        assert len(message) > 30
        assert "Traceback" not in message
        assert "Nemo" not in message  # every invented officer is called so
        return
    numbers = [*searches["source_row"].to_pylist(), *rejected["source_row"].to_pylist()]
    assert len(numbers) == len(set(numbers))
    assert len(numbers) == sum(one["records"] for one in facts)


@settings(max_examples=150)
@given(data=st.data())
def test_a_file_that_differs_from_its_twin_is_refused_with_a_message_or_accounted_for(data):
    text = text_of(data.draw(st.sampled_from([*FILES])))
    for mutation in data.draw(st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=2, unique=True)):
        text = mutation(text, data.draw)
    accounted("log.csv", text.encode(data.draw(st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))))


@settings(max_examples=25)
@given(data=st.data())
def test_the_same_in_other_containers(data):
    name = data.draw(st.sampled_from(["denver-co", "the-colony-tx"]))
    mutation = data.draw(
        st.sampled_from([drop_header, swap_labels, rename_label, other_mask, other_dates, stacked])
    )
    lines = mutation(text_of(name), data.draw)
    rows = [row for row in csv.reader(io.StringIO(lines, newline="")) if row]
    kind = data.draw(st.sampled_from(["xlsx", "parquet", "ndjson.gz", "zip"]))
    content = {
        "xlsx": lambda: containers.xlsx(rows),
        "parquet": lambda: as_parquet(rows),
        "ndjson.gz": lambda: gzip.compress(as_lines(rows)),
        "zip": lambda: containers.zipped({"a/log.csv": lines, "a/letter.txt": "Dear requester"}),
    }[kind]()
    content = content[: data.draw(st.sampled_from([len(content), len(content) // 2]))]
    accounted(f"log.{kind}", content)


def as_parquet(rows):
    width = max(map(len, rows))
    padded = [row + [""] * (width - len(row)) for row in rows]
    names = [f"{name}{'' if padded[0].index(name) == at else at}" for at, name in enumerate(padded[0])]
    data = io.BytesIO()
    pq.write_table(pa.table([pa.array(column) for column in zip(*padded[1:])], names), data)
    return data.getvalue()


def as_lines(rows):
    return b"".join(json.dumps(dict(zip(rows[0], row))).encode() + b"\n" for row in rows[1:])
