"""Compares computed numbers with what was published and keeps the score."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd
from msgspec.structs import force_setattr

from analysis import agencies, toml
from analysis.places import Place
from analysis.printed import Printed, as_printed
from analysis.refused import Refused
from analysis.tallies import Searches, among, local_time, one_of, quoted, tally

Operator = Literal["equals", "more than", "at least", "about", "includes", "more than N times"]
OPERATORS = get_args(Operator)
"""How a computed value is compared with a published one; claims/README.md says when to use which."""

Definition = Literal["rows", "strict", "core", "broad", "unpublished"]
"""What a claim counts. 'unpublished' means that the piece did not say, and every definition is tried."""

TRIED = ("strict", "core", "broad", "dropdown")
"""The definitions tried where the piece published none, in the order reported."""

AMONG = ("agency_state", "searching_agency", "reason", "from", "to")
"""What can narrow a claim to some of the rows: the searcher's state or name, the whole typed reason, local days."""

OUTCOMES = ("reproduced", "recovered", "differs", "cannot be checked")
UNSETTLED = "unsettled"
"""Not an outcome: no number was computed for the claim and it does not say what it needs. It fails a run."""

COLUMNS = (
    "id",
    "statement",
    "operator",
    "published",
    "computed",
    "definition",
    "outcome",
    "explanation",
    "notebook",
)

Numbers = Mapping[tuple[str, str], Mapping[str, Any]]
Rows = Sequence[Mapping[str, Any]]


class BadClaims(Refused):
    """A register that cannot be used; the message names the file, the claim, the value and the remedy."""


