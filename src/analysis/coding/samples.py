"""Sorts a place's distinct reasons into piles and draws the sample that people read."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rapidfuzz.distance import OSA

from analysis import reasons
from analysis.measures import DEFINITIONS, at_most
from analysis.searches.sql import one_of, quoted
from analysis.searches.table import Searches
from analysis.vendors import eras

STRATA = ("hit", "suspect", "common", "tail", "unreadable")
"""The piles, in the order in which a reason is put into one."""

COMMON_SHARE, COMMON_MOST = 0.9, 1_000
"""The commonest reasons are read until nine tenths of all rows are read, but no more than so many reasons."""

TAIL_DRAWS, MOST_DRAWS, FLOOR, SEED = 600, 3_000, 0.8, 20260210
"""The tail is drawn as often as it takes to say that the rules found `FLOOR` of the core searches if no draw shows
one missed, at least and at most so often; and the seed of the draws."""

SECOND_OF_COMMON = 10
"""The second coder reads one common reason in so many."""

NUMBER_ALONE = r"(?!8 (?:usc )?1[0-5]\d\d\b)[\d ]{5,}"
"""A case number that nobody can read: figures alone, and no section of Title 8. One with letters (`I-213`, `DET 26-01`)
may be a form or a detainer, so that people read it."""

READABLE = ("typed", "dropdown+typed")
SHORT = ("ice", "hsi", "ero", "cbp", "dhs")
_ERA_NAMES = eras()


def units(searches: Searches, task_force: frozenset[str] = frozenset()) -> pd.DataFrame:
    """The distinct normalized reasons with their offense types: what a coder reads once.

    string_id, normal, text (the commonest writing, word for word), offense_types, origin, topics, tier, kind, rows,
    `rows_<era>` for each era, stratum. `task_force` names agencies with a 287(g) Task Force agreement.
    """
    writings = _writings(searches, task_force)
    writings["normal"] = reasons.normal_forms([text.replace("_", " ") for text in writings["text"].tolist()])
    writings = writings.sort_values(["rows", "text"], ascending=[False, True], ignore_index=True)
    key = ["normal", "offense_types"]
    sums = dict.fromkeys(("rows", *(f"rows_{era}" for era in _ERA_NAMES)), "sum")
    firsts = dict.fromkeys(("text", "origin", "topics", "tier", "kind", "only_case", "suspect"), "first")
    made = writings.groupby(key, sort=False, as_index=False).agg({**firsts, **sums, "net": "any"})
    made["string_id"] = [
        string_id(*pair) for pair in zip(made["normal"].tolist(), made["offense_types"].tolist())
    ]
    made["stratum"] = _strata(made)
    order = ["string_id", "normal", "text", "offense_types", "origin", "topics", "tier", "kind", "rows"]
    return made[[*order, *(f"rows_{era}" for era in _ERA_NAMES), "stratum"]]


def string_id(normal: str, offense_types: str) -> str:
    """The name under which a reason's codes are kept: a hash, so that the committed sheets hold no one's words."""
    return hashlib.sha256(f"{normal}\x1f{offense_types}".encode()).hexdigest()[:16]


def half(string_id: str) -> str:
    """Which half a reason is in: rules may be changed after a look at `development`, and `held out` scores them."""
    return "held out" if int(string_id, 16) % 2 else "development"


def _writings(searches: Searches, task_force: frozenset[str]) -> pd.DataFrame:
    """One row for each distinct writing with its offense types and origin, and its rows by era; the first comes first.

    Topics, tier and kind are those of the first row: a rule about a dated operation may give later ones others.
    """
    eras = ", ".join(f"count(*) filter (era = {quoted(era)}) as rows_{era}" for era in _ERA_NAMES)
    # the net: rows by a federal account, or naming a federal agency from one with a Task Force agreement
    # a case, so that names are compared in the few rows alone that it is about
    of_task_force = one_of("searching_agency", sorted(task_force))
    assists = f"case when list_contains(topics, 'federal_assist') then {of_task_force} else false end"
    files = ", ".join(map(quoted, sorted(searches.tally("source_file")["source_file"].dropna())))
    rows = (
        "select coalesce(reason_text, '') as text, array_to_string(offense_types, '; ') as offense_types, "
        f"reason_origin as origin, era, coalesce(federal or ({assists}), false) as net, "
        "{'topics': topics, 'tier': immigration_tier, 'kind': immigration_kind} as said, "
        # One number, since two texts are compared for each row otherwise.
        f"list_position([{files}]::varchar[], source_file)::bigint * {1 << 40} + source_row as position from searches"
    )
    writings = (
        f"select text, offense_types, origin, count(*) as rows, {eras}, bool_or(net) as net, "
        f"arg_min(said, position) as said, min(position) as position from ({rows}) group by text, offense_types, origin"
    )
    made = searches.query(
        f"select * exclude (said, position), said.topics as topics, said.tier as tier, said.kind as kind, "
        "said.topics = ['case_number_only'] as only_case, "
        f"list_contains(said.topics, 'immigration_suspect') as suspect from ({writings}) order by position"
    )
    return made.astype(dict.fromkeys(("rows", *(f"rows_{era}" for era in _ERA_NAMES)), "int64"))


def _strata(made: pd.DataFrame) -> np.ndarray:
    """The pile of each unit; `common` and `tail` by what the piles before them left.

    Suspect is a reason of the net, one of which a suspect rule or a guard spoke, and one whose spelling is close to a
    listed word. The commonest others are read until `COMMON_SHARE` of the readable rows is.
    """
    rows, normal = made["rows"].to_numpy(), made["normal"].tolist()
    hit = (made["tier"] != "none").to_numpy()
    only_case = made["only_case"].to_numpy(dtype=bool, na_value=False)
    only_case[only_case] = made["normal"][only_case].str.fullmatch(NUMBER_ALONE).to_numpy(dtype=bool)
    readable = made["origin"].isin(READABLE).to_numpy() & ~only_case & (made["normal"] != "").to_numpy()
    suspect = (made["suspect"] | made["net"]).to_numpy(dtype=bool, na_value=False)
    # two or three letters one slip from ICE, HSI, ERO, CBP or DHS
    fragments = {
        form
        for form in set(normal)
        if 2 <= len(form) <= 3 and any(OSA.distance(form, short) <= 1 for short in SHORT)
    }
    suspect |= made["normal"].isin(fragments).to_numpy(dtype=bool)
    suspect[list(reasons.near_words_of(normal))] = True
    rest = np.flatnonzero(~hit & readable & ~suspect)
    rest = rest[np.argsort(-rows[rest], kind="stable")]
    wanted = COMMON_SHARE * rows[hit | readable].sum() - rows[hit | (readable & suspect)].sum()
    enough = int(min(np.searchsorted(np.cumsum(rows[rest]), wanted) + 1, COMMON_MOST))
    stratum = np.select([hit, ~readable, suspect], ["hit", "unreadable", "suspect"], "tail").astype(object)
    stratum[rest[:enough]] = "common"
    return stratum


# Drawing ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """Which reasons people read. `strings`: string_id, stratum, draws, inclusion_probability, second_coder.

    `tail_rows` is the weight W of the tail when it was drawn and `tail_draws` the number n of draws; n is 0 where
    the whole tail is read. `note` is what a reader of the estimates must know about this reading.
    """

    strings: pd.DataFrame
    seed: int
    tail_draws: int
    tail_rows: int
    note: str = ""


def draws_for(floor: float, found_rows: int, tail_rows: int) -> int | None:
    """How many draws of a tail, none of which shows a missed search, say that at least `floor` of the searches were
    found: the bound of `estimates.at_most` leaves found_rows / floor − found_rows of them. None where nothing was
    found, since no share of nothing can be promised."""
    if not found_rows:
        return None
    allowed = found_rows * (1 - floor) / floor / tail_rows if tail_rows else 1.0
    return 0 if allowed >= 1 else math.ceil(math.log(0.05) / math.log1p(-allowed))


def _core_rows(made: pd.DataFrame) -> int:
    return int(made.loc[made["tier"].isin(DEFINITIONS["core"]), "rows"].sum()) if "tier" in made else 0


def draw(made: pd.DataFrame, seed: int = SEED, tail_draws: int | None = None) -> Sample:
    """Draw the sample: three piles in full, the tail with probability proportional to rows, with replacement.

    `tail_draws` are those that `FLOOR` takes if nobody says. A tail of no more reasons than draws is read in full. The
    inclusion probability of a drawn reason of w of W rows is 1 − (1 − w/W)ⁿ.
    """
    random = np.random.default_rng(seed)
    # without the texts, of which hundreds of thousands would be sorted too
    made = made.filter(["string_id", "stratum", "tier", "rows"])
    full = made[made["stratum"].isin(("hit", "suspect", "common"))].sort_values("string_id")
    tail = made[made["stratum"] == "tail"].sort_values("string_id")
    if tail_draws is None:
        wanted = draws_for(FLOOR, _core_rows(made), int(tail["rows"].sum())) or TAIL_DRAWS
        tail_draws = min(max(wanted, TAIL_DRAWS), MOST_DRAWS)
    drawn = tail.assign(draws=1, inclusion_probability=1.0)
    if len(tail) <= tail_draws:
        tail_draws = 0
    else:
        share = (tail["rows"] / tail["rows"].sum()).to_numpy()
        drawn["draws"] = random.multinomial(tail_draws, share)
        drawn["inclusion_probability"] = -np.expm1(tail_draws * np.log1p(-share))
    strings = pd.concat([full.assign(draws=1, inclusion_probability=1.0), drawn[drawn["draws"] > 0]])
    strings = strings[["string_id", "stratum", "draws", "inclusion_probability"]].reset_index(drop=True)
    tenth = random.integers(SECOND_OF_COMMON, size=len(strings)) == 0
    strings["second_coder"] = (strings["stratum"] != "common") | tenth
    return Sample(strings, seed, tail_draws, int(tail["rows"].sum()))


def reading_load(made: pd.DataFrame) -> pd.DataFrame:
    """What there is to read, pile by pile: stratum, reasons (distinct), rows, share of rows, to_read."""
    strings = draw(made).strings["stratum"].value_counts()
    piles = made.groupby("stratum")["rows"].agg(["size", "sum"]).reindex(list(STRATA), fill_value=0)
    table = piles.reset_index(names="stratum").rename(columns={"size": "reasons", "sum": "rows"})
    table["share"] = table["rows"] / max(int(table["rows"].sum()), 1)
    return table.assign(to_read=[int(strings.get(stratum, 0)) for stratum in STRATA])


SECONDS_A_REASON = 10
"""An assumption, not a measurement: how long a coder takes for one reason."""


def reading_time(made: pd.DataFrame) -> str:
    """How much there is to read and what it can show at best, in sentences, with the assumption that they rest on."""
    sample = draw(made)
    hours = len(sample.strings) * SECONDS_A_REASON / 3600
    said = (
        f"A first coder reads {len(sample.strings):,} reasons. At {SECONDS_A_REASON} seconds each, which we assumed "
        f"and did not measure, that is {hours:.1f} hours."
    )
    if not sample.tail_draws:
        return f"{said} No reason that can be read is left out."
    found = _core_rows(made)
    if not found:
        return f"{said} The rules found no core search, so no number of draws can promise a share of them."
    bound = sample.tail_rows * at_most(0, sample.tail_draws)
    least = math.floor(100 * found / (found + bound))
    wanted = {floor: draws_for(floor, found, sample.tail_rows) or 0 for floor in (FLOOR, 0.9, 0.95)}
    needed = ", ".join(f"{count:,} for {floor:.0%}" for floor, count in wanted.items())
    return (
        f"{said} If none of the {sample.tail_draws:,} draws of the tail shows a missed search, the rules found at "
        f"least {least}% of the core searches. Draws that it takes to say more: {needed}."
    )
