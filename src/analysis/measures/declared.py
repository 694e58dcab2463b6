"""The register of measures: every number, declared once.

Adding one is one declaration here and one line in a notebook.
"""

from __future__ import annotations

from analysis.measures.needs import IN_SEVERAL_LOGS, SHOWN_ELSEWHERE
from analysis.measures.register import MEASURES, declare

__all__ = ["MEASURES"]

# What was released ------------------------------------------------------------------------------------------

declare("rows_released", "computed", "records in the released files", "rows")
declare("rows_rejected", "computed", "of these, records that are no search", "rows")
declare(
    "rows_in_second_files", "computed",
    "searches in files that hold another file's searches again, not counted a second time", "rows",
)  # fmt: skip
declare(
    "repeated_records", "computed", "records equal in every released cell to an earlier one of their file", "rows",
)  # fmt: skip
declare(
    "camera_owners", "distinct", "camera owners whose logs were released", "camera owners",
    column="camera_owner", where="owner_said", also="silent_owners", needs=("owners",), only_all=True,
)  # fmt: skip
declare("searches", "rows", "searches, a row of the released files each", "rows")
declare(
    "first_search", "least", "when the first search was made", "time, UTC", column="searched_at", needs=("searches",),
)  # fmt: skip
declare(
    "last_search", "most", "when the last search was made", "time, UTC", column="searched_at", needs=("searches",),
)  # fmt: skip
ON_CLOCK = {"column": "local_day", "needs": ("searches",)}
declare("first_day", "least", "the first day with a search, in the place's time zone", "day", **ON_CLOCK)
declare("last_day", "most", "the last day with a search, in the place's time zone", "day", **ON_CLOCK)

# Which rows are one search ----------------------------------------------------------------------------------

ONE_SEARCH = {"column": "search_key", "needs": ("identity",)}
declare("distinct_searches", "distinct", "searches, each counted once", "searches", **ONE_SEARCH)
declare("duplicate_sightings", "beyond", "rows beyond the first of each search", "rows", **ONE_SEARCH)
declare(
    "distinct_released_ids", "distinct", "different ids of the export's own", "ids", column="released_id",
    needs=("ids",),
)  # fmt: skip
declare(
    "rows_without_id", "rows", "rows without an id of the export's own", "rows", where="released_id is null",
    of="true",
)  # fmt: skip
declare(
    "repeated_ids", "groups", "ids of the export's own that several rows have", "ids",
    where="released_id is not null", column="released_id", having="count(*) > 1", needs=("ids",),
)  # fmt: skip
declare(
    "searches_with_unequal_counts", "groups", "searches whose rows give different numbers of networks or devices",
    "searches", column="search_key", having="min(devices_searched) < max(devices_searched) "
    "or min(networks_searched) < max(networks_searched)",
    needs=("identity", "counts"), only_all=True,
)  # fmt: skip
WITH_IDS = f"{IN_SEVERAL_LOGS} and count(released_id) = count(*)"
declare(
    "searches_in_several_logs.with_ids", "groups", "searches in the logs of several owners with an id in each row",
    "searches", column="search_key", having=WITH_IDS, needs=("several logs", "ids"), only_all=True,
)  # fmt: skip
declare(
    "searches_in_several_logs.same_id", "groups", "of these, searches whose ids are all the same", "searches",
    column="search_key", having=f"{WITH_IDS} and min(released_id) = max(released_id)", of=WITH_IDS,
    needs=("several logs", "ids"), only_all=True,
)  # fmt: skip
for _name in ("strict", "core", "broad"):
    declare(
        f"immigration_hidden_elsewhere.{_name}", "groups",
        f"searches that cite immigration ({_name}) in one log, of those whose reason one log shows and another hides",
        "searches", column="search_key", having=f"{SHOWN_ELSEWHERE} and bool_or({_name})", of=SHOWN_ELSEWHERE,
        needs=("several logs", "identity", "reasons"), only_all=True,
    )  # fmt: skip

