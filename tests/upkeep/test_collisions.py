"""The rule for one search joins what it says it joins: damaged copies of one search, and no two searches but those
that nothing in their rows distinguishes."""

from analysis import places
from analysis.upkeep import collisions

MISSED = {
    "clock a second later",
    "minute of the search, and no second",
    "first letter of the agency doubled",
}
"""Copies that the rule counts as a search of their own."""

TAKEN_FOR_ONE = {
    "another search in that second, same time frame",
    "another search in that second, its time frame masked",
}
"""Different searches that the rule counts once."""


def test_which_damage_the_rule_withstands_and_which_it_does_not():
    place = places.find("texas-replica")
    table = collisions.joined(place, each=5)
    found = table.set_index("planted")["joined"].to_dict()
    expected = {kind: 0 if kind in MISSED else 5 for kind in collisions.COPIES}
    expected |= {kind: 5 if kind in TAKEN_FOR_ONE else 0 for kind in collisions.OTHERS}
    assert found == expected
    wrong = table.loc[table["right_share"] < 1, "planted"]
    assert set(wrong) == MISSED | TAKEN_FOR_ONE
    assert collisions.joined(place, each=5, seed=3).equals(table)
