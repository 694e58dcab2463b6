"""Writes one district's log as the vendor exports it, with the mess that real exports hold, and its truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.upkeep.replica import cells, malformed, names, texts, wording
from analysis.upkeep.replica import pool as pools
from analysis.upkeep.replica.districts import CUT_DAY, DISTRICTS, LONG, District
from analysis.upkeep.replica.draws import Draws, mix
from analysis.upkeep.replica.pool import Pool

NO_COUNT = "——"  # what the vendor prints where a count of devices is missing


@dataclass(frozen=True)
class Cells:
    """Pieces of a row that are the same in every log: text ready to be joined, one for each search."""

    who: pa.Array  # agency, networks, devices, time frame
    when: pa.Array  # search time, search type
    reason: pa.Array


def shared_cells(pool: Pool) -> Cells:
    """The pieces shared by all logs, made once."""
    accounts = pa.array([cells.cell(name) for name in pool.accounts]).take(pa.array(pool.account))
    frame = pc.binary_join_element_wise(
        '"', cells.moments(pool.window_start), "\n", cells.moments(pool.window_end), '"', ""
    )
    who = pc.binary_join_element_wise(accounts, *_counts(pool), frame, ",")
    kinds = pa.array([kind for kind, _ in wording.SEARCH_TYPES]).take(pa.array(pool.search_type))
    when = pc.binary_join_element_wise('"', cells.moments(pool.second), '",', kinds, "")
    return Cells(who, when, cells.cells_of(pool.reason))


def _counts(pool: Pool) -> tuple[pa.Array, pa.Array]:
    """Networks and devices as text; a few with a thousands comma in quotes, a few devices with `NO_COUNT`."""
    draws = Draws("counts")
    out = []
    for numbers in (pool.networks, pool.devices):
        text = pa.array(numbers).cast(pa.string())
        rare = draws.chance(1, pool.size) & (numbers >= 1000)
        commas = pa.array([f'"{number:,}"' for number in numbers[rare]], pa.string())
        out.append(pc.replace_with_mask(text, pa.array(rare), commas))
    none = pa.array(draws.chance(1, pool.size))
    return out[0], pc.if_else(none, NO_COUNT, out[1])


# One log ----------------------------------------------------------------------------------------------------


def log(index: int, pool: Pool, shared: Cells, one_in: int) -> tuple[list[bytes | memoryview], pa.Table]:
    """The log of one district (its index in `DISTRICTS`), in pieces to be written one after the other, and its planted
    truth, row by row."""
    district = DISTRICTS[index]
    # the searches that must be in it, then by how many networks they reached
    score = Draws(f"log {index}").below(1 << 20, pool.size) + (pool.networks > 4_000) * (1 << 19)
    score += ((pool.must >> index) & 1) * (1 << 30) - ((pool.must_not >> index) & 1) * (1 << 30)
    rows = np.sort(np.argsort(-score, kind="stable")[: pools.distinct_rows(index, one_in)])
    early = pool.second[rows] < CUT_DAY * 86_400
    halves = [rows[early], rows[~early]] if len(district.sections) > 1 else [rows]
    pieces: list[bytes | memoryview] = [cells.line(cells.HEADERS[district.sections[0]])]
    truths, record = [], 1
    for section, half in enumerate(halves):
        draws = Draws(f"{district.name} {section}")
        ordered, copies = _in_order(index, section, pool, half, one_in, draws)
        lines, masked = _section(district, section, pool, shared, ordered, copies, draws)
        extra = malformed.inserted(index, section, len(ordered), draws)
        pieces += malformed.woven(lines, extra)
        truths.append(_of_records(district, pool, ordered, copies, masked, extra, record))
        record += len(ordered) + len(extra)
    return pieces, pa.concat_tables(truths)


def _in_order(
    index: int, section: int, pool: Pool, rows: np.ndarray, one_in: int, draws: Draws
) -> tuple[np.ndarray, np.ndarray]:
    """Rows officer by officer by time, some repeated: indexes into the pool, and which are copies. Nine in ten copies
    are where exports have no ID."""
    officer = mix(pool.officer[rows].astype(np.uint64) + np.uint64(1 << 40))
    ordered = rows[np.lexsort((pool.second[rows], officer))]
    may = np.flatnonzero(pool.group[ordered] == pools.ORDINARY)
    repeats = pools.repeated_rows(index, one_in)
    if len(DISTRICTS[index].sections) > 1:
        repeats = repeats // 10 if section else repeats - repeats // 10
    times = np.ones(len(ordered), dtype=np.int64)
    times[may[draws.order(len(may))[:repeats]]] = 2
    repeated = np.repeat(np.arange(len(ordered)), times)
    copies = np.concatenate(([False], repeated[1:] == repeated[:-1]))
    return ordered[repeated], copies


def _section(
    district: District,
    section: int,
    pool: Pool,
    shared: Cells,
    ordered: np.ndarray,
    copies: np.ndarray,
    draws: Draws,
) -> tuple[pa.Array, np.ndarray]:
    """The lines of one section, and which of them have a masked reason."""
    original = np.arange(len(ordered)) - copies  # a copy repeats every cell of the row above it
    late = pool.second[ordered] >= district.masked_from * 86_400
    hidden = draws.chance(district.reasons_masked, len(ordered))[original]
    hidden &= ~np.isin(pool.group[ordered], [pools.IMMIGRATION, pools.TRAP, pools.CANARY, pools.OWN])
    if district is DISTRICTS[0]:
        hidden &= pool.group[ordered] == pools.ORDINARY
    take = pa.array(ordered)
    reason = pc.if_else(pa.array(hidden), district.mask, shared.reason.take(take))
    officer, plate, filters, case = _personal(pool, ordered, late, original, draws)
    row = [officer, shared.who.take(take), plate, reason, case, filters, shared.when.take(take)]
    if district.sections[section] == LONG:
        row = [uuids(_id_bits(pool, ordered, copies, draws)), *row, *_prompts(pool, ordered, draws)]
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
    plate = pc.if_else(blank, "", texts.plates(draws, size).take(pa.array(original)))
    filters = pa.array(draws.pick([60, *[4] * (len(wording.FILTERS) - 1)], size)[original])
    numbered = pa.array(draws.chance(560, size)[original])
    case = pc.if_else(numbered, texts.case_numbers(draws, size).take(pa.array(original)), "")
    mostly = pa.array(late & ~draws.chance(2, size)[original])
    shown = (
        pa.array(everyone).take(pa.array(officer.astype(np.int64))),
        plate,
        pa.array(map(cells.cell, wording.FILTERS)).take(filters),
    )
    return (*(pc.if_else(masked, "***", cell) for cell in shown), pc.if_else(mostly, "***", case))


def _prompts(pool: Pool, ordered: np.ndarray, draws: Draws) -> tuple[pa.Array, pa.Array]:
    """Text Prompt and Moderation: filled for searches by free text, and for no others."""
    size = len(ordered)
    kinds = [kind for kind, _ in wording.SEARCH_TYPES]
    free = pa.array(pool.search_type[ordered] == kinds.index("freeform"))
    prompts = pa.array([cells.cell(text) for text in wording.PROMPTS])
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


def uuids(bits: np.ndarray) -> pa.Array:
    """UUIDs of version 4 from twice as many 64-bit numbers, laid out as Arrow keeps text."""
    size = len(bits) // 2
    digits = np.frombuffer(bits.astype(">u8").tobytes().hex().encode(), np.uint8).reshape(size, 32)
    out = np.full((size, 36), ord("-"), dtype=np.uint8)
    for start, end, target in ((0, 8, 0), (8, 12, 9), (12, 16, 14), (16, 20, 19), (20, 32, 24)):
        out[:, target : target + end - start] = digits[:, start:end]
    out[:, 14], out[:, 19] = ord("4"), ord("a")
    offsets = np.arange(size + 1, dtype=np.int32) * 36
    return pa.StringArray.from_buffers(size, pa.py_buffer(offsets), pa.py_buffer(out.tobytes()))


# What is planted ---------------------------------------------------------------------------------------------


def _coded(codes: np.ndarray, values: Sequence[str]) -> pa.Array:
    """Text from indexes into a list of values; the empty text becomes null."""
    words = pa.array([value or None for value in values], pa.string())
    return words.take(pa.array(codes)).dictionary_encode()


def _of_records(
    district: District,
    pool: Pool,
    ordered: np.ndarray,
    copies: np.ndarray,
    masked: np.ndarray,
    inserted: list[malformed.Inserted],
    record: int,
) -> pa.Table:
    """What is planted in each record of a section, malformed ones last; `record` is the number of the first."""
    agencies, owner = pool.agencies, pool.agency[ordered]
    before = np.array([insert.before for insert in inserted], dtype=np.int64)
    rows, shown = np.arange(len(ordered)), ~masked
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
                np.where(masked, texts.ORIGINS.index("masked"), pool.origin[ordered]), texts.ORIGINS
            ),
            "agency": _coded(owner, [agency.name for agency in agencies]),
            "agency_state": _coded(owner, [agency.state or "" for agency in agencies]),
            "agency_kind": _coded(owner, [agency.kind for agency in agencies]),
            "agency_as_released": _coded(pool.account[ordered], pool.accounts),
            "malformed": pa.nulls(len(rows), pa.string()),
        }
    )
    lines = [
        {"source_row": record + row.before + number, "repeated": False, "mixed": False, "malformed": row.why}
        for number, row in enumerate(inserted)
    ]
    table = pa.concat_tables([table, pa.Table.from_pylist(lines, table.schema)])
    for column, value in (("camera_owner", district.name), ("source_file", district.file)):
        constant = pa.DictionaryArray.from_arrays(np.zeros(len(table), dtype=np.int32), pa.array([value]))
        table = table.add_column(0, column, constant)
    return table
