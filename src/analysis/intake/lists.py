"""Puts lists that came with a release into the place's reference/, and says what each is good for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from analysis import agencies, build, readers
from analysis.agencies import sharing
from analysis.intake.arrivals import Arrived
from analysis.places import LeftOut, Place
from analysis.refused import Refused
from analysis.wording import counted


def lists_among(left: Sequence[LeftOut], files: Sequence[Arrived]) -> tuple[list[Arrived], list[LeftOut]]:
    """Sharing lists and 287(g) lists, under their names in reference/, where the notebooks look for them; and what
    stays left out of the files that came."""
    files_by_checksum = {file.sha256: file for file in files}
    lists, rest = [], []
    for entry in left:
        file = files_by_checksum.get(entry.sha256)
        if file and entry.kind == "other log" and "sharing list" in entry.why:
            lists.append(replace(file, name=f"reference/{Path(file.name).name}"))
        elif file and _is_agreements(file.path):
            name = Path(file.name).name
            lists.append(replace(file, name=f"reference/{name if '287g' in name else f'287g-{name}'}"))
        else:
            rest.append(entry)
    return lists, rest


def _is_agreements(path: Path) -> bool:
    if path.suffix.casefold() not in {".csv", ".xlsx"}:
        return False
    try:
        return len(agencies.read_list(path).agreements) > 0
    except (readers.UnreadableFile, ValueError, OSError):
        return False


def kept(place: Place, lists: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What each list that is now in reference/ is good for, and what of reference/ would stop `make`."""
    good, stops = [], []
    folder = place.raw / "reference"
    for name in lists:
        if "287g" in name:
            held = len(agencies.read_list(place.raw / name).agreements)
            good.append(f"{name}: a 287(g) list of {counted(held, 'agreement')}, held against who searched")
            continue
        entries = sharing.read_list(place.raw / name, "").entries
        good.append(
            f"{name}: a sharing list of {counted(len(entries), 'organization')}. It says who could search, not who "
            "did: beside a network audit of the same owner, make compares the two agency by agency"
        )
    checks: list[Callable[[], object]] = [
        lambda: agencies.read_lists(folder),
        lambda: agencies.read_reference(folder),
    ]
    if place.files:  # whose list it is, only an owner's log says
        checks.append(lambda: build.open_sharing_lists(place))
    for check in checks:
        try:
            check()
        except Refused as error:
            stops.append(f"make would stop at data/raw/{place.name}/reference/{error}")
    return tuple(good), tuple(stops)
