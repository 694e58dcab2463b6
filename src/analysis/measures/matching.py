"""How far a count of distinct searches can be trusted: beside the export's own ids, and without matching any rows; and
what the same search in another log says of a hidden reason."""

from __future__ import annotations

import pandas as pd

from analysis.measures.logs import MOMENT, PUBLISHED, RULES, rows_among
from analysis.measures.needs import SHOWN_ELSEWHERE
from analysis.measures.numbers import Numbers, at_most, number
from analysis.measures.without_purpose import AGENCY
from analysis.searches.table import Searches

# Beside the ids ---------------------------------------------------------------------------------------------

_WITHIN = {
    "within one file": "camera_owner, source_file, ",
    "between two files of one owner": "camera_owner, ",
    "between the logs of two owners": "",
}
"""Where the two rows of a pair are, and the columns in which such pairs, and those of the lines above, are alike."""


def rule_beside_ids(again: Searches, method: str) -> pd.DataFrame:
    """Pairs of rows that both have an id of the export's own: where, joined_by_both, by_rule_alone, by_id_alone,
    precision_share (joined by both, of those the rule joins), recall_share (of those the ids join).

    `method` is how the place's searches are distinguished (`sightings.METHODS`): a key by ids is not compared with ids,
    so that the rule is applied anew. A search in k rows is k (k - 1) / 2 pairs. Places where no pair is joined by
    either have no line.
    """
    rule = "search_key" if method == "rule" else f"hash({', '.join((MOMENT, *RULES[PUBLISHED]))})"
    sides = ("by_rule", "by_id", "by_rule, by_id")
    sets = [f"({columns}{side})" for columns in _WITHIN.values() for side in sides]
    counts = again.rows(f"""
        select which, sum(n * (n - 1) // 2)::bigint from (
            select grouping(camera_owner, source_file, by_rule, by_id) as which, count(*) as n
            from (select camera_owner, source_file, {rule} as by_rule, released_id as by_id
                  from searches where released_id is not null)
            group by grouping sets ({", ".join(sets)})
        ) group by which""")  # fmt: skip
    pairs, lines, inner = dict(counts), [], (0, 0, 0)
    for where, left_out in zip(_WITHIN, (0b0000, 0b0100, 0b1100)):
        # `grouping` has a 1 for each column that is not grouped by: the first two bits, then the rule's and the id's.
        every = tuple(pairs.get(left_out | side, 0) for side in (0b01, 0b10, 0b00))
        by_rule, by_id, both = (whole - part for whole, part in zip(every, inner))
        inner = every
        if by_rule or by_id:
            lines.append((where, both, by_rule - both, by_id - both, _of(both, by_rule), _of(both, by_id)))
    columns = ["where", "joined_by_both", "by_rule_alone", "by_id_alone", "precision_share", "recall_share"]
    return pd.DataFrame(lines, columns=columns).astype(dict.fromkeys(columns[-2:], "float64"))


