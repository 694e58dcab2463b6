"""The order of `make`: acquire a place's files, build its dataset, run its notebooks, publish them, write the site."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from analysis import files, places
from analysis.build import stamps
from analysis.places import Place, sources

Say = Callable[[str], None]


def make(place: Place, say: Say) -> str:
    """Do all of a place that is not up to date, or say what it waits for; gives its line of the score."""
    for name in sources.unlisted(place):
        say(
            f"data/raw/{place.name}/{name} is not in source.toml and was not read; describe it there to use it"
        )
    last = stamps.remembered(place)
    if last.get("inputs") == stamps.inputs(place) and has_records(place):
        return str(last["score"])

    from analysis import build, claims, pages

    files.recover(place.results)
    try:
        acquire(place, say)
    except sources.MissingRecords as missing:
        say(str(missing))
        return claims.waiting(place, len(str(missing).splitlines()))
    build.build(place, say)
    run_notebooks(place, say)
    pages.publish(place, {path.stem: _executed(place) / path.name for path in notebooks()})
    score = claims.score(place, pages.open_claims(place).to_dict("records"))
    stamps.remember(place, inputs=stamps.inputs(place), score=score)
    return score


# Acquire ----------------------------------------------------------------------------------------------------


def has_records(place: Place) -> bool:
    """Whether every file of the place is there, with its checksum."""
    try:
        return bool(sources.locate(place))
    except (sources.MissingRecords, sources.WrongChecksum):
        return False


def acquire(place: Place, say: Say) -> None:
    """See that the place's files are there: a replica's are made, and records are found by checksum."""
    if not place.is_replica:
        sources.locate(place)
        return
    from analysis.upkeep import replica

    if not (has_records(place) and replica.has_planted(place)):  # an older generator's files differ
        say(f"inventing the records of {place.name} (once) …")
        replica.generate(place)


# Notebooks --------------------------------------------------------------------------------------------------


def notebooks(top: Path | None = None) -> list[Path]:
    """The notebooks of the methodology, in reading order."""
    return sorted(((top or places.root()) / "notebooks").glob("0[1-8]-*.ipynb"))


def run_notebooks(place: Place, say: Say) -> None:
    """Run the notebooks of which something has changed since they last ran."""
    *first, last = notebooks()
    _run_stale(place, first, stamps.marks(place, first), say)
    # The last notebook reads what the others settled.
    mark = stamps.after(place, stamps.marks(place, [last])[last.stem], [path.stem for path in first])
    _run_stale(place, [last], {last.stem: mark}, say)


def _run_stale(place: Place, every: Sequence[Path], marks: Mapping[str, str], say: Say) -> None:
    ran = stamps.remembered(place).get("notebooks", {})
    stale = [path for path in every if ran.get(path.stem) != marks[path.stem] or not _is_kept(place, path)]
    if not stale:
        return
    from analysis.notebooks import run

    for path in stale:
        (_executed(place) / path.name).unlink(missing_ok=True)
    try:
        run.run_all(
            stale,
            _executed(place),
            {"place": place.name},
            cwd=places.root() / "notebooks",
            failed=place.processed / "failed",
            progress=lambda line: say(f"{place.name} {line}"),
        )
    finally:
        done = {path.stem: marks[path.stem] for path in every if _is_kept(place, path)}
        stamps.remember(place, notebooks={**ran, **done})


def _executed(place: Place) -> Path:
    return place.processed / "executed"


def _is_kept(place: Place, notebook: Path) -> bool:
    page = place.processed / "pages" / notebook.stem / "page.json"
    return page.is_file() and (_executed(place) / notebook.name).is_file()


# Site -------------------------------------------------------------------------------------------------------


def fresh_site() -> Path | None:
    """The site's first page; the site is made again only where what it is made from has changed."""
    top = places.root()
    made, page = top / "data" / "processed" / "site.txt", top / "site" / "index.html"
    if made.is_file() and page.is_file() and made.read_text() == stamps.site(top):
        return page
    if (found := write_site()) is not None:
        files.write(made, stamps.site(top))
    return found


def write_site() -> Path | None:
    """Write the site of every place from the results that are there; nothing without any."""
    from analysis import reasons, site

    shown = [place for place in places.all_places() if (place.results / "numbers.json").is_file()]
    if not shown:
        return None
    top = places.root()
    files.recover(top / "site")
    table = reasons.rules_table(reasons.load(top / "data" / "hand" / "reasons"))
    return site.build(top, places.all_places(), top / "site", table)
