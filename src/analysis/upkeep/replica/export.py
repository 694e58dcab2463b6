"""Writes one district's log as the vendor exports it, with the mess that real exports hold, and its truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.upkeep.replica import names, wording
from analysis.upkeep.replica import pool as pools
from analysis.upkeep.replica.districts import CUT_DAY, DISTRICTS, FIRST_DAY, LONG, SHORT, District
from analysis.upkeep.replica.draws import Draws, mix
from analysis.upkeep.replica.pool import Pool

NA_4 = (
    "Name", " Org Name", " Total Networks Searched", " Total Devices Searched", " Time Frame", " License Plate",
    " Reason", " Case #", " Filters", " Search Time", " Search Type",
)  # fmt: skip
NA_6 = ("ID", " Name", *NA_4[1:], " Text Prompt", " Moderation")
HEADERS = {SHORT: NA_4, LONG: NA_6}
NO_COUNT = "——"  # what the vendor prints where a count of devices is missing


@dataclass(frozen=True)
class Cells:
    """Pieces of a row that are the same in every log: text ready to be joined, one for each search."""

    who: pa.Array  # agency, networks, devices, time frame
    when: pa.Array  # search time, search type
    reason: pa.Array


@dataclass(frozen=True)
class Inserted:
    """A record put among the rows of a file: before which row, its bytes, and why it is no search."""

    before: int
    line: bytes
    why: str


@dataclass(frozen=True)
class Log:
    """One exported file, in pieces to be written one after the other, and its planted truth, row by row."""

    district: District
    pieces: tuple[bytes | memoryview, ...]
    truth: pa.Table


def cells(pool: Pool) -> Cells:
    """The pieces shared by all logs, made once."""
    accounts = pa.array([cell(name) for name in pool.accounts]).take(pa.array(pool.account))
    frame = pc.binary_join_element_wise(
        '"', moments(pool.window_start), "\n", moments(pool.window_end), '"', ""
    )
    who = pc.binary_join_element_wise(accounts, *_counts(pool), frame, ",")
    kinds = pa.array([kind for kind, _ in wording.SEARCH_TYPES]).take(pa.array(pool.search_type))
    when = pc.binary_join_element_wise('"', moments(pool.at), '",', kinds, "")
    return Cells(who, when, cells_of(pool.reason))


def cell(text: str) -> str:
    """One CSV cell, quoted only where needed."""
    quoted = '"' + text.replace('"', '""') + '"'
    return quoted if any(character in text for character in ',"\r\n') else text


def cells_of(texts: pa.Array) -> pa.Array:
    """The same for a whole column."""
    needs = pc.match_substring_regex(texts, '[,"\r\n]')
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
    return pc.if_else(needs, quoted, texts)


def moments(seconds: np.ndarray) -> pa.Array:
    """Times in UTC as exports print them (12/17/2025, 11:35:19 AM UTC), from seconds since the first local midnight."""
    since = seconds + 6 * 3600  # midnight in Chicago is six o'clock in UTC, all month
    day, second = since // 86_400, since % 86_400
    first = int(day.min())
    start = np.datetime64(FIRST_DAY)
    days = [str(start + number) for number in range(first, int(day.max()) + 1)]
    dates = pa.array([f"{text[5:7]}/{text[8:]}/{text[:4]}, " for text in days])
    return pc.binary_join_element_wise(dates.take(pa.array(day - first)), _clock().take(pa.array(second)), "")


@cache
def _clock() -> pa.Array:
    """Every second of a day as exports print it."""
    return pa.array(
        f"{(hour + 11) % 12 + 1:02d}:{minute:02d}:{second:02d} {'AM' if hour < 12 else 'PM'} UTC"
        for hour in range(24)
        for minute in range(60)
        for second in range(60)
    )


def _counts(pool: Pool) -> tuple[pa.Array, pa.Array]:
    """Networks and devices as text; a few with a thousands comma in quotes, a few devices with `NO_COUNT`."""
    draws = Draws("counts")
    out = []
    for numbers in (pool.networks, pool.devices):
        text = pa.array(numbers).cast(pa.string())
        rare = np.flatnonzero(draws.chance(1, pool.size) & (numbers >= 1000))
        mask = np.zeros(pool.size, dtype=bool)
        mask[rare] = True
        commas = pa.array([f'"{numbers[row]:,}"' for row in rare], pa.string())
        out.append(pc.replace_with_mask(text, pa.array(mask), commas))
    none = pa.array(draws.chance(1, pool.size))
    return out[0], pc.if_else(none, NO_COUNT, out[1])


# One log ----------------------------------------------------------------------------------------------------


def log(place: int, pool: Pool, shared: Cells, one_in: int) -> Log:
    """The log of one district (its place in `DISTRICTS`)."""
    district = DISTRICTS[place]
    rows = _rows(place, pool, one_in)
    first_part = (
        pool.at[rows] < CUT_DAY * 86_400 if len(district.parts) > 1 else np.ones(len(rows), dtype=bool)
    )
    halves = [rows[first_part], rows[~first_part]][: len(district.parts)]
    pieces: list[bytes | memoryview] = [_line(HEADERS[district.parts[0]])]
    truths, record = [], 1
    for part, half in enumerate(halves):
        draws = Draws(f"{district.name} {part}")
        ordered, copies = _in_order(place, part, pool, half, one_in, draws)
        texts, masked = _part(district, part, pool, shared, ordered, copies, draws)
        inserted = _inserted(place, part, len(ordered), draws)
        pieces += _woven(texts, inserted)
        truths.append(_truth(district, pool, ordered, copies, masked, inserted, record))
        record += len(ordered) + len(inserted)
    truth = pa.concat_tables(truths)
    return Log(district, tuple(pieces), truth)


def _rows(place: int, pool: Pool, one_in: int) -> np.ndarray:
    """Which searches are in a district's log: those that must, then by how many networks they reached."""
    draws = Draws(f"log {place}")
    score = draws.below(1 << 20, pool.size) + (pool.networks > 4_000) * (1 << 19)
    score += ((pool.must >> place) & 1) * (1 << 30) - ((pool.must_not >> place) & 1) * (1 << 30)
    chosen = np.argsort(-score, kind="stable")[: pools.distinct_rows(place, one_in)]
    return np.sort(chosen)


