"""Says how a claim ends: its number computed, of all searches or of those that it is about, and compared as printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis import agencies
from analysis.claims.comparing import (
    compare,
    computed_as_printed,
    number_as_printed,
    number_printed,
    published,
)
from analysis.claims.register import OF_FILES, TRIED, Claim
from analysis.measures import Number, in_scope, measure, measures, number, numbers
from analysis.measures.register import stem
from analysis.opened import Opened
from analysis.places import Place
from analysis.searches.sql import one_of, quoted
from analysis.searches.table import Searches
from analysis.wording import near

OUTCOMES = ("reproduced", "recovered", "differs", "cannot be checked")
UNSETTLED = "unsettled"
"""Not an outcome: no number was computed for the claim and it does not say what it needs. It fails a run."""

Numbers = Mapping[tuple[str, str], Mapping[str, Any]]
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Settlement:
    """How one claim ended; `computed` is text as printed, "" where nothing was computed. `measure` is the one that was
    compared, `value` its value, and `tried` are those of every definition tried."""

    claim: Claim
    outcome: str
    computed: str
    explanation: str
    measure: str = ""
    value: Any = None
    tried: tuple[Any, ...] = ()


# Published counts


def counts_published(claims: Sequence[Claim], measure: str) -> tuple[str, list[tuple[str, float]]]:
    """The published counts of a measure and its variants, as printed and as numbers, and the scope that they are of.

    Shares and counts of a part of the rows are left out. Where claims speak of several scopes, those of the first
    scope count; without any, the scope is all.
    """
    found = [one for one in claims if stem(one.measure) == measure and not (one.share or one.among)]
    found = [one for one in found if one.value is not None]
    scope = found[0].scope if found else "all"
    of_scope = [one for one in found if one.scope == scope]
    return scope, [
        (f"{one.operator} {published(one)}", float(number_printed(one.value).number)) for one in of_scope
    ]


# Some of the searches


def conditions(among: Mapping[str, Any], agencies_named: Iterable[str]) -> Iterator[str]:
    """What a claim's `among` asks of a search, as SQL conditions; an agency is meant in any of its spellings, of
    `agencies_named`."""
    for key, value in among.items():
        values = value if isinstance(value, list) else [value]
        if key in ("from", "to"):
            yield f"local_day {'>=' if key == 'from' else '<='} {quoted(value.isoformat())}"
        elif key == "searching_agency":
            same = (name for name in agencies_named if any(agencies.own(name, one) for one in values))
            yield one_of(key, sorted(same))
        elif key == "reason":
            yield one_of("lower(trim(reason_text))", [one.strip().lower() for one in values])
        else:
            yield one_of(key, values)


def filtered(claim: Claim, searches: Searches, among: Mapping[str, Any] | None = None) -> Searches:
    """The searches that a claim is about: those of its scope that all of `among` holds for, its own or another."""
    among = claim.among if among is None else among
    named = searches.tally("searching_agency")["searching_agency"] if "searching_agency" in among else None
    agencies_named = () if named is None else named.dropna()
    return in_scope(searches, claim.scope).where(*conditions(among, agencies_named))


def about(claim: Claim, opened: Opened) -> Searches:
    """The searches of a place that a claim is about. One about a file is about all of its rows, whether or not another
    file holds the same searches."""
    return filtered(claim, opened.every_row if "source_file" in claim.among else opened.searches)


def counted(claim: Claim, opened: Opened) -> dict[tuple[str, str], Number]:
    """The numbers of a claim's measure, and of those `instead`, among the searches that it is about, by (measure,
    scope); none for a camera owner whose log is not here."""
    if claim.scope not in opened.lacks:
        return {}
    if claim.measure in OF_FILES or claim.out_of:
        return {(claim.measure, claim.scope): _of_files_or_share(claim, opened)}
    lacks = {"all": opened.lacks[claim.scope]}
    found = numbers(about(claim, opened), measures(claim.measure, *claim.instead), lacks)
    of_all = (one for one in found if one["scope"] == "all")
    return {(one["measure"], claim.scope): {**one, "scope": claim.scope} for one in of_all}


def _of_files_or_share(claim: Claim, opened: Opened) -> Number:
    """The records of the files that a claim names, or the share of `out_of` that `among` holds for too."""
    unit = measure(claim.measure).unit
    if claim.measure in OF_FILES:
        wanted = claim.among["source_file"]
        files = opened.files.set_index("source_file")[OF_FILES[claim.measure]]
        named = files.reindex([wanted] if isinstance(wanted, str) else wanted)
        if named.isna().any():
            because = "a file that it names is not among those released"
            return number(claim.measure, claim.scope, None, unit, because=because)
        return number(claim.measure, claim.scope, int(named.sum()), unit)
    whole = filtered(claim, opened.searches, claim.out_of)
    part = filtered(claim, whole).count()
    return number(claim.measure, claim.scope, part, unit, numerator=part, denominator=whole.count())


def never_met(claims: Sequence[Claim], opened: Opened) -> list[str]:
    """What filters of these claims look for that no search of the place holds: a spelling mistake counts 0 as well."""
    values = {
        (key, value)
        for claim in claims
        for key, listed in [*claim.among.items(), *claim.out_of.items()]
        for value in (listed if isinstance(listed, list) else [listed])
        if key not in ("from", "to") and not isinstance(value, bool)
    }
    if not values:
        return []
    named = opened.every_row.tally("searching_agency")["searching_agency"].dropna()
    tests = (f"count(*) filter ({next(conditions({key: value}, named))})" for key, value in values)
    counts = opened.every_row.rows(f"select {', '.join(tests)} from searches")[0]
    return sorted(
        f"no search has {key} = {value!r}{_near(key, value, opened)}"
        for (key, value), count in zip(values, counts)
        if not count
    )


def _near(key: str, value: Any, opened: Opened) -> str:
    """The values near one that no search has, of columns in which none can name a person."""
    if key not in ("searching_agency", "agency_state", "agency_kind", "month"):
        return ""
    known = opened.every_row.tally(key)[key].dropna()
    return near(str(value), opened.printed_agencies(known).values() if key == "searching_agency" else known)


def described(among: Mapping[str, Any]) -> str:
    """The searches that a claim is about, as a phrase; empty where it is about all of them."""
    by = " ".join(_values(among[key]) for key in ("searching_agency", "agency_state") if key in among)
    reasons = among["reason"] if isinstance(among.get("reason"), list) else [among.get("reason")]
    reason = f"with the reason {' or '.join(map(repr, reasons))}" if "reason" in among else ""
    days = " ".join(f"{key} {among[key].day} {among[key]:%B %Y}" for key in ("from", "to") if key in among)
    told = ("searching_agency", "agency_state", "reason", "from", "to")
    others = [f"with {key} = {_values(value)}" for key, value in among.items() if key not in told]
    return " ".join(filter(None, [f"by {by}" if by else "", reason, *others, days]))


def _values(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    return " or ".join(str(one).lower() if isinstance(one, bool) else str(one) for one in values)


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
    scoped = {
        name: record for name in tried(claim) if (record := numbers.get((name, claim.scope))) is not None
    }
    every = [(name, value_of(claim, record), record) for name, record in scoped.items()]
    valued = [(name, value, record) for name, value, record in every if value is not None]
    if not valued:
        said = next((str(record["because"]) for record in scoped.values() if record.get("because")), "")
        needs = _joined([f"needs {claim.needs}" if claim.needs else "", said])
        return Settlement(claim, "cannot be checked" if needs else UNSETTLED, "", needs)
    fits = {name for name, value, _ in valued if compare(claim.operator, value, claim.value)}
    name, *shown = next((one for one in valued if one[0] in fits), valued[0])
    compared = (name, shown[0], tuple(value for _, value, _ in valued))
    among = f"counted among searches {described(claim.among)}" if claim.among else ""
    if claim.out_of:
        among = f"the searches {described(claim.among)} as a share of those {described(claim.out_of)}"
    notes = [among, _which_fits(claim, valued, fits), _counted_instead(claim, numbers)]
    if fits:
        outcome = "recovered" if place.is_replica else "reproduced"
        return Settlement(claim, outcome, computed_as_printed(claim, *shown), _joined(notes), *compared)
    because = claim.because.get(place.name, claim.because.get("", ""))
    explanation = _joined([because, *notes]) if because else ""
    return Settlement(claim, "differs", computed_as_printed(claim, *shown), explanation, *compared)


def _waited_for(claim: Claim, numbers: Numbers, place: Place) -> str:
    """What a claim still waits for, as a phrase; nothing where the logs that it is about are here."""
    if claim.scope != "all" and any((name, claim.scope) in numbers for name in tried(claim)):
        return ""
    logs = sum(claim.scope in ("all", log.camera_owner) for log in place.waiting)
    what = "the log" if logs == 1 else f"the {logs} logs"
    return f"needs {what} still waited for (data/raw/{place.name}/README.md says how to ask)" if logs else ""


def tried(claim: Claim) -> list[str]:
    """The measures with which a claim is compared, in the order tried; one that is not declared has no number."""
    if claim.definition == "unpublished":
        return [f"{claim.measure}.{one}" for one in TRIED]
    needs_one = claim.definition in ("strict", "core", "broad") and "." not in claim.measure
    return [f"{claim.measure}.{claim.definition}", claim.measure] if needs_one else [claim.measure]


def value_of(claim: Claim, record: Mapping[str, Any]) -> Any:
    """The value of a number that a claim is compared with: its own, or its numerator by its denominator."""
    if not claim.share:
        return record.get("value")
    part, whole = record.get("numerator"), record.get("denominator")
    return part / whole if part is not None and whole else None


def _which_fits(claim: Claim, valued: Sequence[tuple[str, Any, Any]], fits: set[str]) -> str:
    """Which of the definitions tried fit: 'fits core; strict 512, broad 1,540 do not'."""
    if claim.definition != "unpublished":
        return ""
    called = {name: name.rpartition(".")[2].replace("dropdown", "drop-down only") for name, _, _ in valued}
    yes = [called[name] for name in called if name in fits]
    no = [
        f"{called[name]} {number_as_printed(claim, value)}" for name, value, _ in valued if name not in fits
    ]
    rest = f"{', '.join(no)} {'do' if len(no) > 1 else 'does'} not" if no else ""
    return _joined([f"fits {', '.join(yes)}" if yes else "fits no definition", rest])


def _counted_instead(claim: Claim, numbers: Numbers) -> str:
    others = [(name, numbers.get((name, claim.scope), {}).get("value")) for name in claim.instead]
    said = [f"{name} gives {number_as_printed(claim, value)}" for name, value in others if value is not None]
    return f"counted otherwise, {', '.join(said)}" if said else ""


def _joined(parts: Sequence[str]) -> str:
    return "; ".join(part for part in parts if part)
