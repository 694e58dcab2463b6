"""Names every condition and column that a question may use beside those released: once, as SQL, with its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.places import OWNER_NOT_SAID
from analysis.searches.sql import one_of, quoted
from analysis.searches.table import Searches
from analysis.vendors import immigration_offenses
from analysis.vendors.masks import BY_NUMBER, unnamed_pattern


@dataclass(frozen=True)
class Facts:
    """What a vocabulary says of a place that its rows do not: the state and clock of its camera owners, which of its
    files are network audits (None: all), which have no column of reasons, which hold another's searches again, whether
    it has a list of agreements, the owners of logs without a search, and whether rows of several owners' logs are
    matched of which some lack a time frame."""

    state: str | None = None
    time_zone: str = "UTC"
    network_audits: tuple[str, ...] | None = None
    without_reasons: tuple[str, ...] = ()
    lists_agreements: bool = False
    owner_not_said: bool = False
    silent_owners: tuple[str, ...] = ()
    second_files: tuple[str, ...] = ()
    frames_missing: bool = False


@dataclass(frozen=True)
class Name:
    """A word of the vocabulary: an SQL expression over the columns of the searches and the names above it.

    `unit` is "" for a condition. `says` reads on from 'the search …' for a condition, and names what a column holds.
    Words with a `$` are those of the place (`Facts`).
    """

    name: str
    sql: str
    says: str
    unit: str = ""


NAMES: dict[str, Name] = {}
"""The vocabulary, in an order in which each name follows those that it is made of."""


def condition(name: str, sql: str, says: str) -> None:
    """Declare a condition: true, false or (where it cannot be known) null for each search."""
    _declare(Name(name, sql, says))


def column(name: str, sql: str, says: str, unit: str = "text") -> None:
    """Declare a column."""
    _declare(Name(name, sql, says, unit))


def _declare(one: Name) -> None:
    if one.name in NAMES:
        raise ValueError(f"{one.name} is declared twice; a name has one definition")
    NAMES[one.name] = one


def vocabulary(facts: Facts) -> Mapping[str, str]:
    """The SQL of each name for a place, in order."""
    audits = facts.network_audits
    words = {
        "$state": quoted(facts.state) if facts.state else "null::varchar",
        "$time_zone": quoted(facts.time_zone),
        "$network_audits": "true" if audits is None else one_of("source_file", audits),
        "$without_reasons": one_of("source_file", facts.without_reasons),
        "$second_files": one_of("source_file", facts.second_files),
        "$agreements": str(facts.lists_agreements).lower(),
        "$unnamed": quoted(unnamed_pattern()),
        "$numbered": quoted(BY_NUMBER),
        "$immigration": " or ".join(f"starts_with(value, {quoted(name)})" for name in immigration_offenses())
        or "false",
        "$silent_owners": f"[{', '.join(map(quoted, facts.silent_owners))}]::varchar[]",
    }
    names = (
        {}
        if not facts.owner_not_said
        else {"camera_owner": f"coalesce(camera_owner, {quoted(OWNER_NOT_SAID)})"}
    )
    if facts.frames_missing:
        names["search_key"] = _KEY_WITHOUT_FRAME.replace("$unnamed", words["$unnamed"])
    for name, one in NAMES.items():
        names[name] = one.sql
        for word, sql in words.items():
            names[name] = names[name].replace(word, sql)
    return names


def names_in(sql: str) -> list[Name]:
    """The names that SQL uses, each after those that it is made of."""
    return [NAMES[name] for name in Searches("", vocabulary(Facts())).used(sql)]


NO_FRAME = "window_start is null and window_end is null and searched_at_precision = 'second'"
_FRAMED_KEY = (
    "{0}(case when window_start is not null or window_end is not null then search_key end) "
    "over (partition by searching_agency, epoch_us(searched_at) // 1000000)"
)
_KEY_WITHOUT_FRAME = f"""case when {NO_FRAME} and not regexp_matches(searching_agency, $unnamed)
    and {_FRAMED_KEY.format("min")} = {_FRAMED_KEY.format("max")}
    then {_FRAMED_KEY.format("min")} else search_key end"""
"""The key of a search where some rows lack a time frame: such a row is the one search that its agency made in that
second, if rows with a time frame know of one and of no other. Where they know of two, nobody can say which it is."""


def has_topic(topic: str) -> str:
    """An SQL condition: a rule found this topic in the reason."""
    return f"coalesce(list_contains(topics, '{topic}'), false)"


# What the files are -----------------------------------------------------------------------------------------

condition("in_network_audit", "$network_audits", "is in a network audit, which lists outsiders' searches")
condition("without_reason_column", "$without_reasons", "is in a file without a column of reasons")
condition(
    "in_second_file",
    "$second_files",
    "is in a file that holds another file's searches again, as source.toml says",
)
condition(
    "owner_said", f"camera_owner <> {quoted(OWNER_NOT_SAID)}", "is in a log whose camera owner the files name"
)
column("silent_owners", "$silent_owners", "camera owners whose released logs hold no search", "names")

# When -------------------------------------------------------------------------------------------------------

column(
    "local_time", "timezone($time_zone, searched_at)", "the search's time on the camera owner's clock", "time"
)
column("local_day", "date_trunc('day', local_time)::date", "the day on the camera owner's clock", "day")
column("week", "date_trunc('week', local_time)::date", "the Monday of the local week", "day")
column("month", "strftime(local_time, '%Y-%m')", "the local month")
column("utc_month", "strftime(timezone('UTC', searched_at), '%Y-%m')", "the month in UTC")
column("weekday", "isodow(local_time)", "the local day of the week, Monday being 1", "number")
column("hour", "hour(local_time)", "the local hour, 0 to 23", "hours")
condition("day_only", "searched_at_precision = 'day'", "is one of which only the day is known")
condition(
    "night",
    "not day_only and (hour >= 22 or hour < 5)",
    "was made from 10 p.m. to 5 a.m. by the owner's clock",
)
condition(
    "framed",
    "window_start is not null and window_end is not null",
    "was made with a time frame that the log shows",
)
column(
    "lookback_days",
    "case when framed and not day_only then "
    "(epoch_us(searched_at) - epoch_us(window_start)) / 86400000000.0 end",
    "how long before the search its time frame began; where only the day of the search is known, that is not",
    "days",
)
column(
    "window_days",
    "case when framed then (epoch_us(window_end) - epoch_us(window_start)) / 86400000000.0 end",
    "how long the time frame was",
    "days",
)

column("window_hours", "window_days * 24", "how long the time frame was", "hours")
condition(
    "frame_reversed",
    "coalesce(window_days < 0, false)",
    "was made with a time frame that ends before it begins",
)

# What the reason says ---------------------------------------------------------------------------------------

condition(
    "strict",
    "immigration_tier = 'strict'",
    "cites immigration by the strict definition: the words themselves and legal terms, and the menu's immigration "
    "values",
)
condition(
    "core",
    "immigration_tier in ('strict', 'core')",
    "cites immigration by the core definition: and ICE, ERO, the border agencies and smuggling of people",
)
condition(
    "broad",
    "immigration_tier in ('strict', 'core', 'broad')",
    "cites immigration by the broad definition: and HSI and DHS, whose agents do much else too",
)
condition(
    "from_menu",
    "coalesce(len(list_filter(offense_types, lambda value: $immigration)) > 0, false)",
    "holds one of the menu's immigration values",
)
condition("dropdown", "strict and from_menu", "cites immigration: the menu's immigration values alone")
condition("hsi_dhs", "immigration_tier = 'broad'", "names HSI or DHS and nothing narrower")
condition(
    "names_civil",
    "coalesce(immigration_kind in ('civil', 'both'), false)",
    "names a civil immigration matter",
)
condition(
    "names_criminal",
    "coalesce(immigration_kind in ('criminal', 'both'), false)",
    "names a criminal immigration offense",
)
condition(
    "names_unspecified",
    "coalesce(immigration_kind = 'unspecified', false)",
    "does not say whether it was civil or criminal",
)
condition("civil", "core and names_civil", "cites immigration (core) and names a civil matter")
condition("criminal", "core and names_criminal", "cites immigration (core) and names a criminal offense")
condition("unspecified", "core and names_unspecified", "cites immigration (core) and names neither")
condition("protest", has_topic("protest"), "is about a protest")
condition(
    "impersonation",
    has_topic("impersonation"),
    "is about someone posing as an agent",
)
condition(
    "suspect",
    has_topic("immigration_suspect"),
    "holds a guarded or doubtful word",
)
condition(
    "quoted_by_machine",
    has_topic("machine_immigration"),
    "has text that the software made and that quotes such words: no definition counts it",
)
for _name, _groups, _says in (
    ("ice_rule", ("ice_agency", "ero", "immigration_short"), "ICE or ERO"),
    ("border_rule", ("border_agency", "title_8"), "the border agencies"),
    ("hsi_rule", ("hsi",), "HSI"),
    ("dhs_rule", ("dhs",), "DHS"),
    ("other_core_rule", ("people_smuggling", "operation"), "smuggling of people or a named operation"),
    (
        "word_rule",
        ("immigration_word", "ice_act", "a_number", "removal", "status", "form", "statute", "program"),
        "the words of immigration or its law",
    ),
):
    _begins = " or ".join(f"starts_with(rule, '{group}.')" for group in _groups)
    condition(
        _name,
        f"coalesce(len(list_filter(rules, lambda rule: {_begins})) > 0, false)",
        f"matched a rule about {_says}",
    )
condition("hidden", "reason_origin in ('masked', 'blank')", "has a reason that is blank or masked")
condition(
    "typed_alone",
    "reason_origin = 'typed'",
    "has a reason of typed words alone, without a value of the menu",
)
condition("machine", "reason_origin = 'machine'", "has a reason that the software wrote")
condition("vague", has_topic("vague"), "has a reason that names no purpose")
condition(
    "no_purpose",
    f"hidden or vague or {has_topic('case_number_only')} or {has_topic('interface')}",
    "has a reason that is blank, masked, vague, a case number alone, or written by the software",
)
condition(
    "written", "reason_origin in ('typed', 'dropdown', 'dropdown+typed')", "has a reason that an officer gave"
)
condition(
    "uncounted",
    "reason_origin in ('typed', 'dropdown+typed') and immigration_tier = 'none'",
    "has typed words that no definition counts",
)
condition(
    "patrol", "coalesce(lower(trim(reason_text)) = 'patrol', false)", "has 'patrol' as its whole typed reason"
)

# Who searched -----------------------------------------------------------------------------------------------

condition(
    "named",
    "searching_agency is not null and not regexp_matches(searching_agency, $unnamed)",
    "was made by an agency that the log names: a blank, a mask and a number name none",
)
condition(
    "by_number",
    "starts_with(searching_agency, $numbered)",
    "was made by an agency of which the export gives a number",
)
condition("unresolved", "agency_state is null", "was made by an agency whose state is not known")
condition("federal", "agency_kind = 'federal'", "was made by a federal agency")
condition(
    "tagged_federal",
    "coalesce(contains(lower(searching_agency_as_released), '[federal]'), false)",
    "was made by an account whose name the vendor tags [Federal]",
)
condition(
    "local_police",
    "agency_kind in ('municipal', 'county_sheriff', 'county_police', 'constable', 'school', 'university')",
    "was made by local police",
)
column("owner_state", "$state", "the camera owners' state")
condition("in_state", "agency_state = $state", "was made by an agency of the camera owner's state")
condition("out_of_state", "agency_state <> $state", "was made by an agency of another state")
column(
    "first_signed",
    "(select first_signed::date from agreements where agency = searching_agency and state = agency_state "
    "and kind is not distinct from agency_kind)",
    "the day on which the agency's first 287(g) agreement was signed",
    "day",
)
condition(
    "had_agreement",
    "coalesce(local_time >= first_signed, false)",
    "was made by an agency that had an agreement that day",
)
condition(
    "undated_agreement",
    "coalesce((select first_signed is null from agreements where agency = searching_agency and state = agency_state "
    "and kind is not distinct from agency_kind), false)",
    "was made by an agency of which a list gives no day on which an agreement in force was signed",
)
condition("has_agreement_list", "$agreements", "is of a place that carries a list of agreements")

condition(
    "by_largest_agency",
    "coalesce(searching_agency = (select agency from largest_agency), false)",
    "was made by the agency with most core searches",
)

# Which rows are one search ----------------------------------------------------------------------------------

condition(
    "repeats",
    "row_number() over (partition by search_key order by in_second_file, source_file, source_row) > 1",
    "records a search that an earlier row records",
)
condition(
    "repeats_in_log",
    "row_number() over (partition by search_key, camera_owner order by in_second_file, source_file, source_row) > 1",
    "records a search that an earlier row of the same log records",
)
condition(
    "first_core_row",
    "core and row_number() over (partition by search_key, core order by in_second_file, source_file, source_row) = 1",
    "cites immigration (core), and no earlier row that does records the same search",
)


def largest_agency(searches: Searches) -> pd.DataFrame:
    """The table of that name, which `by_largest_agency` asks: the agency with most core searches."""
    return searches.query(
        "select searching_agency as agency from searches where core and named and not in_second_file "
        "group by all order by count(*) desc, agency limit 1"
    )
