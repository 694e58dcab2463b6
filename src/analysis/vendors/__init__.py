"""Holds what is a fact about one vendor: columns, masks, times, eras, menu, changes; a vendor is a folder in here.

The folder has two files. `exports.toml` says how the vendor's exports are written, by the fields of `facts.Vendor`, and
`menu.toml` which offense types its search form offers, by those of `facts.Menu`. Nothing else in the library names a
vendor, so a new one is a new folder. `not_audits.toml` lists files of other systems that officers also hand over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from analysis.refused import Refused
from analysis.toml import Schema, read
from analysis.vendors.facts import Change, Family, Menu, NotAnAudit, Vendor

FOLDER = Path(__file__).parent


class BadVendor(Refused):
    """A vendor's file that cannot be used; the message names the file, the entry and the remedy."""


def read_menu(path: Path) -> Menu:
    """The menu in a file. Raises `BadVendor`."""
    return read(path, _called(path), Menu, BadVendor)


def read_vendor(folder: Path) -> Vendor:
    """The vendor that a folder describes. Raises `BadVendor`."""
    path = folder / "exports.toml"
    menu = folder / "menu.toml"
    said = read_menu(menu) if menu.is_file() else Menu()
    return read(path, _called(path), Vendor, BadVendor).replace(key=folder.name, menu=said)


def _called(path: Path) -> str:
    return f"vendors/{path.parent.name}/{path.name}"


@cache
def all_vendors() -> tuple[Vendor, ...]:
    """Every vendor, by the name of its folder. Raises `BadVendor`, also where two share a name that must tell them
    apart: of a family, a layout or an era."""
    found = tuple(read_vendor(path.parent) for path in sorted(FOLDER.glob("*/exports.toml")))
    owners: dict[str, str] = {}
    for vendor in found:
        names = [*(era.name for era in vendor.era), *(family.name for family in vendor.family)]
        names += [key for family in vendor.family for key in family.layouts]
        for name in names:
            if owners.setdefault(name, vendor.key) != vendor.key:
                raise BadVendor(
                    f"vendors/{vendor.key}/exports.toml: {name!r} is already in vendors/{owners[name]}; rename one"
                )
    return found


def named(key: str) -> Vendor:
    """The vendor whose folder has this name."""
    return next(vendor for vendor in all_vendors() if vendor.key == key)


def families() -> Iterator[tuple[Vendor, Family]]:
    """Every family with its vendor."""
    return ((vendor, family) for vendor in all_vendors() for family in vendor.family)


def _of_eras(seen: Iterable[str]) -> tuple[Vendor, ...]:
    """The vendors that have one of some eras; all of them where none is given."""
    names = {*seen}
    found = [vendor for vendor in all_vendors() if names & {era.name for era in vendor.era}]
    return tuple(found) or all_vendors()


def eras(seen: Iterable[str] = ()) -> tuple[str, ...]:
    """Every era of the vendors that have one of those seen, in order; of all vendors without any."""
    return tuple(era.name for vendor in _of_eras(seen) for era in vendor.era)


def changes(seen: Iterable[str] = ()) -> tuple[Change, ...]:
    """The changes of the vendors that have one of the eras seen, in the order of time; of all without any."""
    return tuple(sorted(change for vendor in _of_eras(seen) for change in vendor.changes))


class _NotAudits(Schema, frozen=True):
    other: tuple[NotAnAudit, ...]


@cache
def not_audits() -> tuple[NotAnAudit, ...]:
    """Every file that is known to be something else than an audit of searches."""
    path = FOLDER / "not_audits.toml"
    listed = read(path, f"vendors/{path.name}", _NotAudits, BadVendor)
    return (*(other for vendor in all_vendors() for other in vendor.other), *listed.other)


@cache
def search_types() -> frozenset[str]:
    """Every vendor's kinds of search, without suffixes."""
    return frozenset(name for vendor in all_vendors() for name in vendor.search_types.known)


def immigration_offenses() -> tuple[str, ...]:
    """How the offense types of every vendor's menu begin that are about immigration, without what is in brackets."""
    return tuple(dict.fromkeys(
        offense.value.partition(" (")[0]
        for vendor in all_vendors()
        for offense in vendor.menu.offense_type
        if "immigration" in offense.topics
    ))  # fmt: skip


@cache
def verdicts() -> tuple[str, ...]:
    """Every vendor's words for what became of a search in free text."""
    return tuple(dict.fromkeys(word for vendor in all_vendors() for word in vendor.moderation.verdicts))


@cache
def collectors_notes() -> str:
    """A pattern of the notes that collectors put into reasons, with the spaces before them."""
    begins = "|".join(re.escape(words) for vendor in all_vendors() for words in vendor.notes.begin)
    return rf"(?i)\s*(?:{begins or '$^'})[^\]]*(?:\]|$)"
