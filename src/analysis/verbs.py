"""Does what the verbs of `python -m analysis` promise, each in a few calls of the library."""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from analysis import places, processes
from analysis.places import Place, sources
from analysis.refused import Refused
from analysis.terminal import say, show
from analysis.upkeep import verbs as upkeep
from analysis.wording import counted

WRITE = {"all", "build", "code", "mask", "place", "records", "report", "verify"}
"""Verbs of which one runs at a time in a repository."""


@contextlib.contextmanager
def alone(verb: str) -> Iterator[None]:
    """Keep other runs out of the repository, and first remove what a killed one left half-made."""
    top = places.root()
    with processes.alone(top / "data" / "processed" / "run.lock", f"`{verb}`"):
        processes.clean(top)
        yield


# The main job -----------------------------------------------------------------------------------------------


def everything(args: argparse.Namespace) -> None:
    """Rebuild, run, publish and score each place; then the site."""
    from analysis import pipeline

    if not args.offline:
        pipeline.fetch_small(_chosen(args.place), say)
    chosen = _chosen(args.place)
    waits = [place for place in chosen if not (args.place and place.files) and pipeline.waits(place)]
    lines = pipeline.make([place for place in chosen if place not in waits], say)
    page = pipeline.fresh_site()
    if waits:
        from analysis import claims

        lines.append(claims.all_waiting(waits))
    show("\n" + "\n".join(filter(None, lines)))
    if page:
        show(f"\nThe pages: {os.path.relpath(page)}")


def _chosen(name: str | None) -> list[Place]:
    return [places.find(name)] if name else places.all_places()


def build_tables(args: argparse.Namespace) -> int:
    """Rebuild the processed tables of each place; on a cluster, its parts there first."""
    from analysis import build

    if args.engine == "dask" and not args.scheduler:
        show("Name the cluster: --scheduler tcp://…; docs/scale.md shows how to start one.", file=sys.stderr)
        return 1
    for place in (place for place in _chosen(args.place) if place.files):
        if args.engine == "dask":
            _on_cluster(place, args)
        if not args.to:
            build.build(place, say)
            show(f"{place.name}: {counted(build.count_searches(place), 'search')}")
    return 0


def _on_cluster(place: Place, args: argparse.Namespace) -> None:
    from analysis.build import cluster

    if args.released:
        released = {file.name: f"{args.released.rstrip('/')}/{file.name}" for file in place.files}
    else:
        place, paths = sources.located(sources.learn(place))
        released = {name: str(path) for name, path in paths.items()}
    to = args.to.rstrip("/") + "/" + place.name if args.to else str(place.processed)
    cluster.build_on(place, released, to, args.scheduler, say)
    say(f"{place.name}: {counted(len(place.files), 'part')} below {to}")


# Places -----------------------------------------------------------------------------------------------------


def place(args: argparse.Namespace) -> None:
    """Take released files into a place, say what was found in each, and ask what is still open."""
    from analysis import intake

    given = [Path(name).expanduser() for name in args.given if name]
    answers = intake.Answers(
        released_by=args.by or None,
        request=args.request or None,
        cameras=args.cameras or None,
        time_zone=args.zone or None,
        redacted=args.redacted or None,
        log=args.log or None,
        own_agency=args.own or None,
        columns=intake.columns(args.columns or ""),
    )
    reply = input if sys.stdin.isatty() and sys.stdout.isatty() else None
    taken = intake.take(args.at, given, answers, datetime.now(UTC).date(), say=say, reply=reply)
    show(intake.shown(taken))


def compare(args: argparse.Namespace) -> None:
    """Set places side by side, each number from the place's own published results."""
    from analysis import comparison

    show(comparison.shown([comparison.read(places.find(name)) for name in args.places]))


def field(args: argparse.Namespace) -> None:
    """Every published number of the repository's own places and of the pieces without one, and how it ended."""
    from analysis import field as register

    found = register.entries(places.root(), places.tracked())
    if args.csv:
        sys.stdout.buffer.write(register.csv(found))
    else:
        show(register.shown(found))


def request(args: argparse.Namespace) -> None:
    """Print the request letter; what to check before sending it goes to the error stream, not into the letter."""
    from analysis import letter

    sender = letter.Sender(args.sender, args.address, args.email, args.phone, args.eligible)
    if sys.stdin.isatty() and sys.stdout.isatty():
        sender = letter.ask(sender, args.state, input)
    written = letter.write(args.state, args.agency, letter.day(args.first), letter.day(args.last), sender)
    show(written.text)
    say("\nBefore you send it:\n" + "\n".join(f"- {check}" for check in written.checks))


