"""Draws the samples people read, reads their codes back, and estimates how often the rules are wrong.

For a replica what was planted is known for every row, so the rules are scored on all of them: a census of
planted words, without an interval. For records, people code distinct reasons; until they have, no error rate is
claimed, and the reading load is printed instead.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from analysis import agencies, files
from analysis.coding import agreement, estimates, sheets
from analysis.coding.agreement import by_stratum
from analysis.coding.estimates import at_most, by_kind, by_topic, precision, precision_by_era, recall, wilson
from analysis.coding.samples import (
    STRATA,
    Sample,
    draw,
    reading_load,
    reading_time,
    string_id,
    units,
)
from analysis.coding.sheets import CODES, BadSheet, open_sample
from analysis.measures import DEFINITIONS, Numbers, number
from analysis.places import Place
from analysis.tallies import Searches, chosen, tally

__all__ = [
    "CODES", "STRATA", "BadSheet", "Coded", "Errors", "Sample", "agreement", "at_most", "by_kind",
    "by_stratum", "by_topic", "coded_reasons", "draw", "estimates", "give_out", "known_errors", "open_sample",
    "precision", "precision_by_era", "reading_load", "reading_time", "recall", "score", "sheets", "string_id",
    "take_back", "task_force", "units", "wilson",
]  # fmt: skip


@dataclass(frozen=True)
class Errors:
    """What is known about a place's errors from what was planted: a sentence, tables, and numbers."""

    sentence: str
    table: pd.DataFrame
    by_origin: pd.DataFrame = field(default_factory=pd.DataFrame)
    by_era: pd.DataFrame = field(default_factory=pd.DataFrame)
    numbers: Numbers = field(default_factory=list)


def known_errors(place: Place, searches: Searches) -> Errors:
    """The error rates that what was planted gives; of records nothing was planted, and none is claimed here.

    A replica is scored row by row (joined on `source_file` and `source_row`); of records no row is loaded.
    """
    planted = place.processed / "planted" / "planted.parquet"
    if not planted.is_file():
        rows = tally(searches, "immigration_tier").set_index("immigration_tier")["rows"]
        counted = [int(rows[rows.index.isin(tiers)].sum()) for tiers in DEFINITIONS.values()]
        return Errors(
            "These are records: nothing was planted in them, so only reading can say how often the rules are wrong.",
            pd.DataFrame({"definition": list(DEFINITIONS), "counted": counted}),
        )
    truth = pq.read_table(planted, columns=["source_file", "source_row", "tier"]).to_pandas()
    rows = chosen(searches, "source_file", "source_row", "immigration_tier", "reason_origin", "era")
    both = rows.merge(truth, on=["source_file", "source_row"], how="left", validate="one_to_one")
    table = score(both["tier"], both["immigration_tier"])
    return Errors(
        f"All {len(both):,} rows were scored against what was planted. These are rates on invented words.",
        table,
        _score_by(both, "reason_origin"),
        _score_by(both, "era"),
        _numbers(table),
    )


def _score_by(both: pd.DataFrame, column: str) -> pd.DataFrame:
    parts = [
        score(part["tier"], part["immigration_tier"]).assign(**{column: value})
        for value, part in both.groupby(column, sort=True)
    ]
    table = pd.concat(parts, ignore_index=True)
    return table[[column, *(name for name in table if name != column)]]


def score(truth: pd.Series, found: pd.Series) -> pd.DataFrame:
    """Right, wrong and missed rows under each definition: definition, planted, counted, right, wrong, missed,
    precision_share, recall_share. `truth` and `found` hold tiers (strict, core, broad, none)."""
    lines = []
    for definition, tiers in DEFINITIONS.items():
        true, counted = truth.isin(tiers), found.isin(tiers)
        right = int((true & counted).sum())
        lines.append({
            "definition": definition,
            "planted": int(true.sum()),
            "counted": int(counted.sum()),
            "right": right,
            "wrong": int((counted & ~true).sum()),
            "missed": int((true & ~counted).sum()),
            "precision_share": right / int(counted.sum()) if counted.any() else None,
            "recall_share": right / int(true.sum()) if true.any() else None,
        })  # fmt: skip
    return pd.DataFrame(lines)


