"""Figures are the same bytes for the same table, say what was found, and say when their records are invented."""

import warnings
from functools import cache
from itertools import combinations, pairwise

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
import pytest

from analysis import figures, headlines
from analysis.agencies.words import read_word_list
from analysis.figures import agencies, style

WEEKS = pd.date_range("2025-12-01", periods=5, freq="W-MON")
KINDS = pd.DataFrame({
    "agency_kind": ["municipal", "county_sheriff"], "agencies": [3, 1], "searches": [900, 120], "share": [0.88, 0.12],
    "vague_reasons": [90, 30], "vague_share": [0.1, 0.25],
})  # fmt: skip
WEEKLY = pd.DataFrame(
    {
        "week": list(WEEKS) * 3,
        "definition": ["strict"] * 5 + ["core"] * 5 + ["broad"] * 5,
        "searches": range(15),
        "partial": ([True] + [False] * 4) * 3,
    }
)
STATES = pd.DataFrame({
    "agency_state": ["TX", "OH", "(unknown)"], "agencies": 1, "searches": [81_234, 8, 5], "share": [0.99, 0.006, 0.004],
})  # fmt: skip
TABLES = {
    "searches_per_day": pd.DataFrame(
        {"camera_owner": ["Tarnwick ISD"] * 5, "day": WEEKS, "searches": [3, 0, 9, 4, 5]}
    ),
    "logs_per_search": pd.DataFrame({"logs": [1, 2], "searches": [90, 10], "rows": [90, 20]}),
    "origins_by_week": pd.DataFrame({
        "week": [*WEEKS, WEEKS[0]], "reason_origin": ["typed"] * 5 + ["blank"], "searches": 10, "share": 0.5,
        "partial": [True, False, False, False, False, True],
    }),
    "by_kind": KINDS,
    "vague_by_kind": KINDS,
    "states": STATES,
    "immigration_states": STATES,
    "reach": pd.DataFrame({"networks": ["0", "1", "1,001–3,000"], "searches": [3, 4, 90], "share": [0.03, 0.04, 0.93]}),
    "breadth": pd.DataFrame({
        "reach": ["local", "the row does not say"], "fewest_networks": [2, pd.NA], "most_networks": [9, pd.NA],
        "searches": [30, 4], "share": [0.88, 0.12],
    }),
    "look_back": pd.DataFrame({
        "look_back": ["14 to 30 days", "30 to 31 days", "31 to 60 days"], "over_days": [14, 30, 31],
        "searches": [60, 29, 17], "share": [0.6, 0.3, 0.1],
    }),
    "by_hour": pd.DataFrame({
        "weekday": [day for day in ("Monday", "Tuesday") for _ in range(24)], "hour": [*range(24)] * 2,
        "searches": range(48), "searches_a_day": [float(n) for n in range(48)], "most_in_one_day": 1,
    }),
    "immigration_per_week": WEEKLY,
    "agencies_behind": pd.DataFrame({
        "searching_agency": ["Quellmere GA PD", "Tarnwick TX PD"], "searches": [3, 1], "share": [0.75, 0.25],
    }),
    "kinds": pd.DataFrame({"kind": ["civil", "criminal"], "searches": [50, 20], "share": [0.71, 0.29]}),
    "added": pd.DataFrame({
        "definition": ["strict", "core", "broad"], "added": [5, 4, 9], "searches": [5, 9, 18], "before": [0, 5, 9],
    }),
    "specifications": pd.DataFrame({
        "definition": ["strict", "core"], "left_out": "nothing", "counted": "rows", "searches": [5, 9],
    }),
    "agreements": pd.DataFrame({
        "agreement": ["signed on or before the first search", "on no list of this place"], "agencies": [1, 20],
        "searches": [7, 90],
    }),
    "growth": pd.DataFrame({
        "month": WEEKS, "agreements_signed": 1, "agreements": [1, 5, 9, 22, 40], "agencies": range(5),
    }),
}  # fmt: skip
COUNTS = {"searches", "agencies", "added", "before", "vague_reasons", "vague_share", "share", "agreements"}
REPLICA = figures.Words(
    "Tarnwick, Dec. 1 to Dec. 29, 2025", "Source: invented records; 21 searches.", invented=True
)
PHONE = [False, True]


