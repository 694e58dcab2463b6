"""Figures are the same bytes for the same table, say when they are invented, and bear an empty table."""

from itertools import combinations, pairwise

import matplotlib as mpl
import pandas as pd
import pytest

from analysis import figures
from analysis.agencies.words import read_word_list
from analysis.figures import agencies, style

WEEKS = pd.date_range("2025-12-01", periods=5, freq="W-MON")
KINDS = pd.DataFrame({
    "agency_kind": ["municipal", "county_sheriff"], "agencies": [3, 1], "searches": [900, 12], "share": [0.9, 0.1],
    "vague_reasons": [90, 3], "vague_share": [0.1, 0.25],
})  # fmt: skip
WEEKLY = pd.DataFrame(
    {
        "week": list(WEEKS) * 3,
        "definition": ["strict"] * 5 + ["core"] * 5 + ["broad"] * 5,
        "searches": range(15),
        "partial": ([True] + [False] * 4) * 3,
    }
)
TABLES = {
    "searches_per_day": pd.DataFrame(
        {"camera_owner": ["Tarnwick ISD"] * 5, "day": WEEKS, "searches": [3, 0, 9, 4, 5]}
    ),
    "logs_per_search": pd.DataFrame({"logs": [1, 2], "searches": [90, 10], "rows": [90, 20]}),
    "origins_by_week": pd.DataFrame(
        {"week": [*WEEKS, WEEKS[0]], "reason_origin": ["typed"] * 5 + ["blank"], "searches": 1, "share": 0.5}
    ),
    "by_kind": KINDS,
    "vague_by_kind": KINDS,
    "states": pd.DataFrame({"agency_state": ["TX", "OH", "(unknown)"], "agencies": 1, "searches": [81_234, 8, 5]}),
    "reach": pd.DataFrame({"networks": ["0", "1", "1,001–3,000"], "searches": [3, 4, 9], "share": [0.2, 0.3, 0.5]}),
    "breadth": pd.DataFrame({
        "reach": ["local", "the row does not say"], "fewest_networks": [2, pd.NA], "most_networks": [9, pd.NA],
        "searches": [3, 4], "share": [0.4, 0.6],
    }),
    "by_hour": pd.DataFrame({
        "weekday": [day for day in ("Monday", "Tuesday") for _ in range(24)], "hour": [*range(24)] * 2,
        "searches": range(48), "searches_a_day": range(48),
    }),
    "immigration_per_week": WEEKLY,
    "agencies_behind": pd.DataFrame({"searching_agency": ["Quellmere GA PD"], "searches": [4], "share": [1.0]}),
    "kinds": pd.DataFrame({"kind": ["civil", "criminal"], "searches": [5, 2], "share": [0.6, 0.4]}),
    "added": pd.DataFrame({
        "definition": ["strict", "core", "broad"], "added": [5, 4, 9], "searches": [5, 9, 18], "before": [0, 5, 9],
    }),
    "specifications": pd.DataFrame({
        "definition": ["strict", "core"], "left_out": "nothing", "counted": "rows", "searches": [5, 9],
    }),
    "agreements": pd.DataFrame({
        "agreement": ["signed between searches", "on no list of this place"], "agencies": [1, 20], "searches": [7, 90],
    }),
    "growth": pd.DataFrame({"month": WEEKS, "agreements_signed": 1, "agreements": range(5), "agencies": range(5)}),
}  # fmt: skip
COUNTS = {"searches", "agencies", "added", "before", "vague_reasons", "vague_share", "share", "agreements"}


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
    assert style.WATERMARK in [text.get_text() for text in marked.texts]
    assert figures.png(marked) != figures.png(draw(TABLES[name]))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_without_rows_gives_a_figure_that_says_so(name):
    figure = getattr(figures, name)(TABLES[name].head(0))
    figures.png(figure)
    assert "no rows" in " ".join(text.get_text() for axes in figure.axes for text in axes.texts)


