"""Rebuilds a place's processed tables from its released files, all of them or none, and opens them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis import agencies, files, readers, rowgroups, toml
from analysis.agencies import sharing
from analysis.build import engine, parts
from analysis.build.ledger import Ledger
from analysis.places import Place, ReleasedFile, check_days, sources
from analysis.refused import Refused
from analysis.wording import counted

_CODE = (
    "refused", "paths", "processes", "places", "readers", "vendors", "reasons", "agencies",
    "privacy", "repeats", "searches", "rowgroups", "build",
)  # fmt: skip

_TYPED = ("reasons", "agencies.csv", "agency_words.toml", "everyday_words.toml", "common_names.csv")
"""What of data/hand a part is made with: the rules, what is known of agencies, and the words that are not masked."""

TABLES = ("searches.parquet", "rejected.parquet", "files.csv", "ledger.csv")
"""What a build makes; built.json holds their checksums."""


class NothingToRead(Refused):
    """A place whose files hold no search at all."""


def build(
    place: Place, say: Callable[[str], None] = lambda _: None, run: engine.Run = engine.run_here
) -> bool:
    """Rebuild searches.parquet, rejected.parquet, files.csv and ledger.csv; False when they are up to date.

    `run` makes the parts: on this machine unless another engine is given (`analysis.engine`).
    Every released file has a part of its own (`analysis.parts`), kept until its file, its entry or the code
    changes: a run that was stopped goes on with the next file. Every file is found, checked and read before any
    of the four tables is put in place. Raises the errors of `sources`, `readers` and `vendors`, each naming its
    file; the tables that stood there before then stay.
    """
    paths = sources.locate(place)
    stamp, mark = place.processed / "built.json", _fingerprint(place)
    if stamp.is_file() and json.loads(stamp.read_text()).get("fingerprint") == mark:
        return False
    folders = _make_parts(place, paths, say, run)
    with tempfile.TemporaryDirectory(prefix=files.UNFINISHED, dir=place.processed) as temporary:
        _join([parts.open_part(folder) for folder in folders], place, Path(temporary))
        stamp.unlink(missing_ok=True)
        for new in sorted(Path(temporary).iterdir()):
            os.replace(new, place.processed / new.name)
    tables = {name: sources.sha256(place.processed / name) for name in TABLES}
    files.write(stamp, json.dumps({"fingerprint": mark, "tables": tables}, indent=1))
    _forget(place, keep=folders)
    return True


def _join(made: Sequence[parts.Part], place: Place, into: Path) -> None:
    """The four tables of a place from the parts of its files."""
    facts = [fact for part in made for fact in part.facts]
    if not sum(fact["searches"] for fact in facts):
        said = "; ".join(
            f"{fact['source_file']}: {counted(fact['records'], 'record')}, none with a time of search that can be read"
            + (f" ({fact['notes']})" if fact["notes"] else "")
            for fact in facts
        )
        raise NothingToRead(f"{place.name}: there is no search in {counted(len(made), 'file')}. {said}.")
    ledger = Ledger()
    ledger.entries = [entry for part in made for entry in part.ledger]
    for table in ("searches.parquet", "rejected.parquet"):
        rowgroups.join([part.folder / table for part in made], into / table)
    pd.DataFrame(facts, columns=list(parts.FACTS)).to_csv(
        into / "files.csv", index=False, lineterminator="\n"
    )
    ledger.table().to_csv(into / "ledger.csv", index=False, lineterminator="\n")


# Parts ------------------------------------------------------------------------------------------------------


def _make_parts(
    place: Place, paths: Mapping[str, Path], say: Callable[[str], None], run: engine.Run
) -> list[Path]:
    """The folders of the parts of all files, in their order; those that are missing or old are made."""
    readers.expect(paths.values())
    by = parts.recipe(place)
    folders = [place.processed / "parts" / name for name in part_names(place, by)]
    tasks = [
        engine.Task(file, str(paths[file.name]), str(folder), by)
        for file, folder in zip(place.files, folders)
        if not (folder / "part.json").is_file()
    ]
    for line in engine.progress(tasks, run):
        say(f"{place.name}: {line}")
    return folders


def part_names(place: Place, by: parts.Recipe) -> list[str]:
    """For each file the name of its part's folder: a checksum of all that the part depends on."""
    common = _common_fingerprint(place, by.by)
    return [hashlib.sha256(f"{common} {_entry(file)}".encode()).hexdigest()[:16] for file in place.files]


def _entry(file: ReleasedFile) -> list[tuple[str, str]]:
    return sorted((key, repr(value)) for key, value in file.fields().items() if key not in ("url", "bytes"))


def _forget(place: Place, keep: Sequence[Path]) -> None:
    """Remove the parts of earlier files, entries and code."""
    for folder in set((place.processed / "parts").iterdir()) - set(keep):
        shutil.rmtree(folder, ignore_errors=True)


