"""Rebuilds a place's processed tables from its released files, all of them or none, and opens them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis import agencies, readers, reasons, searches, sightings, sources
from analysis.formats import Form, NotASearchAudit, is_header, recognise_section, refuse_incomplete
from analysis.ledger import Ledger
from analysis.places import Place, ReleasedFile
from analysis.readers import archives

SCHEMA = pa.schema(
    [
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("source_page", pa.int64()),
        ("released_id", pa.string()),
        ("search_key", pa.string()),
        ("camera_owner", pa.string()),
        ("searching_agency_as_released", pa.string()),
        ("searching_agency", pa.string()),
        ("agency_state", pa.string()),
        ("agency_kind", pa.string()),
        ("own_search", pa.bool_()),
        ("searched_at", pa.timestamp("us", "UTC")),
        ("window_start", pa.timestamp("us", "UTC")),
        ("window_end", pa.timestamp("us", "UTC")),
        ("networks_searched", pa.int64()),
        ("devices_searched", pa.int64()),
        ("search_type", pa.string()),
        ("moderation", pa.string()),
        ("has_case_number", pa.bool_()),
        ("reason_as_released", pa.string()),
        ("offense_types", pa.list_(pa.string())),
        ("reason_text", pa.string()),
        ("reason_origin", pa.string()),
        ("era", pa.string()),
        ("topics", pa.list_(pa.string())),
        ("rules", pa.list_(pa.string())),
        ("immigration_tier", pa.string()),
        ("immigration_kind", pa.string()),
        ("mixed", pa.bool_()),
        ("dhs_ambiguous", pa.bool_()),
    ]
)
"""The columns of searches.parquet, in order; README of the repository's data dictionary is made from it."""

FACTS = (
    "source_file", "log", "camera_owner", "forms", "records", "searches", "rejected",
    "first_search", "last_search", "notes",
)  # fmt: skip

_ROWS_IN_A_GROUP = 131_072
_CODE = (
    "places",
    "sources",
    "readers",
    "formats",
    "searches",
    "sightings",
    "agencies",
    "reasons",
    "ledger",
    "build",
)
_UNREPEATED = {"search_key", "released_id", "source_row", "searched_at", "window_start", "window_end"}


class NothingToRead(Exception):
    """A place whose files hold no search at all."""


def build(place: Place, say: Callable[[str], None] = lambda _: None) -> bool:
    """Rebuild searches.parquet, rejected.parquet, files.csv and ledger.csv; False when they are up to date.

    Every file is found, checked and read before anything is put in place. Raises the errors of `sources`,
    `readers` and `formats`, each naming its file; what stood there before then stays.
    """
    paths = sources.locate(place)
    stamp, mark = place.processed / "built.json", _fingerprint(place)
    if stamp.is_file() and json.loads(stamp.read_text()).get("fingerprint") == mark:
        return False
    place.processed.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=place.processed) as temporary:
        _write_all(place, paths, Path(temporary), say)
        stamp.unlink(missing_ok=True)
        for new in sorted(Path(temporary).iterdir()):
            os.replace(new, place.processed / new.name)
    _put(stamp, json.dumps({"fingerprint": mark}))
    return True