def _in_order(
    place: int, part: int, pool: Pool, rows: np.ndarray, one_in: int, draws: Draws
) -> tuple[np.ndarray, np.ndarray]:
    """Rows officer by officer, ascending in time, some of them repeated: places in the pool, and which are copies."""
    officer = mix(pool.officer[rows].astype(np.uint64) + np.uint64(1 << 40))
    ordered = rows[np.lexsort((pool.at[rows], officer))]
    may = np.flatnonzero(pool.group[ordered] == pools.ORDINARY)
    times = np.ones(len(ordered), dtype=np.int64)
    times[may[draws.order(len(may))[: _repeats(place, part, one_in)]]] = 2
    repeated = np.repeat(np.arange(len(ordered)), times)
    copies = np.concatenate(([False], repeated[1:] == repeated[:-1]))
    return ordered[repeated], copies


def _repeats(place: int, part: int, one_in: int) -> int:
    """Repeated rows of one part: nine in ten are where exports have no ID."""
    wanted = pools.repeated_rows(place, one_in)
    if len(DISTRICTS[place].parts) == 1:
        return wanted
    return wanted // 10 if part else wanted - wanted // 10


def _part(
    district: District,
    part: int,
    pool: Pool,
    shared: Cells,
    ordered: np.ndarray,
    copies: np.ndarray,
    draws: Draws,
) -> tuple[pa.Array, np.ndarray]:
    """The lines of one part, and which of them have a masked reason."""
    original = np.arange(len(ordered)) - copies  # a copy repeats every cell of the row above it
    late = pool.at[ordered] >= district.masked_from * 86_400
    hidden = draws.chance(district.reasons_masked, len(ordered))[original]
    hidden &= ~np.isin(pool.group[ordered], [pools.IMMIGRATION, pools.TRAP, pools.CANARY, pools.OWN])
    if district is DISTRICTS[0]:
        hidden &= pool.group[ordered] == pools.ORDINARY
    take = pa.array(ordered)
    reason = pc.if_else(pa.array(hidden), district.mask, shared.reason.take(take))
    officer, plate, filters, case = _personal(pool, ordered, late, original, draws)
    row = [officer, shared.who.take(take), plate, reason, case, filters, shared.when.take(take)]
    if district.parts[part] == LONG:
        row = [_ids(_id_bits(pool, ordered, copies, draws)), *row, *_prompts(pool, ordered, draws)]
    lines = pc.binary_join_element_wise(*row[:-1], pc.binary_join_element_wise(row[-1], "\r\n", ""), ",")
    return lines, hidden


