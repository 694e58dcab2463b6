"""Reads the register of what was published: claims, strictly, or with a message that names file, claim and remedy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from msgspec import field
from msgspec.structs import force_setattr

from analysis import toml
from analysis.measures import NAMES, UnknownMeasure, measures
from analysis.measures.register import stem
from analysis.places import Place
from analysis.printed import Printed, as_printed
from analysis.refused import Refused

Operator = Literal["equals", "more than", "at least", "about", "includes", "more than N times"]
OPERATORS = get_args(Operator)
"""How a computed value is compared with a published one; claims/README.md says when to use which."""

Definition = Literal["rows", "strict", "core", "broad", "unpublished"]
"""What a claim counts. 'unpublished' means that the piece did not say, and every definition is tried."""

TRIED = ("strict", "core", "broad", "dropdown")
"""The definitions tried where the piece published none, in the order reported."""

CONFIDENCE = ("high", "medium", "low")

MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?", re.ASCII)
"""A day or a time as a claim writes it, in UTC."""

OF_FILES = {"rows_released": "records", "rows_rejected": "rejected"}
"""The measures that can be told of some released files, and the columns of `build.open_files` that tell them."""

AMONG = (
    "from", "to", "reason", "searching_agency", "agency_state", "agency_kind", "own_search", "search_type",
    "moderation", "has_case_number", "reason_origin", "era", "immigration_tier", "immigration_kind", "mixed",
    "networks_searched", "devices_searched", "source_file", *NAMES,
)  # fmt: skip
"""What can filter the searches that a claim is about: local days, the whole typed reason, an agency in any spelling,
and the columns and conditions of the vocabulary (`measures.columns`), with a value or a list of values."""


class BadClaims(Refused):
    """A register that cannot be used; the message names the file, the claim, the value and the remedy."""


class Published(toml.Schema, frozen=True):
    """One number of a published piece, beside our paraphrase of the sentence that held it: a [[claim]] as typed.

    `value` is the number as it was printed ("0.50", "46.8%"), or texts where the operator is `includes`.
    `share` means that it is compared with numerator / denominator of the computed number.
    `instead` names measures that count the same thing in another way; what they give is reported.
    `because` says why a number differs, for every place (key "") or for one. `needs` says what it would take
    where the logs settle nothing. `conflicts` are versions in circulation, with the evidence against them.
    `restates` is the id of a claim of the same piece that says the same in other words, as a share beside its count.
    `among` filters the searches counted (`AMONG`); a number of filtered searches is in no numbers.json. `out_of`
    filters those of which a share is taken; with it, the number is the share of these that `among` holds for.
    """

    id: toml.Text
    says: toml.Text
    operator: Operator
    value: Any
    confidence: Literal["high", "medium", "low"]
    unit: toml.Text
    source: str = ""
    sources: tuple[str, ...] = ()
    measure: str = ""
    scope: str = "all"
    definition: Definition = "rows"
    share: bool = False
    derived: str = ""
    needs: str = ""
    because: Any = ""
    instead: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    restates: str = ""
    among: Mapping[str, Any] = {}
    out_of: Mapping[str, Any] = {}

    def __post_init__(self) -> None:
        sources = self.sources or tuple(filter(None, [self.source]))
        is_lead = bool(self.needs) and not self.measure and self.confidence == "low"
        if not sources and not is_lead:
            raise ValueError('it has no source; add source = "https://…", where the number was printed')
        for source in sources:
            _check_address(source, "source")
        _check_value(self)
        if not self.measure and not self.needs:
            raise ValueError(
                "it has neither a measure nor needs; name the measure, or say what would settle it"
            )
        _check_measures(self)
        for name in ("among", "out_of"):
            _check_filter(name, getattr(self, name))
        if self.out_of and (self.measure != "searches" or not self.share or not self.among):
            raise ValueError(
                'out_of goes with measure = "searches", share = true and among: the share of what it holds for that '
                "among holds for too"
            )
        because = {"": self.because} if isinstance(self.because, str) else dict(self.because)
        force_setattr(self, "sources", sources)
        force_setattr(self, "value", tuple(self.value) if isinstance(self.value, list) else self.value)
        force_setattr(self, "because", because)


class Claim(Published, frozen=True, kw_only=True):
    """A published number and the register's file that holds it."""

    file: str


class NoClaim(toml.Schema, frozen=True):
    """A number of the outline that is no claim, and why."""

    number: toml.Text
    why: toml.Text


class Recomputed(toml.Schema, frozen=True):
    """What others have computed again from the same records, and where."""

    says: toml.Text
    source: toml.Text


class About(toml.Schema, frozen=True):
    """What was published: a [piece] as typed.

    `place` is whose logs it is about, where no place of data/raw/ names the piece, and `records` says where those logs
    are or of whom to ask for them. `outline = "table"` says that the piece is a table or notes beside data: then the
    register, which has the numbers in its order, is its own outline, and no page beside it repeats them.
    """

    title: str = ""
    by: str = ""
    on: date | None = None
    address: str = ""
    place: str = ""
    records: str = ""
    outline: Literal["beside", "table"] = "beside"

    def __post_init__(self) -> None:
        _check_address(self.address, "address")


class Register(toml.Schema, frozen=True):
    """A file of claims/ as typed."""

    piece: About = field(default_factory=About)
    claim: tuple[Published, ...] = ()
    not_a_claim: tuple[NoClaim, ...] = ()
    recomputed: tuple[Recomputed, ...] = ()


@dataclass(frozen=True)
class Piece:
    """One published piece: its claims in the order printed, and its numbers that are no claim (number: why)."""

    about: About
    claims: tuple[Claim, ...]
    not_claims: Mapping[str, str]


