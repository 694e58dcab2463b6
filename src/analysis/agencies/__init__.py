"""Gives each agency one spelling, a state and a kind; unknown stays unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.agencies.agreement_lists import (
    AgreementList,
    UnreadableAgreements,
    read_list,
    read_lists,
)
from analysis.agencies.agreements import holders
from analysis.agencies.cleaning import clean
from analysis.agencies.names import Name, bare, key, read
from analysis.agencies.overrides import BadOverride, read_overrides, unused
from analysis.agencies.reference import States, UnreadableReference, read_reference, state_of
from analysis.agencies.suggestions import queue
from analysis.agencies.word_list import KINDS
from analysis.agencies.words import Words, read_word_list

__all__ = [
    "KINDS", "AgreementList", "BadOverride", "Known", "UnreadableAgreements", "UnreadableReference",
    "add", "explain", "explain_all", "holders", "key", "known", "own", "queue",
    "read_list", "read_lists", "read_overrides", "read_reference", "resolve", "unused",
]  # fmt: skip


COLUMNS = ["released", "agency", "state", "kind", "tags", "decided_by"]
"""What is said of a name, in this order, in frames and in JSON."""


@dataclass(frozen=True)
class Known:
    """What is known of agencies beside their names: reviewed lines, and the states in which lists have them."""

    overrides: pd.DataFrame
    reference: States = field(default_factory=dict)
    names: dict[str, Name] = field(default_factory=dict, compare=False)  # read before: a log has few agencies

    @cached_property
    def reviewed(self) -> Mapping[str, Mapping[Any, Any]]:
        """The reviewed lines by the name that each is about, in small letters."""
        return {clean(line["released_name"]).casefold(): line for line in self.overrides.to_dict("records")}

    def line(self, name: Name) -> Mapping[Any, Any] | None:
        """The reviewed line about a name as released, or else about it without its tags and product."""
        found = self.reviewed.get(clean(name.released).casefold())
        if found is None and self.reviewed and name.tags:
            found = self.reviewed.get(bare(name.released).casefold())
        return found


def known(overrides: Path | None = None, folder: Path | None = None) -> Known:
    """The reviewed lines (data/hand/agencies.csv unless another file is given) and a place's lists of agencies.

    `folder` is the place's reference folder. Raises `BadOverride` and `UnreadableReference`.
    """
    return Known(read_overrides(overrides), read_reference(folder) if folder else {})


def resolve(names: Sequence[str], known: Known | None = None) -> pd.DataFrame:
    """One row for each distinct name: released, agency, state, kind, tags, decided_by.

    The order of resolution: a reviewed line (data/hand/agencies.csv unless `known` holds others) about the name as
    released, or about it without its status tags and product, wins over every rule; the rules of
    data/hand/agency_words.toml read the kind from type words and the state from a token that is no other word; a
    state that the name does not say is taken from the place's lists (see `read_reference`) where they name exactly
    one agency so spelled, of this kind; what is then unknown stays None. Ties decide nothing, and nothing is matched
    by likeness. Each name is read alone, so the answer does not depend on the other names.
    """
    return pd.DataFrame(explain_all(list(dict.fromkeys(names)), known), columns=COLUMNS, dtype=object)


def add(table: pa.Table, known: Known | None = None) -> pa.Table:
    """The table with searching_agency, agency_state and agency_kind beside searching_agency_as_released.

    Every distinct name is read once. A blank name stays "" and a mask stays as released, both without state and
    kind, so that their searches are counted and their agency is not.
    """
    released = table.column("searching_agency_as_released")
    coded = pc.fill_null(released, "").combine_chunks().dictionary_encode()
    names = _read_all(coded.dictionary.to_pylist(), known)
    columns = {"searching_agency": "agency", "agency_state": "state", "agency_kind": "kind"}
    for column, part in columns.items():
        values = pa.array([getattr(name, part) for name in names], pa.string())
        table = table.append_column(column, values.take(coded.indices))
    return table


def explain(name: str) -> dict[str, Any]:
    """What the rules make of one name: released, agency, state, kind, tags, decided_by."""
    return explain_all([name])[0]


def explain_all(names: Sequence[str], known: Known | None = None) -> list[dict[str, Any]]:
    """What the rules make of each name, in the order given, repeated names and empty ones too."""
    return [vars(name) | {"tags": list(name.tags)} for name in _read_all(names, known)]


def own(searching_agency: str, own_agency: str | None) -> bool:
    """Whether a searching agency is the camera owner's own police, whichever order either name is written in."""
    if not own_agency or not searching_agency:
        return False
    return key(read(searching_agency).agency) == key(read(own_agency).agency)


def _read_all(names: Sequence[str], beside: Known | None) -> list[Name]:
    lists, beside = read_word_list(), beside or known()
    for name in names:
        if name not in beside.names:
            placed = _placed(read(name, lists), beside.reference, lists)
            beside.names[name] = _reviewed(placed, beside.line(placed))
    return [beside.names[name] for name in names]


def _placed(name: Name, reference: States, lists: Words) -> Name:
    """The name with the one state in which the reference lists have it, spelled as if it had said so."""
    state = state_of(name, reference) if reference else None
    if state is None:
        return name
    again = read(f"{name.agency} ({state})", lists)
    decided = f"{name.decided_by.partition(';')[0]}; state=reference list"
    return replace(name, agency=again.agency, state=state, decided_by=decided)


def _reviewed(name: Name, line: Mapping[Any, Any] | None) -> Name:
    """The name as a reviewed line says it; an empty agency leaves the spelling that the rules give."""
    if line is None:
        return name
    agency, state, kind, relation = (line[key] or None for key in ("agency", "state", "kind", "relation"))
    tags = dict.fromkeys((*name.tags, "not_agency") if relation == "not_agency" else name.tags)
    return Name(name.released, agency or name.agency, state, kind, tuple(tags), f"override ({relation})")