def _personal(
    pool: Pool, ordered: np.ndarray, late: np.ndarray, original: np.ndarray, draws: Draws
) -> tuple[pa.Array, pa.Array, pa.Array, pa.Array]:
    """Officer, plate, filters and case number, masked in late rows; a few case numbers escape the mask."""
    size, masked = len(ordered), pa.array(late)
    everyone = names.officers()
    officer = mix(pool.officer[ordered].astype(np.uint64)) % np.uint64(len(everyone))
    blank = pa.array(draws.chance(260, size)[original])
    plate = pc.if_else(blank, "", pools.plates(draws, size).take(pa.array(original)))
    weights = [60, *[4] * (len(wording.FILTERS) - 1)]
    filters = draws.pick(weights, size)[original]
    numbered = pa.array(draws.chance(560, size)[original])
    case = pc.if_else(numbered, pools.case_numbers(draws, size).take(pa.array(original)), "")
    mostly = pa.array(late & ~draws.chance(2, size)[original])
    return (
        pc.if_else(masked, "***", pa.array(everyone).take(pa.array(officer.astype(np.int64)))),
        pc.if_else(masked, "***", plate),
        pc.if_else(masked, "***", pa.array([cell(text) for text in wording.FILTERS]).take(pa.array(filters))),
        pc.if_else(mostly, "***", case),
    )


def _prompts(pool: Pool, ordered: np.ndarray, draws: Draws) -> tuple[pa.Array, pa.Array]:
    """Text Prompt and Moderation: filled for searches by free text, and for no others."""
    size = len(ordered)
    kinds = [kind for kind, _ in wording.SEARCH_TYPES]
    free = pa.array(pool.search_type[ordered] == kinds.index("freeform"))
    prompts = pa.array([cell(text) for text in wording.PROMPTS])
    prompt = pc.if_else(free, prompts.take(pa.array(draws.below(len(wording.PROMPTS), size))), "")
    verdict = pa.array(["allow", "warn", "block"]).take(pa.array(draws.pick([172, 2, 12], size)))
    return prompt, pc.if_else(free, verdict, "")


def _id_bits(pool: Pool, ordered: np.ndarray, copies: np.ndarray, draws: Draws) -> np.ndarray:
    """Two 64-bit numbers a row: a search has one id in every log, and a search made again has another.

    As the data dictionary of none-below/sm-alpr reports of 907 releases, and as equal rows of Okaloosa's log have it.
    """
    of_search = Draws("ids").bits(2 * pool.size).reshape(-1, 2)[ordered]
    again = draws.bits(2 * len(ordered)).reshape(-1, 2)
    return np.where(copies[:, None], again, of_search).reshape(-1)


def _ids(bits: np.ndarray) -> pa.Array:
    """UUIDs of version 4 from twice as many 64-bit numbers, laid out as Arrow keeps text."""
    size = len(bits) // 2
    digits = np.frombuffer(bits.astype(">u8").tobytes().hex().encode(), np.uint8).reshape(size, 32)
    out = np.full((size, 36), ord("-"), dtype=np.uint8)
    for start, end, at in ((0, 8, 0), (8, 12, 9), (12, 16, 14), (16, 20, 19), (20, 32, 24)):
        out[:, at : at + end - start] = digits[:, start:end]
    out[:, 14], out[:, 19] = ord("4"), ord("a")
    offsets = np.arange(size + 1, dtype=np.int32) * 36
    return pa.StringArray.from_buffers(size, pa.py_buffer(offsets), pa.py_buffer(out.tobytes()))


# What is no search ------------------------------------------------------------------------------------------


def _line(row: Sequence[str]) -> bytes:
    return (",".join(cell(text) for text in row) + "\r\n").encode()


def _broken(columns: tuple[str, ...]) -> list[str]:
    """A row of an immigration search that a malformed record spoils: if it is counted, a total is wrong."""
    row = {
        "ID": "00000000-0000-4000-a000-000000000000",
        "Name": "Z. Nemobroken",
        "Org Name": "Aldbury County TX SO",
        "Total Networks Searched": "5000",
        "Total Devices Searched": "70000",
        "Time Frame": "12/10/2025, 12:00:00 PM UTC\n12/10/2025, 01:00:00 PM UTC",
        "License Plate": "QOI0099",
        "Reason": "immigration",
        "Search Time": "12/10/2025, 12:30:00 PM UTC",
        "Search Type": "lookup",
    }
    return [row.get(column.strip(), "") for column in columns]


def _malformed(columns: tuple[str, ...]) -> dict[str, bytes]:
    """Malformed records by why a reader rejects them."""
    row, width = _broken(columns), len(columns)
    time = columns.index(" Search Time")
    bad_date = [*row[:time], "13/45/2025, 10:00:00 AM UTC", *row[time + 1 :]]
    unquoted = _line(row).replace(b",immigration,", b",immigration, hold,")
    return {
        "too few cells": _line(row[: width - 3]),
        "too many cells": unquoted,
        "impossible date": _line(bad_date),
        "blank record": b"," * (width - 1) + b"\r\n",
        "empty line": b"\r\n",
    }


