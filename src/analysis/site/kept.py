"""Keeps what of a place's pages would come out the same: all of them, the inside of a chapter, a list of rows.

What they were made from is in stamps.json, as for every step of `make`, in data/processed/<place>/site/.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from markupsafe import Markup

from analysis.build import inputs, stamps
from analysis.build.dataset import Folder
from analysis.places import Place
from analysis.site.article import Article, render

Card = dict[str, Any]
"""What the first page says about a place, as JSON can hold it."""


class Kept:
    """A place's pages as they were last made, in the folder `old`, and as they are made now, in the folder `new`.

    `shared` is what of the whole site they depend on.
    """

    def __init__(self, place: Place, old: Path, new: Path, shared: Mapping[str, str]) -> None:
        self.old, self.new = old, new
        self._stamps = stamps.Stamps(Folder(place.processed / "site"))
        self._before, self._now = self._stamps.steps(), dict[str, dict[str, Any]]()
        self._rows = {**inputs.rows(place), **shared}
        self._pages = {**self._rows, **inputs.pages(place)}

    def card(self) -> Card | None:
        """Keep all pages, and give the place's card, where nothing of what they are made from has changed and none of
        them; else None."""
        before = self._before.get("pages", {})
        if before.get("inputs") != self._pages or before["made"] != inputs.of_folder(self.old):
            return None
        shutil.copytree(self.old, self.new)
        return dict(before["card"])

    def remember(self, card: Card) -> None:
        """Write down from what the pages were made, and that of their parts, in place of what was said before."""
        pages = {"inputs": self._pages, "made": inputs.of_folder(self.new), "card": card}
        self._stamps.record({**self._now, "pages": pages}, forget=self._before)

    def article(self, path: Path) -> Article:
        """The inside of the page of an executed notebook."""
        step, needs = f"chapter {path.stem}", inputs.article(path)
        before = self._before.get(step, {})
        if before.get("inputs") == needs:
            said = before["article"]
            pairs = {name: tuple(map(tuple, said[name])) for name in ("settled", "sections")}
            article = Article(**{**said, **pairs, "html": Markup(said["html"])})
        else:
            article = render(path)
        self._now[step] = {"inputs": needs, "article": asdict(article)}
        return article

    def files(self, step: str, shown: object, make: Callable[[], Sequence[str]]) -> list[str]:
        """The sorted names of files about a place's rows. The old files are copied where they are as they were written,
        and neither the rows nor what else is `shown` has changed; else `make` makes them and gives their names."""
        needs = {**self._rows, "shown": inputs.digest(repr(shown))}
        before = self._before.get(step, {})
        made: dict[str, str] = before.get("files", {})
        if before.get("inputs") == needs and made == {name: inputs.of_file(self.old / name) for name in made}:
            for name in made:
                (self.new / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(self.old / name, self.new / name)
        else:
            made = {name: inputs.of_file(self.new / name) for name in make()}
        self._now[step] = {"inputs": needs, "files": made}
        return sorted(made)
