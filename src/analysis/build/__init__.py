"""Rebuilds a place's dataset from its released files, whole or not at all, and opens what a place holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow.parquet as pq

from analysis import agencies, paths, readers, toml
from analysis.agencies import sharing
from analysis.build import account, dataset, engine, inputs, ledger, parts
from analysis.build.dataset import TABLES, Folder
from analysis.build.stamps import Stamps
from analysis.places import Place, check_days, sources
from analysis.refused import Refused
from analysis.searches.cache import frame_type
from analysis.wording import counted

Say = Callable[[str], None]

_LISTS = ("files.csv", "ledger.csv")


class NothingToRead(Refused):
    """A place whose files hold no search at all."""


class NotBuilt(Refused):
    """A place whose searches were asked for before it was rebuilt here; the message says how to do that."""


def build(place: Place, say: Say = lambda _: None, run: engine.Run = engine.run_here) -> bool:
    """Bring `searches/`, `rejected/`, files.csv and ledger.csv of a place up to date; False when they are.

    `run` makes the parts: on this machine unless another engine is given (`analysis.build.engine`). A part is made
    again where its file, its entry in source.toml, what people typed or the code changed, and a run that was stopped
    goes on with the next file. Every file is found, checked and read before the first part is put in place. Raises
    the errors of `sources`, `readers` and `vendors`, each naming its file; what was there before then stays.
    """
    place, located = sources.located(sources.learn(place))
    released = {name: str(path) for name, path in located.items()}
    return build_into(Folder(place.processed), place, released, say, run)


def build_into(folder: Folder, place: Place, released: Mapping[str, str], say: Say, run: engine.Run) -> bool:
    """`build` into any folder; `released` has the address of each released file by its name."""
    stamps, steps = Stamps(folder), inputs.parts(place)
    known = {name: said for name, said in stamps.steps().items() if name.startswith(inputs.PART)}
    stale = _stale(folder, steps, known)
    unknown = known.keys() - {step.name for step in steps}
    order = {"parts": ", ".join(step.part for step in steps)}
    lists_are_there = folder.sizes("").keys() >= {*_LISTS}
    if not stale and not unknown and lists_are_there and stamps.is_fresh("lists", order):
        return False

    _make(folder, place, stale, released, say, run)
    made = {
        step.name: {"inputs": step.inputs, **json.loads(folder.read(f"{step.making}/part.json"))}
        for step in stale
    }
    texts = _lists(place, [made.get(step.name) or known[step.name] for step in steps])
    stamps.record({}, forget=[*made, *unknown, "lists"])  # until all that follows is done
    for table in TABLES:
        for step in stale:
            folder.move(f"{step.making}/{table}.parquet", f"{table}/{step.part}")
        for name in folder.sizes(table).keys() - {step.part for step in steps}:
            folder.remove(f"{table}/{name}")
    for name, text in texts.items():
        folder.write(name, text)
    stamps.record({**made, "lists": {"inputs": order}})
    folder.remove("making")
    return True


def _stale(
    folder: Folder, steps: Sequence[inputs.Part], known: Mapping[str, Mapping[str, Any]]
) -> list[inputs.Part]:
    """The parts that were made from something else, or are not there as they were made."""
    sizes = {table: folder.sizes(table) for table in TABLES}
    return [
        step
        for step in steps
        if known.get(step.name, {}).get("inputs") != step.inputs
        or {table: sizes[table].get(step.part) for table in TABLES} != known[step.name]["bytes"]
    ]


def _make(
    folder: Folder,
    place: Place,
    stale: Sequence[inputs.Part],
    released: Mapping[str, str],
    say: Say,
    run: engine.Run,
) -> None:
    """Make parts, each in a folder of its own below `making`, but for those that a stopped run finished."""
    missing = [step for step in stale if "part.json" not in folder.sizes(step.making)]
    if not missing:
        return
    paths = (Path(released[step.file.name]) for step in missing)
    readers.expect(path for path in paths if path.is_file())
    recipe = parts.recipe(place)
    tasks = [
        engine.Task(step.file, released[step.file.name], folder.address(step.making), recipe)
        for step in missing
    ]
    for line in engine.progress(tasks, run):
        say(f"{place.name}: {line}")


def _lists(place: Place, made: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """files.csv and ledger.csv from what the parts say of themselves."""
    facts = [fact for part in made for fact in part["facts"]]
    if not sum(fact["searches"] for fact in facts):
        said = "; ".join(
            f"{fact['source_file']}: {counted(fact['records'], 'record')}, none with a time of search that can be read"
            + (f" ({fact['notes']})" if fact["notes"] else "")
            for fact in facts
        )
        raise NothingToRead(f"{place.name}: there is no search in {counted(len(made), 'file')}. {said}.")
    lines = [line for part in made for line in part["ledger"]]
    tables = (
        pd.DataFrame(facts, columns=list(account.FACTS)),
        pd.DataFrame(lines, columns=list(ledger.Line._fields)),
    )
    return {name: table.to_csv(index=False, lineterminator="\n") for name, table in zip(_LISTS, tables)}


# Opening what was built -----------------------------------------------------------------------------------


def open_searches(place: Place, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The searches of a place as a frame (the columns asked for; text stays in Arrow)."""
    table = pq.read_table(dataset.folder(place), columns=list(columns) if columns else None)
    return table.to_pandas(types_mapper=frame_type)