# Reading the register


def load(place: Place) -> list[Claim]:
    """Every claim of a place, in the order printed. Raises `BadClaims`."""
    claims: list[Claim] = []
    for piece in place.claims:
        path = place.root / "claims" / f"{piece}.toml"
        if not path.is_file():
            said = f"data/raw/{place.name}/source.toml names the claims {piece!r}"
            raise BadClaims(f"{said}, but claims/{piece}.toml does not exist; write it or take the name out")
        claims += read(path).claims
    _refuse_duplicates(claims)
    return claims


def read(path: Path) -> Piece:
    """One register file. Raises `BadClaims`, naming file, claim, value and remedy."""
    return _piece(path, path.read_bytes())


@cache
def _piece(path: Path, _: bytes) -> Piece:  # once for each content of the file
    shown = f"claims/{path.name}"
    remedy = "Please fix that line (claims/README.md shows how to write it)."
    register = toml.read(path, shown, Register, BadClaims, remedy)
    claims = tuple(Claim(**entry.fields(), file=shown) for entry in register.claim)
    _refuse_duplicates(claims)
    for claim in claims:
        if claim.restates and claim.restates not in {other.id for other in claims} - {claim.id}:
            raise BadClaims(
                f"{shown}: claim {claim.id!r}: restates = {claim.restates!r} is no other claim of this file; "
                "write the id of the claim that it repeats"
            )
    return Piece(register.piece, claims, {entry.number: entry.why for entry in register.not_a_claim})


def _check_address(address: str, key: str) -> None:
    if address and not address.startswith(("https://", "http://")):
        raise ValueError(f"{key} {address!r} is not an address; write it with https://")


def _check_value(claim: Published) -> None:
    """Raise `ValueError` unless the value goes with the operator and the unit."""
    value, operator = claim.value, claim.operator
    if operator == "includes":
        if not isinstance(value, list | tuple) or not value or not all(isinstance(one, str) for one in value):
            raise ValueError(f'value = {value!r} cannot go with "includes"; write a list of texts')
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        quoted = f'value = "{as_printed(value, claim.share)}"'
        raise ValueError(f"value = {value} has no quotes; write the number as it was printed: {quoted}")
    if operator == "equals" and isinstance(value, str) and MOMENT.fullmatch(value):
        return
    said = Printed.read(value) if isinstance(value, str) else None
    if said is None:
        raise ValueError(
            f'value = {value!r} cannot go with "{operator}"; write a number as it was printed, as "733,000", '
            '"0.50", "46.8%" or "1.5 years"; a day or a time as "2025-05-15" or "2025-05-15 17:23:45" (UTC)'
        )
    if said.is_span and claim.unit != "days":
        raise ValueError(
            f"value = {value!r} is compared with a number of days, but unit = {claim.unit!r}; "
            'write unit = "days"'
        )


def _check_filter(name: str, among: Mapping[str, Any]) -> None:
    """Raise `ValueError` for a filter that is not known or holds what it cannot."""
    if wrong := toml.unknown_key(among, AMONG):
        raise ValueError(f"{name}: {wrong}")
    for key, value in among.items():
        kind, what = _kind_of_value(key)
        values = value if isinstance(value, list) and kind is not date else [value]
        if not values or any(type(one) is not kind or one == "" for one in values):
            listed = "" if kind is date else ", or a list of these"
            raise ValueError(f"{name}: {key} = {value!r} is not {what}{listed}")


def _kind_of_value(key: str) -> tuple[type, str]:
    """What a filter is compared with."""
    unit = NAMES[key].unit if key in NAMES else "text"
    if key in ("from", "to"):
        return date, "a day, unquoted, as 2025-03-13"
    if key in ("own_search", "has_case_number", "mixed") or not unit:
        return bool, "true or false"
    if key in ("networks_searched", "devices_searched") or unit in ("number", "hours", "days"):
        return int, "a number"
    return str, "a text"


def _check_measures(claim: Published) -> None:
    """Raise `ValueError` for a measure that nothing declares, and for a filter of what a function computes."""
    for name in filter(None, (claim.measure, *claim.instead)):
        try:
            found = measures(name)
        except UnknownMeasure as error:
            raise ValueError(f"{error}; src/analysis/measures/declared.py has them all") from None
        # the records of some released files are counted as files and not as rows
        of_files = claim.measure in OF_FILES and set(claim.among) == {"source_file"}
        if claim.among and not any(one.has_rows for one in found) and not of_files:
            raise ValueError(
                f"{name!r} is not counted from rows, so that nothing can filter it; leave among out"
            )


def _refuse_duplicates(claims: Sequence[Claim]) -> None:
    for name, times in Counter(claim.id for claim in claims).items():
        if times > 1:
            files = ", ".join(sorted({claim.file for claim in claims if claim.id == name}))
            raise BadClaims(f"{files}: claim {name!r} occurs {times} times; give each claim its own id")


def for_measures(claims: Sequence[Claim], *measures: str) -> list[Claim]:
    """The claims that numbers of these measures settle: the measure itself, or its part before the first dot."""
    names = set(measures)
    return [one for one in claims if one.measure and {one.measure, stem(one.measure)} & names]


def main_scope(claims: Sequence[Claim], scopes: Collection[str]) -> str:
    """The camera owner that most claims are about, of these scopes; "all" where they name none."""
    named = Counter(claim.scope for claim in claims if claim.measure and claim.scope in {*scopes} - {"all"})
    return named.most_common(1)[0][0] if named else "all"
