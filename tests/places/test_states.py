"""Every state has a clock that exists and a law with its source; nothing stands there on trust."""

from zoneinfo import ZoneInfo

import pytest

from analysis import places
from analysis.agencies.words import read_word_list
from analysis.places import states


def test_every_state_that_an_agency_can_have_stands_once_in_the_table():
    codes = set(states.table())
    assert len(codes) == 51
    territories = {"AS", "GU", "MP", "PR", "VI"}
    assert codes == set(read_word_list().states) - territories


@pytest.mark.parametrize("day", ["28.11.2026", "", "2026-W48-6"])
def test_a_day_in_another_form_is_refused_with_its_line(tmp_path, day):
    lines = (places.root() / "data" / "hand" / "states.csv").read_text(encoding="utf-8").splitlines()
    first = dict(zip(lines[0].split(","), lines[1].split(",")))
    (tmp_path / "states.csv").write_text("\n".join([lines[0], lines[1].replace(first["checked"], day)]))
    with pytest.raises(
        places.BadDay, match=r"states\.csv, line 2: checked .* is not a day; write it as 2026-11-28"
    ):
        states.table(tmp_path / "states.csv")


@pytest.mark.parametrize("state", states.table().values(), ids=lambda state: state.state)
def test_a_states_clocks_exist_and_its_law_has_a_source(state):
    for zone in filter(None, [state.time_zone, *state.also.split("; ")]):
        ZoneInfo(zone)
    assert state.records_law
    assert state.citation
    assert state.basis in states.BASES
    assert state.source.startswith("https://") or state.basis != "statute"
    assert state.checked >= "2026"


def test_an_unknown_state_has_no_clock():
    assert states.time_zone("GA") == "America/New_York"
    assert states.time_zone(None) is states.time_zone("ZZ") is None