declare(
    "immigration_hidden_at_most.core", "computed",
    "the most of these that could cite immigration (core), as an exact one-sided 95 percent bound of their share",
    "share", needs=("several logs", "identity", "reasons"),
)  # fmt: skip
for _name, _says in {
    "one_search_precision": "pairs of rows with the same id, of those with ids that the rule joins as one search",
    "one_search_recall": "pairs of rows that the rule joins as one search, of those with the same id",
}.items():
    declare(_name, "computed", _says, "share", needs=("ids",))
for _name, _says, _needs in (
    ("distinct_searches_at_least", "the fewest searches there can be, without comparing rows", ()),
    ("distinct_immigration_searches_at_least.core", "the fewest core searches there can be, without comparing rows",
     ("reasons",)),
):  # fmt: skip
    declare(_name, "computed", _says, "searches", needs=("several logs", "identity", *_needs))

# Who searched -----------------------------------------------------------------------------------------------

declare(
    "agencies", "distinct", "agencies that searched", "agencies", where="named", column="searching_agency",
    needs=("agencies",),
)  # fmt: skip
declare(
    "agencies_on_one_row", "groups", "agencies named on a single row", "agencies",
    where="named", column="searching_agency", having="count(*) = 1", of="true", needs=("agencies",),
)  # fmt: skip
declare(
    "agencies_as_released", "distinct", "names of agencies as the logs spell them", "names",
    where="named", column="searching_agency_as_released", needs=("agencies",),
)  # fmt: skip
declare(
    "agencies_by_number", "distinct", "agencies that the export gives by number, without a name", "organizations",
    where="by_number", column="searching_agency", if_any=True,
)  # fmt: skip
for _name in ("strict", "core", "broad"):
    declare(
        f"immigration_organizations.{_name}", "distinct",
        f"organizations behind the immigration searches ({_name}) that the export gives by number",
        "organizations", where=f"{_name} and by_number", column="searching_agency", if_any=True,
    )  # fmt: skip
declare(
    "agency_states", "distinct", "states of the agencies that searched", "states", column="agency_state",
    needs=("other agencies", "agency states"),
)  # fmt: skip
declare(
    "searches_by_unnamed_agencies", "rows",
    "searches whose agency the log does not name (masked, blank or a number alone)", "rows", where="not named",
    of="true",
)  # fmt: skip
declare(
    "searches_by_unresolved_agencies", "rows", "searches by agencies whose state is not known", "rows",
    where="unresolved", of="true",
)  # fmt: skip
declare(
    "federal_searches", "rows", "searches by federal agencies", "rows",
    where="federal", of="true", needs=("outsiders", "agency kinds"), shows=("agency_kind",),
)  # fmt: skip
declare(
    "in_state_searches", "rows", "searches by agencies of the camera owners' state", "rows",
    where="in_state", of="true", needs=("other agencies", "agency states", "state"),
)  # fmt: skip
declare(
    "out_of_state_searches", "rows", "searches by agencies of other states", "rows",
    where="out_of_state", of="true", needs=("outsiders", "agency states", "state"),
)  # fmt: skip
declare(
    "out_of_state_searches.at_most", "rows",
    "searches by agencies of other states, if all of unknown state were; federal agencies belong to none",
    "rows", where="out_of_state or (unresolved and agency_kind is distinct from 'federal' "
    "and agency_kind is distinct from 'military')", of="true", needs=("outsiders", "agency states", "state"),
)  # fmt: skip
declare(
    "in_state_searches.at_most", "rows",
    "searches by agencies of the camera owners' state, if all of unknown state were", "rows",
    where="in_state or (unresolved and agency_kind is distinct from 'federal' and agency_kind is distinct from "
    "'military')", of="true", needs=("other agencies", "agency states", "state"),
)  # fmt: skip
declare(
    "federal_searches.at_most", "rows", "searches by federal agencies, if all of unknown kind were", "rows",
    where="federal or agency_kind is null", of="true", needs=("outsiders", "agency kinds"), shows=("agency_kind",),
)  # fmt: skip
declare(
    "own_searches", "rows", "searches by the camera owners' own police", "rows",
    where="own_search", of="true", needs=("other agencies", "own police"),
)  # fmt: skip
declare(
    "own_immigration_searches.core", "rows", "of these, searches citing immigration", "rows",
    where="own_search and core", of="own_search", needs=("reasons", "own police"),
)  # fmt: skip
declare(
    "own_reasons", "computed", "what else these cited, as far as it can be printed", "reasons", needs=("reasons",),
)  # fmt: skip

