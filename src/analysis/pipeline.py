"""The order of `make`: acquire a place's files, build its dataset, run its notebooks, publish them, write the site."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path

from analysis import files, notebooks, places, processes
from analysis.build import inputs, stamps
from analysis.build.dataset import Folder
from analysis.places import Place, sources
from analysis.refused import Refused

Say = Callable[[str], None]


def make(chosen: Sequence[Place], say: Say) -> list[str]:
    """Bring all of these places up to date, or say what they wait for; gives each one's line of the score.

    They are built one after the other. While a place's notebooks run the next one is built, and while its pages are
    published the notebooks of the next one run, so that few processors stand idle. Raises what stopped the first
    place that could not be made, once those before it are done.
    """
    running, publishing = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    scores: list[Future[str]] = []
    ending: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext
    try:
        for place in chosen:
            if any(score.done() and score.exception() for score in scores):
                break
            try:
                ready = _build(place, say)
            except Refused:
                for score in scores:
                    score.result()
                raise
            if isinstance(ready, str):
                scores.append(publishing.submit(str, ready))
                continue
            ran = running.submit(_run_first, place, say)
            scores.append(publishing.submit(_publish_after, ran, place, ready, say))
        return [score.result() for score in scores]
    except KeyboardInterrupt:
        ending = processes.all_ended
        raise
    finally:
        with ending():
            for pool in (running, publishing):
                pool.shutdown(cancel_futures=True)


def _build(place: Place, say: Say) -> Place | str:
    """Build a place's dataset, and give the place as it is read; or its line of the score, where nothing is to be
    done."""
    for name in sources.unlisted(place):
        say(
            f"data/raw/{place.name}/{name} is not in source.toml and was not read; describe it there to use it"
        )
    stamped, read = stamps.of(place), _as_read(place)
    if read and stamped.is_fresh("results", inputs.results(read)):
        return str(stamped.steps()["results"]["score"])

    from analysis import build, claims
    from analysis.notebooks import run

    files.recover(place.results)
    try:
        read = acquire(place, say)
    except sources.MissingRecords as missing:
        say(str(missing))
        return claims.waiting(place, len(place.files) - len(sources.at_hand(place)))
    run.prepare()
    build.build(place, say)
    return read


def _publish_after(ran: Future[None], place: Place, read: Place, say: Say) -> str:
    ran.result()
    return _publish(place, read, say)


def _publish(place: Place, read: Place, say: Say) -> str:
    """Run the last notebook of a place and publish all of them; gives the place's line of the score."""
    from analysis import claims, pages, tips

    _run_last(place, say)
    pages.publish(place, {path.stem: _executed(place) / path.name for path in notebooks.methodology()})
    tips.write(place)
    score = claims.score(place, pages.open_claims(place).to_dict("records"))
    stamps.of(place).record({"results": {"inputs": inputs.results(read), "score": score}})
    return score


# Fetch ------------------------------------------------------------------------------------------------------

SILENCE, ALL_MAY_TAKE = 10, 180
"""Seconds that a server may say nothing, and that all downloads of one `make` may take: it is about something else."""


def fetch_small(chosen: Sequence[Place], say: Say) -> None:
    """Download what is public, small and missing of the places, where there is a network, and go on without it.

    A place whose files are large, or that gave an error, is left to `make records`, and not tried again that day.
    Nothing is downloaded where the environment's OFFLINE is set.
    """
    wanted = (
        [place for place in chosen if _is_wanted(place)]
        if os.environ.get("OFFLINE", "0") in ("", "0")
        else []
    )
    if not wanted:
        return
    first = sources.address(wanted[0], sources.public(wanted[0])[0], seconds=3)
    if not first.is_there():
        say(
            f"{first.host} does not answer, so nothing is downloaded; what is here is used (OFFLINE=1 asks nobody)"
        )
        return
    until = time.monotonic() + ALL_MAY_TAKE
    for place in wanted:
        try:
            size = sources.size_of_public(place, SILENCE)
            if size is not None and size <= sources.SMALL:
                sources.fetch(place, say=say, seconds=SILENCE, until=until)
                continue
        except sources.NoAnswer as error:
            say(str(error))
            return
        except Refused as error:
            say(str(error))
        stamps.of(place).record({_LEFT: {"inputs": _as_of_today(place)}})