def published():
    return {name for name, one in vars(figures).items() if isinstance(one, figures.Picture)}


def drawn(name, table=None, **more):
    return getattr(figures, name)(TABLES[name] if table is None else table, **more)


@cache
def laid_out(name, phone):
    """A figure of its table as it is printed."""
    figure = drawn(name, words=REPLICA, phone=phone)
    figure.draw_without_rendering()
    return figure


def texts(figure):
    found = figure.findobj(mpl.text.Text)
    return [one for one in found if one.get_visible() and one.get_text().strip()]


def title(figure):
    return " ".join(next(one.get_text() for one in figure.texts if one.get_gid() == "title").split())


def test_every_figure_is_tested_here():
    assert published() == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_the_same_table_gives_the_same_bytes(name):
    assert figures.png(drawn(name)) == figures.png(drawn(name))


@pytest.mark.parametrize("name", TABLES)
def test_the_title_is_what_the_table_shows_and_changes_with_it(name):
    picture = getattr(figures, name)
    said = picture.says(TABLES[name])
    assert title(laid_out(name, False)) == " ".join(said.finding.split())
    assert picture.alt(TABLES[name]).startswith(f"{said.finding.rstrip('.')}. {picture.chart}: ")
    assert said.values.strip(". ")
    assert said.drawn


@pytest.mark.parametrize("phone", PHONE)
@pytest.mark.parametrize("name", TABLES)
def test_the_picture_of_a_replica_says_so_where_no_label_is_in_the_way(name, phone):
    figure = laid_out(name, phone)
    marks = [one for one in figure.texts if one.get_text() == style.WATERMARK]
    assert marks
    for mark in marks:
        box = mark.get_window_extent()
        crossed = [
            one.get_text()
            for one in texts(figure)
            if one is not mark and one.get_window_extent().overlaps(box)
        ]
        assert not crossed


@pytest.mark.parametrize("phone", PHONE)
@pytest.mark.parametrize("name", TABLES)
def test_all_words_are_inside_the_picture_and_its_source_is_among_them(name, phone):
    figure = laid_out(name, phone)
    said = " ".join(" ".join(one.get_text() for one in figure.texts).split())
    assert REPLICA.source in said
    assert REPLICA.place in said
    edges = figure.bbox
    outside = [
        one.get_text()
        for one in texts(figure)
        for box in [one.get_window_extent()]
        if box.x0 < -2 or box.x1 > edges.x1 + 2 or box.y0 < -2 or box.y1 > edges.y1 + 2
    ]
    assert not outside


@pytest.mark.parametrize("name", TABLES)
def test_a_table_without_rows_gives_a_figure_that_says_so(name):
    figure = drawn(name, TABLES[name].head(0))
    assert "no rows" in " ".join(text.get_text() for axes in figure.axes for text in axes.texts)


@pytest.mark.parametrize(
    "name", ["specifications", "kinds", "added", "agreements", "immigration_per_week", "reach"]
)
def test_where_every_count_is_zero_a_figure_is_drawn_all_the_same(name):
    table = TABLES[name].copy()
    table[[column for column in table if column in COUNTS]] = 0
    drawn(name, table).draw_without_rendering()


@pytest.mark.parametrize(
    "name", ["by_kind", "reach", "breadth", "kinds", "agencies_behind", "logs_per_search"]
)
def test_a_bar_alone_is_said_and_not_drawn(name):
    assert not getattr(figures, name).says(TABLES[name].head(1)).drawn


