"""Says whether the cells of a record can belong to their columns, judged by shapes that nothing else has."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa

from analysis.searches import frames, times
from analysis.searches.shapes import Shapes, shapes_of
from analysis.vendors.masks import is_masked, is_no_value
from analysis.vendors.recognition import Layout

COUNTS = ("networks", "devices")
TIMES = ("search_time", "search_date", "time_frame", "window_start", "window_end")
_TYPED = ("reason", "case_number", "filters", "text_prompt")  # whatever an officer likes may stand here


def is_sound(cells: Sequence[str], layout: Layout) -> bool:
    """Whether every cell can be where it is, judged by shapes that nothing else has."""
    said = {name: cells[at].strip() for name, at in layout.index.items()}
    vendor, is_id = layout.vendor, id_pattern(layout).fullmatch
    kind, moderation = said.get("search_type", ""), said.get("moderation", "").casefold()
    counts = [said[name] for name in COUNTS if name in said]
    return (
        _times_fit(said, shapes_of(vendor.times))
        and {name for name, text in said.items() if is_id(text)} <= {"released_id", "officer"}
        and ("agency" not in said or re.search("[A-Za-z]{2}", said["agency"]) is not None)
        and all(_is_empty(text) or re.fullmatch(r"[0-9][0-9,]*(\.0+)?", text) for text in counts)
        and (_is_empty(kind) or kind.casefold() in vendor.search_types.by_folded)
        and (
            _is_empty(moderation)
            or moderation in vendor.moderation.verdicts
            or moderation.startswith(vendor.moderation.system)
        )
    )


def id_pattern(layout: Layout) -> re.Pattern[str]:
    """The shape of the vendor's ids; one that nothing has where they have none."""
    ids = layout.vendor.ids
    return re.compile(ids.pattern if ids else "$^")


def _times_fit(said: dict[str, str], shapes: Shapes) -> bool:
    """Whether a time of search and a time frame are in their own columns, and no other cell is one."""
    others = [text for name, text in said.items() if name not in (*TIMES, *_TYPED)]
    frames = [name for name, text in said.items() if is_frame_text(text, shapes)]
    framed = frames == ["time_frame"] or (not frames and _is_empty(said.get("time_frame", "")))
    return framed and has_time(said, shapes) and not any(is_moment(text, shapes) for text in others)


def has_time(said: dict[str, str], shapes: Shapes) -> bool:
    """Whether cells, by our columns, give a time of search."""
    if "search_date" not in said:
        return is_moment(said["search_time"], shapes)
    time = said["search_time"]
    return time.strip() != "" and is_moment(f"{said['search_date']}, {time}", shapes)


def _is_empty(text: str) -> bool:
    return not text or is_masked(text) or is_no_value(text)


_MOMENT = r"^\s*[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}"
"""How a time begins that nothing else is taken for; a bare number can be a day too, and proves nothing."""


def is_moment(text: str, shapes: Shapes) -> bool:
    """Whether a cell holds a time, written as nothing else is."""
    return re.match(_MOMENT, text) is not None and times.is_time(text, shapes)


def is_frame_text(text: str, shapes: Shapes) -> bool:
    """Whether a cell holds a time frame."""
    return text.count(":") >= 2 and frames.is_frame(pa.array([text]), shapes)[0].as_py()
