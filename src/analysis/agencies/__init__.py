"""Gives each agency one spelling, a state and a kind; unknown stays unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.agencies.agreements import UnreadableAgreements, at_search, participating
from analysis.agencies.names import Name, clean, key, read
from analysis.agencies.overrides import BadOverride, read_overrides, unused
from analysis.agencies.suggestions import candidates, queue
from analysis.agencies.words import KINDS, BadWords, words

__all__ = [
    "KINDS",
    "BadOverride",
    "BadWords",
    "UnreadableAgreements",
    "add",
    "at_search",
    "candidates",
    "explain",
    "key",
    "own",
    "participating",
    "queue",
    "read_overrides",
    "resolve",
    "unused",
]


def resolve(names: Sequence[str], overrides: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row for each distinct name: released, agency, state, kind, tags, decided_by.

    A reviewed line of `overrides` (data/hand/agencies.csv unless another frame is given) wins over every rule
    of data/hand/agency_words.toml. Each name is read alone, so the answer does not depend on the other names.
    State and kind are None where the name does not say them; nothing is matched by likeness.
    """
    rows = [
        vars(name) | {"tags": list(name.tags)} for name in _read_all(list(dict.fromkeys(names)), overrides)
    ]
    columns = ["released", "agency", "state", "kind", "tags", "decided_by"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def add(table: pa.Table, overrides: pd.DataFrame | None = None) -> pa.Table:
    """The table with searching_agency, agency_state and agency_kind beside searching_agency_as_released.

    Every distinct name is read once. A blank name stays "" and a mask stays as released, both without state and
    kind, so that their searches are counted and their agency is not.
    """
    released = table.column("searching_agency_as_released")
    coded = pc.fill_null(released, "").combine_chunks().dictionary_encode()
    names = _read_all(coded.dictionary.to_pylist(), overrides)
    for column, values in (
        ("searching_agency", [name.agency for name in names]),
        ("agency_state", [name.state for name in names]),
        ("agency_kind", [name.kind for name in names]),
    ):
        table = table.append_column(column, pa.array(values, pa.string()).take(coded.indices))
    return table


def explain(name: str) -> dict[str, Any]:
    """What the rules make of one name: released, agency, state, kind, tags, decided_by."""
    answer = vars(_read_all([name], None)[0])
    return {**answer, "tags": list(answer["tags"])}


def own(searching_agency: str, own_agency: str | None) -> bool:
    """Whether a searching agency is the camera owner's own police, whichever order either name is written in."""
    if not own_agency or not searching_agency:
        return False
    return key(read(searching_agency).agency) == key(read(own_agency).agency)


def _read_all(names: Sequence[str], overrides: pd.DataFrame | None) -> list[Name]:
    said = words()
    lines = read_overrides() if overrides is None else overrides
    reviewed = {clean(line["released_name"]): line for line in lines.to_dict("records")}
    return [_reviewed(read(name, said), reviewed.get(clean(name)) if reviewed else None) for name in names]


def _reviewed(name: Name, line: Mapping[Any, Any] | None) -> Name:
    """The name as a reviewed line says it; an empty agency leaves the spelling that the rules give."""
    if line is None:
        return name
    tags = (*name.tags, "not_agency") if line["relation"] == "not_agency" else name.tags
    return replace(
        name,
        agency=line["agency"] or name.agency,
        state=line["state"] or None,
        kind=line["kind"] or None,
        tags=tuple(dict.fromkeys(tags)),
        decided_by=f"override ({line['relation']})",
    )