def _numbers(table: pd.DataFrame) -> Numbers:
    found: Numbers = []
    for line in table.to_dict("records"):
        for name, of, nothing in (
            ("precision", "counted", "nothing was counted"), ("recall", "planted", "nothing was planted"),
        ):  # fmt: skip
            value = line[f"{name}_share"]
            because = {} if line[of] else {"because": nothing}
            parts = {"numerator": line["right"], "denominator": line[of]}
            measure = f"{name}.{line['definition']}"
            found.append(number(measure, "all", value if line[of] else None, "share", **parts, **because))
    return found


def task_force(searches: Searches, participating: pd.DataFrame | None) -> frozenset[str]:
    """The searching agencies with a 287(g) Task Force agreement, for the suspect net; none without a list."""
    if participating is None:
        return frozenset()
    searching = tally(searches, "searching_agency", "agency_state", "agency_kind")
    held = agencies.holders(searching, participating)
    named = held["models"].astype(str).str.casefold().str.contains("task force", regex=False)
    return frozenset(held.loc[named, "searching_agency"])


# What people read -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Coded:
    """The reasons of a place that people coded, beside what the rules make of them today.

    `reasons`: string_id, stratum, draws, inclusion_probability, code, coded_kind, coded_topics, and the columns of
    `units` without the words; `pairs`: stratum, first and second code of reasons that two coders read. Both are
    empty where nobody coded. `sentence` says who read, how far to trust it, and what nobody read.
    """

    reasons: pd.DataFrame
    pairs: pd.DataFrame
    sample: Sample
    sentence: str

    def numbers(self) -> Numbers:
        """coded_reasons and coded_rows, and of the core definition missed_rows and missed_rows_at_most."""
        if self.reasons.empty:
            return []
        core = recall(self.reasons, self.sample).set_index("definition").loc["core"]
        return [
            number("coded_reasons", "all", len(self.reasons), "reasons"),
            number("coded_rows", "all", int(self.reasons["rows"].sum()), "rows"),
            number(
                "missed_rows.core",
                "all",
                float(core["missed_rows"] + core["missed_in_tail"]),
                "estimated rows",
            ),
            number("missed_rows_at_most.core", "all", float(core["missed_at_most"]), "estimated rows"),
        ]


def coded_reasons(place: Place, made: pd.DataFrame) -> Coded:
    """The codes kept in data/hand/coding/<place>/, joined by id to the units of today."""
    folder = place.hand / "coding" / place.name
    sample, coders = sheets.open_sample(folder), sheets.open_codes(folder)
    if sample is None or not coders:
        return _nobody(made)
    final, pairs, _, unsettled = _settled(coders, sample)
    joined = sample.strings.merge(final, on="string_id").merge(
        made.drop(columns=["stratum", "reason", "normal"]), on="string_id", how="left", indicator=True
    )
    gone = int((joined["_merge"] == "left_only").sum())
    joined = joined[joined["_merge"] == "both"].drop(columns="_merge").reset_index(drop=True)
    hits = made[(made["tier"] != "none") & ~made["string_id"].isin(joined["string_id"])]
    return Coded(joined, pairs, sample, _who(coders, joined, len(unsettled), gone, hits) + sample.note)


def _nobody(made: pd.DataFrame) -> Coded:
    drawn = draw(made.iloc[:0])
    empty = (
        made.iloc[:0]
        .drop(columns=["reason", "normal"])
        .assign(
            draws=0, inclusion_probability=1.0, code="", coded_kind="", coded_topics=[[] for _ in range(0)]
        )
    )
    pairs = pd.DataFrame(columns=["string_id", "stratum", "first", "second"])
    said = "No one has read and coded this place's reasons yet, so no precision and no recall of reading is claimed."
    return Coded(empty, pairs, drawn, said)


