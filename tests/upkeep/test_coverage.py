"""Every interval that pages print holds the truth as often as it promises, in invented worlds."""

import pytest

from analysis.upkeep import coverage

pytestmark = pytest.mark.xdist_group("coverage")  # simulated once


@pytest.fixture(scope="module")
def few():
    return coverage.table(400).set_index("interval")


@pytest.mark.parametrize("check", coverage.CHECKS, ids=lambda check: check.name)
def test_an_interval_holds_the_truth_as_often_as_it_promises(few, check):
    line = few.loc[check.name]
    assert line["draws"] >= 10
    assert line["passes"], f"covered {line['covered']:.3f} of {line['draws']} draws"


def test_an_interval_that_does_not_cover_fails_the_verb(monkeypatch):
    said = []
    monkeypatch.setattr(
        coverage, "CHECKS", (coverage.Check("too narrow", lambda random: random.random() < 0.9),)
    )
    assert coverage.run(said.append, 1_000) == 1
    assert "too narrow" in said[0]
    assert "False" in said[0]
