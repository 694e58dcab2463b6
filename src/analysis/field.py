"""Lists every published number that is known here, and how it ended or what it waits for: the register of the field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis import claims, pages
from analysis.claims import Claim
from analysis.claims.register import About
from analysis.places import Place
from analysis.wording import counted

UNEXPLAINED = "differs, unexplained"

OUTCOMES: Mapping[str, str] = {
    "reproduced": "Counted again here from the released records, and it agrees with what was printed.",
    "differs": "Counted again here, and it does not agree. The reason is given.",
    UNEXPLAINED: "Counted again here, and it does not agree. Nobody has said why yet.",
    "waiting": "The records would settle it, and they are not here. It is said where they are, or how to ask for them.",
    "cannot be checked": "No log settles it, or not this one. It is said what would.",
}
"""How a number of the field stands, in the order of the page. Invented records settle nothing here."""

COLUMNS = (
    "place", "piece", "by", "on", "address", "id", "statement", "published", "unit", "outcome", "computed",
    "explanation", "sure_that_it_was_printed", "printed_in", "register", "restates", "bits",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A published number: its piece and place, the claim, and how it ended, with the number computed and why, the claim
    that it repeats and its weight of evidence."""

    place: str
    about: About
    claim: Claim
    outcome: str
    computed: str
    explanation: str
    restates: str = ""
    bits: str = ""

    @property
    def published(self) -> str:
        """What was printed, as a phrase."""
        return claims.printed({"operator": self.claim.operator, "published": claims.published(self.claim)})


def entries(top: Path, places: Sequence[Place]) -> list[Entry]:
    """Every number of every piece in claims/ that one of these places names, or that names a place of its own."""
    named = {stem: place for place in places if not place.is_replica for stem in place.claims}
    found = []
    for path in sorted((top / "claims").glob("*.toml")):
        place = named.get(path.stem)
        piece = claims.read(path) if place or not any(path.stem in one.claims for one in places) else None
        if piece is None or not (place or piece.about.place):
            continue
        ends = _ends(place)
        name = place.name if place else piece.about.place
        found += [
            Entry(name, piece.about, one, *_end(one, ends.get(one.id), place, piece.about))
            for one in piece.claims
        ]
    return sorted(found, key=lambda entry: entry.place)


def _ends(place: Place | None) -> dict[str, Mapping[str, str]]:
    """How the claims of a place ended in its results, by id; none where there are no results."""
    if place is None or not (place.results / "claims.csv").is_file():
        return {}
    return {str(row["id"]): row for row in pages.open_claims(place).to_dict("records")}


def _end(claim: Claim, row: Mapping[str, str] | None, place: Place | None, about: About) -> tuple[str, ...]:
    """Outcome, computed number and explanation; of one that was compared, what it repeats and its weight."""
    if not claim.measure:
        return "cannot be checked", "", f"needs {claim.needs}"
    if row is None or (row["outcome"] == "cannot be checked" and place and place.waiting):
        where = f"data/raw/{place.name}/README.md says how to ask" if place else about.records
        return "waiting", "", (place and place.download) or where
    outcome = UNEXPLAINED if row["outcome"] == "differs" and not row["explanation"] else row["outcome"]
    return outcome, row["computed"], row["explanation"], row.get("restates", ""), row.get("bits", "")


def table(found: Iterable[Entry]) -> pd.DataFrame:
    """One row for each number, all text, with exactly `COLUMNS`."""
    return pd.DataFrame([_row(entry) for entry in found], columns=list(COLUMNS))


def _row(entry: Entry) -> tuple[str, ...]:
    about, claim = entry.about, entry.claim
    piece = (entry.place, about.title, about.by, str(about.on or ""), about.address)
    ended = (entry.published, claim.unit, entry.outcome, entry.computed, entry.explanation)
    worth = (entry.restates, entry.bits)
    return (
        *piece,
        claim.id,
        claim.says,
        *ended,
        claim.confidence,
        " ".join(claim.sources),
        claim.file,
        *worth,
    )


def totals(found: Iterable[Entry]) -> dict[str, int]:
    """How many numbers ended how, in the order of `OUTCOMES`."""
    count = Counter(entry.outcome for entry in found)
    return {outcome: count[outcome] for outcome in OUTCOMES}


def facts(found: Iterable[Entry]) -> str:
    """How many distinct facts are behind the numbers that came out (`claims.facts`)."""
    return claims.facts(
        [
            {"id": entry.claim.id, "outcome": entry.outcome, "restates": entry.restates, "bits": entry.bits}
            for entry in found
        ]
    )


def by_place(found: Sequence[Entry]) -> pd.DataFrame:
    """One row for each place: place, numbers, and a column for each outcome."""
    names = sorted({entry.place for entry in found})
    lines = [[entry for entry in found if entry.place == name] for name in names]
    rows = [[name, len(of), *totals(of).values()] for name, of in zip(names, lines)]
    return pd.DataFrame(rows, columns=["place", "numbers", *OUTCOMES])


def shown(found: Sequence[Entry]) -> str:
    """Totals, and a line for each place, for a terminal."""
    said = " · ".join(f"{number:,} {outcome}" for outcome, number in totals(found).items())
    pieces = len({entry.claim.file for entry in found})
    known = f"{counted(len(found), 'published number')} of {counted(pieces, 'piece')}"
    return f"{known}: {said}\nReproduced: {facts(found)}\n\n{by_place(found).to_string(index=False)}"


def csv(found: Iterable[Entry]) -> bytes:
    """The whole register as CSV: the same entries give the same bytes."""
    return pages.published_csv(table(found))


DECEMBER = "2025-12"
"""The month of the story about Texas, in which other places are compared with it."""


def december(found: Iterable[Entry]) -> list[Entry]:
    """The published counts of all outside or all searches of December 2025, the month of the story about Texas: its own
    first."""
    return sorted(filter(_is_of_december, found), key=lambda entry: entry.place != "texas")


def _is_of_december(entry: Entry) -> bool:
    claim, whole = entry.claim, {"month", "utc_month", "in_network_audit", "own_search"}
    if claim.measure != "searches" or claim.among.get("in_network_audit") is False:
        return False
    if entry.place == "texas":
        return claim.scope == "Alvin ISD" and not claim.among
    return set(claim.among) <= whole and DECEMBER in (claim.among.get("month"), claim.among.get("utc_month"))
