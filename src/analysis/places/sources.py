"""Hands out a place's released files, fetched where a URL is given, only if every checksum matches."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from analysis.paths import inside
from analysis.places import Place, ReleasedFile
from analysis.refused import Refused


class WrongChecksum(Refused):
    """A file that is not the one that source.toml describes; nothing was read from it."""


class NotDownloaded(Refused):
    """An address that gave no file; the message says which, why, and what else to do."""


class MissingRecords(Refused):
    """Files that are nowhere to be found; the message says which, and how to get each."""


def sha256(path: Path) -> str:
    """The checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def locate(place: Place, records: Path | None = None) -> dict[str, Path]:
    """Where each released file lies, or the masked copy that is read in its place: {name in source.toml: path}.

    A released file comes first, and then its masked copy. Either is looked for in the place's own folder, then by
    its checksum under any name in `records` (by default the folder that the environment's RECORDS names). Raises
    `WrongChecksum` for a file that differs from its description, and `MissingRecords` for those that are nowhere.
    """
    return located(place, records)[1]


def located(place: Place, records: Path | None = None) -> tuple[Place, dict[str, Path]]:
    """`locate`, and the place as it is read: with a `MaskedCopy` in place of each file that is there as such alone."""
    found = _found(place, _records_folder(records))
    missing = [file for file, there in found if there is None]
    if missing:
        raise MissingRecords("\n".join(_how_to_get(place, file) for file in missing))
    read = [there for _, there in found if there]
    return place.replace(files=tuple(file for file, _ in read)), {file.name: path for file, path in read}


def at_hand(place: Place) -> dict[str, Path]:
    """Where those of the place's files lie that are there. Raises `WrongChecksum`."""
    return {file.name: there[1] for file, there in _found(place, _records_folder(None)) if there}


def unlisted(place: Place) -> list[str]:
    """Files in the place's folder that its source.toml does not describe, and that nothing will read."""
    masked = {file.masked.name for file in place.files if file.masked}
    described = {file.name for file in place.files} | masked | {"source.toml", "README.md"}
    # What was left out is known by its checksum: its name is written down only as far as it may be printed.
    left_out = {file.sha256 for file in place.left_out}
    found = (path.relative_to(place.raw) for path in sorted(place.raw.rglob("*")) if path.is_file())
    unlisted = (path for path in found if str(path) not in described and path.parts[0] != "reference")
    return [str(path) for path in unlisted if not left_out or sha256(place.raw / path) not in left_out]


def fetch(place: Place, progress: bool = True) -> list[Path]:
    """Download the place's files that have a public address and are missing; check each checksum.

    Raises `WrongChecksum` when the address now holds something else; the download is then deleted. Raises
    `NotDownloaded` where the address gives nothing, as without a network.
    """
    import pooch

    done = []
    for file in place.files:
        if file.url and _find(place, file, _records_folder(None)) is None:
            target = inside(place.raw, file.name)
            try:
                pooch.retrieve(
                    file.url,
                    known_hash=f"sha256:{file.sha256}",
                    fname=target.name,
                    path=target.parent,
                    progressbar=progress,
                )
            except ValueError as error:
                raise WrongChecksum(f"{place.name}/{file.name}: {error}") from None
            except OSError as error:  # the base of every failure of the network
                raise NotDownloaded(
                    f"{place.name}/{file.name}: {file.url} gave nothing ({type(error).__name__}). Try again with a "
                    f"network, or put the file into data/raw/{place.name}/ by hand; its checksum is looked at."
                ) from None
            done.append(target)
    return done


def _records_folder(records: Path | None) -> Path | None:
    named = os.environ.get("RECORDS")
    folder = records or (Path(named) if named else None)
    return folder if folder and folder.is_dir() else None


_Found = tuple[ReleasedFile, Path] | None
"""The copy of a released file that is read, and where it lies."""


def _found(place: Place, records: Path | None) -> list[tuple[ReleasedFile, _Found]]:
    return [(file, _find(place, file, records)) for file in place.files]


def _find(place: Place, file: ReleasedFile, records: Path | None) -> _Found:
    copies = [file, *([file.masked_copy] if file.masked_copy else [])]
    own = {}
    for name in (file.name, *([file.masked.name] if file.masked and file.masked.name else [])):
        if (path := place.raw / name).is_file():
            own[path] = sha256(path)
            if own[path] not in (copy.sha256 for copy in copies):
                raise WrongChecksum(_wrong(place, file, name, own[path]))
    for copy in copies:
        if here := next((path for path, checksum in own.items() if checksum == copy.sha256), None):
            return copy, here
        # Size first: hashing every file of a large folder would take minutes.
        for path in sorted(path for path in records.rglob("*") if path.is_file()) if records else ():
            if copy.bytes in (None, path.stat().st_size) and sha256(path) == copy.sha256:
                return copy, path
    return None


def _wrong(place: Place, file: ReleasedFile, name: str, found: str) -> str:
    masked = f" and of its masked copy {file.masked.sha256}" if file.masked else ""
    return (
        f"data/raw/{place.name}/{name}: its sha256 is {found}, source.toml says {file.sha256}{masked}. "
        "Either the file was changed or it is another release: put the released file back, or "
        "describe the new one in source.toml."
    )


def _how_to_get(place: Place, file: ReleasedFile) -> str:
    if file.url:
        how = f"`make records` downloads it from {file.url}"
    else:
        how = f"data/raw/{place.name}/README.md says how to ask for it"
    return f"{place.name}/{file.name} ({file.log} of {file.camera_owner}) is missing: {how}"