class Published(toml.Schema, frozen=True):
    """One number of a published piece, beside our paraphrase of the sentence that held it: a [[claim]] as typed.

    `value` is the number as it was printed ("0.50", "46.8 %"), or texts where the operator is `includes`.
    `share` means that it is compared with numerator / denominator of the computed number.
    `instead` names measures that count the same thing in another way; what they give is reported.
    `because` says why a number differs, for every place (key "") or for one. `needs` says what it would take
    where the logs settle nothing. `conflicts` are versions in circulation, with the evidence against them.
    `among` narrows the rows counted (`AMONG`); a number computed from such a part is in no numbers.json.
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
    among: Mapping[str, Any] = {}

    def __post_init__(self) -> None:
        sources = self.sources or tuple(filter(None, [self.source]))
        if not sources:
            raise ValueError('it has no source; add source = "https://…", where the number was printed')
        for source in sources:
            if not source.startswith(("https://", "http://")):
                raise ValueError(f"source {source!r} is no address; write it with https://")
        _check_value(self)
        if not self.measure and not self.needs:
            raise ValueError(
                "it has neither a measure nor needs; name the measure, or say what would settle it"
            )
        _check_filter(self.among)
        force_setattr(self, "sources", sources)
        force_setattr(self, "value", tuple(self.value) if isinstance(self.value, list) else self.value)
        force_setattr(
            self, "because", {"": self.because} if isinstance(self.because, str) else dict(self.because)
        )


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


class Register(toml.Schema, frozen=True):
    """A file of claims/ as typed."""

    piece: Mapping[str, Any] = {}
    claim: tuple[Published, ...] = ()
    not_a_claim: tuple[NoClaim, ...] = ()
    recomputed: tuple[Recomputed, ...] = ()


@dataclass(frozen=True)
class Piece:
    """One published piece: its claims in the order printed, and its numbers that are no claim (number: why)."""

    about: Mapping[str, Any]
    claims: tuple[Claim, ...]
    not_claims: Mapping[str, str]


@dataclass(frozen=True)
class Settlement:
    """How one claim ended; `computed` is text as printed, "" where nothing was computed."""

    claim: Claim
    outcome: str
    computed: str
    explanation: str


# Reading the register


def load(place: Place) -> list[Claim]:
    """Every claim of a place, in the order printed. Raises `BadClaims`."""
    claims: list[Claim] = []
    for stem in place.claims:
        path = place.root / "claims" / f"{stem}.toml"
        if not path.is_file():
            said = f"data/raw/{place.name}/source.toml names the claims {stem!r}"
            raise BadClaims(f"{said}, but claims/{stem}.toml does not exist; write it or take the name out")
        claims += read(path).claims
    _refuse_duplicates(claims)
    return claims


def read(path: Path) -> Piece:
    """One register file. Raises `BadClaims`, naming file, claim, value and remedy."""
    shown = f"claims/{path.name}"
    register = toml.read(
        path, shown, Register, BadClaims, "Please fix that line (claims/README.md shows how to write it)."
    )
    claims = tuple(Claim(**entry.fields(), file=shown) for entry in register.claim)
    _refuse_duplicates(claims)
    return Piece(register.piece, claims, {entry.number: entry.why for entry in register.not_a_claim})


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
    said = Printed.read(value) if isinstance(value, str) else None
    if said is None:
        raise ValueError(
            f'value = {value!r} cannot go with "{operator}"; write a number as it was printed, as "733,000", '
            '"0.50", "46.8 %" or "1.5 years"'
        )
    if said.is_span and claim.unit != "days":
        raise ValueError(
            f"value = {value!r} is compared with a number of days, but unit = {claim.unit!r}; "
            'write unit = "days"'
        )


def _check_filter(among: Mapping[str, Any]) -> None:
    """Raise `ValueError` for a filter that is not known or holds what it cannot."""
    if wrong := toml.unknown_key(among, AMONG):
        raise ValueError(f"among: {wrong}")
    for key, value in among.items():
        wanted = date if key in ("from", "to") else str
        if not isinstance(value, wanted) or isinstance(value, datetime) or not value:
            form = "a day, unquoted, as 2025-03-13" if wanted is date else "a text"
            raise ValueError(f"among: {key} = {value!r} is not {form}")


def _refuse_duplicates(claims: Sequence[Claim]) -> None:
    for name, times in Counter(claim.id for claim in claims).items():
        if times > 1:
            files = ", ".join(sorted({claim.file for claim in claims if claim.id == name}))
            raise BadClaims(f"{files}: claim {name!r} stands {times} times; give each claim its own id")


def for_measures(claims: Sequence[Claim], *measures: str) -> list[Claim]:
    """The claims that numbers of these measures settle: the measure itself, or its part before the first dot."""
    return [
        claim for claim in claims if claim.measure and {claim.measure, _stem(claim.measure)} & set(measures)
    ]


def _stem(measure: str) -> str:
    return measure.partition(".")[0]


# Comparing


def compare(operator: str, computed: Any, published: Any) -> bool:
    """Whether a computed value bears a published one out.

    `published` is a number as it was printed, or texts for `includes`, which ignores case. `equals` compares to the
    digits printed (`Printed.equals`); `about` is within `printed.ABOUT`; `more than N times` compares a ratio with N.
    Raises `ValueError` for an operator that is not in `OPERATORS`.
    """
    if operator == "includes":
        return {str(one).casefold() for one in published} <= {str(one).casefold() for one in computed}
    if operator not in OPERATORS:
        raise ValueError(f"unknown operator {operator!r}; use one of: {', '.join(OPERATORS)}")
    said = _number_printed(published)
    if operator == "equals":
        return said.equals(computed)
    if operator == "about":
        return said.about(computed)
    have = said.in_unit(computed)
    return have >= said.number if operator == "at least" else have > said.number


def _number_printed(value: Any) -> Printed:
    """A claim's number; a register that holds another text was refused when it was read."""
    said = Printed.read(value)
    if said is None:
        raise ValueError(f"{value!r} is no number as printed")
    return said


def under(claims: Sequence[Claim], numbers: Mapping[str, Sequence[Mapping[str, Any]]]) -> pd.DataFrame:
    """Which published numbers each alternative definition would bear out: statement, published, then a column for
    each definition with the number computed under it and whether that bears the claim out.

    `numbers` gives the numbers of each definition, by its name; claims about measures that it lacks, about a share,
    or about a part of the rows are left out.
    """
    lines = []
    for claim in claims:
        key = (_stem(claim.measure), claim.scope)
        values = {name: _of(found, key) for name, found in numbers.items()}
        if claim.share or claim.among or all(value is None for value in values.values()):
            continue
        line = {"statement": claim.says, "published": f"{claim.operator} {_published(claim)}"}
        lines.append(line | {name: _borne(claim, value) for name, value in values.items()})
    return pd.DataFrame(lines, columns=["statement", "published", *numbers])


def _of(numbers: Sequence[Mapping[str, Any]], key: tuple[str, str]) -> Any:
    return next((one["value"] for one in numbers if (one["measure"], one["scope"]) == key), None)


