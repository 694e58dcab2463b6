"""Opens a place that was built: its searches as one object that knows the place's vocabulary and its measures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import pyarrow as pa

from analysis import agencies, build, measures
from analysis.build import dataset
from analysis.measures import NO_FRAME, Facts, Number, Numbers, Unmet
from analysis.places import Place
from analysis.privacy import agency_names
from analysis.searches import sightings
from analysis.searches.sql import quoted
from analysis.searches.table import Searches


class PlaceSearches(Searches):
    """Searches that can be asked for a measure by its name."""

    def measure(self, name: str) -> Number:
        """A measure of these searches: value, unit, what it says, its SQL, and a numerator and denominator if it has
        them. Raises `UnknownMeasure` for a name that is none's, or is no count of rows."""
        one = measures.measure(name)
        if not one.has_rows:
            raise measures.UnknownMeasure(f"{name} is not counted from rows: a function computes it")
        found = measures.numbers(self, [one])
        return {
            **next(line for line in found if line["scope"] == "all"),
            "says": one.says,
            "sql": one.select(),
        }

    def behind(self, name: str) -> PlaceSearches:
        """The searches that are listed behind a measure."""
        return measures.measure(name).listed(self)

    def of_agency(self, name: str) -> PlaceSearches:
        """The searches of one agency, in any spelling of its name. Raises `UnknownName`, which says what is near it."""
        known = self.tally("searching_agency")["searching_agency"].dropna()
        same = [one for one in known if agencies.own(one, name)]
        return self.where(searching_agency=same or name)

    def containing(self, *words: str) -> PlaceSearches:
        """The searches whose reason holds one of these as whole words, ignoring capitals."""
        listed = "|".join(map(re.escape, words))
        return self.where(
            f"coalesce(regexp_matches(reason_as_released, {quoted(rf'(?i)(^|[^a-z])({listed})([^a-z]|$)')}), false)"
        )

    def definitions(self) -> pd.DataFrame:
        """Searches, distinct searches and agencies under each definition of immigration (`measures.by_definition`)."""
        return measures.by_definition(self)


def searches_of(
    place: Place, source: str | pa.Table, files: pd.DataFrame, listed: pd.DataFrame | None
) -> PlaceSearches:
    """Searches with the vocabulary of a place: `files` is from `build.open_files`, `listed` its agreements, if any."""
    missing = [set(one.split("; ")) for one in files["missing_columns"].fillna("")]
    facts = Facts(
        state=_shared_state(place),
        time_zone=place.time_zone,
        network_audits=tuple(files.loc[files["log"] == "network audit", "source_file"]),
        without_reasons=tuple(
            name for name, lacks in zip(files["source_file"], missing) if {"reason", "offense_types"} <= lacks
        ),
        second_files=measures.second_files(files, place.files),
        lists_agreements=listed is not None,
        owner_not_said=any(file.camera_owner is None for file in place.logs),
        silent_owners=tuple(measures.silent_owners(files)),
        frames_missing=_frames_missing(place, source),
    )
    tables = {"agreements": measures.beside(listed), "largest_agency": measures.largest_agency}
    return PlaceSearches(source, measures.vocabulary(facts), tables)


def _shared_state(place: Place) -> str | None:
    """The state that source.toml gives, where no camera owner's name says another: a place may take in a log of a
    neighbor state later, and what is out of state for one owner is at home for the other."""
    owners = sorted({file.camera_owner for file in place.logs if file.camera_owner})
    said = set(agencies.resolve(owners)["state"].dropna()) if owners else set()
    return place.state if said <= {place.state} else None


def _frames_missing(place: Place, source: str | pa.Table) -> bool:
    """Whether logs of several owners are matched by the rule, and some of their rows lack a time frame."""
    owners = {file.camera_owner for file in place.logs}
    by_rule = len(owners) > 1 and sightings.method_for(owners, place.same_search) == "rule"
    return by_rule and 0 < Searches(source).count(NO_FRAME) < Searches(source).count()


@dataclass(frozen=True)
class Opened:
    """A place that was built, to be asked questions."""

    place: Place

    @cached_property
    def searches(self) -> PlaceSearches:
        """The place's searches, counted where they lie; not those of files that hold another's searches again."""
        has_second = any(file.same_searches_as for file in self.place.files)
        return self.every_row.where("not in_second_file") if has_second else self.every_row

    @cached_property
    def every_row(self) -> PlaceSearches:
        """The rows of all of the place's files."""
        listed = build.open_agreements(self.place)
        return searches_of(self.place, dataset.pattern(self.place), build.open_files(self.place), listed)

    @property
    def files(self) -> pd.DataFrame:
        """What was found in each released file."""
        return build.open_files(self.place)

    @property
    def ledger(self) -> pd.DataFrame:
        """Rows in, rows out and why, for every step and file."""
        return build.open_ledger(self.place)

    @cached_property
    def _known(self) -> agencies.Known:
        return build.open_known(self.place)

    @cached_property
    def _said(self) -> dict[str, str]:
        return build.said_of_agencies(self.place, self._known)

    def printed_agencies(self, names: Iterable[str]) -> dict[str, str]:
        """How each of these names of agencies is printed: what may be a person's stands for no agency."""
        return {**agency_names(names, self._known), **self._said}

    @cached_property
    def lacks(self) -> Unmet:
        """What the rows of each scope do not tell."""
        return measures.unmet(self.searches)

    def count(self, *names: str) -> Numbers:
        """The numbers of these measures, of all searches and of each camera owner's. Raises `UnknownMeasure`."""
        chosen = [one.name for one in measures.measures(*names)]
        if new := [name for name in chosen if name not in self._counted]:
            owners = measures.silent_owners(build.open_files(self.place))
            for one in measures.numbers(self.searches, measures.measures(*new), self.lacks, owners):
                self._counted.setdefault(one["measure"], []).append(one)
        return [one for name in chosen for one in self._counted.get(name, ())]

    @cached_property
    def _counted(self) -> dict[str, Numbers]:
        """What was counted, by measure: each is counted once."""
        return {}

    def known(self, numbers: Iterable[Number]) -> Numbers:
        """Numbers that a function computed, of which those that the log cannot tell have no value and say why."""
        return measures.only_known(numbers, self.lacks)