# How well agency names were read ----------------------------------------------------------------------------

for _name, _says in {
    "names_with_kind": "names of agencies that were given a kind",
    "names_with_state": "names of agencies of one state that were given it",
    "rows_with_kind": "searches whose agency was given a kind",
    "rows_with_state": "searches whose agency is of one state and was given it",
}.items():
    declare(_name, "computed", _says, "share", needs=("agencies",))
declare("names_of_nobody", "computed", "names that are blank, masked or no agency's", "names")
declare("names_reviewed", "computed", "names that a reviewed line decided", "names")
declare(
    "reviewed_lines_without_a_name", "computed", "reviewed lines whose name these logs do not hold", "lines"
)
for _name, _says in {
    "state_said": "state, where the name says one",
    "state": "state",
    "kind": "kind",
}.items():
    _of = "names on the checked list, for which the rules were fixed,"
    declare(f"agency_name_errors.{_name}", "computed", f"{_of} whose {_says} is left open or wrong", "share")
    declare(f"agency_names_read_wrongly.{_name}", "computed", f"{_of} whose {_says} is wrong", "names")

# Who could search -------------------------------------------------------------------------------------------

declare("agencies_with_access", "computed", "agencies on the lists of who may search", "agencies")
for _name, _says, _unit in (
    ("agencies_with_access_that_searched", "of these, agencies that searched", "agencies"),
    ("agencies_without_access", "agencies that searched and are on no list", "agencies"),
    ("searches_without_access", "searches by these", "rows"),
):
    declare(_name, "computed", _says, _unit, needs=("outsiders", "agencies"))

# Immigration ------------------------------------------------------------------------------------------------

for _name, _says in {
    "strict": "by the strict definition",
    "core": "by the core definition",
    "broad": "by the broad definition",
    "dropdown": "by the menu's immigration values alone",
}.items():
    _menu = ("offense types",) if _name == "dropdown" else ()
    declare(
        f"immigration_searches.{_name}", "rows", f"searches citing immigration {_says}", "rows",
        where=_name, of="true", needs=(*_menu, "reasons"), shows=("rules",),
    )  # fmt: skip
    declare(
        f"distinct_immigration_searches.{_name}", "distinct", f"searches citing immigration {_says}, each counted once",
        "searches", where=_name, column="search_key", needs=(*_menu, *(() if _menu else ("identity",)), "reasons"),
    )  # fmt: skip
    declare(
        f"immigration_agencies.{_name}", "distinct", f"agencies behind the immigration searches {_says}", "agencies",
        where=f"{_name} and named", column="searching_agency",
        needs=("other agencies", *_menu, *(() if _menu else ("agencies",)), "reasons"),
    )  # fmt: skip
    declare(
        f"immigration_states.{_name}", "listed", f"states of the agencies behind the immigration searches {_says}",
        "states", where=_name, column="agency_state",
        needs=("other agencies", *_menu, *(() if _menu else ("agency states",)), "reasons"),
    )  # fmt: skip
for _name, _says in {
    "civil": "name a civil matter",
    "criminal": "name a criminal offense",
    "unspecified": "name neither a civil matter nor a criminal offense",
}.items():
    declare(
        f"immigration_{_name}", "rows", f"core searches that {_says}", "rows",
        where=_name, of="core", needs=("reasons",), shows=("rules",),
    )  # fmt: skip
    declare(
        f"immigration_{_name}.distinct", "distinct", f"core searches that {_says}, each counted once", "searches",
        where=_name, column="search_key", needs=("identity", "reasons"),
    )  # fmt: skip
TO_CRIMINAL = {"without": "criminal", "shows": ("immigration_kind",)}
declare(
    "civil_to_criminal", "ratio", "core rows that name a civil matter for each that names a criminal offense",
    "ratio", where="civil", of="criminal", needs=("reasons",), **TO_CRIMINAL,
)  # fmt: skip
for _name, _civil, _criminal, _says in (
    ("distinct", "civil", "criminal", "among those that say"),
    ("at_least", "civil", "criminal or unspecified", "if all others were criminal"),
    ("at_most", "civil or unspecified", "criminal", "if all others were civil"),
):
    declare(
        f"civil_to_criminal.{_name}", "ratio",
        f"civil searches (core) for each criminal search, {_says}; each counted once", "ratio", where=_civil,
        of=_criminal, column="search_key", needs=("identity", "reasons"), **TO_CRIMINAL,
    )  # fmt: skip