def _of(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def rule_numbers(beside: pd.DataFrame) -> Numbers:
    """How often the rule is right, of all pairs of rows in a table of `rule_beside_ids`."""
    both = int(beside["joined_by_both"].sum())
    return [
        number(name, "all", _of(both, whole), "share", numerator=both, denominator=whole)
        for name, alone in (("one_search_precision", "by_rule_alone"), ("one_search_recall", "by_id_alone"))
        for whole in (both + int(beside[alone].sum()),)
    ]


# Without matching rows --------------------------------------------------------------------------------------


def bounds(searches: Searches, again: Searches | None = None) -> pd.DataFrame:
    """What a count of distinct searches lies between: counted, compares, searches, immigration_searches (core).

    Searches of one log are as many as its rows without those that repeat another one's agency, second and time frame.
    No log holds more searches than there are, and no two agencies made the same one: so there are at least as many as
    the fullest log has, and as the fullest log of each agency has, agencies added up. There are at most as many as
    rows.
    """
    rows, beyond = _in_each_log(searches), _beyond_in_each_log(rows_among(searches, again))
    keys = [name for name in rows if name not in _COUNTED]
    distinct = pd.concat([rows, beyond.assign(**{name: -beyond[name] for name in _COUNTED})])
    distinct = distinct.groupby(keys, dropna=False)[[*_COUNTED]].sum().reset_index()
    whole = distinct[(distinct["every_agency"] == 1) & (distinct["every_log"] == 0)]
    named = distinct[(distinct["every_agency"] == 0) & distinct["agency"].notna()]
    lines = {
        ("the log with most of them, alone", "nothing"): whole[[*_COUNTED]].max(),
        ("the log with most of them of each agency, agencies added up", "agencies' names"): (
            named.groupby("agency")[[*_COUNTED]].max().sum()
        ),
        ("each search once", "rows"): distinct.loc[distinct["every_log"] == 1, [*_COUNTED]].sum(),
        ("all rows of all logs", "nothing"): rows.loc[rows["every_log"] == 1, [*_COUNTED]].sum(),
    }
    table = pd.DataFrame(lines).T.fillna(0).astype("int64").rename_axis(["counted", "compared_across_logs"])
    return table.reset_index()


_COUNTED = {"searches": "true", "immigration_searches": "core"}
_ROWS = ", ".join(f"count(*) filter ({sql}) as {name}" for name, sql in _COUNTED.items())
_LOGS = "grouping(agency) as every_agency, grouping(camera_owner) as every_log, agency, camera_owner"
_AGENCIES = f"(select *, {AGENCY} as agency from searches)"


def _in_each_log(searches: Searches) -> pd.DataFrame:
    """Rows, all and those of core, in all logs, in each, and of each agency in each."""
    return searches.query(
        f"select {_LOGS}, {_ROWS} from {_AGENCIES} group by grouping sets ((), (camera_owner), (agency, camera_owner))"
    )


def _beyond_in_each_log(searches: Searches) -> pd.DataFrame:
    """The same of the rows beyond the first of each search: each search is made one line before lines are added up."""
    beyond = ", ".join(f"sum({name}) - count(*) filter ({name} > 0) as {name}" for name in _COUNTED)
    return searches.query(f"""
        select every_agency, every_log, agency, camera_owner, {beyond}
        from (select {_LOGS}, search_key, {_ROWS} from {_AGENCIES} group by grouping sets
              ((search_key), (camera_owner, search_key), (agency, camera_owner, search_key)))
        group by all
        """)  # fmt: skip


def at_least(table: pd.DataFrame) -> Numbers:
    """The searches that there are at least, from a table of `bounds`."""
    names = ("distinct_searches_at_least", "distinct_immigration_searches_at_least.core")
    return [number(name, "all", table.loc[:1, of].max(), "searches") for name, of in zip(names, _COUNTED)]


# What another log shows of hidden reasons -------------------------------------------------------------------


def shown_elsewhere(searches: Searches, again: Searches | None = None) -> pd.DataFrame:
    """Searches whose reason a log hides, and what another log shows of them: hidden_as, hidden, shown, cited (core),
    cited_share (of those shown), at_most_share (Clopper and Pearson's one-sided 95 percent bound of that share).

    A search that one log masks and another leaves blank is in both lines.
    """
    rows, lines = rows_among(searches, again), []
    hides = {name: f"reason_origin = '{name}'" for name in ("masked", "blank")}
    counts = ", ".join(
        f"count(*) filter ({name}{more})"
        for name in hides
        for more in ("", " and shown", " and shown and cited")
    )
    found = rows.rows(f"""
        select {counts}
        from (select {SHOWN_ELSEWHERE} as shown, bool_or(core) as cited,
                     {", ".join(f"bool_or({sql}) as {name}" for name, sql in hides.items())}
              from searches group by search_key)""")[0]
    for at, (hidden_as, sql) in enumerate(hides.items()):
        hidden, shown, cited = found[3 * at : 3 * at + 3]
        hidden += searches.count(sql) - rows.count(sql)
        if hidden:
            lines.append((hidden_as, hidden, shown, cited, _of(cited, shown), at_most(cited, shown)))
    columns = ["hidden_as", "hidden", "shown", "cited", "cited_share", "at_most_share"]
    return pd.DataFrame(lines, columns=columns).astype({"cited_share": "float64"})


def shown_numbers(again: Searches) -> Numbers:
    """The same bound, of searches whose reason is masked or blank in one log."""
    cited, shown = again.rows(f"""
        select count(*) filter (cited), count(*)
        from (select bool_or(core) as cited from searches group by search_key having {SHOWN_ELSEWHERE})""")[0]
    bound = at_most(cited, shown)
    return [
        number("immigration_hidden_at_most.core", "all", bound, "share", numerator=cited, denominator=shown)
    ]