WHY_REJECTED = {
    "too few cells": "wrong number of cells",
    "too many cells": "wrong number of cells",
    "impossible date": "search time not readable",
    "blank record": "blank record",
    "empty line": "blank record",
    "repeated header": "repeated header",
    "total line": "total line",
}
"""Why each planted malformed record must be among the rejected ones."""


def _inserted(place: int, part: int, rows: int, draws: Draws) -> list[Inserted]:
    """Malformed records of one part; the second part begins with its header, one file ends with a total."""
    district = DISTRICTS[place]
    columns = HEADERS[district.parts[part]]
    out = [Inserted(0, _line(columns), "repeated header")] if part else []
    kinds = list(_malformed(columns).items())
    if part == 0:
        at = np.sort(1 + draws.below(rows - 1, len(kinds)))
        out += [Inserted(int(before), line, why) for before, (why, line) in zip(at, kinds)]
    if place == 3:
        out.append(Inserted(rows // 2, _line(columns), "repeated header"))
    if place == 4:
        total = _line([f"Total: {rows:,} searches", *[""] * (len(columns) - 1)])
        out.append(Inserted(rows, total, "total line"))
    return sorted(out, key=lambda inserted: inserted.before)


def _woven(lines: pa.Array, inserted: list[Inserted]) -> Iterator[bytes | memoryview]:
    """The bytes of the lines with the inserted records among them."""
    offsets = np.frombuffer(lines.buffers()[1], np.int32, len(lines) + 1, lines.offset * 4)
    data = memoryview(lines.buffers()[2])
    done = 0
    for record in inserted:
        yield data[offsets[done] : offsets[record.before]]
        yield record.line
        done = record.before
    yield data[offsets[done] : offsets[-1]]


# Truth ------------------------------------------------------------------------------------------------------


def _coded(codes: np.ndarray, values: Sequence[str]) -> pa.Array:
    """Text from places in a list of values; the empty text becomes null."""
    words = pa.array([value or None for value in values], pa.string())
    return words.take(pa.array(codes)).dictionary_encode()


def _truth(
    district: District,
    pool: Pool,
    ordered: np.ndarray,
    copies: np.ndarray,
    masked: np.ndarray,
    inserted: list[Inserted],
    record: int,
) -> pa.Table:
    """What is planted in each record of a part, malformed ones last; `record` is the number of the first."""
    agencies = pool.agencies
    before = np.array([insert.before for insert in inserted], dtype=np.int64)
    rows = np.arange(len(ordered))
    shown = ~masked
    owner = pool.agency[ordered]
    table = pa.table(
        {
            "source_row": record + rows + np.searchsorted(before, rows, side="right"),
            "search": ordered,
            "repeated": copies,
            "group": _coded(pool.group[ordered], pools.GROUPS),
            "tier": _coded(pool.tier[ordered] * shown, pools.TIERS),
            "kind": _coded(pool.kind[ordered] * shown, pools.KINDS),
            "mixed": pool.mixed[ordered] & shown,
            "origin": _coded(
                np.where(masked, pools.ORIGINS.index("masked"), pool.origin[ordered]), pools.ORIGINS
            ),
            "agency": _coded(owner, [agency.name for agency in agencies]),
            "agency_state": _coded(owner, [agency.state or "" for agency in agencies]),
            "agency_kind": _coded(owner, [agency.kind for agency in agencies]),
            "agency_as_released": _coded(pool.account[ordered], pool.accounts),
            "malformed": pa.nulls(len(rows), pa.string()),
        }
    )
    return _named(pa.concat_tables([table, _truth_of(inserted, record, table.schema)]), district)


def _truth_of(inserted: list[Inserted], record: int, schema: pa.Schema) -> pa.Table:
    """Truth of the malformed records: their numbers and why no search may come of them."""
    numbers = [record + insert.before + place for place, insert in enumerate(inserted)]
    given = {
        "source_row": pa.array(numbers, pa.int64()),
        "repeated": pa.array([False] * len(inserted)),
        "mixed": pa.array([False] * len(inserted)),
        "malformed": pa.array([insert.why for insert in inserted], pa.string()),
    }
    nothing = {field.name: pa.nulls(len(inserted), field.type) for field in schema}
    return pa.table({**nothing, **given}, schema=schema)


def _named(table: pa.Table, district: District) -> pa.Table:
    for column, value in (("camera_owner", district.name), ("source_file", district.file)):
        one = pa.DictionaryArray.from_arrays(
            pa.array(np.zeros(len(table), dtype=np.int32)), pa.array([value])
        )
        table = table.add_column(0, column, one)
    return table
