"""Builds a synthetic nation's searches and counts every measure of them, as the notebooks do, timing each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import agencies, build, measures
from analysis.agencies import AgreementList
from analysis.build import engine
from analysis.build.dataset import Folder
from analysis.opened import searches_of
from analysis.places import Place
from analysis.searches.table import Searches

ROWS = 100_000_000
"""Rows of the largest corpus, for which a goal is set: about those of the largest public one."""

FILES = 16


def place_of(paths: Sequence[Path], like: Place) -> Place:
    """A place whose files are these of a corpus, with the rules, state and time zone of another."""
    file = like.files[0].replace(camera_owner="Synthetic", own_agency=None, period=None)
    files = tuple(file.replace(name=path.name, bytes=path.stat().st_size) for path in paths)
    return like.replace(name="synthetic", files=files, same_search="rule")


def make_searches(place: Place, folder: Path, out: Path) -> str:
    """The searches of a place whose files lie in `folder`: typed, classified and given agencies."""
    released = {file.name: str(folder / file.name) for file in place.files}
    build.build_into(Folder(out), place, released, lambda _: None, engine.run_here)
    return f"{out}/searches/*.parquet"


def count_all(source: str, place: Place, listed: Path) -> Iterator[tuple[str, float]]:
    """Count every measure, one after the other; gives its name and its seconds. `listed` is a list of agreements."""
    agreements = agencies.read_list(listed)
    searches = searches_of(place, source, _files(place), agreements.agreements)
    answers: dict[str, Any] = {}
    given = _given(searches, place, agreements, answers)
    for name in NAMES:
        began = time.perf_counter()
        answers[name] = getattr(measures, name)(*given(name))
        yield name, time.perf_counter() - began


def _given(
    searches: Searches, place: Place, listed: AgreementList, answers: Mapping[str, Any]
) -> Callable[[str], tuple[Any, ...]]:
    """What each measure is given, some of it answers of measures before."""
    cleared, others = build.open_cleared(place), build.open_other_lists(place)
    more: dict[str, tuple[Any, ...]] = {
        **dict.fromkeys(("with_access", "without_access", "access"), ([],)),
        **dict.fromkeys(("other_lists", "disagreements"), (others,)),
        "by_side": (place.state,),
        "by_model": ([listed],),
        "coverage": (place.files,),
        "rule_beside_ids": ("rule",),
        "common_reasons": (False, cleared),
        "own_reasons": (cleared,),
        "at_search": (listed.agreements,),
    }

    def given(name: str) -> tuple[Any, ...]:
        if name == "numbers":
            return searches, measures.MEASURES.values(), answers["unmet"]
        if name == "by_standing":
            return searches, answers["at_search"], [listed]
        if name in BESIDE_AGAIN + OF_AGAIN:
            return (
                *((searches,) if name in BESIDE_AGAIN else ()),
                answers["seen_again"],
                *more.get(name, ()),
            )
        return searches.where("core") if name == "at_search" else searches, *more.get(name, ())

    return given


def _files(place: Place) -> pd.DataFrame:
    """What a build would say of the files: nothing of them was rejected."""
    facts = {
        "camera_owner": "Synthetic", "log": "network audit", "forms": "FW", "records": 0, "rejected": 0, "searches": 1,
        "missing_columns": "",
    }  # fmt: skip
    return pd.DataFrame([{"source_file": file.name, **facts} for file in place.files])


BESIDE_AGAIN = ("logs_per_search", "distinct_by_rule", "overlaps", "same_searches", "repeated_in_one_log", "bounds",
                "shown_elsewhere")  # fmt: skip
OF_AGAIN = ("rule_beside_ids", "reasons_across_logs", "hidden_elsewhere", "shown_numbers")
"""What is counted of searches that are seen again, beside all of them or alone."""

NAMES = (
    "unmet", "numbers", "coverage", "clocks_apart", "per_day", "busiest_day", "by_era", "by_moderation",
    "seen_again", "logs_per_search", "distinct_by_rule", "overlaps", "same_searches", "repeated_in_one_log",
    "rule_beside_ids", "bounds", "reasons_across_logs", "hidden_elsewhere", "shown_elsewhere", "shown_numbers",
    "by_origin", "origin_by_week", "offense_types", "topics", "rules_that_matched", "common_reasons",
    "candidate_spellings", "candidate_words",
    "released_names", "by_kind", "by_state", "by_side", "top_agencies", "own_reasons", "reach_spread",
    "own_cameras", "breadth", "look_backs", "reach_by_type", "by_hour", "hours_unknown", "changes_in", "cut_overs",
    "decomposed", "exposure", "agencies_changed", "rates_compared", "every_agency",
    "with_access", "without_access", "access",
    "by_definition", "added_by_definition", "immigration_per_week", "immigration_by_state", "agencies_behind",
    "by_immigration_kind", "unstated", "could_be_hidden", "without_one_agency",
    "at_search", "by_standing", "by_model",
    "otherwise", "specifications", "tallies", "weeks_otherwise", "agencies_otherwise", "definitions_by_owner",
    "other_lists", "disagreements",
)  # fmt: skip
"""Every table and number that is counted from searches, notebook by notebook; a test holds the list to
`analysis.measures`."""