declare(
    "hsi_dhs_only", "rows", "searches that name HSI or DHS and nothing narrower", "rows", where="hsi_dhs", of="broad",
    needs=("reasons",), shows=("rules",),
)  # fmt: skip
declare(
    "immigration_mixed.core", "rows", "core searches that name another offense as well", "rows",
    where="core and mixed", of="core", needs=("reasons",), shows=("offense_types", "rules"),
)  # fmt: skip
declare(
    "local_immigration_searches.core", "rows", "core searches by local police, of those by agencies of a known kind",
    "rows", where="core and local_police", of="core and agency_kind is not null",
    needs=("other agencies", "agency kinds", "reasons"), shows=("agency_kind",),
)  # fmt: skip
for _name, _where, _says in (
    ("at_least", "core and local_police", "if none of unknown kind were"),
    ("at_most", "core and (local_police or agency_kind is null)", "if all of unknown kind were"),
):
    declare(
        f"local_immigration_searches.{_name}", "rows", f"core searches by local police, {_says}", "rows",
        where=_where, of="core", needs=("other agencies", "agency kinds", "reasons"), shows=("agency_kind",),
    )  # fmt: skip
declare(
    "immigration_searches_unnamed.core", "rows", "core searches whose agency the log does not name", "rows",
    where="core and not named", of="core", needs=("reasons",),
)  # fmt: skip
TOP = {
    "where": "core and named",
    "column": "searching_agency",
    "of": "core",
    "needs": ("other agencies", "agencies", "reasons"),
}
declare(
    "immigration_top_agency.core", "largest", "core searches of the agency with most of them", "rows", **TOP
)
declare("immigration_top_agency_share.core", "largest_share", "its share of them", "share", **TOP)
declare(
    "immigration_searches_without_top_agency.core", "rest", "core searches without the agency with most of them",
    "rows", **TOP,
)  # fmt: skip
SPREAD = {name: TOP[name] for name in ("where", "column", "needs")} | {"without": "share"}
declare(
    "immigration_effective_agencies.core", "effective",
    "how many agencies with equally many core searches would be as concentrated (inverse Simpson index)", "agencies",
    **SPREAD,
)  # fmt: skip
declare(
    "immigration_half_agencies.core", "half", "the fewest agencies that made half of the core searches", "agencies",
    **SPREAD,
)  # fmt: skip
declare(
    "immigration_agencies_on_one_row.core", "groups", "agencies behind a single core search", "agencies",
    having="count(*) = 1", **TOP | {"of": "true"},
)  # fmt: skip
declare(
    "immigration_agencies_as_released.core", "distinct", "names behind the core searches, as logs spell them",
    "names", where="core and named", column="searching_agency_as_released", needs=TOP["needs"],
)  # fmt: skip

# Reasons ----------------------------------------------------------------------------------------------------