def _borne(claim: Claim, value: Any) -> str:
    if value is None:
        return "not computed"
    return f"{_number(claim, value)} {'(yes)' if compare(claim.operator, value, claim.value) else '(no)'}"


# A part of the rows


def part(claim: Claim, searches: Searches, time_zone: str) -> Searches:
    """The searches that a claim is about: those of its scope that all of `among` holds for, days in `time_zone`."""
    scope = [] if claim.scope == "all" else [one_of("camera_owner", [claim.scope])]
    conditions = [*scope, *(_holds(key, value, searches, time_zone) for key, value in claim.among.items())]
    return among(searches, " and ".join(conditions)) if conditions else searches


def _holds(key: str, value: Any, searches: Searches, time_zone: str) -> str:
    """One part of `among` as an SQL condition; names and reasons are compared once for each distinct text."""
    if key in ("from", "to"):
        day = f"({local_time(searches, time_zone)})::date"
        return f"{day} {'>=' if key == 'from' else '<='} date {quoted(value.isoformat())}"
    if key == "searching_agency":
        names = tally(searches, "searching_agency")["searching_agency"].dropna()
        return one_of("searching_agency", [name for name in names if agencies.own(name, value)])
    if key == "reason":
        texts = tally(searches, "reason_text")["reason_text"].dropna()
        return one_of("reason_text", texts[texts.str.strip().str.casefold() == value.strip().casefold()])
    return one_of(key, [value])


def described(among: Mapping[str, Any]) -> str:
    """The part of the rows that a claim is about, as a phrase; empty where it is about all of them."""
    by = " ".join(str(among[key]) for key in ("searching_agency", "agency_state") if key in among)
    reason = f"with the reason {among['reason']!r}" if "reason" in among else ""
    days = " ".join(f"{key} {among[key].day} {among[key]:%B %Y}" for key in ("from", "to") if key in among)
    return " ".join(filter(None, [f"by {by}" if by else "", reason, days]))


# Settling


def settle(claim: Claim, numbers: Numbers, place: Place) -> Settlement:
    """How a claim ends, given the numbers of a place, by (measure, scope).

    Where the piece published no definition, each is tried, and any that fits bears the claim out. A number
    that was not computed ends as 'cannot be checked' if the claim says what it needs or the number says why
    it has no value, else as 'unsettled'. A claim about all of a place's logs is not settled by some of them,
    nor one about a camera owner whose log is still waited for.
    """
    if claim.measure and (absent := _waited_for(claim, numbers, place)):
        return Settlement(claim, "cannot be checked", "", absent)
    found = [
        (name, record) for name in _tried(claim) if (record := numbers.get((name, claim.scope))) is not None
    ]
    valued = [(name, value, record) for name, record in found if (value := _value(claim, record)) is not None]
    if not valued:
        return _not_computed(claim, [record for _, record in found])
    fits = {name for name, value, _ in valued if compare(claim.operator, value, claim.value)}
    shown = next(((v, r) for name, v, r in valued if name in fits), valued[0][1:])
    aside = _counted_among(claim) + _which_fits(claim, valued, fits) + _counted_instead(claim, numbers)
    if fits:
        outcome = "recovered" if place.is_replica else "reproduced"
        return Settlement(claim, outcome, _computed(claim, *shown), _joined(aside))
    because = claim.because.get(place.name, claim.because.get("", ""))
    explanation = _joined([because, *aside]) if because else ""
    return Settlement(claim, "differs", _computed(claim, *shown), explanation)


def _waited_for(claim: Claim, numbers: Numbers, place: Place) -> str:
    """What a claim still waits for, as a phrase; nothing where the logs that it is about are here."""
    if claim.scope != "all" and any((name, claim.scope) in numbers for name in _tried(claim)):
        return ""
    logs = len([one for one in place.waiting if claim.scope in ("all", one.camera_owner)])
    if not logs:
        return ""
    where = f"data/raw/{place.name}/README.md says how to ask"
    what = "the log" if logs == 1 else f"the {logs} logs"
    return f"needs {what} still waited for ({where})"


def _tried(claim: Claim) -> list[str]:
    if claim.definition == "unpublished":
        return [f"{claim.measure}.{one}" for one in TRIED]
    needs_one = claim.definition in ("strict", "core", "broad") and "." not in claim.measure
    both = [f"{claim.measure}.{claim.definition}", claim.measure] if needs_one else [claim.measure]
    return both


