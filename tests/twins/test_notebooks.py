"""Twins go from `make place` through all eight notebooks: two of them each time, all of them with TWINS=all."""

import json
import os

import holding
import pytest
import small_place

from analysis import build, intake
from analysis.upkeep import twins

USUAL = ("kenner-la", "santa-clara-ca")
"""A log that has every column, and one without reasons, names and ids."""

NAMES = tuple(twins.TWINS) if os.environ.get("TWINS") == "all" else USUAL


@pytest.mark.xdist_group("twins")
@pytest.mark.parametrize("name", NAMES)
def test_a_twin_goes_through_all_eight_notebooks(tmp_path, name):
    root = small_place.repository(tmp_path / "repository")
    twin = twins.write(name, tmp_path / "release", 1_500 if name == "denver-co" else 300)
    (root / "data" / "raw").mkdir(parents=True)
    intake.take(name, [tmp_path / "release"], today=holding.TODAY, top=root)
    done = small_place.run(holding.places.find(name, root))
    assert "fault of this program" not in done.printed
    results = root / "results" / name
    assert len(list(results.glob("0[1-8]-*.ipynb"))) == 8
    numbers = json.loads((results / "numbers.json").read_text())
    found = {one["measure"]: one["value"] for one in numbers if one["scope"] == "all"}
    planted = [file.account for file in twin.files]
    assert found["rows_released"] == sum(one["records"] for one in planted)
    assert found["searches"] == sum(one["searches"] for one in planted) == build.count_searches(done.place)
    if name == "kenner-la":  # an id seen again is no other search, whatever number of devices it says
        again = sum(one["rows_with_an_id_seen_before"] for one in planted)
        assert found["distinct_searches"] == found["searches"] - again
        assert 0 < found["searches_with_unequal_counts"] <= again
