"""Times what people wait for, beside the alternatives and the machine's own floor, in one run; writes what it found."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from analysis import places
from analysis.upkeep.benchmark import builds, goals, nation, waits, written

ROWS = 5_000_000
"""Rows of the larger synthetic corpus, unless another number is given; twice as many take two minutes more."""

FILES = (100, 1_000)
"""How many small files are built together; ten thousand where the corpus is the largest."""


def run(say: Callable[[str], None], rows: int = ROWS) -> int:
    """Measure everything, print it and write docs/performance.md, its figures and its picture; 1 without the replica.

    `rows` is how many synthetic searches the largest corpus has; its files need about 100 bytes of disk for each.
    """
    began = time.monotonic()
    place = places.find("texas-replica")
    largest = max(place.files, key=lambda f: f.bytes or 0)
    if not (place.raw / largest.name).is_file() or not (place.processed / "files.csv").is_file():
        say("the replica is not there yet: run make first")
        return 1
    month = builds.measure_month(place, place.raw / largest.name, say)
    months = builds.measure_months(place, say)
    many = builds.measure_files(
        place, place.raw / largest.name, (*FILES, 10_000) if rows >= nation.ROWS else FILES, say
    )
    release = builds.measure_release(place, say)
    corpora, measured = builds.measure_corpora(place, sorted({builds.SMALL, rows}), say)
    found = {
        **written.of_month(month),
        **written.of_many(months, many),
        **written.of_release(release),
        **(written.of_nation(corpora.iloc[-1]) if rows == nation.ROWS else {}),
        **waits.measure_waits(say),
        **({"this benchmark itself": [(time.monotonic() - began) / 60]} if rows == ROWS else {}),
    }
    docs = place.root / "docs"
    docs.mkdir(exist_ok=True)
    now, before = goals.table(found), goals.read(docs / "performance.csv")
    text = written.report(
        goals.shown(now, before), month, builds.records(place, largest), months, many, release, corpora, measured,
        datetime.now(UTC),
    )  # fmt: skip
    goals.keep(now, docs / "performance.csv")
    (docs / "performance.md").write_text(text, encoding="utf-8")
    scale = docs / "scale.md"
    costs = written.with_costs(scale.read_text(encoding="utf-8"), months, corpora)
    scale.write_text(costs, encoding="utf-8")
    written.draw(months, docs / "performance.png")
    say(text)
    return 0