def mask(args: argparse.Namespace) -> None:
    """Write masked copies of a place's released files, and say what to paste and which numbers came out the same."""
    from analysis import masked

    folder, made, proof = masked.make(places.find(args.place), say)
    for one in made:
        show(
            f"\n{os.path.relpath(folder / one.path.name)}: {counted(one.records, 'record')}. Below its [[file]]:\n"
        )
        show(masked.pasted(one.file))
    show("\n".join(proof))
    show(
        f"\nThe certificate: {os.path.relpath(folder / masked.CERTIFICATE)}. Read the copies before you hand them out."
    )


def cite(args: argparse.Namespace) -> None:
    """Print a citation of each of these records."""
    from analysis import citation

    show("\n".join(citation.of_records(places.find(args.place), args.records, args.file)))


# The other verbs --------------------------------------------------------------------------------------------


def records(args: argparse.Namespace) -> int:
    """Download what has a public address, check it, and say what has none and what files hold unseen."""
    from analysis import pipeline

    return 0 if pipeline.fetch_all(_chosen(args.place), show, say) else 1


def rows(args: argparse.Namespace) -> int:
    """Serve the rows behind every number of the places that have been built, on this machine alone."""
    from analysis import rows as behind
    from analysis.build import dataset

    built = [place for place in _chosen(args.place) if dataset.is_built(place)]
    built = [place for place in built if (place.results / "numbers.json").is_file()]
    if not built:
        show("There are no rows yet: run make first.")
        return 1
    return behind.serve(built, say, lambda: alone("rows"))


def report(args: argparse.Namespace) -> int:
    """Build the site from the results that are there, and print its pages where a Chromium is installed."""
    from analysis import pipeline, site

    page = pipeline.write_site()
    if page is None:
        show("There are no results yet: run make first.")
        return 1
    show(f"The pages: {os.path.relpath(page)}")
    show(site.pdf(page.parent))
    return 0


def verify(args: argparse.Namespace) -> int:
    """Rebuild each place in an empty folder and compare its results, byte by byte, with those here."""
    from analysis.upkeep import verification

    return verification.verify(_chosen(args.place), say, args.python or "")


def lab(args: argparse.Namespace) -> int:
    """Open JupyterLab on the folder of the notebooks, with the whole repository in reach."""
    start = ["--notebook-dir", str(places.root()), "--LabApp.default_url=/lab/tree/notebooks"]
    command = [sys.executable, "-m", "jupyterlab", *start]
    return subprocess.run(command, check=False).returncode


def code(args: argparse.Namespace) -> None:
    """Write a place's sheets of reasons for people to code, or read a finished sheet back."""
    from datetime import date

    from analysis import build, coding, opened, reasons
    from analysis.build import dataset

    place = places.find(args.place)
    if not dataset.is_built(place):
        raise Refused(f"{place.name} has no searches yet: run make PLACE={place.name} first")
    if args.sheet and not args.coder:
        raise Refused("say who coded the sheet: CODER=<name or role>")
    if args.sheet:
        rules = reasons.load(place.hand / "reasons")
        path = coding.take_back(place, Path(args.sheet), args.coder, sorted(rules.topics), date.today())
        show(f"kept {os.path.relpath(path)}: ids and codes only; the sheet itself stays with you")
        return
    searches = opened.Opened(place).searches
    made = coding.units(searches, coding.task_force(searches, build.open_agreements(place)))
    for path in coding.give_out(place, made):
        show(f"wrote {os.path.relpath(path)}")
    show(coding.reading_load(made).to_string(index=False))
    show(
        f"Fill them in by data/hand/coding/README.md, then: make code PLACE={place.name} SHEET=<file> CODER=<name>"
    )


def _lookup(args: argparse.Namespace) -> int | None:
    from analysis import lookup

    return {"explain": lookup.explain, "agency": lookup.agency, "claims": lookup.claims}[args.verb](args)


DO: dict[str, Callable[[argparse.Namespace], int | None]] = {
    "all": everything,
    "rows": rows,
    "records": records,
    "verify": verify,
    "report": report,
    "place": place,
    "field": field,
    "compare": compare,
    "request": request,
    "build": build_tables,
    "test": upkeep.test,
    "readme": upkeep.readme,
    "lab": lab,
    "mask": mask,
    "cite": cite,
    "bench": upkeep.bench,
    "coverage": upkeep.coverage,
    "twin": upkeep.twin,
    "explain": _lookup,
    "claims": _lookup,
    "agency": _lookup,
    "code": code,
}
"""The function of each verb; its number, if it gives one, is the exit status."""