def _value(claim: Claim, record: Mapping[str, Any]) -> Any:
    if not claim.share:
        return record.get("value")
    part, whole = record.get("numerator"), record.get("denominator")
    return part / whole if part is not None and whole else None


def _not_computed(claim: Claim, found: Sequence[Mapping[str, Any]]) -> Settlement:
    said = next((str(record["because"]) for record in found if record.get("because")), "")
    if not claim.needs and not said:
        return Settlement(claim, UNSETTLED, "", "")
    needs = f"needs {claim.needs}" if claim.needs else ""
    return Settlement(claim, "cannot be checked", "", _joined([needs, said]))


def _counted_among(claim: Claim) -> list[str]:
    return [f"counted among searches {described(claim.among)}"] if claim.among else []


def _which_fits(claim: Claim, valued: Sequence[tuple[str, Any, Any]], fits: set[str]) -> list[str]:
    if claim.definition != "unpublished":
        return []
    # 'fits core; strict 512, broad 1,540 do not'
    yes = [_definition(name) for name, _, _ in valued if name in fits]
    no = [f"{_definition(name)} {_number(claim, value)}" for name, value, _ in valued if name not in fits]
    rest = f"{', '.join(no)} {'do' if len(no) > 1 else 'does'} not" if no else ""
    return [_joined([f"fits {', '.join(yes)}" if yes else "fits no definition", rest])]


def _definition(measure: str) -> str:
    return measure.rpartition(".")[2].replace("dropdown", "drop-down only")


def _counted_instead(claim: Claim, numbers: Numbers) -> list[str]:
    others = [(name, numbers.get((name, claim.scope), {}).get("value")) for name in claim.instead]
    said = [f"{name} gives {_number(claim, value)}" for name, value in others if value is not None]
    return [f"counted otherwise, {', '.join(said)}"] if said else []


def _joined(parts: Sequence[str]) -> str:
    return "; ".join(part for part in parts if part)


# Printing