def _fingerprint(place: Place) -> str:
    """What the processed tables depend on: source.toml and all that parts have in common."""
    toml = hashlib.sha256((place.raw / "source.toml").read_bytes()).hexdigest()
    return f"{_common_fingerprint(place, '')} {toml}"


def _common_fingerprint(place: Place, by: str) -> str:
    """What the parts of all files depend on: the hand-typed data, the code, Arrow, and how searches are told apart."""
    library = Path(__file__).parents[1]
    code = [p for stem in _CODE for p in (library / stem, library / f"{stem}.py") if p.exists()]
    files = [
        *(p for name in _TYPED for p in _files_below(place.hand / name)),
        *sorted((place.raw / "reference").glob("*agencies*.csv")),
        *(p for c in code for p in _files_below(c)),
    ]
    digest = hashlib.sha256(f"{pa.__version__} {by} {place.time_zone}".encode())
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files_below(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(p for p in path.rglob("*") if p.is_file() and p.suffix in {".py", ".toml", ".csv"})


# Opening what was built -----------------------------------------------------------------------------------


def open_searches(place: Place, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The searches of a place as a frame (the columns asked for; text stays in Arrow)."""
    table = pq.read_table(place.processed / "searches.parquet", columns=list(columns) if columns else None)
    return table.to_pandas(types_mapper=frame_type)


def frame_type(kind: pa.DataType) -> Any:
    """The type of a frame's column for one of Arrow's: text and lists stay in Arrow, missing is always `NA`."""
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
    files = pd.read_csv(place.processed / "files.csv", keep_default_na=False)
    return files.assign(camera_owner=files["camera_owner"].replace("", None))  # nobody has said whose cameras


def open_ledger(place: Place) -> pd.DataFrame:
    """Rows in, rows out and why, for every step and file."""
    return pd.read_csv(place.processed / "ledger.csv", keep_default_na=False)


def count_searches(place: Place) -> int:
    """How many rows searches.parquet has, read from its footer alone."""
    return int(pq.read_metadata(place.processed / "searches.parquet").num_rows)


class OtherList(toml.Schema, frozen=True):
    """Terms with which somebody else has counted immigration searches."""

    who: toml.Text
    source: toml.Text
    terms: tuple[toml.Text, ...] = ()
    parts: tuple[toml.Text, ...] = ()
    patterns: tuple[toml.Text, ...] = ()
    says: tuple[toml.Text, ...] = ()
    on: Literal["reason", "agency"] = "reason"


class OtherLists(toml.Schema, frozen=True):
    """The whole of other_lists.toml."""

    list: tuple[OtherList, ...]


def open_other_lists(place: Place) -> list[dict[str, Any]]:
    """The terms with which others have counted: who, source, and terms, parts, patterns, says and on where they are
    given (data/hand/other_lists.toml says what each means)."""
    lists = toml.read(place.hand / "other_lists.toml", "data/hand/other_lists.toml", OtherLists).list
    return [one.fields() for one in lists]


def open_cleared(place: Place) -> frozenset[str]:
    """Reasons that people have read and cleared for print, in lower case (data/hand/cleared.csv)."""
    lines = pd.read_csv(place.hand / "cleared.csv", dtype=str, keep_default_na=False)
    return frozenset(lines["reason"].str.strip().str.casefold())


def open_agreement_lists(place: Place) -> list[agencies.AgreementList]:
    """The lists of 287(g) agreements that a place carries in its reference folder; none is an empty list."""
    return agencies.read_lists(place.raw / "reference")


def open_agreements(place: Place) -> pd.DataFrame | None:
    """Every agreement on the place's lists, as one frame; None where it carries no list."""
    lists = open_agreement_lists(place)
    return pd.concat([one.agreements for one in lists], ignore_index=True) if lists else None


def open_known(place: Place) -> agencies.Known:
    """What is known of agencies beside their names: the reviewed lines and the place's own lists of agencies."""
    return agencies.known(place.hand / "agencies.csv", place.raw / "reference")


def said_of_agencies(place: Place) -> dict[str, str]:
    """The names of agencies that a person typed in source.toml, in each spelling, by themselves: they are printed."""
    said = [
        name
        for file in place.files
        for name in (file.camera_owner, file.searching_agency, file.own_agency)
        if name
    ]
    spelled = agencies.resolve(said, open_known(place))["agency"] if said else []
    return {name: name for name in (*said, *spelled)}


def open_sharing_lists(place: Place) -> list[sharing.SharingList]:
    """The place's lists of who may search whose cameras (its reference folder); none is an empty list."""
    owners = sorted({file.camera_owner for file in place.files if file.camera_owner})
    return sharing.read_lists(place.raw / "reference", owners, open_known(place))


def open_checked_names(place: Place) -> pd.DataFrame:
    """The agency names that a reader checked one by one (data/hand/coding/agencies-sample.csv), every cell text."""
    path = place.hand / "coding" / "agencies-sample.csv"
    lines = pd.read_csv(path, dtype=str, keep_default_na=False)
    check_days(path.name, lines.to_dict("records"), "checked_on")
    return lines
