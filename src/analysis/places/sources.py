"""Hands out a place's released files, fetched where a URL is given, only if every checksum matches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from analysis import places
from analysis.paths import inside
from analysis.places import Place, ReleasedFile
from analysis.places.checksums import Checksum, checksum, differs, pin, sha256
from analysis.places.downloads import Address, BrokeOff, NoAnswer, NotDownloaded, WrongChecksum, parts
from analysis.places.released import Copy
from analysis.refused import Refused
from analysis.wording import counted, megabytes

__all__ = [
    "SMALL", "MissingRecords", "NoAnswer", "NotDownloaded", "WrongChecksum", "address", "at_hand", "differs",
    "fetch", "learn", "listed", "locate", "located", "public", "sha256", "size_of_public", "unlisted",
]  # fmt: skip


class MissingRecords(Refused):
    """Files that are nowhere to be found; the message says which, and how to get each."""


def learn(place: Place) -> Place:
    """The place with the sha256 of each of its files that is there, also of those of which nobody published one.

    Such a checksum is learned from the file, kept in learned.toml with the day, and held from then on. Raises
    `WrongChecksum` for a file that is not the one described.
    """
    if all(file.sha256 for file in place.files):
        return place
    place = places.find(place.name, place.root)  # what was learned since it was read
    unknown = [file for file in place.files if not file.sha256]
    there = _found(place.replace(files=tuple(unknown)))
    released = [found for _, found in there if found and found[0].copy == "released"]
    for file, path in released:
        pin(place, file, path, by_hand=True)
    return places.find(place.name, place.root) if released else place


def locate(place: Place) -> dict[str, Path]:
    """Where each released file lies, or the masked copy that is read in its place: {name in source.toml: path}.

    A released file comes first, and then its masked copy. Either is looked for in the place's own folder, then by its
    checksum under any name in the folder that the environment's RECORDS names. Raises `WrongChecksum` for a file that
    differs from its description, and `MissingRecords` for those that are nowhere.
    """
    return located(place)[1]


def located(place: Place) -> tuple[Place, dict[str, Path]]:
    """`locate`, and the place as it is read: with a `MaskedCopy` in place of each file that is there as such alone."""
    found = _found(place)
    if missing := [file for file, there in found if there is None]:
        raise MissingRecords("\n".join(_how_to_get(place, missing)))
    read = [there for _, there in found if there]
    return place.replace(files=tuple(file for file, _ in read)), {file.name: path for file, path in read}


def at_hand(place: Place) -> dict[str, Path]:
    """Where those of the place's files lie that are there. Raises `WrongChecksum`."""
    return {file.name: there[1] for file, there in _found(place) if there}


def listed(place: Place, path: Path) -> ReleasedFile | None:
    """The entry of source.toml whose file this is, by its checksum, or by its name where nobody published one."""
    once = cache(checksum)
    for file in place.files:
        known = file.sha256 or file.md5 or file.sha256_begins
        if (known or Path(file.name).name == path.name) and not differs(file, path, once):
            return file
    return None


def unlisted(place: Place) -> list[str]:
    """Files in the place's folder that its source.toml does not describe, and that nothing will read."""
    masked = {file.masked.name for file in place.files if file.masked and file.masked.name}
    described = {file.name for file in place.files} | masked | {"source.toml", "README.md", places.LEARNED}
    # What was left out is known by its checksum: its name is written down only as far as it may be printed.
    left_out = {file.sha256 for file in place.left_out}
    begun = {path for name in described for path in parts(place.raw / name)}
    every = (path for path in sorted(place.raw.rglob("*")) if path.is_file() and path not in begun)
    found = (path.relative_to(place.raw) for path in every)
    unlisted = (path for path in found if str(path) not in described and path.parts[0] != "reference")
    return [str(path) for path in unlisted if not left_out or sha256(place.raw / path) not in left_out]


SMALL = 25_000_000
"""Bytes of all public files of a place, up to which `make` downloads them by itself."""


def public(place: Place) -> list[ReleasedFile]:
    """The files of the place that have a public address and are nowhere to be found, or their masked copies."""
    missing = [file for file, there in _found(place) if there is None]
    return [copy for file in missing if (copy := file if file.url else file.masked_copy) and copy.url]


def size_of_public(place: Place, seconds: float = 60) -> int | None:
    """How many bytes the place's public files have together, those that are here too, as its source.toml or the
    servers say; None where one of them does not say. Raises `NotDownloaded`."""
    total = 0
    for file in place.files:
        copy = file if file.url else file.masked_copy
        if copy is None or not copy.url:
            continue
        here = place.raw / file.name
        size = copy.bytes or (here.stat().st_size if here.is_file() else None)
        size = size if size is not None else address(place, copy, seconds).says_size()
        if size is None:
            return None
        total += size
        if total > SMALL:
            break
    return total