def test_weeks_that_are_all_of_one_origin_are_said_and_not_drawn():
    table = TABLES["origins_by_week"].iloc[:5]
    assert not figures.origins_by_week.says(table).drawn


def test_bars_of_weeks_span_their_days_so_that_a_dated_mark_falls_into_its_week():
    axes = drawn("immigration_per_week").axes[0]
    monday = mpl.dates.date2num(WEEKS[2])
    bar = axes.containers[0].patches[2]
    assert monday <= bar.get_x() <= monday + 1
    assert monday + 6 <= bar.get_x() + bar.get_width() <= monday + 7
    marked = [line.get_xdata()[0] for line in axes.lines]
    assert any(monday < day < monday + 7 for day in marked)  # 17 December is in the week of the 15th


def test_days_of_look_back_are_marked_where_the_thirtieth_and_the_thirty_first_end():
    axes = drawn("look_back").axes[0]
    marks = {text.get_text(): line.get_ydata()[0] for text, line in zip(axes.texts[-2:], axes.lines)}
    assert marks == {"30 days": 0.5, "31 days": 1.5}


def test_a_map_says_how_many_searches_are_of_no_state_on_it_and_has_a_scale():
    figure = drawn("states")
    scale = figure.axes[-1]
    assert "or of none that is known: 5" in " ".join(scale.get_xlabel().split())
    assert f"{81_234:,}" in [label.get_text() for label in scale.get_xticklabels()]


def test_the_busiest_day_is_explained_where_it_is_out_of_the_common():
    days = pd.date_range("2025-11-01", periods=20)
    table = pd.DataFrame({"camera_owner": "Tarnwick ISD", "day": days, "searches": [10] * 19 + [200]})
    happened = pd.DataFrame({
        "day": [days[19]], "searches": [200], "share": [0.5], "topic": ["stolen_vehicle"], "topic_searches": [150],
        "hour": [1], "hour_searches": [80],
    })  # fmt: skip
    said = [text.get_text() for text in figures.searches_per_day(table, (), happened).axes[0].texts]
    assert "Nov. 20: 200 searches\n150 with the topic ‘stolen vehicle’\n80 from 1 a.m. to 2 a.m." in said
    assert figures.searches_per_day.says(table).finding.startswith(
        "Nov. 20 was the busiest day: 200 searches, 51%"
    )
    even = table.assign(searches=10)
    assert not any(
        "Nov. 20" in text.get_text() for text in figures.searches_per_day(even, (), happened).axes[0].texts
    )


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("at", [0, 9, 13, 19])
@pytest.mark.parametrize("beside", [10, 190])
def test_the_words_about_the_busiest_day_touch_no_line_and_no_other_words(at, beside, phone):
    days = pd.date_range("2025-12-05", periods=20)  # a change of the vendor falls among them
    table = pd.DataFrame({"camera_owner": "Tarnwick ISD", "day": days, "searches": [10] * 20})
    table.loc[max(at - 1, 0) : at + 1, "searches"] = beside
    table.loc[at, "searches"] = 200
    happened = pd.DataFrame({
        "day": [days[at]], "searches": [200], "share": [0.5], "topic": ["stolen_vehicle"], "topic_searches": [150],
        "hour": [1], "hour_searches": [80],
    })  # fmt: skip
    figure = figures.searches_per_day(table, (), happened, phone=phone)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    (said,) = [text for text in axes.texts if "80 from 1 a.m." in text.get_text()]
    box = said.get_window_extent()
    lines = [line.get_path().transformed(line.get_transform()) for line in axes.lines]
    assert not any(path.intersects_bbox(box, filled=False) for path in lines)
    assert not any(box.overlaps(other.get_window_extent()) for other in axes.texts if other is not said)
    assert 0 < box.x0 < box.x1 < figure.bbox.width


