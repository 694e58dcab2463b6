"""Invents agencies in all fifty states, the accounts they search under, and officers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from analysis.upkeep.replica.districts import DISTRICTS
from analysis.upkeep.replica.draws import Draws

_HEADS = """
Ald Arb Barn Beck Birch Bram Bren Briar Cald Carn Chal Cop Corb Cran Dell Drum Dun Elk Elm Ever Fal
Fen Fern Flint Fox Gar Glen Hal Ham Hart Hawk Haz Hem Hick Ivy Jes Kel Kes Lang Lark Laur Loch Lyn
Mal Map Mel Mos Nor Oak Pem Pen Pos Quar Quill Rad Rav Rook Ruth Sel Shel Sul Tal Tam Thist Thorn
Tren Ulv Umber Vesp Vin Wal Wend Whist Wick Wren Yar Zeph Brock Crow Gorse Harrow Lind Nettle Otter
Plover Sedge Tarn Teasel Willet
"""
_TAILS = """
bury combe cote garth holm keld marsh mere pool rigg shaw stoke stow thwaite wold beck croft gill
haugh law moss nock pike scar stead wath brae cairn dyke fell hythe tarn lund wray dene shiel burn
"""
HEADS, TAILS = _HEADS.split(), _TAILS.split()

REAL = frozenset((
    "Barnstead", "Cranbury", "Elmstead", "Foxcroft", "Glenburn", "Glenpool", "Glenshaw", "Halstead", "Hamstead",
    "Shelburn",
))  # fmt: skip
"""What this grammar could say and a real town, county or agency is called (lists: tests/upkeep/test_replica.py)."""

STATES = {
    "TX": 230, "IL": 70, "CA": 70, "GA": 66, "FL": 62, "OH": 56, "IN": 46, "TN": 42, "MI": 38, "NC": 36, "AL": 30,
    "SC": 28, "MO": 28, "KS": 24, "OK": 26, "VA": 24, "LA": 22, "KY": 22, "CO": 20, "AZ": 18, "NJ": 18, "PA": 18,
    "WI": 18, "MN": 16, "AR": 16, "WA": 14, "IA": 12, "MS": 12, "NY": 12, "UT": 10, "NE": 8, "NV": 8, "NM": 8,
    "OR": 8, "CT": 6, "MA": 8, "MD": 8, "DE": 3, "ID": 4, "WV": 4, "WY": 3, "MT": 3, "ND": 3, "SD": 3, "RI": 3,
    "NH": 3, "ME": 2, "VT": 1, "AK": 1, "HI": 1,
}  # fmt: skip

BEFORE = ("Fort", "Lake", "Mount", "North", "West", "East", "St.")
AFTER = ("Springs", "Heights", "Park", "Falls", "Beach", "Village")
COUNTY_POLICE = ("GA", "VA", "MD", "NY", "NC", "NJ")

KINDS = {
    "municipal": 680, "county_sheriff": 225, "school": 28, "university": 24, "constable": 10, "county_police": 8,
    "task_force": 9, "transit_airport_port": 7, "prosecutor": 7, "fire": 2,
}  # fmt: skip

# How often each way of writing a name is used, in a thousand: place and state stand for {p} and {s}.
FORMS = {
    "municipal": (
        ("{p} {s} PD", 830), ("{p} ({s}) PD", 30), ("{p} PD ({s})", 10), ("{s} - {p} PD", 24), ("{p} PD {s}", 26),
        ("{p} PD - {s}", 6), ("{p} Police Department", 24), ("{p} Township {s} PD", 30), ("Town of {p} {s} PD", 20),
    ),
    "county_sheriff": (
        ("{p} County {s} SO", 830), ("{p} County {s} SD", 40), ("{p} County SO {s}", 40), ("{s} - {p} County SO", 30),
        ("{p} County SO - {s}", 8), ("{p} County ({s}) SO", 30), ("{p} County SO", 22),
    ),
    "county_police": (("{p} County {s} PD", 1),),
    "constable": (("{p} County {s} Constable Pct {n}", 2), ("{p} County Const {s} Pct {n}", 1)),
    "school": (("{p} ISD {s} PD", 2), ("{p} ISD PD {s}", 2), ("{p} {s} ISD PD", 1), ("{p} CISD {s} PD", 1)),
    "university": (("{p} State University {s} PD", 3), ("{p} College {s} PD", 2), ("University of {p} {s} PD", 2)),
    "task_force": (("{p} Regional Drug Task Force {s}", 1), ("{p} Auto Theft Task Force {s}", 1)),
    "transit_airport_port": (("{p} Transit Authority ({s})", 1), ("{p} Regional Airport {s} PD", 1)),
    "prosecutor": (("{p} County {s} District Attorney", 1),),
    "fire": (("{p} {s} Fire Department", 1),),
}  # fmt: skip

STATELESS = ("{p} Police Department", "{p} County SO")

# (state, kind, immigration searches planted in Alvin's log), largest first: 620 searches, 30 agencies.
PLANTED = (
    ("TX", "county_sheriff", 214), ("FL", "county_sheriff", 71), ("TX", "municipal", 52), ("GA", "municipal", 40),
    ("TX", "county_sheriff", 33), ("TN", "county_sheriff", 28), ("TX", "constable", 24), ("FL", "municipal", 20),
    ("TX", "municipal", 18), ("IN", "municipal", 16), ("GA", "county_police", 14), ("TX", "county_sheriff", 12),
    ("TX", "municipal", 11), ("FL", "county_sheriff", 10), ("TX", "municipal", 9), ("TN", "municipal", 8),
    ("OK", "county_sheriff", 7), ("TX", "county_sheriff", 6), ("GA", "county_sheriff", 5), ("TX", "municipal", 4),
    ("TX", "municipal", 3), ("AL", "municipal", 3), ("FL", "municipal", 2), ("TX", "municipal", 2),
    ("TN", "municipal", 2), ("IN", "county_sheriff", 2), ("TX", "county_sheriff", 1), ("GA", "municipal", 1),
    ("TX", "municipal", 1), ("FL", "county_sheriff", 1),
)  # fmt: skip


@dataclass(frozen=True)
class Agency:
    """One invented agency: its spelling without marks, state and kind, and every name it searches under."""

    name: str
    stem: str
    state: str | None
    kind: str
    accounts: tuple[str, ...]


def stems() -> list[str]:
    """Every invented place name that the syllables give, in a fixed order."""
    pairs = (head + tail for tail in TAILS for head in HEADS if head[-1] != tail[0])
    taken = {district.own_agency.split()[0] for district in DISTRICTS}
    return [stem for stem in pairs if stem not in REAL and stem not in taken]


@cache
def agencies(count: int) -> list[Agency]:
    """`count` agencies: first the planted ones, then each district's own police, then the others.

    Among the others every eightieth shares its place with the one before, in another kind or state: a town,
    its county and its school district are three agencies.
    """
    draws = Draws("agencies")
    chosen = [*map(_planted, range(len(PLANTED)))]
    for district in DISTRICTS:  # Alvin's police also search under an account that is no longer in use
        name = district.own_agency
        accounts = (name, f"{name} [Inactive]") if district is DISTRICTS[0] else (name,)
        chosen.append(Agency(name, name.split()[0], "TX", "school", accounts))
    seen = {_identity(agency) for agency in chosen}
    tries = 4 * count
    places = _places(draws, count)
    kinds, states = draws.pick(list(KINDS.values()), tries), draws.pick(list(STATES.values()), tries)
    forms, marks = draws.below(1 << 20, tries), draws.below(1000, tries)
    for attempt in range(tries):
        stem, place = places[(attempt - (attempt % 80 == 79)) % len(places)]
        kind, state = list(KINDS)[kinds[attempt]], list(STATES)[states[attempt]]
        if kind in ("constable", "school"):  # constables' precincts and ISDs are Texan here
            state = "TX"
        elif kind == "county_police":  # which few states have
            state = COUNTY_POLICE[len(state + kind) % 2 + 2 * (ord(state[0]) % 3)]
        agency = _agency(stem, place, state, kind, int(forms[attempt]), int(marks[attempt]))
        if len(chosen) < count and _identity(agency) not in seen:
            seen.add(_identity(agency))
            chosen.append(agency)
    return chosen


def _identity(agency: Agency) -> tuple[str, ...]:
    """What two spellings of one agency share: the words of its name in any order, without punctuation."""
    return tuple(sorted(re.sub(r"[^A-Za-z0-9 ]", " ", agency.name).split()))


def _places(draws: Draws, count: int) -> list[tuple[str, str]]:
    """Places as (stem, full name): most are the stem alone, some carry a word before or after it."""
    all_stems = stems()[len(PLANTED) * 7 :]
    shuffled = [all_stems[place] for place in draws.order(len(all_stems))]
    dressed = draws.below(100, 2 * count)
    out = []
    for number, dress in enumerate(dressed.tolist()):
        stem, word = shuffled[number % len(shuffled)], (BEFORE + AFTER)[dress % 13]
        is_plain = number < len(shuffled) and dress >= 12
        out.append((stem, stem if is_plain else f"{word} {stem}" if word in BEFORE else f"{stem} {word}"))
    return out


def _agency(stem: str, place: str, state: str, kind: str, draw: int, mark: int) -> Agency:
    """One agency in a usual or unusual form (`draw`), with a second account now and then (`mark`)."""
    forms = [form for form, weight in FORMS[kind] for _ in range(weight)]
    form = forms[draw % len(forms)]
    if kind in ("county_sheriff", "county_police", "constable", "prosecutor"):
        place = stem
    name = form.format(p=place, s=state, n=draw % 8 + 1)
    if state == "LA":
        name = name.replace(" County ", " Parish ")
    return Agency(name, stem, None if form in STATELESS else state, kind, _accounts(name, mark))


def _accounts(name: str, draw: int) -> tuple[str, ...]:
    """The names one agency searches under; `draw` from 0 to 999 decides which marks it has."""
    marked = {
        0: f"{name} (2)", 1: f"{name} ", 2: f"{name} [Inactive]", 3: name.replace(" ", "  ", 1), 4: f"{name} Mobile",
        5: f"{name} - DNU", 6: f"{name} Demo", 7: f"{name} RTCC",
    }  # fmt: skip
    names = (name, marked.get(draw // 7, name))
    return names[1:] if draw // 7 in (1, 3) or names[0] == names[1] else names


def _planted(place: int) -> Agency:
    """One of the agencies whose immigration searches are planted; three of them have two accounts."""
    state, kind, _ = PLANTED[place]
    stem = stems()[place * 7]
    name = FORMS[kind][0][0].format(p=stem, s=state, n=place % 8 + 1)
    second = {0: f"{name} (2)", 3: f"{stem} ({state}) PD", 7: f"{name} "}.get(place)
    return Agency(name, stem, state, kind, (name, second) if second else (name,))


def officers() -> list[str]:
    """Officers as logs print them, an initial and a name; every invented surname begins with Nemo."""
    return [f"{initial}. Nemo{tail}" for tail in TAILS for initial in "ABCDEFGHJKLMNPRSTVWZ"]
