"""Simulates every interval and bound that the pages print, and says how often it holds what was made true.

Each simulation invents a truth, draws from it what readers or logs would show, and asks the function that prints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.coding import agreement, corrected, estimates, samples
from analysis.measures import Facts, could_be_hidden, measure, vocabulary
from analysis.measures.changed import (
    FALSE_DISCOVERIES,
    FEWEST_VAGUE,
    exchanged,
    false_discoveries,
    ratio_of_rates,
    spread_of_days,
)
from analysis.searches.table import Searches

DRAWS, SEED = 2_000, 20_260_210

Random = np.random.Generator


@dataclass(frozen=True)
class Check:
    """An interval or bound, and the simulation of one draw of it: True where it held the truth, None where it gave
    none. `promised` is how often it should; one that is exact may hold more often, and one that is not no more than
    `most`. A draw that takes long is made for one in `slow` of the draws asked for."""

    name: str
    draw: Callable[[Random], bool | None]
    promised: float = 0.95
    least: float = 0.93
    most: float = 1.0
    slow: int = 1


def run(say: Callable[[str], None], draws: int = DRAWS) -> int:
    """Simulate all of them and print a table; 1 where one does not hold as often as it should."""
    made = table(draws)
    say(made.to_string(index=False, float_format="{:.3f}".format))
    say(
        "Exact intervals may hold more often than promised. Not covered here: whether words mean what they say."
    )
    return int(not made["passes"].all())


def table(draws: int = DRAWS) -> pd.DataFrame:
    """One line for each interval: interval, promised, covered (share of the draws that gave one), draws, passes."""
    lines = []
    for check in CHECKS:
        random = np.random.default_rng(SEED)
        found = [
            held for _ in range(max(draws // check.slow, 20)) if (held := check.draw(random)) is not None
        ]
        covered = float(np.mean(found)) if found else 0.0
        lines.append((check.name, check.promised, covered, len(found), check.least <= covered <= check.most))
    return pd.DataFrame(lines, columns=["interval", "promised", "covered", "draws", "passes"])


# What people read -------------------------------------------------------------------------------------------


def _precision(random: Random) -> bool | None:
    """A place's reasons, of which a hash chooses half: the interval of that half holds the share of all."""
    reasons = int(random.integers(10, 400))
    right = random.random(reasons) < random.uniform(0.5, 1)
    code = np.where(right, "immigration", "not_immigration")
    half = np.where(random.random(reasons) < 0.5, "held out", "development")
    table = estimates.by_half(pd.DataFrame({"tier": "core", "code": code, "half": half}))
    core = table.query("half == 'held out' and definition == 'core'")[["precision_low", "precision_high"]]
    return bool(core.iat[0, 0] <= right.mean() <= core.iat[0, 1]) if len(core) else None


def _agreement(random: Random) -> bool:
    """Two readers who agree as often as was made true."""
    reasons, agree = int(random.integers(5, 300)), random.uniform(0.5, 1)
    first = pd.Series(random.choice(["border", "not_immigration"], reasons, p=[0.1, 0.9]))
    second = first.where(random.random(reasons) < agree, "cannot_tell")
    found = agreement.measures(first, second)
    return bool((found["agreement_low"] or 0) <= agree <= (found["agreement_high"] or 0))


def _sampled(random: Random) -> tuple[bool, bool]:
    """Whether two bounds of `estimates.recall` hold for core: the most rows missed, and the least recall.

    Of the reasons in the tail few should count; a reader cannot tell some; some rows nobody can read.
    """
    reasons = 4_000
    made = pd.DataFrame({
        "string_id": [f"{n:05}" for n in range(reasons)],
        "stratum": random.choice(["hit", "suspect", "common", "tail"], reasons, p=[0.05, 0.05, 0.1, 0.8]),
        "rows": random.zipf(2.2, reasons).clip(max=300),
    })  # fmt: skip
    chances = {"hit": 0.9, "suspect": 0.2, "common": 0.01, "tail": random.uniform(0, 0.02)}
    true = random.random(reasons) < made["stratum"].map(chances)
    doubt = random.random(reasons) < 0.01
    made["code"] = np.where(doubt, "cannot_tell", np.where(true, "immigration", "not_immigration"))
    made["tier"] = np.where(made["stratum"] == "hit", "core", "none")
    unreadable = int(random.integers(0, 50))
    sample = samples.draw(made, seed=int(random.integers(1 << 31)), tail_draws=int(random.integers(100, 800)))
    coded = sample.strings.merge(made.drop(columns="stratum"), on="string_id")
    core = estimates.recall(coded, sample, unreadable).set_index("definition").loc["core"]
    hit, rows = made["tier"] == "core", made["rows"]
    missed = int(rows[true & ~hit].sum()) + int(random.integers(0, unreadable + 1))
    found = int(rows[true & hit & ~doubt].sum())
    return bool(missed <= core["missed_at_most"]), bool(
        core["recall_at_least_share"] <= found / (found + missed)
    )


