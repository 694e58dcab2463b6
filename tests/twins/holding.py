"""Takes a twin into a place as `make place` does, builds it, and holds every record against what was planted."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis import build, intake, places
from analysis.build import dataset
from analysis.paths import plain
from analysis.places import sources

TODAY = date(2026, 11, 1)


def repository(top: Path) -> Path:
    """An empty repository that shares what people typed with this one."""
    (top / "data" / "raw").mkdir(parents=True)
    (top / "data" / "hand").symlink_to(places.root() / "data" / "hand")
    return top


def take(top: Path, name: str, released: Path) -> tuple[places.Place, intake.Taken]:
    """The place that `make place AT=<name> FROM=<released>` makes with nobody to answer, and builds."""
    taken = intake.take(name, [released], today=TODAY, top=top)
    place = places.find(name, top)
    build.build(place)
    return place, taken


def entries(place: places.Place, twin) -> dict:
    """The place's entry of each planted file, by its planted name; intake hides names that could be a person's."""
    by_name = {file.name: file for file in place.files}
    by_checksum = {file.sha256: file for file in place.files}
    found = {}
    for planted in twin.files:
        name, path = plain(planted.name), twin.folder / planted.name
        found[planted.name] = (
            by_name[name]
            if name in by_name
            else by_checksum.get(sources.sha256(path))
            if path.is_file()
            else None
        )
    return found


def differences(place: places.Place, twin) -> list[str]:
    """What is otherwise in a built place than was planted in it, in words; nothing where all is recovered."""
    facts = build.open_files(place).set_index("source_file")
    parts = {table: pq.read_table(dataset.folder(place, table)) for table in ("searches", "rejected")}
    known, wrong = entries(place, twin), []
    for planted in twin.files:
        entry, account = known[planted.name], planted.account
        if entry is None:
            wrong.append(f"{planted.name} was not taken")
            continue
        rows = {
            table: held.filter(pc.equal(held["source_file"], entry.name)) for table, held in parts.items()
        }
        found = [
            f"{what} is {one!r}, planted {other!r}"
            for what, one, other in [
                ("the log", entry.log, planted.log),
                ("the owner", entry.camera_owner, planted.owner),
                ("records", int(facts.loc[entry.name, "records"]), account["records"]),
                (
                    "masked cells",
                    masked(facts.loc[entry.name, "masked_cells"]),
                    Counter(planted.account["masked"].values()),
                ),
                *of_searches(rows["searches"], planted.account, entry),
            ]
            if one != other
        ]
        wrong += [f"{planted.name}: {text}" for text in (*found, *of_records(place, rows, planted.truth))]
    return wrong


def masked(said: str) -> Counter:
    """How many cells each column hides, whatever the export calls the column."""
    return Counter(int(text.rpartition(" ")[2].replace(",", "")) for text in said.split("; ") if text)


def of_searches(searches: pa.Table, account, entry):
    """Totals of a file's searches, by name: found and planted."""
    tiers = Counter(searches["immigration_tier"].to_pylist())
    kinds = Counter(searches["agency_kind"].to_pylist())
    ids = searches["released_id"].drop_null()
    yield "strict immigration searches", tiers["strict"], account["immigration"]["strict"]
    yield "broad immigration searches", len(searches) - tiers["none"], account["immigration"]["broad"]
    yield "federal searches", kinds["federal"], account["federal"]
    yield (
        "rows with an id seen before",
        len(ids) - pc.count_distinct(ids).as_py(),
        account["rows_with_an_id_seen_before"],
    )
    if entry.own_agency:
        yield "own searches", pc.sum(searches["own_search"]).as_py(), account["own"]


def of_records(place: places.Place, rows, truth: pa.Table):
    """What is otherwise in single records than was planted in them."""
    there = pa.concat_tables([*rows.values()], promote_options="permissive").sort_by("source_row")
    truth = truth.sort_by("source_row")
    if there["source_row"].to_pylist() != truth["source_row"].to_pylist():
        yield f"{len(there)} records, {len(truth)} planted, or other numbers"
        return
    is_search = truth["why"].combine_chunks().is_null()
    for column, name in COLUMNS.items():
        wanted = pc.if_else(is_search, truth[column], None) if column != "why" else truth["why"]
        if column == "agency":
            wanted = pc.if_else(pc.equal(wanted, ""), None, wanted)
        one, other = there[name].to_pylist(), wanted.to_pylist()
        if column in ("at", "start", "end"):
            one = [time and int(time.timestamp()) for time in one]
        if column == "at":  # of a day, whose place's clock is not planted, the day itself
            zone, exact = ZoneInfo(place.time_zone), there["searched_at_precision"].to_pylist()
            one = [day(at, zone) if how == "day" else at for at, how in zip(one, exact)]
            other = [day(at, UTC) if how == "day" else at for at, how in zip(other, exact)]
        if column == "agency":
            one = [text or None for text in one]
        if wrong := [at for at, pair in enumerate(zip(one, other)) if pair[0] != pair[1]]:
            at = wrong[0]
            yield (
                f"{column} differs in {len(wrong)} of {len(one)} records, first in record {truth['source_row'][at]}: "
                f"{one[at]!r}, planted {other[at]!r}"
            )


COLUMNS = {
    "why": "why", "released_id": "released_id", "at": "searched_at", "precision": "searched_at_precision",
    "start": "window_start", "end": "window_end", "tier": "immigration_tier", "agency": "searching_agency_as_released",
}  # fmt: skip


def day(seconds: int, zone) -> date:
    return datetime.fromtimestamp(seconds, zone).date()
