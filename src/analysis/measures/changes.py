"""The vendor's changes to its logs: the moment from which each is expected, and what changed."""

from __future__ import annotations

from datetime import UTC, datetime

from analysis.searches.typing import ERAS

REDACTION = datetime(2025, 12, 17, tzinfo=UTC)
"""From this day the vendor's network audits hide officers, plates and vehicles (its e-mail to agencies; the logs)."""

AFTER = {
    "typed": "some words refused",
    "filtered": "offense types arrive",
    "rollout": "offense types everywhere",
}

CUT_OVERS = tuple(
    sorted([
        *((ends, AFTER[name]) for name, ends in ERAS if ends is not None),
        (REDACTION, "names and plates masked in network audits"),
    ])
)  # fmt: skip
"""The vendor's changes: the moment (UTC) from which each is expected, and what changed. They came agency by agency, so
the days say where to look and the rows say what is."""