def _floor(random: Random) -> bool:
    """Rules that found just less than the floor: how often as many draws as it takes show a missed search."""
    floor, found, tail = random.uniform(0.5, 0.95), int(random.integers(100, 2_000)), 70_000
    draws = samples.draws_for(floor, found, tail) or 0
    missed = found / (floor - 0.0001) - found
    return bool(random.binomial(draws, min(1.0, missed / tail)) > 0)


def _readers(random: Random) -> bool | None:
    """Readers who see what is there, and leave alone what is not, as often as was made true."""
    sees, leaves = random.uniform(0.6, 1), random.uniform(0.9, 1)
    by_two = (
        random.binomial(2, sees, random.integers(15, 150)),
        random.binomial(2, leaves, random.integers(40, 300)),
    )
    yes, no = ((int((seen == 2).sum()), int((seen == 1).sum())) for seen in by_two)
    read = int(random.integers(50, 900))
    true = int(random.integers(0, read // 4))
    found = int(random.binomial(true, sees) + random.binomial(read - true, 1 - leaves))
    _, low, high = corrected.corrected(yes, no, found, read)
    return None if low is None or high is None else low <= true <= high


def _another_place(random: Random) -> bool:
    """Places whose shares differ by chance around one; the last is the other place."""
    places, size = int(random.integers(5, 13)), random.choice([15, 60, 300])
    odds = random.normal(random.uniform(0, 4), random.uniform(0, 1.5), places + 1)
    share, total = 1 / (1 + np.exp(-odds)), random.integers(size // 3, size, places)
    right = random.binomial(total, share[:-1]).tolist()
    low, high = estimates.another_place(right, total.tolist()) or (0.0, 1.0)
    return bool(low <= share[-1] <= high)


# What changed -----------------------------------------------------------------------------------------------


def _rate(random: Random) -> bool:
    """Searches made one by one, at two rates."""
    days, ratio = random.integers(7, 60, 2), random.uniform(0.2, 4)
    a_day = random.uniform(0.2, 20)
    before, after = random.poisson(a_day * days[0]), random.poisson(a_day * ratio * days[1])
    return _holds(ratio_of_rates((int(before), int(days[0])), (int(after), int(days[1]))), ratio)


def _rate_of_cases(random: Random) -> bool:
    """Searches made case by case, several for each, on days of two sides with busier and quieter weekdays."""
    side, ratio, size = 7 * int(random.integers(2, 5)), random.uniform(0.3, 3), random.uniform(1, 8)
    a_day = random.uniform(2, 30) * random.uniform(0.5, 1.5, 7)
    sides = []
    for at, times in enumerate((1.0, ratio)):
        days = pd.date_range("2025-12-01", periods=side) + pd.Timedelta(days=at * side)
        cases = random.poisson(a_day[days.day_of_week] * times)
        searches = cases + random.negative_binomial(np.maximum(cases, 1), 1 / size) * (cases > 0)
        sides.append(pd.Series(searches, index=days))
    logs = [pd.Series(1, index=one.index) for one in sides]
    counts = [(int(one.sum()), side) for one in sides]
    return _holds(ratio_of_rates(counts[0], counts[1], spread_of_days(sides, logs)), ratio)


def _holds(interval: tuple[float | None, float | None, float | None], truth: float) -> bool:
    _, low, high = interval
    return (low or 0.0) <= truth <= (np.inf if high is None else high)


def _unchanged(random: Random) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An agency whose officers are as vague as before: each has words of their own, and repeats them case by case."""
    reasons, size = int(random.integers(25, 120)), random.uniform(1.5, 6)
    cases = random.poisson(random.lognormal(0, 0.8, reasons) * random.choice([0.3, 1, 3]), (2, reasons))
    before, after = cases + random.negative_binomial(np.maximum(cases, 1), 1 / size) * (cases > 0)
    vague = random.random(reasons) < random.uniform(0.1, 0.4)
    vague[:FEWEST_VAGUE] = True
    before[:FEWEST_VAGUE] += 1
    after[:FEWEST_VAGUE] += 1
    return vague, before.astype(float), after.astype(float)


def _none_called(random: Random, agencies: int) -> bool:
    """A place of so many agencies of which none changed: none is called changed."""
    p_values = np.array([exchanged(*_unchanged(random)) for _ in range(agencies)])
    return bool((false_discoveries(p_values) > FALSE_DISCOVERIES).all())


# What names and reasons do not say --------------------------------------------------------------------------


def _bounds(random: Random) -> bool:
    """Rows of which some hide what they were for, what they named, or where their agency is: the truth is inside every
    bound, always, since nothing but what is hidden is taken otherwise."""
    rows = 120
    frame = pd.DataFrame({
        "searching_agency": random.choice(["Marl OH PD", "Sampleton TX PD", "Tarnwick GA SO"], rows),
        "camera_owner": "Mockville TX PD", "search_key": np.arange(rows).astype(str), "offense_types": "",
        "source_file": "log.csv", "agency_kind": "municipal", "released_id": "",
    })  # fmt: skip
    true = random.random(rows) < 0.4
    civil, elsewhere = random.random(rows) < 0.5, frame["searching_agency"] != "Sampleton TX PD"
    hidden, silent, unknown = (random.random(rows) < share for share in (0.3, 0.3, 0.2))
    stated = np.where(silent, "unspecified", np.where(civil, "civil", "criminal"))
    frame = frame.assign(
        topics=[["vague"] if one else [] for one in hidden],
        immigration_tier=np.where(true & ~hidden, "core", "none"),
        immigration_kind=pd.Series(stated).where(true & ~hidden),
        reason_origin="typed",
        agency_state=frame["searching_agency"].str[-5:-3].where(~unknown),
    )
    searches = Searches(pa.Table.from_pandas(frame, preserve_index=False), vocabulary(Facts(state="TX")))
    ask = {name: searches.rows(measure(name).select())[0][0] for name in _BOUNDS}
    shown = true & ~hidden
    ratio = (shown & civil).sum() / max((shown & ~civil).sum(), 1)
    hides = could_be_hidden(searches)["searches"]
    return bool(
        ask["out_of_state_searches"] <= elsewhere.sum() <= ask["out_of_state_searches.at_most"]
        and (ask["civil_to_criminal.at_least"] or 0) <= ratio <= (ask["civil_to_criminal.at_most"] or np.inf)
        and hides.iloc[0] <= true.sum() <= hides.iloc[-1] == ask["immigration_searches_at_most.core"]
    )


_BOUNDS = (
    "out_of_state_searches", "out_of_state_searches.at_most", "civil_to_criminal.at_least", "civil_to_criminal.at_most",
    "immigration_searches_at_most.core",
)  # fmt: skip

CHECKS = (
    Check("precision and recall of a half (exact)", _precision, slow=4),
    Check("agreement of two readers (exact)", _agreement, slow=4),
    Check("missed rows, the most (one-sided)", lambda random: _sampled(random)[0], slow=10),
    Check("recall, the least (one-sided)", lambda random: _sampled(random)[1], slow=10),
    Check("draws that a floor of recall takes (one-sided)", _floor),
    Check("reasons corrected for readers' errors (exact)", _readers),
    Check("precision at another place (prediction)", _another_place),
    Check("ratio of rates, searches one by one (exact)", _rate),
    Check("ratio of rates, searches case by case", _rate_of_cases, slow=2),
    Check("an unchanged agency, p above 0.05 (exact)", lambda random: _none_called(random, 1)),
    Check("no unchanged agency of a place called changed", lambda random: _none_called(random, 40), slow=5),
    Check("bounds from what is hidden (always)", _bounds, promised=1.0, least=1.0, slow=40),
)