def test_a_peak_that_one_day_made_is_called_one():
    table = TABLES["by_hour"].copy()
    table.loc[47, ["searches", "searches_a_day", "most_in_one_day"]] = [100, 100.0, 90]
    assert headlines.hours(table).finding == "Tuesday’s peak at 11 p.m. was one day: 90 of 100 searches"


def test_every_state_and_the_district_has_a_square_of_its_own():
    assert set(agencies.TILES) == set(read_word_list().states) - {"PR"}
    assert len(set(agencies.TILES.values())) == 51


@pytest.mark.parametrize(
    ("south", "north"),
    [("TX", "OK"), ("FL", "GA"), ("CA", "OR"), ("OR", "WA"), ("NM", "CO"), ("SC", "VA"), ("AL", "TN")],
)
def test_neighbors_on_the_tile_map_are_where_they_are_in_the_country(south, north):
    assert agencies.TILES[south][0] > agencies.TILES[north][0]
    assert abs(agencies.TILES[south][1] - agencies.TILES[north][1]) <= 1


def test_the_vendors_changes_inside_the_period_are_named_on_the_picture():
    axes = drawn("searches_per_day").axes[0]
    assert any("Dec. 17" in text.get_text() for text in axes.texts)


def gray(color):
    red, green, blue = mpl.colors.to_rgb(color)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_shades_of_nested_definitions_keep_their_order_in_gray():
    shades = [gray(style.SHADES[name]) for name in ("strict", "core", "broad")]
    assert shades == sorted(shades)
    assert min(b - a for a, b in pairwise(shades)) > 0.2


def test_blank_and_masked_reasons_are_seen_on_white():
    from analysis.figures.over_time import ORIGINS

    assert all(gray(color) < 0.8 for color, _ in ORIGINS.values())


@pytest.mark.parametrize("phone", PHONE)
@pytest.mark.parametrize("name", TABLES)
def test_letters_can_be_read_where_a_screen_shows_the_whole_picture(name, phone):
    figure = laid_out(name, phone)
    dots = (350 if phone else 820) / figure.get_figwidth()
    assert min(text.get_fontsize() for text in texts(figure)) / 72 * dots >= 8, (
        "dots that the smallest letters are high"
    )


def test_a_readers_own_settings_change_nothing(monkeypatch):
    before = figures.png(drawn("kinds"))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        assert figures.png(drawn("kinds")) == before


def test_of_many_camera_owners_the_smallest_share_a_panel():
    owners = [f"Tarnwick {number:02} ISD" for number in range(40)]
    days = pd.DataFrame(
        [(owner, day, number) for number, owner in enumerate(owners) for day in WEEKS],
        columns=["camera_owner", "day", "searches"],
    )
    panels = figures.searches_per_day(days).axes
    titles = [axes.get_title(loc="left") for axes in panels]
    assert titles == [*owners[-11:], "29 other camera owners together"]
    assert panels[-1].lines[0].get_ydata()[0] == sum(range(29))


@pytest.mark.parametrize(("first", "last"), [("2025-01-01", "2025-12-31"), ("2025-05-01", "2026-04-30")])
def test_the_names_of_the_vendors_changes_do_not_meet(first, last):
    days = pd.date_range(first, last)
    table = pd.DataFrame({"camera_owner": "Tarnwick ISD", "day": days, "searches": range(len(days))})
    figure = figures.searches_per_day(table)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) >= 3
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_the_busiest_day_is_said_in_a_sentence_only_where_it_is_out_of_the_common():
    days = pd.date_range("2025-11-01", periods=20)
    table = pd.DataFrame({"camera_owner": "Tarnwick ISD", "day": days, "searches": [10] * 19 + [200]})
    happened = pd.DataFrame({
        "day": [days[19]], "searches": [200], "share": [0.5], "topic": ["warrant"], "topic_searches": [150],
        "hour": [23], "hour_searches": [80],
    })  # fmt: skip
    said = "200 searches were made on Nov. 20, 2025, 150 of them with the topic ‘warrant’, 80 from 11 p.m. to midnight."
    assert headlines.busiest_day(happened, table) == f"{said} The log does not say why."
    assert headlines.busiest_day(happened, table.assign(searches=10)) == ""
    assert headlines.busiest_day(happened, table.tail(3)) == "", "of a few days none is out of the common"