def clean_up(place: Place) -> None:
    """Remove what a killed run left half-made."""
    for folder in place.processed.glob(".building-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _write_all(place: Place, paths: dict[str, Path], into: Path, say: Callable[[str], None]) -> None:
    rules = reasons.load(place.hand / "reasons")
    known = agencies.known(place.hand / "agencies.csv", place.raw / "reference")
    by = sightings.method_for((file.camera_owner for file in place.files), place.same_search)
    ledger, facts, rejected = Ledger(), [], []
    with pq.ParquetWriter(into / "searches.parquet", SCHEMA, **parquet_options()) as writer:
        for file in place.files:
            say(f"reading {place.name}/{file.name}")
            for tables, aside, fact in read_release(file, paths[file.name], ledger, place.time_zone):
                for table in tables:
                    searches_ = enrich(table, file, rules, known, by)
                    writer.write_table(searches_, row_group_size=_ROWS_IN_A_GROUP)
                rejected.append(aside)
                facts.append(fact)
    if not sum(fact["searches"] for fact in facts):
        raise NothingToRead(
            f"{place.name}: its {len(facts)} file(s) hold no search; see the notes in files.csv"
        )
    pq.write_table(pa.concat_tables(rejected), into / "rejected.parquet")
    pd.DataFrame(facts, columns=list(FACTS)).to_csv(into / "files.csv", index=False, lineterminator="\n")
    ledger.table().to_csv(into / "ledger.csv", index=False, lineterminator="\n")


Read = tuple[list[pa.Table], pa.Table, dict[str, Any]]
"""What one released file gave: its searches by section, its rejected rows, and facts about it."""


def read_release(file: ReleasedFile, path: Path, ledger: Ledger, time_zone: str = "UTC") -> Iterator[Read]:
    """Read and type one released file, or one after the other the files inside a released archive.

    The files in an archive stand under names such as `release.zip/2025-06.csv` everywhere. The archive has a
    line of facts too, without rows, which names what in it was not read and why. Raises what `read_file` and
    `archives.members` raise; a letter in an archive, or a log of something else than searches, stops nothing
    unless the archive holds nothing else.
    """
    unread: list[str] = []
    read = 0
    with tempfile.TemporaryDirectory(prefix="analysis-") as folder:
        for member in archives.members(path, file.name, Path(folder), file.leave_out):
            found = _read_member(file, member, ledger, time_zone)
            if isinstance(found, str):
                unread.append(found)
            else:
                read += 1
                yield found
    if not read:
        raise readers.UnreadableFile(
            f"{file.name}: nothing in this archive could be read; {'; '.join(unread)}"
        )
    if unread:
        yield [], searches.REJECTED.empty_table(), _archive_facts(file, unread)


def _read_member(file: ReleasedFile, member: archives.Member, ledger: Ledger, time_zone: str) -> Read | str:
    """What a file of a release gave, or a sentence on why it was not read."""
    if member.path is None:
        return f"{member.name}: {member.why}"
    alone = member.name == file.name
    try:
        return read_file(replace(file, name=member.name), member.path, ledger, time_zone)
    except (NotASearchAudit, readers.NoKnownHeader) as error:
        # A table whose columns nobody knows may be an audit; a letter is none.
        if alone or (isinstance(error, readers.NoKnownHeader) and archives.is_table(member.name)):
            raise
        return str(error)


def _archive_facts(file: ReleasedFile, unread: Sequence[str]) -> dict[str, Any]:
    said = {"source_file": file.name, "log": file.log, "camera_owner": file.camera_owner, "forms": "archive"}
    counts = {"records": 0, "searches": 0, "rejected": 0, "first_search": "", "last_search": ""}
    return {**said, **counts, "notes": f"{len(unread)} of its files were not read: {'; '.join(unread)}"}


def read_file(file: ReleasedFile, path: Path, ledger: Ledger, time_zone: str = "UTC") -> Read:
    """Read and type one file that is no archive.

    `time_zone` is that of the days in the file's `period`.
    """
    reading = readers.read(path, file.name, is_header)
    refuse_incomplete((aside.text for aside in reading.asides), file.name)
    forms = [recognise_section(section, file.name, file.columns) for section in reading.sections]
    ledger.record("read", file.name, reading.counted, reading.kept, Counter(a.why for a in reading.asides))
    typed = [searches.type_rows(section, form, file) for section, form in zip(reading.sections, forms)]
    tables = [table for table, _ in typed]
    refused = pa.concat_tables([aside for _, aside in typed])
    kept = sum(table.num_rows for table in tables)
    ledger.record("type", file.name, reading.kept, kept, Counter(refused.column("why").to_pylist()))
    rejected = pa.concat_tables([searches.asides_table(reading.asides, forms[0], file), refused])
    facts = _facts(file, reading, forms, tables)
    facts["notes"] = "; ".join(filter(None, [facts["notes"], _outside_period(file, tables, time_zone)]))
    return tables, rejected.sort_by("source_row"), facts


def enrich(
    table: pa.Table, file: ReleasedFile, rules: reasons.Rules, known: agencies.Known, by: str
) -> pa.Table:
    """The typed rows with agencies, sightings and reasons: a pure step, the same on any part of the rows."""
    table = agencies.add(table, known)
    table = sightings.mark(table, by)
    table = reasons.add(table, rules, portal=file.log == "portal audit")
    table = table.append_column("own_search", _own(table, file, known))
    return table.select(SCHEMA.names).cast(SCHEMA)


def _own(table: pa.Table, file: ReleasedFile, known: agencies.Known) -> pa.Array:
    """Whether a search was made by the camera owner's own police; null where source.toml does not say who."""
    if file.log != "network audit":
        return pa.array([True]).take(pa.array([0] * table.num_rows, pa.int64()))
    if file.own_agency is None:
        return pa.nulls(table.num_rows, pa.bool_())
    own = agencies.resolve([file.own_agency], known)["agency"][0]
    return pc.equal(table.column("searching_agency"), own)


def _facts(
    file: ReleasedFile, reading: readers.Reading, forms: Sequence[Form], tables: Sequence[pa.Table]
) -> dict[str, Any]:
    times = pa.chunked_array(
        [c for t in tables for c in t.column("searched_at").chunks], SCHEMA.field("searched_at").type
    )
    ends = pc.min_max(times).as_py()
    unnamed = [f"{len(form.unnamed)} columns without a name are not read" for form in forms if form.unnamed]
    found = {
        "source_file": file.name,
        "log": file.log,
        "camera_owner": file.camera_owner,
        "forms": "; ".join(dict.fromkeys(form.key for form in forms)),
        "records": reading.records,
        "searches": len(times),
        "rejected": reading.records - len(times),
        "first_search": ends["min"].isoformat() if ends["min"] else "",
        "last_search": ends["max"].isoformat() if ends["max"] else "",
        "notes": "; ".join([*reading.notes, *unnamed, *_may_be_cut(reading.records)]),
    }
    return found


def _outside_period(file: ReleasedFile, tables: Sequence[pa.Table], time_zone: str) -> str:
    """Says how many searches lie outside the local days that source.toml gives the file, or nothing."""
    if file.period is None:
        return ""
    first, last = (pa.scalar(day, pa.date32()) for day in file.period)
    outside = 0
    for table in tables:
        local = pc.local_timestamp(table.column("searched_at").cast(pa.timestamp("us", time_zone)))
        day = pc.floor_temporal(local, unit="day").cast(pa.date32())
        outside += pc.sum(pc.or_(pc.less(day, first), pc.greater(day, last))).as_py() or 0
    return f"{outside:,} searches lie outside the period that source.toml gives" if outside else ""


CAPS = (20_000, 55_000, 1_000_000, 1_048_575)
"""Row counts at which exports and spreadsheets are known to stop."""


def _may_be_cut(records: int) -> list[str]:
    return [f"exactly {records:,} records: the export may be cut off"] if records in CAPS else []


def parquet_options() -> dict[str, Any]:
    """How searches.parquet is written: words that repeat are stored once, keys and times are not."""
    repeated = [name for name in SCHEMA.names if name not in _UNREPEATED]
    return {"compression": "zstd", "use_dictionary": repeated, "write_statistics": False}


def _fingerprint(place: Place) -> str:
    """What the processed tables depend on: source.toml, the hand-typed data, this code, and Arrow."""
    library = Path(__file__).parent
    code = [p for stem in _CODE for p in (library / stem, library / f"{stem}.py") if p.exists()]
    files = [
        place.raw / "source.toml",
        *_files_below(place.hand),
        *sorted((place.raw / "reference").glob("*agencies*.csv")),
        *(p for c in code for p in _files_below(c)),
    ]
    digest = hashlib.sha256(pa.__version__.encode())
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files_below(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(p for p in path.rglob("*") if p.is_file() and p.suffix in {".py", ".toml", ".csv"})


def _put(path: Path, text: str) -> None:
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)


# Opening what was built -----------------------------------------------------------------------------------


def open_searches(place: Place, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The searches of a place as a frame (the columns asked for; text stays in Arrow)."""
    table = pq.read_table(place.processed / "searches.parquet", columns=list(columns) if columns else None)
    return table.to_pandas(types_mapper=_frame_type)


def _frame_type(kind: pa.DataType) -> Any:
    if pa.types.is_string(kind):
        return pd.StringDtype("pyarrow", na_value=pd.NA)
    if pa.types.is_int64(kind):
        return pd.Int64Dtype()
    if pa.types.is_boolean(kind):
        return pd.BooleanDtype()
    return pd.ArrowDtype(kind) if pa.types.is_list(kind) else None


def open_rejected(place: Place) -> pd.DataFrame:
    """The released rows that are not among the searches, each with why."""
    return pq.read_table(place.processed / "rejected.parquet").to_pandas()


def open_files(place: Place) -> pd.DataFrame:
    """What was found in each released file (`FACTS`)."""
    return pd.read_csv(place.processed / "files.csv", keep_default_na=False)


def open_ledger(place: Place) -> pd.DataFrame:
    """Rows in, rows out and why, for every step and file."""
    return pd.read_csv(place.processed / "ledger.csv", keep_default_na=False)


def count_searches(place: Place) -> int:
    """How many rows searches.parquet has, read from its footer alone."""
    return int(pq.read_metadata(place.processed / "searches.parquet").num_rows)


def open_other_lists(place: Place) -> list[dict[str, Any]]:
    """The terms with which others have counted: who, source, terms, substring (data/hand/other_lists.toml)."""
    text = (place.hand / "other_lists.toml").read_text(encoding="utf-8")
    return [{"substring": False, **one} for one in tomllib.loads(text)["list"]]


def open_cleared(place: Place) -> frozenset[str]:
    """Reasons that people have read and cleared for print, in lower case (data/hand/cleared.csv)."""
    lines = pd.read_csv(place.hand / "cleared.csv", dtype=str, keep_default_na=False)
    return frozenset(lines["reason"].str.strip().str.casefold())


def open_agreements(place: Place) -> pd.DataFrame | None:
    """The place's list of 287(g) agreements (any file in its reference/ folder whose name holds 287g)."""
    lists = sorted((place.raw / "reference").glob("*287g*"))
    return agencies.participating(lists[0]) if lists else None