declare(
    "vague_reasons", "rows", "searches whose reason names no purpose", "rows", where="vague", of="true",
    needs=("reasons",),
)  # fmt: skip
declare(
    "vague_typed_reasons", "rows", "searches whose typed words name no purpose, of those of typed words alone", "rows",
    where="typed_alone and vague", of="typed_alone", needs=("reasons",),
)  # fmt: skip
declare(
    "blank_reasons", "rows", "searches whose reason is blank", "rows", where="reason_origin = 'blank'", of="true",
    needs=("reason column",),
)  # fmt: skip
declare(
    "masked_reasons", "rows", "searches whose reason is masked", "rows", where="reason_origin = 'masked'", of="true",
    needs=("reason column",),
)  # fmt: skip
declare(
    "machine_reasons", "rows", "searches whose reason the software wrote", "rows", where="machine", of="true",
    needs=("reasons",),
)  # fmt: skip
declare(
    "no_stated_purpose", "rows", "searches that state no purpose", "rows", where="no_purpose", of="true",
    needs=("reason column",),
)  # fmt: skip
declare(
    "unstated_searches.core", "rows", "searches that state no purpose and that core does not count", "rows",
    where="no_purpose and not core", of="true", needs=("reason column",),
)  # fmt: skip
declare(
    "immigration_searches_at_most.core", "rows", "core searches and all that state no purpose: the most there can be",
    "rows", where="core or no_purpose", of="true", needs=("reason column",),
)  # fmt: skip
declare(
    "distinct_reasons", "distinct", "different reasons, as released", "reasons",
    where="reason_as_released <> ''", column="reason_as_released", needs=("reasons",),
)  # fmt: skip
declare(
    "distinct_reasons.normal", "distinct", "different reasons, ignoring capitals and spaces", "reasons",
    where="trim(reason_as_released) <> ''",
    column="lower(trim(regexp_replace(reason_as_released, '\\s+', ' ', 'g')))", needs=("reasons",),
)  # fmt: skip

# Reach ------------------------------------------------------------------------------------------------------

REACH = {"shows": ("networks_searched", "devices_searched")}
OF_NETWORKS = {"of": "networks_searched is not null", "needs": ("networks",), **REACH}
declare(
    "networks_most", "most", "the most networks that a search queried", "networks", column="networks_searched",
    needs=("networks",), **REACH,
)  # fmt: skip
declare(
    "devices_most", "most", "the most cameras that a search queried", "devices", column="devices_searched",
    needs=("devices",), **REACH,
)  # fmt: skip
declare(
    "networks_median", "quantile", "networks that the median search queried", "networks",
    quantile=0.5, column="networks_searched", needs=("networks",), **REACH,
)  # fmt: skip
declare(
    "devices_median", "quantile", "cameras that the median search queried", "devices",
    quantile=0.5, column="devices_searched", needs=("devices",), **REACH,
)  # fmt: skip
declare(
    "rows_without_devices", "rows", "rows that do not say how many cameras were queried", "rows",
    where="devices_searched is null", needs=("devices",), **REACH,
)  # fmt: skip
declare(
    "one_network_searches", "rows", "searches of one network", "rows", where="networks_searched = 1", **OF_NETWORKS,
)  # fmt: skip
declare(
    "several_network_searches", "rows", "searches of several networks", "rows", where="networks_searched > 1",
    **OF_NETWORKS,
)  # fmt: skip
declare(
    "several_network_share", "share", "the share of searches that queried several networks", "share",
    where="networks_searched > 1", **OF_NETWORKS,
)  # fmt: skip
declare(
    "several_network_searches.mean_networks", "mean", "networks that such a search queried, on average", "networks",
    where="networks_searched > 1", column="networks_searched", needs=("any size", "networks", "several networks"),
    without="several networks", **REACH,
)  # fmt: skip
for _name, _part, _says in (
    ("lower_quartile", 0.25, "a quarter queried at most so many"), ("median", 0.5, "half queried at most so many"),
    ("upper_quartile", 0.75, "three quarters queried at most so many"),
):  # fmt: skip
    declare(
        f"several_network_searches.{_name}", "quantile", f"networks that such a search queried: {_says}", "networks",
        where="networks_searched > 1", column="networks_searched", quantile=_part,
        needs=("any size", "networks", "several networks"), without="several networks", **REACH,
    )  # fmt: skip
FRAME = {"shows": ("lookback_days", "window_days")}
LOOK_BACK = {"of": "lookback_days is not null", "needs": ("time frames", "time of day"), **FRAME}
for _name, _days in {
    "windows_over_30_days": 30,
    "windows_over_31_days": 31,
    "windows_over_30_days.over_360": 360,
}.items():
    declare(
        _name, "rows", f"searches that looked back more than {_days} days", "rows", where=f"lookback_days > {_days}",
        **LOOK_BACK,
    )  # fmt: skip