def open_rejected(place: Place) -> pd.DataFrame:
    """The released rows that are not among the searches, each with why."""
    return pq.read_table(dataset.folder(place, "rejected")).to_pandas()


def open_files(place: Place) -> pd.DataFrame:
    """What was found in each released file (`FACTS`). Raises `NotBuilt`."""
    if not (place.processed / "files.csv").is_file():
        raise NotBuilt(f"{place.name} was not rebuilt here yet: run make PLACE={place.name} first")
    files = pd.read_csv(place.processed / "files.csv", keep_default_na=False)
    return files.assign(camera_owner=files["camera_owner"].replace("", None))  # nobody has said whose cameras


def masked_copies(place: Place) -> dict[str, str]:
    """What was masked in each file of which not the release was read but its masked copy, by the released file's name.

    As built, or as published where nothing is built.
    """
    listed = (place.processed / "files.csv", place.results / "tables" / "01-files.csv")
    path = next((path for path in listed if path.is_file()), None)
    files = readers.delimited(path, path.name) if path else [[]]
    lines = [dict(zip(files[0], cells)) for cells in files[1:]]
    read = [line["source_file"] for line in lines if line.get("copy") == "masked"]
    return {
        file.name: file.masked.masked
        for file in place.files
        if file.masked and any(name == file.name or name.startswith(f"{file.name}/") for name in read)
    }


def said_of_copies(place: Place) -> str:
    """A sentence about the place's files of which a masked copy was read; empty where all were read as released."""
    said = "; ".join(f"{paths.shown(name)} (masked: {what})" for name, what in masked_copies(place).items())
    return f"Read from a masked copy, in place of the released file: {said}." if said else ""


def open_ledger(place: Place) -> pd.DataFrame:
    """Rows in, rows out and why, for every step and file."""
    return pd.read_csv(place.processed / "ledger.csv", keep_default_na=False)


def count_searches(place: Place) -> int:
    """How many searches a place has, read from the footers of its parts alone."""
    return sum(pq.read_metadata(path).num_rows for path in dataset.folder(place).glob("*.parquet"))


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
    given (data/hand/other_lists.toml says what each means); first, where records are a selection, every one of them."""
    lists = toml.read(place.hand / "other_lists.toml", "data/hand/other_lists.toml", OtherLists).list
    source = str(place.released.get("through", "source.toml"))
    chosen = OtherList("whoever selected these records", source, patterns=("",), says=("every record",))
    return [listed.fields() for listed in ((chosen, *lists) if place.selected else lists)]


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
    return pd.concat([listed.agreements for listed in lists], ignore_index=True) if lists else None


def open_known(place: Place) -> agencies.Known:
    """What is known of agencies beside their names: the reviewed lines and the place's own lists of agencies."""
    return agencies.known(place.hand / "agencies.csv", place.raw / "reference")


def said_of_agencies(place: Place, known: agencies.Known) -> dict[str, str]:
    """The names of agencies that a person typed in source.toml, in each spelling, by themselves: they are printed."""
    said = [
        name
        for file in place.logs
        for name in (file.camera_owner, file.searching_agency, file.own_agency)
        if name
    ]
    spelled = agencies.resolve(said, known)["agency"] if said else []
    return {name: name for name in (*said, *spelled)}


def open_sharing_lists(place: Place) -> list[sharing.SharingList]:
    """The place's lists of who may search whose cameras (its reference folder); none is an empty list."""
    owners = sorted({file.camera_owner for file in place.logs if file.camera_owner})
    return sharing.read_lists(place.raw / "reference", owners, open_known(place))


def open_checked_names(place: Place) -> pd.DataFrame:
    """The agency names that a reader checked one by one (data/hand/coding/agencies-sample.csv), every cell text."""
    path = place.hand / "coding" / "agencies-sample.csv"
    lines = pd.read_csv(path, dtype=str, keep_default_na=False)
    check_days(path.name, lines.to_dict("records"), "checked_on")
    return lines