def fetch(
    place: Place,
    progress: bool = True,
    say: Callable[[str], None] = lambda _: None,
    seconds: float = 60,
    until: float = float("inf"),
    silent: set[str] | None = None,
) -> list[Path]:
    """Download the place's files that have a public address and are missing; check each checksum, or learn it.

    A server that says nothing for so many `seconds` is left, and all that is not there by `until`, a reading of
    `time.monotonic`. Servers that did not answer are put into `silent`, and those that are in it are not asked. What
    can be downloaded is, and then `WrongChecksum` is raised where an address holds something else now, or
    `NotDownloaded` where one gives nothing, as without a network. Neither leaves anything half-written.
    """
    silent = set() if silent is None else silent
    done: list[Path] = []
    failed: list[WrongChecksum | NotDownloaded] = []
    for file in public(place):
        found = address(place, file, seconds, until)
        if found.host in silent:
            again = "did not answer before, and was not asked again"
            failed.append(NoAnswer(f"{found.called}: {found.host} {again}."))
            break
        try:
            done.append(_fetch(place, file, found, progress, say))
        except (WrongChecksum, NotDownloaded) as error:
            failed.append(error)
            if isinstance(error, NoAnswer):
                if not isinstance(error, BrokeOff):
                    silent.add(found.host)
                break
        except OSError as error:
            failed.append(NotDownloaded(f"{found.called}: it cannot be written here: {error.strerror}."))
            break
    if failed:
        raise type(failed[0])("\n".join(map(str, failed)))
    return done


def address(place: Place, file: ReleasedFile, seconds: float = 60, until: float = float("inf")) -> Address:
    """Where a file of the place is public."""
    called, checkable = f"{place.name}/{file.name}", bool(file.sha256 or file.md5 or file.sha256_begins)
    by_hand = f"put the file into data/raw/{place.name}/ by hand; its checksum is looked at."
    return Address(file.url or "", called, by_hand, file.bytes, checkable, seconds, until)


def _fetch(
    place: Place, file: ReleasedFile, found: Address, progress: bool, say: Callable[[str], None]
) -> Path:
    masked = file.masked.name if file.copy == "masked" and file.masked else None
    target = inside(place.raw, masked or file.name)
    size = f"{megabytes(file.bytes)} " if file.bytes else ""
    say(f"{found.called}: downloading {size}from {found.host} …")
    for begun in (bool(parts(target)), False):
        part = found.download(target, progress)
        if not (wrong := differs(file, part)):
            break
        part.unlink()
        if not begun:  # else its beginning may have been another file's
            raise WrongChecksum(
                f"{found.called}: {file.url} gave a file whose {wrong}. It was changed, or is another release: nothing "
                "was kept. Describe it in source.toml if it is the right one."
            )
    if not file.sha256:
        pin(place, file, part, by_hand=False)
    os.replace(part, target)
    for other in parts(target):
        other.unlink()
    published = "it begins as published" if file.sha256_begins else "nobody published one"
    said = "its md5 is right" if file.md5 else f"its checksum was learned, since {published}"
    said = f"{said}, and its sha256 is held from now on ({places.LEARNED})"
    shown = f"downloaded data/raw/{place.name}/{target.relative_to(place.raw).as_posix()}"
    say(f"{shown}; {'its checksum is right' if file.sha256 else said}")
    return target


_Found = tuple[ReleasedFile, Path] | None
"""The copy of a released file that is read, and where it lies."""


def _found(place: Place) -> list[tuple[ReleasedFile, _Found]]:
    named = os.environ.get("RECORDS")
    records = Path(named) if named and Path(named).is_dir() else None
    once = cache(checksum)  # every file in `records` is read once, however many are looked for
    return [(file, _find(place, file, records, once)) for file in place.files]


def _find(place: Place, file: ReleasedFile, records: Path | None, once: Checksum) -> _Found:
    copies = [file, *([file.masked_copy] if file.masked_copy else [])]
    own: dict[Copy, Path] = {}
    for name in (file.name, *([file.masked.name] if file.masked and file.masked.name else [])):
        if (path := place.raw / name).is_file():
            # A copy whose checksum nobody knows could be any file: it is looked at last.
            in_order = sorted(copies, key=lambda copy: not copy.sha256)
            found = next((copy for copy in in_order if not differs(copy, path, once)), None)
            if found is None:
                masked = f" and of its masked copy {file.masked.sha256}" if file.masked else ""
                raise WrongChecksum(
                    f"data/raw/{place.name}/{name}: its {differs(file, path, once)}{masked}. Either the file was "
                    "changed or it is another release: put the released file back, or describe the new one in "
                    "source.toml."
                )
            own[found.copy] = path
    for copy in copies:
        if copy.copy in own:
            return copy, own[copy.copy]
        if not (records and (copy.sha256 or copy.md5 or copy.sha256_begins)):
            continue
        # Size first: hashing every file of a large folder would take minutes.
        for path in sorted(path for path in records.rglob("*") if path.is_file()):
            if copy.bytes in (None, path.stat().st_size) and not differs(copy, path, once):
                return copy, path
    return None


_ONE_BY_ONE = 3
"""Files of a place that can be downloaded are named one by one up to so many."""


def _how_to_get(place: Place, missing: Sequence[ReleasedFile]) -> Iterator[str]:
    """A line for each missing file, or one for all that can be downloaded, where there are many."""
    with_address = sum(bool(file.url) for file in missing)
    many = with_address > _ONE_BY_ONE
    if many:
        yield f"{place.name}: {counted(with_address, 'file')} are missing: {place.download}"
    for file in missing:
        how = f"data/raw/{place.name}/README.md says how to ask for it"
        how = f"`make records` downloads it from {file.url}" if file.url else how
        if not (file.url and many):
            yield f"{place.name}/{file.name} ({file.log} of {file.camera_owner}) is missing: {how}"
