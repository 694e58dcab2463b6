"""Says which rows stand behind each measure, once, for Arrow and for SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from analysis.measures import DEFINITIONS
from analysis.measures.immigration import LOCAL

Condition = tuple[str, str, Any]
"""A column of `rows.Log`, one of `OPERATORS`, and a value: a text, a number or a tuple of texts."""

OPERATORS = ("=", "!=", "in", ">", ">=", "<=", "is null")


@dataclass(frozen=True)
class Behind:
    """The rows behind a number: those for which every condition holds.

    Without more, the number is how many there are. `by` names a column whose distinct values it counts or
    lists, or with `largest` the rows of the most frequent one; `most` and `least` name a column whose greatest
    or least value it is. `derived` says that the number was computed from these rows in another way, as a mean
    or a ratio. `shows` are columns worth seeing beside the usual ones.
    """

    where: tuple[Condition, ...] = ()
    by: str = ""
    most: str = ""
    least: str = ""
    largest: bool = False
    derived: bool = False
    shows: tuple[str, ...] = ()

    def of(self, scope: str, *more: Condition) -> Behind:
        """The same rows in one camera owner's log ("all" is every log), with further conditions."""
        if scope == "all":
            return replace(self, where=(*self.where, *more))
        own = tuple(
            ("repeats_in_log", *rest) if name == "repeats" else (name, *rest) for name, *rest in self.where
        )
        return replace(self, where=(*own, ("camera_owner", "=", scope), *more))

    @property
    def counts_rows(self) -> bool:
        """Whether the number, or its numerator, is how many rows there are."""
        return not (self.by or self.most or self.least)


def _tiers(definition: str) -> Condition:
    if definition == "dropdown":
        return ("is_menu_immigration", "=", 1)
    return ("immigration_tier", "in", DEFINITIONS[definition])


_NAMED = ("is_named", "=", 1)


def _immigration() -> dict[str, Behind]:
    found = {}
    for name in (*DEFINITIONS, "dropdown"):
        where = (_tiers(name),)
        found[f"immigration_searches.{name}"] = Behind(where, shows=("rules",))
        found[f"distinct_immigration_searches.{name}"] = Behind(where, by="search")
        found[f"immigration_agencies.{name}"] = Behind((*where, _NAMED), by="searching_agency")
        found[f"immigration_states.{name}"] = Behind((*where, ("agency_state", "!=", "")), by="agency_state")
    core = _tiers("core")
    kinds = {"civil": ("civil", "both"), "criminal": ("criminal", "both"), "unspecified": ("unspecified",)}
    for name, values in kinds.items():
        found[f"immigration_{name}"] = Behind((core, ("immigration_kind", "in", values)), shows=("rules",))
    return found | {
        "civil_to_criminal": Behind((core,), by="immigration_kind", derived=True),
        "immigration_mixed.core": Behind((core, ("mixed", "=", 1)), shows=("offense_types", "rules")),
        "local_immigration_searches.core": Behind(
            (core, ("agency_kind", "in", LOCAL)), shows=("agency_kind",)
        ),
        "immigration_top_agency.core": Behind((core, _NAMED), by="searching_agency", largest=True),
        "immigration_top_agency_share.core": Behind((core,), derived=True),
        "immigration_searches_unnamed.core": Behind((core, ("is_named", "=", 0))),
        "immigration_searches_since_agreement.core": Behind((core, ("had_agreement", "=", 1))),
        "hsi_dhs_only": Behind((("immigration_tier", "=", "broad"),), shows=("rules",)),
        "agencies_287g": Behind((("had_agreement", "=", 1),), by="searching_agency"),
        "agencies_287g.core": Behind((core, ("had_agreement", "=", 1)), by="searching_agency"),
    }


_WINDOW = ("lookback_days", "window_days")
_REACH = ("networks_searched", "devices_searched")
_PATROL = ("is_patrol", "=", 1)
_FRAMED = (("window_days", ">=", -1e9),)  # a time frame of which both ends were released

BEHIND: Mapping[str, Behind] = {
    "searches": Behind(),
    "camera_owners": Behind(by="camera_owner"),
    "first_search": Behind(least="searched_at"),
    "last_search": Behind(most="searched_at"),
    "distinct_searches": Behind((("repeats", "=", 0),)),
    "duplicate_sightings": Behind((("repeats", "=", 1),)),
    "agencies": Behind((("is_named", "=", 1),), by="searching_agency"),
    "agencies_by_number": Behind((("is_named", "=", 0),), by="searching_agency", derived=True),
    "agencies_as_released": Behind((("is_named", "=", 1),), by="agency_as_released"),
    "agency_states": Behind((("agency_state", "!=", ""),), by="agency_state"),
    "searches_by_unnamed_agencies": Behind((("is_named", "=", 0),)),
    "searches_by_unresolved_agencies": Behind((("agency_state", "is null", None),)),
    "in_state_searches": Behind((("is_out_of_state", "=", 0),)),
    "out_of_state_searches": Behind((("is_out_of_state", "=", 1),)),
    "federal_searches": Behind((("agency_kind", "=", "federal"),), shows=("agency_kind",)),
    "own_searches": Behind((("own_search", "=", 1),)),
    "own_immigration_searches.core": Behind((("own_search", "=", 1), _tiers("core"))),
    "vague_reasons": Behind((("is_vague", "=", 1),)),
    "no_stated_purpose": Behind((("states_no_purpose", "=", 1),)),
    **{f"{name}_reasons": Behind((("reason_origin", "=", name),)) for name in ("blank", "masked", "machine")},
    **_immigration(),
    "networks_most": Behind(most="networks_searched", shows=_REACH),
    "devices_most": Behind(most="devices_searched", shows=_REACH),
    "one_network_searches": Behind((("networks_searched", "=", 1),), shows=_REACH),
    "several_network_searches": Behind((("networks_searched", ">", 1),), shows=_REACH),
    "several_network_searches.mean_networks": Behind((("networks_searched", ">", 1),), derived=True, shows=_REACH),
    "several_network_share": Behind((("networks_searched", ">", 1),), derived=True, shows=_REACH),
    "windows_over_30_days": Behind((*_FRAMED, ("lookback_days", ">", 30)), shows=_WINDOW),
    "windows_over_31_days": Behind((*_FRAMED, ("lookback_days", ">", 31)), shows=_WINDOW),
    "windows_over_30_days.over_360": Behind((*_FRAMED, ("lookback_days", ">", 360)), shows=_WINDOW),
    "windows_over_30_days.patrol": Behind((*_FRAMED, ("lookback_days", ">", 30), _PATROL), shows=_WINDOW),
    "window_lengths_over_30_days": Behind((("window_days", ">", 30),), shows=_WINDOW),
    "longest_lookback_days": Behind(_FRAMED, most="lookback_days", shows=_WINDOW),
    "longest_lookback_days.patrol": Behind((*_FRAMED, _PATROL), most="lookback_days", shows=_WINDOW),
}  # fmt: skip
"""What stands behind each measure of numbers.json that rows can show."""