@pytest.mark.parametrize(
    "name", ["specifications", "kinds", "added", "agreements", "immigration_per_week", "reach"]
)
def test_where_every_count_is_zero_zero_is_the_only_tick(name):
    table = TABLES[name].copy()
    table[[column for column in table if column in COUNTS]] = 0
    axes = getattr(figures, name)(table).axes[0]
    ticks = (
        axes.get_yticks()
        if name in ("immigration_per_week", "reach", "specifications")
        else axes.get_xticks()
    )
    assert list(ticks) == [0]


def test_every_state_and_the_district_has_a_square_of_its_own():
    assert set(agencies.TILES) == set(read_word_list().states) - {"PR"}
    assert len(set(agencies.TILES.values())) == 51


@pytest.mark.parametrize(
    ("south", "north"),
    [("TX", "OK"), ("FL", "GA"), ("CA", "OR"), ("OR", "WA"), ("NM", "CO"), ("SC", "VA"), ("AL", "TN")],
)
def test_neighbours_on_the_tile_map_stand_where_they_stand_in_the_country(south, north):
    assert agencies.TILES[south][0] > agencies.TILES[north][0]
    assert abs(agencies.TILES[south][1] - agencies.TILES[north][1]) <= 1


def test_the_vendors_changes_inside_the_period_are_named_on_the_picture_and_the_era_is_said():
    axes = figures.searches_per_day(TABLES["searches_per_day"]).axes[0]
    assert any("17 Dec" in text.get_text() for text in axes.texts)
    assert axes.get_title(loc="right") == "era: rollout"


def test_shades_of_nested_definitions_keep_their_order_in_grey():
    def gray(color):
        red, green, blue = mpl.colors.to_rgb(color)
        return 0.299 * red + 0.587 * green + 0.114 * blue

    shades = [gray(style.SHADES[name]) for name in ("strict", "core", "broad")]
    assert shades == sorted(shades)
    assert min(b - a for a, b in pairwise(shades)) > 0.2


@pytest.mark.parametrize("name", TABLES)
def test_letters_can_be_read_where_a_phone_shows_the_whole_picture(name):
    figure = getattr(figures, name)(TABLES[name])
    figures.png(figure)
    sizes = [text.get_fontsize() for text in figure.findobj(mpl.text.Text) if text.get_text().strip()]
    assert min(sizes) / 72 * 390 / style.WIDTH >= 6.5, "dots that the smallest letters are high, 390 across"


def test_a_readers_own_settings_change_nothing(monkeypatch):
    before = figures.png(figures.kinds(TABLES["kinds"]))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        assert figures.png(figures.kinds(TABLES["kinds"])) == before


def test_every_title_says_what_is_plotted_and_holds_no_number():
    for name, table in TABLES.items():
        title = getattr(figures, name)(table).get_suptitle()
        assert title
        assert not any(sign.isdigit() for sign in title)


def test_of_many_camera_owners_the_smallest_share_a_panel():
    owners = [f"Tarnwick {number:02} ISD" for number in range(40)]
    days = pd.DataFrame(
        [(owner, day, number) for number, owner in enumerate(owners) for day in WEEKS],
        columns=["camera_owner", "day", "searches"],
    )
    panels = figures.searches_per_day(days).axes
    titles = [axes.get_title(loc="left") for axes in panels]
    assert titles == [*owners[-11:], "29 other camera owners together"]
    assert panels[-1].lines[0].get_ydata().max() == sum(range(29))


@pytest.mark.parametrize(("first", "last"), [("2025-01-01", "2025-12-31"), ("2025-05-01", "2026-04-30")])
def test_the_names_of_the_vendors_changes_do_not_meet(first, last):
    days = pd.date_range(first, last)
    table = pd.DataFrame({"camera_owner": "Tarnwick ISD", "day": days, "searches": range(len(days))})
    figure = figures.searches_per_day(table)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) >= 3
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