def _settled(
    coders: Sequence[pd.DataFrame], sample: Sample
) -> tuple[pd.DataFrame, pd.DataFrame, set[str], set[str]]:
    """One code for each reason that anybody read, the first two codes of those that several read, the reasons on
    which readers differ, and those of them that nobody settled.

    The code is the adjudicated one, else what all who read the reason agree on; a disagreement that nobody settled is
    'cannot_tell'. Kind and topics are those of the first who read it.
    """
    judge = [codes for codes in coders if codes["coder"].iloc[0].casefold().startswith("adjudicat")]
    readers = [codes for codes in coders if not codes["coder"].iloc[0].casefold().startswith("adjudicat")]
    read = pd.concat([*readers, *judge], ignore_index=True)[["string_id", "code", "kind", "topics"]]
    final = read.drop_duplicates("string_id").set_index("string_id")
    given: dict[str, list[str]] = {}
    for codes in readers:
        for reason, code in zip(codes["string_id"], codes["code"]):
            given.setdefault(reason, []).append(code)
    twice = [(reason, *codes[:2]) for reason, codes in given.items() if len(codes) > 1]
    pairs = pd.DataFrame(twice, columns=["string_id", "first", "second"], dtype=str)
    pairs = pairs.merge(sample.strings[["string_id", "stratum"]])[["string_id", "stratum", "first", "second"]]
    settled = pd.concat(judge).drop_duplicates("string_id", keep="last") if judge else read.iloc[:0]
    differ = {reason for reason, codes in given.items() if len(set(codes)) > 1}
    unsettled = differ - set(settled["string_id"])
    final.loc[final.index.isin(unsettled), "code"] = "cannot_tell"
    final.update(settled.set_index("string_id")[["code", "kind", "topics"]])
    final = final.reset_index()
    final["coded_topics"] = [[t for t in cell.split("; ") if t] for cell in final["topics"]]
    return final.drop(columns="topics").rename(columns={"kind": "coded_kind"}), pairs, differ, unsettled


def _who(
    coders: Sequence[pd.DataFrame], joined: pd.DataFrame, unsettled: int, gone: int, unread: pd.DataFrame
) -> str:
    names = [str(codes["coder"].iloc[0]) for codes in coders]
    rows = int(joined["rows"].sum())
    said = [
        f"{len(joined):,} distinct reasons, which stand for {rows:,} rows, were read by {'; '.join(names)}."
    ]
    if len(names) == 1:
        said.append(
            "One reader's codes are taken as right: nothing here says how often that reader was wrong."
        )
    if unsettled:
        said.append(f"{unsettled:,} disagreements nobody settled; they are taken as 'cannot tell'.")
    if gone:
        said.append(f"{gone:,} coded reasons stand in none of today's rows and are left out.")
    if len(unread):
        said.append(
            f"{len(unread):,} reasons that the rules count today ({int(unread['rows'].sum()):,} rows) nobody read."
        )
    return " ".join(said)


# The verb ---------------------------------------------------------------------------------------------------


def give_out(place: Place, made: pd.DataFrame) -> list[Path]:
    """Draw a place's sample once, and write the sheets of two coders (data/processed/<place>/coding/); gives paths.

    Where two finished sheets disagree, a third, `adjudicated-…`, holds the disagreements for a third person.
    """
    kept, out = place.hand / "coding" / place.name, place.processed / "coding"
    sample = sheets.open_sample(kept)
    if sample is None:
        sample = draw(made)
        sheets.write_sample(kept, sample)
    asked = {f"{place.name}-coder-{n}.xlsx": sheets.for_coder(sample, made, n) for n in (1, 2)}
    coders = sheets.open_codes(kept)
    if len(coders) >= 2:
        _, _, differ, _ = _settled(coders, sample)
        first = sheets.for_coder(sample, made, 1)
        asked[f"adjudicated-{place.name}.xlsx"] = first[first["string_id"].isin(differ)]
    for name, sheet in asked.items():
        files.write(out / name, sheets.workbook(sheet))
    return [out / name for name in asked]


def take_back(place: Place, sheet: Path, coder: str, topics: Sequence[str], today: datetime.date) -> Path:
    """Check a finished sheet and keep its codes without its words; gives the path. Raises `BadSheet`."""
    kept = place.hand / "coding" / place.name
    sample = sheets.open_sample(kept)
    if sample is None:
        raise BadSheet(f"{place.name}: no sample was drawn; run make code PLACE={place.name} first")
    return sheets.write_codes(kept, sheets.read_back(sheet, coder, sample, topics, today))
