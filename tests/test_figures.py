"""Figures are the same bytes for the same table, say when they are invented, and bear an empty table."""

import pandas as pd
import pytest

from analysis import figures

WEEKS = pd.date_range("2025-12-01", periods=5, freq="W-MON")
TABLES = {
    "searches_per_day": pd.DataFrame(
        {"camera_owner": ["Tarnwick ISD"] * 5, "day": WEEKS, "searches": [3, 0, 9, 4, 5]}
    ),
    "logs_per_search": pd.DataFrame({"logs": [1, 2], "searches": [90, 10], "rows": [90, 20]}),
    "origins_by_week": pd.DataFrame(
        {"week": [*WEEKS, WEEKS[0]], "reason_origin": ["typed"] * 5 + ["blank"], "searches": 1, "share": 0.5}
    ),
    "by_kind": pd.DataFrame({"agency_kind": ["municipal"], "agencies": [3], "searches": [9], "share": [1.0]}),
    "reach": pd.DataFrame({"networks": ["0", "1"], "searches": [3, 4], "share": [0.4, 0.6]}),
    "immigration_per_week": pd.DataFrame(
        {
            "week": list(WEEKS) * 3,
            "definition": ["strict"] * 5 + ["core"] * 5 + ["broad"] * 5,
            "searches": range(15),
        }
    ),
    "agencies_behind": pd.DataFrame({"searching_agency": ["Quellmere GA PD"], "searches": [4]}),
    "kinds": pd.DataFrame({"kind": ["civil", "criminal", "unspecified"], "searches": [5, 2, 1]}),
    "definitions": pd.DataFrame({"definition": ["strict", "core"], "searches": [5, 9]}),
}


def published():
    return {n for n, f in vars(figures).items() if hasattr(f, "__wrapped__")}


def test_every_figure_is_tested_here():
    assert published() == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_the_same_table_gives_the_same_bytes(name):
    draw = getattr(figures, name)
    assert figures.png(draw(TABLES[name])) == figures.png(draw(TABLES[name]))


@pytest.mark.parametrize("name", TABLES)
def test_the_picture_of_a_replica_says_so_and_differs(name):
    draw = getattr(figures, name)
    marked = figures.watermark(draw(TABLES[name]))
    assert figures.WATERMARK in [text.get_text() for text in marked.texts]
    assert figures.png(marked) != figures.png(draw(TABLES[name]))


@pytest.mark.parametrize("name", ["agencies_behind", "by_kind", "definitions"])
def test_a_place_in_which_nothing_was_found_still_has_its_figure(name):
    figures.png(getattr(figures, name)(TABLES[name].head(0)))


def test_a_readers_own_settings_change_nothing(monkeypatch):
    import matplotlib as mpl

    before = figures.png(figures.kinds(TABLES["kinds"]))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        assert figures.png(figures.kinds(TABLES["kinds"])) == before


def test_every_title_says_what_is_plotted_and_holds_no_number():
    for name, table in TABLES.items():
        title = getattr(figures, name)(table).get_suptitle()
        assert title
        assert not any(sign.isdigit() for sign in title)
