"""Invents, for each layout in which open records are published, a release of the same form, and says what is in it.

A twin has the container, folders, names of files, headers, masks and defects that were seen or documented of one
public release, and nothing of its rows: agencies, officers, plates and reasons are invented, and where a file's name
says whose log it is, it names an invented agency. So readers can be tried at any size without anybody's records.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from analysis.paths import visible
from analysis.refused import Refused
from analysis.upkeep.twins import exports, sheets, tables
from analysis.upkeep.twins.drawn import Owner
from analysis.upkeep.twins.release import Release

__all__ = ["ROWS", "TWINS", "NoSuchTwin", "NotEmpty", "Release", "write"]

_CENTRAL, _MOUNTAIN, _WEST = "America/Chicago", "America/Denver", "America/Los_Angeles"

TWINS: dict[str, tuple[Callable[[Release], None], Owner]] = {
    "kenner-la": (exports.kenner, Owner("Sampleton LA PD", _CENTRAL, 400)),
    "los-altos-ca": (sheets.los_altos, Owner("Umberstow CA PD", _WEST)),
    "danville-il": (exports.danville, Owner("Quellmere IL PD", _CENTRAL)),
    "mountain-view-ca": (exports.mountain_view, Owner("Tarnwick CA PD (Mockville County)", _WEST)),
    "santa-rosa-ca": (sheets.santa_rosa, Owner("Larkhythe CA PD", _WEST)),
    "san-bruno-ca": (exports.san_bruno, Owner("Brockrigg CA PD", _WEST)),
    "san-jose-ca": (sheets.san_jose, Owner("Sedgethwaite CA PD", _WEST)),
    "santa-clara-ca": (tables.santa_clara, Owner("Tarnfield CA PD", _WEST)),
    "marin-county-ca": (sheets.marin, Owner("Mockville County CA SO", _WEST)),
    "redwood-city-ca": (sheets.redwood_city, Owner("Sampleton CA PD", _WEST)),
    "san-mateo-ca": (tables.san_mateo, Owner("Tarnwick CA PD", _WEST)),
    "denver-co": (exports.denver, Owner("Umberstow CO PD", _MOUNTAIN, 400)),
    "el-cerrito-ca": (exports.el_cerrito, Owner("Quellmere CA PD", _WEST)),
    "the-colony-tx": (exports.the_colony, Owner("Larkhythe TX PD", _CENTRAL)),
}
"""Each twin's writer, and the invented agency whose release it is; called as the places in data/raw/ are."""

ROWS = 3_000
"""Rows of a twin in all, unless another number is given; a file has twelve at least."""

MOST_AGENCIES = 5_254
"""As many as in the largest open release (Kenner LA)."""


class NoSuchTwin(Refused):
    """A name of which no twin is known; the message lists them."""


class NotEmpty(Refused):
    """A folder that a twin would be written into holds something already."""


def write(name: str, folder: Path, rows: int = ROWS, seed: int = 74, keep: bool = True) -> Release:
    """Write the twin of a release below `folder`, and `<folder>.planted.json` beside it: what is planted in each file.

    The same bytes for the same rows and seed. Without `keep` no row's truth stays in memory, as for a twin of the
    full size. Raises `NoSuchTwin`, and `NotEmpty` where the folder holds something: nothing is written over.
    """
    if name not in TWINS:
        raise NoSuchTwin(f"there is no twin of '{visible(name)}'; there are {', '.join(TWINS)}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty(f"{visible(str(folder))} is there already and not empty; name a new folder")
    writer, owner = TWINS[name]
    folder.mkdir(parents=True, exist_ok=True)
    many = min(rows // 2_000, MOST_AGENCIES)
    twin = Release(folder, replace(owner, agencies=max(owner.agencies, many)), rows, seed, keep)
    writer(twin)
    account = json.dumps({"twin of": name, "seed": seed, **twin.account()}, indent=1)
    folder.with_name(f"{folder.name}.planted.json").write_text(account + "\n", encoding="utf-8")
    return twin
