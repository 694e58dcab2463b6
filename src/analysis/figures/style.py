"""The house style, and what every picture shares: its title, what it shows, its source, and the mark of a replica."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.headlines import Headline, percent

STYLE = Path(__file__).with_name("house.mplstyle")
WIDE, NARROW = 6.8, 3.7
"""The width of a picture for a desk and for a phone, in inches; a letter is as large in both."""

INK, SOFT, MID, ACCENT = "#222222", "#555555", "#4b86ab", "#a3341f"
SHADES = {"strict": "#12344d", "core": "#4b86ab", "broad": "#c3d9e6"}
FEW_TO_MANY = LinearSegmentedColormap.from_list("", ["#eef3f6", SHADES["core"], SHADES["strict"]])
"""The shades of a map or a heat map, from few searches to many."""

WATERMARK = "REPLICA · INVENTED RECORDS"

LETTER = 0.07
"""The width of a letter of the labels in inches, near enough to leave room for them."""

LINE = 0.19
"""The height of a line of small print, in inches."""


@dataclass(frozen=True)
class Words:
    """What a picture says of all its data: whose and when, where they come from, and whether they are invented."""

    place: str = ""
    source: str = ""
    invented: bool = False


@dataclass(frozen=True)
class Picture:
    """One published figure: `draw(figure, table, *more)` draws on a figure of the right width and sets its height.

    `what` says what is drawn, `chart` which kind of chart it is, `plain` is the title where the table bears no
    finding. A table with fewer than `least` rows is no picture: its values are said in a sentence.
    """

    draw: Callable[..., None]
    chart: str
    what: str
    plain: str
    headline: Callable[[pd.DataFrame], Headline]
    least: int = 2

    def says(self, table: pd.DataFrame) -> Headline:
        """The title of the picture of a table, its values as a sentence, and whether it is worth drawing."""
        finding, values, drawn = self.headline(table)
        return Headline(finding or self.plain, values, drawn and len(table) >= self.least)

    def alt(self, table: pd.DataFrame) -> str:
        """What the picture shows, for those who cannot see it: the result, then its values."""
        title, values, _ = self.says(table)
        return f"{title.rstrip('.')}. {self.chart}: {self.what}. {values}"

    def __call__(
        self, table: pd.DataFrame, *more: object, words: Words = Words(), phone: bool = False
    ) -> Figure:
        """The picture in the house style, whatever the reader's own settings are. A table without rows gives a
        figure that says so."""
        with mpl.rc_context(fname=str(STYLE)):
            figure = Figure(figsize=(NARROW if phone else WIDE, 1.2))
            FigureCanvasAgg(figure)  # so that text is measured by one renderer, not each by a new one
            if len(table):
                self.draw(figure, table, *more)
                title = self.says(table).finding
            else:
                axes, title = figure.add_subplot(), self.plain
                axes.set_axis_off()
                axes.text(
                    0.5, 0.5, "nothing to draw: the table has no rows", ha="center", va="center", fontsize=9
                )
            _framed(figure, title, f"{self.what}. {words.place}".strip(), words)
        return figure


def _framed(figure: Figure, title: str, what: str, words: Words) -> None:
    """Write the title and what is shown above a drawing, and its source below it."""
    width = figure.get_figwidth()
    letters = int(width / LETTER)
    titles, lines = textwrap.wrap(title, int(letters * 0.66)), textwrap.wrap(what, letters)
    foot = textwrap.wrap(words.source, int(letters * 1.08))
    above = 0.12 + 0.25 * len(titles) + LINE * len(lines) + 0.08
    below = 0.1 + (LINE - 0.02) * len(foot) + (0.27 if words.invented else 0)
    body = figure.get_figheight()
    high = above + body + below
    figure.set_figheight(high)
    figure.set_layout_engine("constrained", rect=(0.01, below / high, 0.98, body / high))
    # Once more for a replica: that moves some labels by a dot, and its mark must meet none.
    lay_out(figure, 2 if words.invented else 1)
    figure.set_layout_engine("none")  # or the drawing of it would do so again
    left = 0.1 / width
    figure.text(
        left, 1 - 0.1 / high, "\n".join(titles), ha="left", va="top", fontsize=12, fontweight="bold", linespacing=1.25,
        gid="title",
    )  # fmt: skip
    figure.text(
        left, 1 - (0.14 + 0.25 * len(titles)) / high, "\n".join(lines), ha="left", va="top", fontsize=8.5, color=SOFT,
        linespacing=1.3,
    )  # fmt: skip
    figure.text(
        left, 0.07 / high, "\n".join(foot), ha="left", va="bottom", fontsize=7.5, color=SOFT, linespacing=1.3
    )
    if words.invented:
        figure.text(
            left, (below - 0.06) / high, WATERMARK, ha="left", va="top", fontsize=9, color="white", fontweight="bold",
            bbox={"facecolor": ACCENT, "lw": 0, "pad": 2.5},
        )  # fmt: skip
        _watermarked(figure, below / high, body / high)


def lay_out(figure: Figure, times: int = 1) -> None:
    """Make room for labels, as a draw would do it, without drawing."""
    layout = figure.get_layout_engine()
    assert layout is not None
    for _ in range(times):
        layout.execute(figure)
        for axes in figure.axes:
            axes.apply_aspect()


def _watermarked(figure: Figure, bottom: float, height: float) -> None:
    """Write into the drawing itself that its records are invented, where no label is in the way."""
    labels = [
        text.get_window_extent()
        for text in figure.findobj(Text)
        if isinstance(text, Text) and text.get_visible() and text.get_text().strip()
    ]
    mark = figure.text(0, 0, WATERMARK, color=ACCENT, alpha=0.2, ha="center", va="center", fontweight="bold")
    for size in (15, 12, 9, 7):
        mark.set_fontsize(size)
        at_corner = mark.get_window_extent().padded(7)
        for up in (0.5, 0.6, 0.4, 0.7, 0.3, 0.8, 0.2, 0.9, 0.1):
            for across in (0.5, 0.62, 0.38, 0.72, 0.28):
                place = across, bottom + up * height
                box = at_corner.translated(*figure.transFigure.transform(place))
                inside = box.x0 > 0 and box.x1 < figure.bbox.width
                if inside and not any(box.overlaps(label) for label in labels):
                    mark.set_position(place)
                    return
    mark.remove()  # the band below the drawing says it


def png(figure: Figure) -> bytes:
    """The picture's bytes: the same for the same table, on every run."""
    buffer, canvas = io.BytesIO(), figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    with mpl.rc_context(fname=str(STYLE)):
        # of the levels of compression, this one gives the smallest files of pictures like these
        canvas.print_png(buffer, metadata={"Software": None}, pil_kwargs={"compress_level": 3})
    return buffer.getvalue()