declare(
    "windows_over_30_days.patrol", "rows", "searches for 'patrol' that looked back more than 30 days", "rows",
    where="lookback_days > 30 and patrol", **{**LOOK_BACK, "needs": ("reasons", *LOOK_BACK["needs"])},
)  # fmt: skip
declare(
    "window_lengths_over_30_days", "rows", "searches whose time frame lasted more than 30 days", "rows",
    where="window_days > 30", of="framed", needs=("time frames",), **FRAME,
)  # fmt: skip
declare(
    "window_hours_median", "quantile", "hours that the median time frame lasted", "hours",
    quantile=0.5, column="window_hours", needs=("time frames",), **FRAME,
)  # fmt: skip
declare(
    "longest_lookback_days", "most", "whole days of the longest look back", "days",
    column="lookback_days", without="time of day", needs=("time frames", "time of day"), **FRAME,
)  # fmt: skip
declare(
    "longest_lookback_days.patrol", "most", "whole days of the longest look back of a search for 'patrol'", "days",
    where="patrol", column="lookback_days", without="time of day", needs=("reasons", "time frames", "patrol"), **FRAME,
)  # fmt: skip

declare(
    "night_searches", "rows", "searches from 10 p.m. to 5 a.m. on the camera owner's clock", "rows",
    where="night and owner_said", of="owner_said and not day_only", needs=("owners", "hours"),
)  # fmt: skip

# 287(g) agreements ------------------------------------------------------------------------------------------

HELD = {"column": "searching_agency", "needs": ("agency states", "agreements")}
HELD_CORE = {"column": "searching_agency", "needs": ("agency states", "reasons", "agreements")}
declare(
    "agencies_287g", "distinct", "agencies with an agreement on a day they searched", "agencies",
    where="had_agreement", **HELD,
)  # fmt: skip
declare(
    "agencies_287g.core", "distinct", "agencies with an agreement on a day they cited immigration (core)", "agencies",
    where="core and had_agreement", **HELD_CORE,
)  # fmt: skip
declare(
    "agencies_287g_signed_later.core", "groups", "agencies behind core searches whose agreement came only after these",
    "agencies", where="core", having="count(first_signed) > 0 and not bool_or(had_agreement)", **HELD_CORE,
)  # fmt: skip
declare(
    "immigration_searches_since_agreement.core", "rows", "core searches by agencies that had an agreement that day",
    "rows", where="core and had_agreement", of="core", needs=HELD_CORE["needs"],
)  # fmt: skip
declare(
    "immigration_searches_since_agreement.at_most", "rows",
    "core searches by agencies that had an agreement that day, if all unsettled agencies had", "rows",
    where="core and (had_agreement or undated_agreement or unresolved)", of="core", needs=HELD_CORE["needs"],
)  # fmt: skip
for _name, _says, _unit in (
    ("agreements_before_term", "dated agreements signed before the second Trump term", "agreements"),
    ("agreements_listed", "dated agreements on the newest list", "agreements"),
    (
        "agreement_agencies_before_term",
        "agencies with an agreement signed before the second Trump term",
        "agencies",
    ),
    ("agreement_agencies_listed", "agencies with a dated agreement on the newest list", "agencies"),
    ("agreement_agencies_growth", "agencies that signed since, for each that had signed before", "ratio"),
):
    declare(_name, "computed", _says, _unit)

# How often the rules are wrong ------------------------------------------------------------------------------

declare(
    "language_models", "computed", "readers of the coded reasons that were language models, not people", "readers",
)  # fmt: skip
declare("coded_reasons", "computed", "different reasons that were read and coded", "reasons")
declare("coded_rows", "computed", "searches that gave these reasons", "rows")
for _name in ("strict", "core", "broad"):
    declare(
        f"counted_planted_share.{_name}", "computed",
        f"searches of a replica planted to count, of those that {_name} counts", "share", needs=("reasons",),
    )  # fmt: skip
    declare(
        f"planted_found_share.{_name}", "computed",
        f"searches of a replica that {_name} counts, of those planted to count", "share", needs=("reasons",),
    )  # fmt: skip
declare(
    "missed_rows.core", "computed", "immigration searches that core does not count", "estimated rows",
    needs=("reasons",),
)  # fmt: skip
declare(
    "missed_rows_at_most.core", "computed",
    "the most that they may be: the upper end of a 95 percent interval, with what readers could not tell or read",
    "estimated rows", needs=("reasons",),
)  # fmt: skip
