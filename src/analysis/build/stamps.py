"""Remembers what each step of a place was made from, so that only what would come out differently is made again.

stamps.json lists every step with its real inputs: a checksum for each file, and one for all modules of this library
that the step runs. A step is up to date where its inputs are still those and what it made is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.build.dataset import Folder
from analysis.places import Place

FILE = "stamps.json"


class Stamps:
    """The steps that were done in a folder, each with its `inputs` and what else is to be remembered of it."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def steps(self) -> dict[str, dict[str, Any]]:
        """Every step by its name; empty before the first, or where the file cannot be read."""
        try:
            steps = json.loads(self._folder.read(FILE))
        except (OSError, ValueError):
            return {}
        return steps if isinstance(steps, dict) else {}

    def is_fresh(self, step: str, inputs: Mapping[str, str]) -> bool:
        """Whether a step was last done from these inputs."""
        return self.steps().get(step, {}).get("inputs") == inputs

    def record(self, steps: Mapping[str, Mapping[str, Any]], forget: Iterable[str] = ()) -> None:
        """Write steps down in place of what was said of them before, and forget others."""
        gone = set(forget)
        kept = {name: said for name, said in self.steps().items() if name not in gone}
        self._folder.write(FILE, json.dumps({**kept, **steps}, indent=1, sort_keys=True))


def of(place: Place) -> Stamps:
    """The steps of a place."""
    return Stamps(Folder(place.processed))