def panel(figure: Figure, height: float) -> Axes:
    """The only axes of a figure, `height` inches high."""
    figure.set_figheight(height)
    return figure.add_subplot()


def is_narrow(figure: Figure) -> bool:
    """Whether the figure is for a phone."""
    return figure.get_figwidth() < WIDE


def thousands(axes: Axes, values: pd.Series, ticks: int = 4, room: float = 1.06) -> None:
    """The upright axis of a count: whole numbers as 12,000, from 0 to just above the largest; where all are 0, one
    tick."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=ticks))
    most = float(values.max())
    axes.set_ylim(0, most * room if most else 1)
    if not most:
        axes.set_yticks([0])


def labels_at_ends(
    axes: Axes, across: float, ends: Sequence[tuple[float, str, str, str]], gap: float
) -> None:
    """A label beside each end of a line or edge, given its height, text and color, behind a square of the last color
    where there is one: none above the axis, or nearer to another than `gap`, in the units of the upright axis."""
    above, heights = -float("inf"), []
    ends = sorted(ends, key=lambda end: end[0])
    for height, *_ in ends:
        above = max(height, above + gap)
        heights.append(above)
    below = axes.get_ylim()[1] + gap
    for above, (_, text, color, square) in zip(reversed(heights), reversed(ends)):
        below = min(above, below - gap)
        for letters, ink, offset in (("■", square, 4), (text, color, 16 if square else 6)):
            if ink:
                axes.annotate(
                    letters, (across, below), xytext=(offset, 0), textcoords="offset points", ha="left", va="center",
                    fontsize=8.5, color=ink, annotation_clip=False,
                )  # fmt: skip


def flat_bars(
    figure: Figure,
    names: Sequence[str],
    values: pd.Series,
    labels: Sequence[str],
    colors: Sequence[str] | str = MID,
    margin: float = 0.0,
) -> Axes:
    """Flat bars, the first on top, each with its name before it and its numbers behind it, which are its axis, and
    to the right of all a margin in inches."""
    wrap = 18 if is_narrow(figure) else 26
    lines = [textwrap.fill(name, wrap) for name in names]
    behind = [
        label.replace(" (", "\n(") if is_narrow(figure) and len(label) > 16 else label for label in labels
    ]
    rows = [max(name.count("\n"), label.count("\n")) + 1 for name, label in zip(lines, behind)]
    axes = panel(figure, 0.25 + sum(0.2 + 0.15 * count for count in rows))
    axes.barh(range(len(lines)), values.to_numpy(), 0.7, color=colors)
    most = float(values.max())
    for at, (value, label) in enumerate(zip(values, behind)):
        axes.annotate(
            label,
            (value, at),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            linespacing=1.1,
        )
    axes.set_yticks(range(len(lines)), lines)
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=9)
    axes.set_xticks([])
    letters = LETTER * max(max(map(len, line.split("\n"))) for line in lines)
    beyond = 0.12 + margin + LETTER * max(max(map(len, label.split("\n"))) for label in behind)
    room = figure.get_figwidth() - 0.3 - letters
    axes.set_xlim(0, (most or 1) * room / max(room - beyond, 0.8))
    return axes


def with_shares(table: pd.DataFrame) -> list[str]:
    """'1,234 (56%)' for each row."""
    return [f"{n:,} ({percent(share)})" for n, share in zip(table["searches"], table["share"])]
