"""The house style, and what several figures share: axes, bars with their numbers, and the mark of a replica."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Literal

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

STYLE = Path(__file__).with_name("house.mplstyle")
WIDTH = 5.6
INK, MID, ACCENT = "#222222", "#4b86ab", "#a3341f"
SHADES = {"strict": "#12344d", "core": "#4b86ab", "broad": "#c3d9e6"}
WATERMARK = "REPLICA · INVENTED RECORDS"

LETTER_INCHES = 0.062
"""The width of a letter of the labels, near enough to leave room for them."""


def titled(title: str) -> Callable[[Callable[..., Figure]], Callable[..., Figure]]:
    """Draw in the house style, whatever the reader's own settings are, below a title that holds no finding.

    A table without rows gives a figure that says so.
    """

    def decorate(draw: Callable[..., Figure]) -> Callable[..., Figure]:
        @wraps(draw)
        def drawn(table: pd.DataFrame, *more: object) -> Figure:
            with mpl.rc_context(fname=str(STYLE)):
                if len(table):
                    figure = draw(table, *more)
                else:
                    figure, axes = one_panel(1.6)
                    axes.set_axis_off()
                    nothing = "nothing to draw: the table has no rows"
                    axes.text(0.5, 0.5, nothing, ha="center", va="center", color=INK)
                figure.suptitle(textwrap.fill(title, 56), x=0.01, ha="left", fontsize=11, fontweight="bold")
            return figure

        return drawn

    return decorate


def watermark(figure: Figure) -> Figure:
    """Write across the picture itself that its records are invented, so that no crop can lose it."""
    for height in (0.2, 0.5, 0.8) if figure.get_figheight() > WIDTH else (0.28, 0.72):
        figure.text(
            0.5, height, WATERMARK, fontsize=18, color=ACCENT, alpha=0.17, rotation=12, ha="center", va="center",
            fontweight="bold", zorder=5,
        )  # fmt: skip
    return figure


def png(figure: Figure) -> bytes:
    """The picture's bytes: the same for the same table, on every run."""
    buffer = io.BytesIO()
    with mpl.rc_context(fname=str(STYLE)):
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def one_panel(height: float) -> tuple[Figure, Axes]:
    """A figure of the house's width, `height` inches high, and its only axes."""
    figure = Figure(figsize=(WIDTH, height))
    return figure, figure.add_subplot()


def thousands(axes: Axes, name: Literal["x", "y"], values: pd.Series, stretch: float, ticks: int = 4) -> None:
    """A count's axis: whole numbers as 12,000, from 0 to `stretch` times the largest; where all are 0, one tick."""
    axis = axes.xaxis if name == "x" else axes.yaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axis.set_major_locator(MaxNLocator(integer=True, nbins=ticks))
    axis.set_tick_params(labelsize=9)
    most = float(values.max())
    (axes.set_xlim if name == "x" else axes.set_ylim)(0, most * stretch if most else 1)
    if not most:
        axis.set_ticks([0])


def upright_bars(table: pd.DataFrame, category: str, label: str) -> Figure:
    """Upright bars with their numbers on top: searches by an ordered category."""
    figure, axes = one_panel(3.0)
    names = [str(text) if len(str(text)) < 7 else str(text).replace("–", "–\n") for text in table[category]]
    bars = axes.bar(range(len(names)), table["searches"].to_numpy(), 0.8, color=MID)
    axes.bar_label(bars, labels=[f"{n:,}" for n in table["searches"]], fontsize=8, padding=2)
    axes.set_xticks(range(len(names)), names)
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.xaxis.grid(False)
    axes.set(xlabel=label, ylabel="")
    axes.tick_params(axis="x", length=0, labelsize=9)
    thousands(axes, "y", table["searches"], 1.15)
    return figure


def flat_bars(names: pd.Series, values: pd.Series, labels: Sequence[str]) -> tuple[Figure, Axes]:
    """Flat bars, the first on top, each with its name before it and its label behind it."""
    lines = [textwrap.fill(str(text), 24) for text in names]
    figure, axes = one_panel(1.0 + max(0.68, 0.34 * len(lines) + 0.12 * "".join(lines).count("\n")))
    bars = axes.barh(range(len(lines)), values.to_numpy(), 0.7, color=MID)
    axes.bar_label(bars, labels=labels, fontsize=8, padding=3)
    axes.set_yticks(range(len(lines)), lines)
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.set(xlabel="", ylabel="")
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.tick_params(axis="y", length=0, labelsize=9)
    longest = max(len(line) for name in lines for line in name.split("\n"))
    wide = WIDTH - 0.3 - LETTER_INCHES * longest
    beyond = 0.15 + LETTER_INCHES * max(map(len, labels))
    thousands(axes, "x", values, wide / max(wide - beyond, 1.0))
    return figure, axes


def with_shares(table: pd.DataFrame) -> list[str]:
    """'1,234  (56%)' for each row."""
    return [f"{n:,}  ({share:.0%})" for n, share in zip(table["searches"], table["share"])]