def _number(claim: Claim, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return ", ".join(str(one) for one in value)
    said = _number_printed(claim.value)
    # A count beside a share stays a count: 'counted otherwise, … gives 173'.
    return f"{value:,}" if isinstance(value, int) and said.unit == "%" else said.shown(value)


def _published(claim: Claim) -> str:
    """What was printed; a span of time with its days."""
    return ", ".join(claim.value) if isinstance(claim.value, tuple) else str(_number_printed(claim.value))


def _computed(claim: Claim, value: Any, record: Mapping[str, Any]) -> str:
    shown = _number(claim, value)
    if not isinstance(value, float) or record.get("denominator") is None:
        return shown
    return (
        f"{shown} ({record['numerator']:,} of {record['denominator']:,})"
        if claim.share
        else _ratio(shown, record)
    )


def _ratio(shown: str, record: Mapping[str, Any]) -> str:
    return f"{shown} ({record['numerator']:,} : {record['denominator']:,})"


def table(settlements: Sequence[Settlement], notebook: str = "") -> pd.DataFrame:
    """One row per settlement, all text, with exactly `COLUMNS`; `notebook` is the page that settled them."""
    return pd.DataFrame([_row(end, notebook) for end in settlements], columns=list(COLUMNS))


def _row(end: Settlement, notebook: str) -> dict[str, str]:
    claim = end.claim
    published = _published(claim)
    cells = (claim.id, claim.says, claim.operator, published, end.computed, claim.definition, end.outcome)
    return dict(zip(COLUMNS, (*cells, end.explanation, notebook), strict=True))


def printed(row: Mapping[str, Any]) -> str:
    """What was published, as a phrase: 'more than 733,000', 'more than 2 times'."""
    operator, published = str(row.get("operator", "")), str(row.get("published", ""))
    if " N " in operator:
        return operator.replace(" N ", f" {published} ")
    return " ".join(filter(None, [operator if operator != "equals" else "", published])) or "no number"


# Keeping the score


def score(place: Place, rows: Rows) -> str:
    """One line: how many claims ended how. `rows` are those of `table` (or of claims.csv)."""
    count = Counter(str(row["outcome"]) for row in rows)
    good = "recovered" if place.is_replica else "reproduced"
    what = "checkable numbers" if place.is_replica else "published numbers"
    checkable = count[good] + count["differs"] + count[UNSETTLED]
    if not rows:
        return f"{_head(place)} no number was published about this place"
    parts = [f"{_head(place)} {count[good]} of {checkable} {what} {good}"]
    parts += _differing(count["differs"], place)
    if count["cannot be checked"]:
        parts.append(f"{count['cannot be checked']} cannot be checked from logs, reasons given")
    if count[UNSETTLED]:
        parts.append(f"{count[UNSETTLED]} unsettled")
    return " · ".join(parts)


def _differing(differs: int, place: Place) -> list[str]:
    if not differs:
        return [] if place.is_replica else ["0 differ"]
    return ["1 differs, reason given" if differs == 1 else f"{differs} differ, reasons given"]


def waiting(place: Place, files: int) -> str:
    """The line of a place whose records are not there yet: how many files, and where it says how to ask."""
    page = "README.md" if (place.raw / "README.md").is_file() else "source.toml"
    plural = "file" if files == 1 else "files"
    return f"{_head(place)} waiting for {files} {plural} · how to ask for them: data/raw/{place.name}/{page}"


def all_waiting(places: Sequence[Place]) -> str:
    """One line for places that wait for all of their records; empty without any."""
    if len(places) == 1:
        return waiting(places[0], len(places[0].waiting))
    how = "which, and how to ask: README.md in data/raw/<place>/"
    return f"{len(places)} more places wait for their records · {how}" if places else ""


def _head(place: Place) -> str:
    return f"{place.name} ({place.kind}):"


def problems(claims: Sequence[Claim], rows: Rows) -> list[str]:
    """What must fail a run: a claim that no notebook settled or two did, a check without a claim, an outcome
    without its reason. `rows` are those of `table`. Empty when all is well."""
    times = Counter(str(row["id"]) for row in rows)
    known = {claim.id: claim for claim in claims}
    found = [
        f"{claim.file}: claim {claim.id!r} was settled by no notebook; settle its measure "
        f"({claim.measure or 'none: a claim of context'}) in one"
        for claim in claims
        if not times[claim.id]
    ]
    found += [
        f"claim {name!r} was settled {n} times; settle it in one notebook"
        for name, n in times.items()
        if n > 1
    ]
    found += [
        f"a notebook settled {name!r}, which no file in claims/ holds" for name in times if name not in known
    ]
    found += [problem for row in rows if row["id"] in known and (problem := _problem(known[row["id"]], row))]
    return found


def _problem(claim: Claim, row: Mapping[str, Any]) -> str:
    where, outcome = f"{claim.file}: claim {claim.id!r}", row["outcome"]
    if outcome not in OUTCOMES:
        what = f"({claim.measure}, {claim.scope})"
        return f"{where} is {outcome}: no number {what} was computed; compute it, or say in needs what it would take"
    if outcome in ("differs", "cannot be checked") and not row["explanation"]:
        seen = f": published {row['operator']} {row['published']}, computed {row['computed']}"
        return (
            f"{where} {outcome} without a reason{seen}; add because = … to the claim, or mend the computation"
        )
    return ""


# Covering the whole piece

_NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


def coverage(
    outline: str, claims: Sequence[Claim], not_claims: Sequence[str] | Mapping[str, str]
) -> list[str]:
    """The numbers of a piece's outline that are in no claim and not on the short list, in the order met.

    Numbers are read as digits (an outline writes them so); an exact match of value is asked for, so that
    3,000 is not covered by 3,100. Anything on the list is a number or a phrase ("10 February 2026").
    """
    outline = " ".join(outline.split())
    for phrase in sorted((one for one in not_claims if not _NUMBER.fullmatch(one)), key=len, reverse=True):
        outline = outline.replace(phrase, " ")
    covered = {_plain(one) for one in not_claims if _NUMBER.fullmatch(one)}
    for claim in claims:
        covered |= _numbers_of(claim)
    return list(dict.fromkeys(one for one in _NUMBER.findall(outline) if _plain(one) not in covered))


def _numbers_of(claim: Claim) -> set[Decimal]:
    values = {_plain(one) for one in _NUMBER.findall(claim.says)}
    if isinstance(claim.value, tuple):
        return values
    return values | {_number_printed(claim.value).number}


def _plain(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))
