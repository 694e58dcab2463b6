"""What the reasons say: origins, offense types, topics, rules, and the reasons common enough to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from analysis import reasons as rules_of
from analysis import wording
from analysis.measures.immigration import LEFT_ALONE, WEEK, with_coverage
from analysis.measures.numbers import lengths, list_counts, rows_of, with_share
from analysis.places import ReleasedFile
from analysis.privacy import NOT_SHOWN, shown
from analysis.searches.table import Searches, once

COMMON_ROWS, COMMON_AGENCIES = 50, 3
"""A reason is common when so many rows hold it, from so many agencies (or from the only one there is). It is printed
only if it could name nobody as well (`analysis.privacy`)."""

_ORIGINS = ("typed", "dropdown", "dropdown+typed", "machine", "masked", "blank")


@once
def each_reason(searches: Searches) -> pd.DataFrame:
    """Each reason and the text that was typed in it, by what became of its rows: reason_as_released, reason_text,
    written (by an officer), topic (there is one), uncounted (words that no total counts), core, those of
    `LEFT_ALONE`, rows."""
    names = {
        "written": "written",
        "topic": "len(topics) > 0",
        "uncounted": "uncounted",
        "core": "core",
        **LEFT_ALONE,
    }
    return searches.tally("reason_as_released", "reason_text", **names)


def by_origin(searches: Searches) -> pd.DataFrame:
    """Where reasons came from: reason_origin, searches, share."""
    counts = searches.tally("reason_origin").set_index("reason_origin")["rows"]
    counts = counts.reindex(list(_ORIGINS), fill_value=0)
    return with_share(counts.rename_axis("reason_origin").rename("searches").reset_index())


def origin_by_week(searches: Searches, files: Sequence[ReleasedFile] = ()) -> pd.DataFrame:
    """Share of each origin in each local week: week (its Monday), reason_origin, searches, share, and how much of the
    week the logs cover (`immigration.with_coverage`)."""
    lines = searches.where("searched_at is not null").tally("reason_origin", week=WEEK)
    table = lines.rename(columns={"rows": "searches"}).sort_values(
        ["week", "reason_origin"], ignore_index=True
    )
    table["share"] = table["searches"] / table.groupby("week")["searches"].transform("sum")
    return with_coverage(table[["week", "reason_origin", "searches", "share"]], searches, files)


def offense_types(searches: Searches) -> pd.DataFrame:
    """Rows that hold each offense type: offense_type, searches, share of all rows; a row may hold two.

    A value that is not the vendor's may be an officer's words: rare ones, and those that may name a person, are
    counted together, unnamed.
    """
    lines = searches.tally("offense_types")
    every = list_counts(lines["offense_types"], lines["rows"])
    rare = f"(values in fewer than {COMMON_ROWS} rows)"
    named = {value: shown(value) if rows >= COMMON_ROWS else rare for value, rows in every.items()}
    counts = every.groupby(every.index.map(named)).sum().astype("int64")
    table = counts.rename_axis("offense_type").rename("searches").reset_index()
    table = table.sort_values(["searches", "offense_type"], ascending=[False, True], ignore_index=True)
    return with_share(table, of=rows_of(lines))


def topics(searches: Searches) -> pd.DataFrame:
    """Rows that hold each topic: topic, searches, share of all rows; a row may hold several."""
    lines = searches.tally("topics")
    counts = list_counts(lines["topics"], lines["rows"])
    none = rows_of(lines, lengths(lines["topics"]) == 0)
    table = counts.rename_axis("topic").rename("searches").reset_index()
    table = table.sort_values(["searches", "topic"], ascending=[False, True], ignore_index=True)
    table.loc[len(table)] = ["(no topic matched)", none]
    return with_share(table, of=rows_of(lines))


def rules_that_matched(searches: Searches) -> pd.DataFrame:
    """Rows and agencies behind each rule: rule, searches, agencies."""
    each = "select unnest(rules) as rule, searching_agency from searches"
    pairs = f"select rule, searching_agency, count(*) as n from ({each}) group by all"
    counts = "sum(n) as searches, count(searching_agency) as agencies"
    return searches.query(f"select rule, {counts} from ({pairs}) group by all order by all")


def common_reasons(
    searches: Searches, without_topic: bool = False, cleared: Collection[str] = ()
) -> pd.DataFrame:
    """The common reasons, and those cleared by a person, as they may be printed: reason, reasons, searches, agencies,
    share.

    Numbers are masked, and reasons that differ in them alone are one line; `reasons` says how many different ones
    are in it. Common reasons that may name a person are counted in one line, `NOT_SHOWN`, the last. Rare reasons
    are officers' words about persons; they are counted elsewhere and never printed.
    """
    said = each_reason(searches)
    lines = said[said["written"] & ~(said["topic"] & without_topic)].dropna(subset="reason_as_released")
    folded = [text.strip().casefold() for text in lines["reason_as_released"].tolist()]
    same, reasons = pd.factorize(pd.Index(folded, dtype="object"))
    rows = np.bincount(same, lines["rows"], len(reasons)).astype("int64")
    read = reasons.isin(list(cleared))
    often = _spelt(lines, same, ((rows >= COMMON_ROWS) | read)[same])
    behind = _agencies_behind(searches, often, without_topic)
    common = read | np.isin(np.arange(len(reasons)), behind.index[behind >= _few(searches)])
    printed = [shown(reason, cleared) for reason in reasons[common]]
    line, texts = pd.factorize(pd.Index(printed, dtype="object"))
    table = pd.DataFrame({
        "reason": texts,
        "reasons": np.bincount(line, minlength=len(texts)),
        "searches": np.bincount(line, rows[common], len(texts)).astype("int64"),
    })  # fmt: skip
    place = np.zeros(len(reasons), dtype="int64")
    place[common] = line
    table["agencies"] = _agencies_behind(searches, _spelt(lines, place[same], common[same]), without_topic)
    table["last"] = table["reason"] == NOT_SHOWN
    by = ["last", "searches", "reason"]
    table = table.sort_values(by, ascending=[True, False, True], ignore_index=True).drop(columns="last")
    return with_share(table, of=rows_of(said))


def _spelt(lines: pd.DataFrame, place: np.ndarray, chosen: np.ndarray) -> pd.DataFrame:
    """Every spelling of the chosen lines of `each_reason`, with the number that each has in `place`."""
    return lines[["reason_as_released"]].assign(place=place)[chosen].drop_duplicates()


def not_shown(table: pd.DataFrame) -> str:
    """A sentence that says how many reasons of `common_reasons` are counted in its last line and not printed; "" where
    no reason is common."""
    if table.empty:
        return ""
    hidden = table[table["reason"] == NOT_SHOWN]
    reasons, rows = int(hidden["reasons"].sum()), int(hidden["searches"].sum())
    if not reasons:
        return "Each of the common reasons could be printed."
    return (
        f"Not printed: {wording.counted(reasons, 'common reason')} in {wording.counted(rows, 'search')} with a word "
        "that may name a person, counted in the last line."
    )


def _agencies_behind(searches: Searches, spelled: pd.DataFrame, without_topic: bool) -> pd.Series:
    """How many agencies gave each of some reasons, by the number of the reason; `spelled` has every spelling."""
    rows = "select reason_as_released, searching_agency from searches where written" + (
        " and len(topics) = 0" if without_topic else ""
    )
    pairs = f"select distinct place, searching_agency from ({rows}) join spelled using (reason_as_released)"
    sql = f"select place, count(searching_agency) as agencies from ({pairs}) group by all"
    return searches.query(sql, spelled=spelled).set_index("place")["agencies"]


def _few(searches: Searches) -> int:
    """How many agencies must have given a reason: a few, or the only one there is."""
    return min(COMMON_AGENCIES, searches.distinct("searching_agency"))


# Candidates -------------------------------------------------------------------------------------------------


@once
def _words(searches: Searches) -> pd.DataFrame:
    """Each typed text in normal form, counted by core or by no total: reason_text, core, normal, rows."""
    every = each_reason(searches)
    lines = (
        every[every["core"] | every["uncounted"]].groupby(["reason_text", "core"])["rows"].sum().reset_index()
    )
    forms = rules_of.normal_forms(lines["reason_text"].str.replace("_", " ", regex=False).tolist())
    return lines.assign(normal=forms)


def _rows_of_forms(lines: pd.DataFrame) -> Counter[str]:
    """Rows of each normal form."""
    rows: Counter[str] = Counter()
    for normal, count in zip(lines["normal"].tolist(), lines["rows"].tolist()):
        rows[normal] += count
    return rows


def candidate_spellings(searches: Searches) -> pd.DataFrame:
    """Spellings close to a listed word in rows that no total counts: word, listed, words, searches, reasons, agencies.

    For a person to accept into the rules, never applied. A word is shown when it is common and could name nobody, as
    reasons are; others are counted together for each listed word, since a near spelling may be someone's name.
    """
    lines = _words(searches)
    lines = lines[~lines["core"]].reset_index(drop=True)
    near = rules_of.near_words_of(lines["normal"])
    words = pd.DataFrame(
        [(lines.at[place, "reason_text"], *one) for place, found in near.items() for one in found],
        columns=["reason_text", "word", "listed"],
        dtype="str",
    )
    table = _with_words(searches, words)
    common = (table["searches"] >= COMMON_ROWS) & (table["agencies"] >= _few(searches))
    table["word"] = [shown(word) if often else NOT_SHOWN for word, often in zip(table["word"], common)]
    sums = {"words": ("reasons", "size"), "searches": ("searches", "sum"), "reasons": ("reasons", "sum"),
            "agencies": ("agencies", "max")}  # fmt: skip
    table = table.groupby(["word", "listed"]).agg(**sums).reset_index()
    return table.sort_values(["searches", "word", "listed"], ascending=[False, True, True], ignore_index=True)


def _with_words(searches: Searches, words: pd.DataFrame) -> pd.DataFrame:
    """Searches, reasons and agencies behind each word, in rows that no total counts."""
    pairs = (
        "select reason_text, searching_agency, count(*) as n from searches semi join words using (reason_text) "
        "where uncounted group by all"
    )
    counts = "sum(n) as searches, count(distinct reason_text) as reasons, count(distinct searching_agency) as agencies"
    sql = f"select word, listed, {counts} from ({pairs}) join words using (reason_text) group by all order by all"
    return searches.query(sql, words=words)


def candidate_words(searches: Searches) -> pd.DataFrame:
    """Words that keep company with known immigration reasons: word, searches, reasons, other_searches, strength.

    Over-represented in rows that core counts against rows that no total counts (log-likelihood ratio). Words of the
    rules' own lists are left out, and so are words of few rows; words that may be names are counted in the last line.
    """
    lines = _words(searches)
    beside, elsewhere = _rows_of_forms(lines[lines["core"]]), _rows_of_forms(lines[~lines["core"]])
    found = rules_of.company(beside, elsewhere, _LISTED)
    table = pd.DataFrame(
        [(one.word, one.rows, one.reasons, one.other_rows, round(one.strength, 1)) for one in found],
        columns=["word", "searches", "reasons", "other_searches", "strength"],
    )
    table = table[table["searches"] + table["other_searches"] >= COMMON_ROWS]
    may = table["word"].map(shown) != NOT_SHOWN
    rest = table[~may]
    if rest.empty:
        return table.reset_index(drop=True)
    sums = {name: int(rest[name].sum()) for name in ("searches", "reasons", "other_searches")}
    line = {
        "word": f"({wording.counted(len(rest), 'word')} {NOT_SHOWN[1:]}",
        **sums,
        "strength": rest["strength"].max(),
    }
    return pd.concat([table[may], pd.DataFrame([line])], ignore_index=True)


_LISTED = frozenset(
    (
        "immigration", "immig", "immi", "imm", "ice", "ero", "cbp", "usbp", "border", "patrol", "alien", "aliens",
        "illegal", "undocumented", "deport", "deported", "deportation", "removal", "overstay", "smuggling", "usc",
        "lesc", "uscis", "customs", "enforcement", "detainer", "hold", "visa", "reentry", "entry",
    )
)  # fmt: skip
