"""The base of every error meant for people: its message says all that they need, so no traceback is shown."""

from __future__ import annotations

ENDED = "Stopped: "
"""What stands before such a message, in a terminal and in a notebook."""


class Refused(Exception):
    """What was asked cannot be done, for a reason that a person can act on.

    The message names the file, the record, a harmless value and the remedy; it never quotes private text.
    """

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a traceback; IPython asks for it by this name."""
        return [f"{ENDED}{self}"]
