"""Invented searches for the tests of measures, figures and pages; every name in them is invented."""

import json
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis import agencies, measures, places, reasons
from analysis.build import parts
from analysis.build.ledger import Line
from analysis.opened import PlaceSearches
from analysis.places import Place
from analysis.searches import shapes, times
from analysis.searches.cache import frame_type
from analysis.vendors import named


def moment_of(text):
    """A text of an export as a time, in UTC."""
    return times.parse(pa.array([text]), shapes.Shapes(named("flock").times))[0].as_py()


USUAL = {
    "source_file": "log.csv",
    "released_id": None,
    "search_key": "k",
    "camera_owner": "Tarnwick ISD",
    "searching_agency_as_released": "Quellmere GA PD",
    "searching_agency": "Quellmere GA PD",
    "agency_state": "GA",
    "agency_kind": "municipal",
    "own_search": False,
    "searched_at": "2025-12-02T12:00:00Z",
    "searched_at_precision": "second",
    "window_start": "2025-12-01T12:00:00Z",
    "window_end": "2025-12-02T12:00:00Z",
    "networks_searched": 5,
    "devices_searched": 100,
    "search_type": "lookup",
    "moderation": None,
    "has_case_number": False,
    "reason_as_released": "theft",
    "offense_types": [],
    "reason_text": "theft",
    "reason_origin": "typed",
    "era": "rollout",
    "topics": ["theft"],
    "rules": ["theft.word"],
    "immigration_tier": "none",
    "immigration_kind": None,
    "mixed": False,
    "dhs_ambiguous": False,
}

HEADER = (
    "Name, Org Name, Total Networks Searched, Total Devices Searched, Time Frame, License Plate, Reason, Case #, "
    "Filters, Search Time, Search Type"
)
LAYOUT = [
    "Name", " Org Name", " Total Networks Searched", " Total Devices Searched", " Time Frame", " License Plate",
    " Reason", " Case #", " Filters", " Search Time", " Search Type", " Text Prompt", " Moderation",
]  # fmt: skip
"""The columns of an organization audit, in its order."""
FRAME = '"12/01/2025, 01:00:00 AM UTC\n12/02/2025, 01:00:00 AM UTC"'


def row(reason="stolen", agency="Quellmere GA PD", at="12:30:00 AM"):
    """A row of a released file with that header, as text."""
    return f'O. Invented,{agency},9,80,{FRAME},XX0XX00,{reason},25-77,"SUV, XX0XX00","12/02/2025, {at} UTC",lookup'


def table(*changes):
    """Rows as a build writes them: one for each dict of changes to the usual row."""
    rows = [{**USUAL, "source_row": at, **change} for at, change in enumerate(changes, 1)]
    columns = {name: [row[name] for row in rows] for name in ("source_row", *USUAL)}
    for name in ("searched_at", "window_start", "window_end"):
        columns[name] = list(map(_moment, columns[name]))
    types = [(name, parts.SCHEMA.field(name).type) for name in columns]
    cells = (pa.array(columns[name], kind, from_pandas=True) for name, kind in types)
    return pa.Table.from_arrays(list(cells), schema=pa.schema(types))


@cache
def _moment(said):
    return None if said is None else pd.to_datetime(said, utc=True).as_unit("us").to_pydatetime()


def searches(*changes):
    """The same rows as a frame, as `build.open_searches` gives it."""
    return table(*changes).to_pandas(types_mapper=frame_type)


def log(
    *changes,
    state="TX",
    time_zone="UTC",
    listed=None,
    audits=None,
    without_reasons=(),
    silent=(),
    frames_missing=False,
):
    """Invented searches as one object, with the vocabulary of a place.

    `changes` are those of `table`, or a table or a frame of it. `listed` are the place's agreements, `audits` the
    files that are network audits (None: all), `without_reasons` those without a column of reasons, `silent` owners
    of logs without a search; with `frames_missing` rows without a time frame join others.
    """
    made = changes[0] if changes and not isinstance(changes[0], dict) else table(*changes)
    if isinstance(made, pd.DataFrame):
        made = pa.Table.from_pandas(made, preserve_index=False)
    facts = measures.Facts(
        state,
        time_zone,
        audits,
        without_reasons,
        listed is not None,
        # as a place's own files say it
        owner_not_said="camera_owner" in made.column_names and made["camera_owner"].null_count > 0,
        silent_owners=silent,
        frames_missing=frames_missing,
    )
    tables = {"agreements": measures.beside(listed), "largest_agency": measures.largest_agency}
    return PlaceSearches(made, measures.vocabulary(facts), tables)


def counted(asked, *names, owners=()):
    """The numbers of these measures by (measure, scope), each with its unit and, where it is not known, why."""
    return measures.lookup(measures.numbers(asked, measures.measures(*names), owners=owners))


def values(asked, *names, scope="all"):
    """The values of these measures in one scope, in this order."""
    found = counted(asked, *names)
    return [found[name, scope]["value"] for name in names]


def stored(asked, path):
    """The same searches with their rows in a Parquet file."""
    pq.write_table(asked.source, path)
    return replace(asked, source=str(path))


def place_named(name, root, **more):
    """A place that nobody wrote down, for tests that need no files of its own."""
    said = {
        "title": name, "kind": "records", "claims": (), "time_zone": "UTC", "state": None, "files": (), "waiting": (),
        "released": {}, **more,
    }  # fmt: skip
    return Place(name=name, root=root, **said)


@cache
def recipe(by="rule"):
    """The repository's own rules and agencies."""
    hand = places.root() / "data" / "hand"
    return parts.Recipe(reasons.load(hand / "reasons"), agencies.known(hand / "agencies.csv"), by)


def part_of(file, path, threads=2):
    """The part of one released file: its searches and its rejected rows as tables, its facts, its ledger."""
    with tempfile.TemporaryDirectory() as folder:
        parts.make(file, path, recipe(), Path(folder), threads)
        said = json.loads((Path(folder) / "part.json").read_text())
        tables = [pq.read_table(Path(folder) / f"{name}.parquet") for name in ("searches", "rejected")]
    return *tables, said["facts"], [Line(*line) for line in said["ledger"]]
