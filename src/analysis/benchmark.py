"""Times the main steps beside the alternatives, in one run, and prints one table."""

from __future__ import annotations

import io
import multiprocessing
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa

from analysis import places
from analysis.places import Place

RUNS = 3


def run(say: Callable[[str], None]) -> int:
    """Measure on the replica's largest file: median seconds, peak memory, and the ratio to Arrow's bare read."""
    place = places.find("texas-replica")
    file = max(place.files, key=lambda f: f.bytes or 0)
    path = place.raw / file.name
    if not path.is_file():
        say("the replica is not there yet: run make first")
        return 1
    steps = {
        "Arrow: read the CSV, nothing else": _arrow,
        "plain pandas: read, type three times, count one word": _pandas,
        "this library: CSV to searches.parquet, all rules": _ours,
    }
    lines = []
    for name, step in steps.items():
        seconds, memory = zip(*[_measure(step, place, path) for _ in range(RUNS)])
        lines.append({"step": name, "seconds": statistics.median(seconds), "peak_GB": max(memory)})
    table = pd.DataFrame(lines)
    table["times_arrow"] = table["seconds"] / table["seconds"].iloc[0]
    say(
        f"{path.name}: {path.stat().st_size / 1e6:,.0f} MB; median of {RUNS} runs, each in a process of its own"
    )
    say(table.round(2).to_string(index=False))
    say(
        f"Python {platform.python_version()}, pandas {pd.__version__}, Arrow {pa.__version__}, {os.cpu_count()} cores"
    )
    return 0


def _measure(step: Callable[[Place, Path], None], place: Place, path: Path) -> tuple[float, float]:
    """Seconds and peak gigabytes of a step in a fresh process, imports left out of the time."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=_timed, args=(step, place.name, path, queue))
    process.start()
    found = queue.get()
    process.join()
    return found


def _timed(step: Callable[[Place, Path], None], name: str, path: Path, queue: object) -> None:
    from analysis import build  # noqa: F401 - imported before the clock starts

    place = places.find(name)
    began = time.perf_counter()
    step(place, path)
    seconds = time.perf_counter() - began
    queue.put((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6))  # type: ignore[attr-defined]


def _parts(path: Path) -> list[bytes]:
    """The stacked exports of a file one by one, so that readers who know one header only can read them too."""
    data = path.read_bytes()
    second = data.find(b"\r\nID,")
    return [data] if second < 0 else [data[: second + 2], data[second + 2 :]]


def _arrow(place: Place, path: Path) -> None:
    from pyarrow import csv

    for part in _parts(path):
        rows = csv.read_csv(
            pa.py_buffer(part),
            csv.ReadOptions(block_size=1 << 22),
            csv.ParseOptions(newlines_in_values=True, invalid_row_handler=lambda _: "skip"),
        )
        assert rows.num_rows


def _pandas(place: Place, path: Path) -> None:
    for part in _parts(path):
        frame = pd.read_csv(io.BytesIO(part), dtype=str, keep_default_na=False, on_bad_lines="skip")
        frame.columns = [column.strip() for column in frame.columns]
        for column in ("Search Time", "Time Frame"):
            for text in frame[column].str.split("\n", expand=True).items():
                pd.to_datetime(text[1], format="%m/%d/%Y, %I:%M:%S %p UTC", errors="coerce")
        assert frame["Reason"].str.contains("immigration", case=False, regex=False).any()


def _ours(place: Place, path: Path) -> None:
    import tempfile

    from analysis import parts

    file = next(f for f in place.files if f.name == path.name)
    with tempfile.TemporaryDirectory() as folder:
        parts.make(file, path, parts.recipe(place), Path(folder))
