"""What is planted in each record of a log, as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from analysis.upkeep.replica import pool as pools
from analysis.upkeep.replica.districts import District
from analysis.upkeep.replica.malformed import Inserted
from analysis.upkeep.replica.pool import Pool
from analysis.upkeep.replica.texts import ORIGINS


def _coded(codes: np.ndarray, values: Sequence[str]) -> pa.Array:
    """Text from indexes into a list of values; the empty text becomes null."""
    words = pa.array([value or None for value in values], pa.string())
    return words.take(pa.array(codes)).dictionary_encode()


def of_records(
    district: District,
    pool: Pool,
    ordered: np.ndarray,
    copies: np.ndarray,
    masked: np.ndarray,
    inserted: list[Inserted],
    record: int,
) -> pa.Table:
    """What is planted in each record of a section, malformed ones last; `record` is the number of the first."""
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
            "origin": _coded(np.where(masked, ORIGINS.index("masked"), pool.origin[ordered]), ORIGINS),
            "agency": _coded(owner, [agency.name for agency in agencies]),
            "agency_state": _coded(owner, [agency.state or "" for agency in agencies]),
            "agency_kind": _coded(owner, [agency.kind for agency in agencies]),
            "agency_as_released": _coded(pool.account[ordered], pool.accounts),
            "malformed": pa.nulls(len(rows), pa.string()),
        }
    )
    return _named(pa.concat_tables([table, _of_malformed(inserted, record, table.schema)]), district)


def _of_malformed(inserted: list[Inserted], record: int, schema: pa.Schema) -> pa.Table:
    """Truth of the malformed records: their numbers and why no search may come of them."""
    numbers = [record + insert.before + number for number, insert in enumerate(inserted)]
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
        constant = pa.DictionaryArray.from_arrays(
            pa.array(np.zeros(len(table), dtype=np.int32)), pa.array([value])
        )
        table = table.add_column(0, column, constant)
    return table
