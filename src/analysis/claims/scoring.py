"""Shows how claims ended, keeps the score, and says what of a published piece no claim covers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from analysis import build
from analysis.claims.comparing import is_moment, number_printed, published
from analysis.claims.register import Claim
from analysis.claims.settling import OUTCOMES, UNSETTLED, Settlement
from analysis.claims.weight import can_hardly_fail, restated
from analysis.places import Place
from analysis.wording import counted

WEIGHTS = ("bits", "becomes")
"""Columns of what notebook 06 says of a number that came out: its weight of evidence, and what it becomes with the one
thing changed that moves it farthest off what was printed."""

COLUMNS = (
    "id", "statement", "operator", "published", "computed", "definition", "outcome", "explanation", "notebook",
    "restates", *WEIGHTS,
)  # fmt: skip

Rows = Sequence[Mapping[str, Any]]


def table(settlements: Sequence[Settlement], notebook: str = "") -> pd.DataFrame:
    """One row per settlement, all text, with exactly `COLUMNS`; `notebook` is the page that settled them."""
    lines = []
    for end in settlements:
        claim = end.claim
        said = (claim.id, claim.says, claim.operator, published(claim))
        ended = (end.computed, claim.definition, end.outcome, end.explanation)
        lines.append((*said, *ended, notebook, "", *("" for _ in WEIGHTS)))
    return pd.DataFrame(lines, columns=list(COLUMNS))


def weighed(
    rows: Rows, claims: Sequence[Claim], weights: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The rows of `table` with the claim that each restates, among all `claims` of the place, and `WEIGHTS` of those
    that came out."""
    repeats = restated(claims)
    found = []
    for row in rows:
        weight = weights.get(row["id"], {}) if came_out(row) else {}
        more = {"restates": repeats.get(row["id"], ""), **{name: weight.get(name, "") for name in WEIGHTS}}
        found.append({**row, **more})
    return found


def came_out(row: Mapping[str, Any]) -> bool:
    """Whether the computed number agrees with the one printed."""
    return row["outcome"] in ("reproduced", "recovered")


def printed(row: Mapping[str, Any]) -> str:
    """What was published, as a phrase: 'more than 733,000', 'more than 2 times'."""
    operator, published = str(row.get("operator", "")), str(row.get("published", ""))
    if " N " in operator:
        return operator.replace(" N ", f" {published} ")
    return " ".join(filter(None, [operator if operator != "equals" else "", published])) or "no number"


# Keeping the score

FACT, REPEATS, HARDLY_FAILS = "distinct fact", "repeats one of them", "can hardly fail"


def worth(rows: Rows) -> dict[str, str]:
    """What each number that came out is in the score, by its id: a fact, one that repeats a fact, or one that can
    hardly fail and is no fact."""
    found: dict[str, str] = {}
    facts = set()
    for row in filter(came_out, rows):
        fact = row.get("restates") or row["id"]
        found[row["id"]] = HARDLY_FAILS if can_hardly_fail(row) else REPEATS if fact in facts else FACT
        facts |= {fact} if found[row["id"]] == FACT else set()
    return found


def facts(rows: Rows) -> str:
    """How many distinct facts came out, and what the other numbers are that did: '9 distinct facts, 7 repeat one of
    them, 1 can hardly fail'. Every page that gives the score says this."""
    count = Counter(worth(rows).values())
    repeats, hardly = count[REPEATS], count[HARDLY_FAILS]
    said = [
        counted(count[FACT], FACT),
        f"{repeats} {'repeat' if repeats > 1 else 'repeats'} one of them" if repeats else "",
        f"{hardly} can hardly fail" if hardly else "",
    ]
    return ", ".join(filter(None, said))


def score(place: Place, rows: Rows) -> str:
    """One line: how many claims ended how, and how many distinct facts came out (`facts`). `rows` are those of
    claims.csv; one of an earlier version, without weights, says nothing of facts."""
    count = Counter(str(row["outcome"]) for row in rows)
    good = "recovered" if place.is_replica else "reproduced"
    what = "checkable numbers" if place.is_replica else "published numbers"
    checkable = count[good] + count["differs"] + count[UNSETTLED]
    if not rows:
        return f"{_head(place)} no number was published about this place"
    behind = f" ({facts(rows)})" if count[good] and "bits" in rows[0] else ""
    differ = {0: "0 differ", 1: "1 differs, reason given"}
    differs = differ.get(count["differs"], f"{count['differs']} differ, reasons given")
    cannot = count["cannot be checked"]
    parts = [
        f"{_head(place)} {count[good]} of {checkable} {what} {good}{behind}",
        differs if count["differs"] or not place.is_replica else "",
        f"{cannot} cannot be checked from logs, reasons given" if cannot else "",
        f"{count[UNSETTLED]} unsettled" if count[UNSETTLED] else "",
    ]
    return " · ".join(filter(None, parts))


def waiting(place: Place, files: int) -> str:
    """The line of a place whose records are not there yet: how many files, and what downloads them or where it says
    how to ask."""
    if place.files and all(file.url for file in place.files):
        return f"{_head(place)} waiting for {counted(files, 'file')} · {place.download}"
    page = "README.md" if (place.raw / "README.md").is_file() else "source.toml"
    return f"{_head(place)} waiting for {counted(files, 'file')} · how to ask for them: data/raw/{place.name}/{page}"


def all_waiting(places: Sequence[Place]) -> str:
    """One line for places that wait for all of their records; empty without any."""
    if len(places) == 1:
        return waiting(places[0], len(places[0].files) or len(places[0].waiting))
    how = "which, and how to ask: README.md in data/raw/<place>/"
    return f"{len(places)} more places wait for their records · {how}" if places else ""


def _head(place: Place) -> str:
    copies = ", masked copies" if build.masked_copies(place) else ""
    chosen = ", a selection" if place.selected else ""
    return f"{place.name} ({place.kind}{chosen}{copies}):"


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
    seen = f"published {row['operator']} {row['published']}, computed {row['computed']}"
    if outcome in ("differs", "cannot be checked") and not row["explanation"]:
        remedy = "add because = … to the claim, or fix the computation"
        return f"{where} {outcome} without a reason: {seen}; {remedy}"
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
        covered.update(map(_plain, _NUMBER.findall(claim.says)))
        if not (isinstance(claim.value, tuple) or is_moment(claim.value)):
            covered.add(number_printed(claim.value).number)
    return list(dict.fromkeys(one for one in _NUMBER.findall(outline) if _plain(one) not in covered))


def _plain(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))
