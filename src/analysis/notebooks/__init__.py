"""Gives a notebook its parameters, runs it strictly, and strips what differs between identical runs."""

import sys

# Notebooks hold no web identifiers to be checked; building that grammar would take over a second in each process.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