def test_agreements_of_one_month_alone_are_counted_and_said_to_have_grown_from_nothing():
    months = pd.DataFrame({
        "month": [pd.Timestamp("2025-03-01")], "agreements_signed": [3], "agreements": [3], "agencies": [2],
    })  # fmt: skip
    said = figures.growth.says(months)
    assert said.values == "3 dated agreements of 2 agencies by March 2025."
    assert "doubled" not in said.finding


def test_a_title_says_no_more_than_its_table():
    states = pd.DataFrame({"agency_state": ["GA", "(unknown)"], "searches": [30, 30], "share": [0.5, 0.5]})
    assert headlines.states(states).finding.endswith("the most of any known state")
    assert headlines.states(states.head(1)).finding.endswith("the most of any state")
    behind = pd.DataFrame({"searching_agency": ["Quellmere GA PD"], "searches": [30], "share": [0.5]})
    assert headlines.behind(behind).finding.endswith("the most of any named agency")
    alike = pd.DataFrame({"definition": ["strict", "core", "broad"], "searches": [23, 23, 23]})
    assert headlines.definitions(alike).finding == "Each definition counted 23 searches"


@pytest.mark.parametrize("days", range(2, 8))
def test_a_period_of_a_few_days_is_marked_by_days_without_a_warning(days):
    table = pd.DataFrame(
        {
            "camera_owner": "Tarnwick ISD",
            "day": pd.date_range("2025-12-05", periods=days),
            "searches": range(12, 12 + days),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = figures.searches_per_day(table)
        figure.canvas.draw()
    said = [label.get_text() for label in figure.axes[-1].get_xticklabels()]
    assert len(set(said)) == len(said), "a day is named once"


@pytest.mark.parametrize(("start", "days"), [("2025-03-10", 500), ("2024-02-01", 700), ("2025-12-01", 60)])
@pytest.mark.parametrize("picture", ["searches_per_day", "growth"])
def test_ticks_of_several_years_say_their_years(picture, start, days):
    over = pd.date_range(start, periods=days)
    table = pd.DataFrame({"camera_owner": "Sampleton", "day": over, "searches": range(days)})
    if picture == "growth":
        table = pd.DataFrame({"month": over, "agreements": range(days), "agencies": range(days)})
    drawn = getattr(figures, picture)(table)
    figures.png(drawn)
    axes = drawn.axes[-1] if picture == "searches_per_day" else drawn.axes[0]
    low, high = axes.get_xlim()
    seen = [tick for tick in axes.xaxis.get_major_ticks() if low <= tick.get_loc() <= high]
    years = [mdates.num2date(tick.get_loc()).year for tick in seen]
    begins = [at == 0 or year != years[at - 1] for at, year in enumerate(years)]
    assert len(set(years)) > 1
    for tick, year, new in zip(seen, years, begins):
        assert tick.label1.get_text().endswith(f"\n{year}") == new


@pytest.mark.parametrize("days", [3, 91, 700, 780, 1_000, 1_500])
@pytest.mark.parametrize("picture", ["searches_per_day", "growth"])
def test_a_log_of_any_length_has_ticks_and_no_warning(picture, days):
    """A warning in a notebook's output shows a path, and stops the place."""
    over = pd.date_range("2024-01-15", periods=days)
    table = pd.DataFrame({"camera_owner": "Sampleton", "day": over, "searches": range(days)})
    if picture == "growth":
        table = pd.DataFrame({"month": over, "agreements": range(days), "agencies": range(days)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = getattr(figures, picture)(table)
        figures.png(drawn)
    assert 1 <= len(drawn.axes[0].get_xticks()) <= 7
