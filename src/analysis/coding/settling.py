"""Says what all who read a reason made of it together: one code, one kind, its topics, and where they differ."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.coding.samples import Sample
from analysis.coding.sheets import KEPT, topics_in

PAIRS = ("string_id", "stratum", "readers", "first", "second")
"""The columns of the codes that two readers gave to one reason."""


@dataclass(frozen=True)
class Settled:
    """One code for each reason that anybody read (`codes`: string_id, code, coded_kind, coded_topics), the codes that
    two readers gave to one reason (`pairs`), the reasons on which readers differ, and those whose code is open."""

    codes: pd.DataFrame
    pairs: pd.DataFrame
    differ: set[str]
    open: set[str]


def is_judge(coder: str) -> bool:
    """Whether a coder settles what others disagree on, as the name says: 'adjudicated by …'."""
    return coder.casefold().startswith("adjudicat")


def settle(coders: Sequence[pd.DataFrame], sample: Sample) -> Settled:
    """What all readers together made of each reason; in which order their files are read decides nothing.

    The code and the kind are the adjudicated ones, else those that all who read the reason agree on, else
    'cannot_tell' and none. The topics are the adjudicated ones, else those that all of them named.
    """
    in_order = sorted(coders, key=lambda codes: str(codes["coder"].iloc[0]))
    every = pd.concat([pd.DataFrame(columns=list(KEPT)), *in_order])
    judging = every["coder"].map(is_judge).astype(bool)
    judged = every[judging]
    final = judged.drop_duplicates("string_id", keep="last").set_index("string_id").to_dict("index")
    pairs, lines = [], []
    differ, still_open = set(), set()
    strata = sample.strings.set_index("string_id")["stratum"]
    for string_id, given in every.groupby("string_id", sort=True):
        readers = given[~given["coder"].map(is_judge)]
        codes, kinds = set(readers["code"]), set(readers["kind"])
        named = [set(topics_in(cell)) for cell in readers["topics"]]
        pairs += [
            (string_id, strata[string_id], f"{a.coder}; {b.coder}", a.code, b.code)
            for a, b in itertools.combinations(readers.itertuples(), 2)
        ]
        if len(codes) > 1 or len(kinds) > 1 or len(set(map(frozenset, named))) > 1:
            differ.add(string_id)
        if string_id in final:
            said = final[string_id]
            lines.append((string_id, said["code"], said["kind"], sorted(set(topics_in(said["topics"])))))
            continue
        if len(codes) > 1:
            still_open.add(string_id)
        code = codes.pop() if len(codes) == 1 else "cannot_tell"
        kind = kinds.pop() if len(kinds) == 1 and code != "cannot_tell" else ""
        lines.append((string_id, code, kind, sorted(set.intersection(*named))))
    settled = pd.DataFrame(lines, columns=["string_id", "code", "coded_kind", "coded_topics"])
    return Settled(settled, pd.DataFrame(pairs, columns=list(PAIRS), dtype=str), differ, still_open)