def fetch_all(chosen: Sequence[Place], show: Say, say: Say) -> bool:
    """Download whatever is public and missing of the places, and show what has no address and what files hold unseen.

    What one place refuses is said and stops no other; gives whether nothing was refused.
    """
    from analysis import intake, readers

    refused, silent = False, set[str]()
    for wanted in chosen:
        try:
            sources.fetch(sources.learn(wanted), say=show, silent=silent)
        except Refused as error:
            refused = True
            say(str(error))
        place = places.find(wanted.name)
        if place.is_replica:
            continue
        for file in place.files:
            if not (file.url or (file.masked and file.masked.url)):
                show(f"{place.name}/{file.name} has no public address: see data/raw/{place.name}/README.md")
        with contextlib.suppress(sources.WrongChecksum):  # said above
            held = sources.at_hand(place).items()
            inside = [f"{name}: {line}" for name, path in held for line in readers.left_inside(path, name)]
            for line in intake.look(inside):
                show(line)
    return not refused


_LEFT = "left to make records"


def _as_of_today(place: Place) -> dict[str, str]:
    return {"day": str(date.today()), **{file.name: str(file.url) for file in place.files}}


def _is_wanted(place: Place) -> bool:
    if place.is_replica or not any(file.url or file.masked for file in place.files):
        return False
    if all((place.raw / file.name).is_file() for file in place.files):
        return False
    known = sum(file.bytes or 0 for file in place.files if file.url)
    if known > sources.SMALL or stamps.of(place).is_fresh(_LEFT, _as_of_today(place)):
        return False
    with contextlib.suppress(Refused):  # a file that is wrong is spoken of where it is read
        return bool(sources.public(place))
    return False


# Acquire ----------------------------------------------------------------------------------------------------


def _as_read(place: Place) -> Place | None:
    """The place as it is read; None unless every file of it is there, with its checksum."""
    try:
        return sources.located(place)[0]
    except (sources.MissingRecords, sources.WrongChecksum):
        return None


def acquire(place: Place, say: Say) -> Place:
    """See that the place's files are there: a replica's are made, and records are found by checksum. Gives the place
    as it is read."""
    if not place.is_replica:
        return sources.located(sources.learn(place))[0]
    from analysis.upkeep import replica

    if not (_as_read(place) and replica.has_planted(place)):  # an older generator's files differ
        say(f"inventing the records of {place.name} (once) …")
        replica.generate(place)
    return place


def waits(place: Place) -> bool:
    """Whether a place has neither results nor any of its files: then it waits, and is only counted."""
    return not place.files or not ((place.results / "claims.csv").is_file() or sources.at_hand(place))


# Notebooks --------------------------------------------------------------------------------------------------


def run_notebooks(place: Place, say: Say) -> None:
    """Run the notebooks of which something has changed since they last ran."""
    _run_first(place, say)
    _run_last(place, say)


def _run_first(place: Place, say: Say) -> None:
    *first, _ = notebooks.methodology()
    _run_stale(place, {path: inputs.notebook(place, path) for path in first}, say)


def _run_last(place: Place, say: Say) -> None:
    """Run the last notebook, which reads what the others settled."""
    *first, last = notebooks.methodology()
    _run_stale(place, {last: inputs.notebook(place, last, [path.stem for path in first])}, say)


def _run_stale(place: Place, needs: Mapping[Path, Mapping[str, str]], say: Say) -> None:
    stamped = stamps.of(place)
    stale = [
        path
        for path in needs
        if not (stamped.is_fresh(f"notebook {path.stem}", needs[path]) and _is_kept(place, path))
    ]
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
        done = [path for path in stale if _is_kept(place, path)]
        stamped.record({f"notebook {path.stem}": {"inputs": needs[path]} for path in done})


def _executed(place: Place) -> Path:
    return place.processed / "executed"


def _is_kept(place: Place, notebook: Path) -> bool:
    page = place.processed / "pages" / notebook.stem / "page.json"
    return page.is_file() and (_executed(place) / notebook.name).is_file()


# Site -------------------------------------------------------------------------------------------------------


def fresh_site() -> Path | None:
    """The site's first page; the site is made again only where what it is made from has changed."""
    top = places.root()
    stamped, page = stamps.Stamps(Folder(top / "data" / "processed")), top / "site" / "index.html"
    if page.is_file() and stamped.is_fresh("site", inputs.site(top)):
        return page
    if (found := write_site()) is not None:
        stamped.record({"site": {"inputs": inputs.site(top)}})
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
