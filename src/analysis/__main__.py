"""The verbs of the Makefile, for every machine: `python -m analysis <verb>`."""

from __future__ import annotations

import argparse
import contextlib
import errno
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO, cast

from analysis import places, processes
from analysis.paths import visible
from analysis.places import Place, sources
from analysis.refused import ENDED, Refused
from analysis.wording import counted


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; the exit status is 0 only when all it promises was done. No traceback reaches a person.

    Verbs that write into the repository run one at a time; each first removes what a killed one left half-made.
    """
    asked = _parser().parse_args(arguments)
    try:
        with _ended_as_by_ctrl_c(), _alone(asked.verb) if asked.verb in WRITE else contextlib.nullcontext():
            done = int(asked.do(asked) or 0)
            sys.stdout.flush()
        return done
    except BrokenPipeError:  # whoever read the answer, such as `head`, has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _stopped("you ended it. What was finished is kept; the same command goes on from there.", 130)
    except Exception as error:
        return _stopped(_why(error))


WRITE = {"all", "build", "code", "place", "records", "report", "verify"}
"""Verbs of which one runs at a time in a repository."""


@contextlib.contextmanager
def _alone(verb: str) -> Iterator[None]:
    top = places.root()
    with processes.alone(top / "data" / "processed" / "run.lock", f"`{verb}`"):
        processes.clean(top)
        yield


@contextlib.contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Let a request to end, and a terminal that closes, end a verb as Ctrl-C does: with all that it started."""

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    numbers = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stopped(why: str, status: int = 1) -> int:
    with contextlib.suppress(OSError):
        _print(f"\n{ENDED}{why}", file=sys.stderr)
    return status


def _why(error: Exception) -> str:
    """Why a verb ended, in words for people: the error's own where it was made for them."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory. Close other programs, or use a machine with more."
    if _is_full(error):
        return "the disk is full. Nothing half-written was put in place; make room and run the same command again."
    if isinstance(error, OSError) and error.filename:
        return f"{os.path.relpath(os.fsdecode(error.filename))!r} cannot be used: {error.strerror}."
    return _fault(error)


def _is_full(error: Exception) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    by_number = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return by_number or os.strerror(errno.ENOSPC) in str(error)


def _fault(error: Exception) -> str:
    """Keep where an error that nobody foresaw came up, and say how to report it."""
    kept = places.root() / "data" / "processed" / "fault.txt"
    try:
        from analysis import privacy

        report = privacy.fault(error)
    except Exception:  # whatever is wrong with this program may be wrong there too
        report = "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(report, encoding="utf-8", errors="backslashreplace")
    except OSError:
        return f"a fault of this program, {type(error).__name__}, of which no record could be kept."
    return (
        f"a fault of this program, {type(error).__name__}. {os.path.relpath(kept)} says where, without a word of a "
        "record; send it with a report."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="verb")

    def verb(name: str, do: Callable[[argparse.Namespace], int | None], says: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=says, description=says)
        added.set_defaults(do=do, verb=name)
        return added

    for name, do, says in (
        ("all", everything, "rebuild every place that has its records, run the notebooks, print the score"),
        ("rows", rows, "the rows behind every number, in a browser, with Datasette"),
        ("records", records, "download records that have a public address, and check them"),
        ("verify", verify, "rebuild from nothing and fail if results/ would change"),
    ):
        added = verb(name, do, says)
        added.add_argument("--place", help="one place only: a folder under data/raw/")
        if name == "verify":
            added.add_argument("--python", help="another Python that has the lock, to rebuild with")
    verb(
        "report", report, "the offline site of every place in site/, and as PDF where a Chromium is installed"
    )
    _add_place(verb("place", place, "take released files into a place: new, or more of one that is there"))
    compared = verb("compare", compare, "set places side by side: main measures, denominators, trust grades")
    compared.add_argument("places", nargs="+", help="folders under data/raw/ that have results")
    _add_request(verb("request", request, "the letter that asks an agency for its logs"))
    _add_build(verb("build", build_tables, "rebuild the tables alone, here or on a cluster"))
    verb("test", test, "the tests")
    verb("readme", readme, "bring the computed parts of README.md and of the library's list up to date")
    verb("lab", lab, "JupyterLab in this environment")
    added = verb("bench", bench, "speed and memory, beside the alternatives, in one run")
    added.add_argument("--rows", type=int, help="synthetic searches in the largest corpus (100 million)")
    for name, do, what in (("explain", explain, "reason"), ("agency", agency, "name")):
        added = verb(name, do, f"say what the rules make of a {what}, and why")
        added.add_argument(what, nargs="?", help=f"the {what} as released")
        added.add_argument(
            "--stdin",
            action="store_true",
            help=f'read one {what} a line from standard input: the bare text, or a JSON object {{"{what}": …}}',
        )
        added.add_argument("--json", action="store_true", help="answer in JSON, one object a line")
        if name == "explain":
            added.add_argument(
                "--state", help="the searching agency's state, as IL: DHS may be another department"
            )
            added.add_argument(
                "--unmatched",
                action="store_true",
                help="list the rules that matched no reason in any place's results",
            )
    added.add_argument(
        "--unmatched", action="store_true", help="name the lines of data/hand/agencies.csv that match nothing"
    )
    added = verb("code", code, "a sheet of reasons for people to code; reads finished sheets back")
    added.add_argument("--place", required=True, help="a folder under data/raw/")
    added.add_argument("--sheet", help="a finished sheet (XLSX or CSV) to check and keep")
    added.add_argument("--coder", help="who coded it: a name or a role, kept beside every code")
    return parser


def _add_place(parser: argparse.ArgumentParser) -> None:
    given = parser.add_argument
    given("--at", required=True, help="the place's name: a folder under data/raw/, such as georgia")
    given(
        "--from",
        dest="given",
        action="append",
        default=[],
        help="a file, folder or archive that was released",
    )
    for flag, says in (
        ("--by", "who released the records"),
        ("--request", "number and date of the request"),
        ("--cameras", "whose cameras the logs are about, for all files given"),
        ("--zone", "time zone of the place's days, as America/New_York"),
        ("--redacted", "what the agency took out or masked"),
        ("--log", f"the kind of log, for all files given: {', '.join(places.LOGS)}"),
        ("--own", "the camera owner's own police, as the log spells it"),
        ("--columns", "what unknown columns are: 'Shoe Size=ignored; Purpose=reason'"),
    ):
        given(flag, default=None, help=says)


def _add_build(parser: argparse.ArgumentParser) -> None:
    given = parser.add_argument
    given("--place", help="one place only: a folder under data/raw/")
    given(
        "--engine", choices=("here", "dask"), default="here", help="this machine, or an existing Dask cluster"
    )
    given("--scheduler", help="the address of the cluster's scheduler, as tcp://10.0.0.1:8786")
    given("--from", dest="released", help="where the released files lie, as s3://bucket/released")
    given("--to", help="where the parts are put, as s3://bucket/searches; the place's own folder without it")


def _add_request(parser: argparse.ArgumentParser) -> None:
    given = parser.add_argument
    given(
        "--state", default="", help="the agency's state, as GA or Georgia; its law is cited where it was read"
    )
    given("--agency", default="", help="the agency's name")
    given("--first", default="", help="first day asked for, as 2025-12-01")
    given("--last", default="", help="last day asked for")
    given("--sender", default="", help="your name")
    given("--address", default="", help="your postal address")
    given("--email", default="", help="your e-mail address")
    given("--phone", default="", help="your telephone number")
    given(
        "--eligible",
        default="",
        help="why the state's law serves you, where it serves residents or citizens only",
    )


def _print(*lines: object, sep: str = " ", file: TextIO | None = None, flush: bool = False) -> None:
    """Print with every sign that nobody sees as an escape: names of files and texts of a release may hold any."""
    print(*(visible(str(line)) for line in lines), sep=sep, file=file, flush=flush)


def _say(line: str) -> None:
    _print(line, file=sys.stderr, flush=True)


# The main job -----------------------------------------------------------------------------------------------


def everything(asked: argparse.Namespace) -> int:
    """Rebuild, run, publish and score each place; then the site. 1 where a claim ended without explanation."""
    chosen = _chosen(asked.place)
    waits = [place for place in chosen if not place.files]
    lines = [_one_place(place) for place in chosen if place.files]
    page = _fresh_site()
    _print("\n" + "\n".join(filter(None, [*lines, _waiting(waits)])))
    if page:
        _print(f"\nThe pages: {os.path.relpath(page)}")
    return 0


def _waiting(waits: Sequence[Place]) -> str:
    from analysis import claims

    return claims.all_waiting(waits) if waits else ""


def _chosen(name: str | None) -> list[Place]:
    return [places.find(name)] if name else places.all_places()


def _one_place(place: Place) -> str:
    """Do a place's whole job, or say what it waits for; gives its line of the score."""
    from analysis import freshness

    for name in sources.unlisted(place):
        _say(
            f"data/raw/{place.name}/{name} is not in source.toml and was not read; describe it there to use it"
        )
    last = freshness.remembered(place)
    if last.get("inputs") == freshness.inputs(place) and _has_records(place):
        return str(last["score"])
    return _rebuilt(place)


def _has_records(place: Place) -> bool:
    try:
        return bool(sources.locate(place))
    except (sources.MissingRecords, sources.WrongChecksum):
        return False


def _rebuilt(place: Place) -> str:
    from analysis import build, claims, freshness, pages

    pages.recover(place.results)
    try:
        _provide(place)
    except sources.MissingRecords as missing:
        _say(str(missing))
        return claims.waiting(place, len(str(missing).splitlines()))
    build.build(place, _say)
    _run_notebooks(place)
    score = claims.score(place, pages.open_claims(place).to_dict("records"))
    freshness.remember(place, inputs=freshness.inputs(place), score=score)
    return score


def _provide(place: Place) -> None:
    """See that the place's files are there: a replica's are made, and records are found by checksum."""
    if not place.is_replica:
        sources.locate(place)
        return
    from analysis.upkeep import replica

    try:
        sources.locate(place)
        missing = not replica.has_planted(place)
    except (sources.MissingRecords, sources.WrongChecksum):  # of an older generator, where they differ
        missing = True
    if missing:
        _say(f"inventing the records of {place.name} (once) …")
        replica.generate(place)


def notebooks(top: Path | None = None) -> list[Path]:
    """The notebooks of the methodology, in reading order."""
    return sorted(((top or places.root()) / "notebooks").glob("0[1-8]-*.ipynb"))


def _run_notebooks(place: Place) -> None:
    """Run the notebooks that would come out otherwise, and publish what all of them showed."""
    from analysis import freshness, pages

    *first, last = notebooks()
    _run_stale(place, first, freshness.marks(place, first))
    # The last notebook reads what the others settled.
    mark = freshness.after(place, freshness.marks(place, [last])[last.stem], [path.stem for path in first])
    _run_stale(place, [last], {last.stem: mark})
    pages.publish(place, {path.stem: _executed(place) / path.name for path in (*first, last)})


def _executed(place: Place) -> Path:
    return place.processed / "executed"


def _run_stale(place: Place, every: Sequence[Path], marks: Mapping[str, str]) -> None:
    from analysis import freshness

    ran = freshness.remembered(place).get("notebooks", {})
    stale = [path for path in every if ran.get(path.stem) != marks[path.stem] or not _is_kept(place, path)]
    if not stale:
        return
    from analysis import rerun

    for path in stale:
        (_executed(place) / path.name).unlink(missing_ok=True)
    try:
        rerun.run_all(
            stale,
            _executed(place),
            {"place": place.name},
            cwd=places.root() / "notebooks",
            failed=place.processed / "failed",
            progress=lambda line: _say(f"{place.name} {line}"),
        )
    finally:
        done = {path.stem: marks[path.stem] for path in every if _is_kept(place, path)}
        freshness.remember(place, notebooks={**ran, **done})


def _is_kept(place: Place, notebook: Path) -> bool:
    page = place.processed / "pages" / notebook.stem / "page.json"
    return page.is_file() and (_executed(place) / notebook.name).is_file()


def _fresh_site() -> Path | None:
    """The site's first page; the site is made again only where what it is made from has changed."""
    from analysis import freshness

    top = places.root()
    made, page = top / "data" / "processed" / "site.txt", top / "site" / "index.html"
    if made.is_file() and page.is_file() and made.read_text() == freshness.site(top):
        return page
    if (found := _site()) is not None:
        made.write_text(freshness.site(top))
    return found


def _site() -> Path | None:
    """Build the site of every place from the results that are there; nothing without any."""
    from analysis import reasons, site

    shown = [place for place in places.all_places() if (place.results / "numbers.json").is_file()]
    if not shown:
        return None
    top = places.root()
    table = reasons.rules_table(reasons.load(top / "data" / "hand" / "reasons"))
    return site.build(top, places.all_places(), top / "site", table)


def build_tables(asked: argparse.Namespace) -> int:
    """Rebuild the processed tables of each place; on a cluster, its parts there first."""
    from analysis import build

    if asked.engine == "dask" and not asked.scheduler:
        _print(
            "Name the cluster: --scheduler tcp://…; docs/scale.md shows how to start one.", file=sys.stderr
        )
        return 1
    for place in (one for one in _chosen(asked.place) if one.files):
        if asked.engine == "dask":
            _on_cluster(place, asked)
        if not asked.to:
            build.build(place, _say)
            _print(f"{place.name}: {counted(build.count_searches(place), 'search')}")
    return 0


def _on_cluster(place: Place, asked: argparse.Namespace) -> None:
    from analysis import cluster

    if asked.released:
        released = {file.name: f"{asked.released.rstrip('/')}/{file.name}" for file in place.files}
    else:
        released = {name: str(path) for name, path in sources.locate(place).items()}
    to = asked.to.rstrip("/") + "/" + place.name if asked.to else str(place.processed)
    made = cluster.make_parts(place, released, to, asked.scheduler, _say)
    _say(f"{place.name}: {counted(len(made), 'part')} below {to}/parts")


# Places -----------------------------------------------------------------------------------------------------


def place(asked: argparse.Namespace) -> None:
    """Take released files into a place, say what was found in each, and ask what is still open."""
    from analysis import intake

    given = [Path(name).expanduser() for name in asked.given if name]
    answers = intake.Answers(
        by=asked.by or None,
        request=asked.request or None,
        cameras=asked.cameras or None,
        time_zone=asked.zone or None,
        redacted=asked.redacted or None,
        log=asked.log or None,
        own_agency=asked.own or None,
        columns=intake.columns(asked.columns or ""),
    )
    reply = input if sys.stdin.isatty() and sys.stdout.isatty() else None
    taken = intake.take(asked.at, given, answers, datetime.now(UTC).date(), say=_say, reply=reply)
    _print(intake.shown(taken))


def compare(asked: argparse.Namespace) -> None:
    """Set places side by side, each number from the place's own published results."""
    from analysis import comparison

    _print(comparison.shown([comparison.read(places.find(name)) for name in asked.places]))


def request(asked: argparse.Namespace) -> None:
    """Print the request letter; what to check before sending it goes to the error stream, not into the letter."""
    from analysis import letter

    sender = letter.Sender(asked.sender, asked.address, asked.email, asked.phone, asked.eligible)
    if sys.stdin.isatty() and sys.stdout.isatty():
        sender = letter.ask(sender, asked.state, input)
    written = letter.write(asked.state, asked.agency, letter.day(asked.first), letter.day(asked.last), sender)
    _print(written.text)
    _say("\nBefore you send it:\n" + "\n".join(f"- {check}" for check in written.checks))


# The other verbs --------------------------------------------------------------------------------------------


def records(asked: argparse.Namespace) -> None:
    """Download what has a public address, check it, and say where everything lies and what files hold unseen."""
    from analysis import intake, readers

    for place in _chosen(asked.place):
        for path in sources.fetch(place):
            _print(f"downloaded {os.path.relpath(path)}; its checksum is right")
        without = [file for file in place.files if not file.url and not place.is_replica]
        for name in (file.name for file in without):
            _print(f"{place.name}/{name} has no public address: see data/raw/{place.name}/README.md")
        held = {} if place.is_replica else sources.at_hand(place)
        inside = [f"{name}: {one}" for name, path in held.items() for one in readers.left_inside(path, name)]
        for line in intake.look(inside):
            _print(line)


def rows(asked: argparse.Namespace) -> int:
    """Serve the rows behind every number of the places that have been built, on this machine alone."""
    from analysis import rows as behind

    built = [place for place in _chosen(asked.place) if (place.processed / "searches.parquet").is_file()]
    built = [place for place in built if (place.results / "numbers.json").is_file()]
    if not built:
        _print("There are no rows yet: run make first.")
        return 1
    return behind.serve(built, _say, lambda: _alone("rows"))


def report(asked: argparse.Namespace) -> int:
    """Build the site from the results that are there, and print its pages where a Chromium is installed."""
    from analysis import site

    page = _site()
    if page is None:
        _print("There are no results yet: run make first.")
        return 1
    _print(f"The pages: {os.path.relpath(page)}")
    _print(site.pdf(page.parent))
    return 0


def verify(asked: argparse.Namespace) -> int:
    """Rebuild each place in an empty folder and compare its results, byte by byte, with those here."""
    from analysis.upkeep import verification

    return verification.verify(_chosen(asked.place), _say, asked.python or "")


def test(asked: argparse.Namespace) -> int:
    """ruff, mypy and pytest, in this order; every failure is shown."""
    top = places.root()
    checks = (
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["pytest", "-n", "2", "--dist", "loadgroup"],
    )
    ends = [
        subprocess.run([sys.executable, "-m", *check], cwd=top, check=False).returncode for check in checks
    ]
    return max(ends)


def readme(asked: argparse.Namespace) -> None:
    """Write the score, the list of modules, and what is made where, into the pages that hold them."""
    from analysis.upkeep import inventory
    from analysis.upkeep import readme as page

    for path in (*page.write(places.root()), *inventory.write(places.root())):
        _print(f"wrote {os.path.relpath(path)}")


def lab(asked: argparse.Namespace) -> int:
    """Open JupyterLab on the folder of the notebooks, with the whole repository in reach."""
    start = ["--notebook-dir", str(places.root()), "--LabApp.default_url=/lab/tree/notebooks"]
    command = [sys.executable, "-m", "jupyterlab", *start]
    return subprocess.run(command, check=False).returncode


def bench(asked: argparse.Namespace) -> int:
    """Time the main steps on the replica."""
    from analysis.upkeep import benchmark

    return benchmark.run(print, asked.rows) if asked.rows else benchmark.run(print)


def explain(asked: argparse.Namespace) -> None:
    """What the rules make of one reason, or of one a line."""
    from analysis import reasons

    rules = reasons.load(places.root() / "data" / "hand" / "reasons")
    if asked.unmatched:
        tables = sorted((places.root() / "results").glob("*/tables/03-rules.csv"))
        _answer(reasons.never_matched(rules, tables))
        return
    if not asked.stdin:
        said = reasons.explain(_given(asked.reason), rules, asked.state)
        _answer(_json(said.as_dict()) if asked.json else said.as_text())
        return
    for first, lines in _objects_at_hand("reason"):
        for line, answer in zip(lines, reasons.answer_lines(lines, rules, first)):
            if asked.json:
                _answer(_json(answer))
            elif "error" in answer:
                _answer(f"line {answer['line']}: {answer['error']}")
            else:
                one = json.loads(line)
                state = one.get("agency_state") or asked.state
                _answer(reasons.explain(one["reason"], rules, state, one.get("offense_types")).as_text())
        sys.stdout.flush()


def _given(text: str | None) -> str:
    if text is None:
        raise Refused("say what to explain, or pass --stdin")
    return text


def _objects_at_hand(key: str) -> Iterator[tuple[int, list[str]]]:
    """Lines of standard input as they arrive, each as one JSON object, with the number of the first.

    A line that begins with a brace is an object already; the text of any other is put under the key. An empty line
    and one in UTF-16 stay as they are and are answered with what is wrong with them.
    """
    first, rest = 1, b""
    source = cast(io.BufferedReader, sys.stdin.buffer)
    while more := source.read1(1 << 20):
        *whole, rest = (rest + more).split(b"\n")
        if whole:
            yield first, [_as_object(line, key) for line in whole]
            first += len(whole)
    if rest:
        yield first, [_as_object(rest, key)]


def _as_object(line: bytes, key: str) -> str:
    line = line.removeprefix(b"\xef\xbb\xbf").removesuffix(b"\r")
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        return line.decode("utf-8", "surrogateescape")
    try:
        text = line.decode()
    except UnicodeDecodeError:  # as Windows wrote it
        text = line.decode("cp1252", errors="replace")
    return text if not text.strip() or text.lstrip().startswith("{") else json.dumps({key: text})


def _answer(line: str) -> None:
    """Print a line that may hold what no terminal can show, or what moves its cursor."""
    sys.stdout.buffer.write(visible(line).encode("utf-8", "backslashreplace") + b"\n")


def _json(answer: object) -> str:
    """An answer in JSON: letters of any script as they are, but all in escapes where a character cannot be seen."""
    text = json.dumps(answer, ensure_ascii=False)
    return text if visible(text) == text else json.dumps(answer)


def code(asked: argparse.Namespace) -> None:
    """Write a place's sheets of reasons for people to code, or read a finished sheet back."""
    from datetime import date

    from analysis import build, coding, reasons, tallies

    place = places.find(asked.place)
    if not (place.processed / "searches.parquet").is_file():
        raise Refused(f"{place.name} has no searches yet: run make PLACE={place.name} first")
    if asked.sheet and not asked.coder:
        raise Refused("say who coded the sheet: CODER=<name or role>")
    if asked.sheet:
        rules = reasons.load(place.hand / "reasons")
        path = coding.take_back(place, Path(asked.sheet), asked.coder, sorted(rules.topics), date.today())
        _print(f"kept {os.path.relpath(path)}: ids and codes only; the sheet itself stays with you")
        return
    searches = tallies.of(place)
    made = coding.units(searches, coding.task_force(searches, build.open_agreements(place)))
    for path in coding.give_out(place, made):
        _print(f"wrote {os.path.relpath(path)}")
    _print(coding.reading_load(made).to_string(index=False))
    _print(
        f"Fill them in by data/hand/coding/README.md, then: make code PLACE={place.name} SHEET=<file> CODER=<name>"
    )


def agency(asked: argparse.Namespace) -> None:
    """What the rules make of one agency's name, or of one a line."""
    from analysis import agencies

    if asked.unmatched:
        _say_unmatched()
        return
    if not asked.stdin:
        _answer_name(agencies.explain(_given(asked.name)), asked.json)
        return
    for first, lines in _objects_at_hand("name"):
        names = [_name(line) for line in lines]
        answers = iter(agencies.explain_all([name for name in names if isinstance(name, str)]))
        for number, name in enumerate(names, start=first):
            if isinstance(name, str):
                _answer_name(next(answers), asked.json)
            elif asked.json:
                _answer(json.dumps({"line": number, **name}))
            else:
                _answer(f"line {number}: {name['error']}")
        sys.stdout.flush()


def _answer_name(answer: Mapping[str, object], as_json: bool) -> None:
    lines = "\n".join(f"{key}: {value}" for key, value in answer.items())
    _answer(json.dumps(answer, ensure_ascii=True) if as_json else lines)


def _name(line: str) -> str | dict[str, str]:
    """The name that an object holds, or what is wrong with the object; an empty line is an empty name."""
    form = 'give a name a line, bare or as {"name": "Tarnwick TX PD"}'
    if not line.strip():
        return ""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"error": f"this is no JSON ({error}); {form}"}
    name = said.get("name")
    if not isinstance(name, str):
        return {"error": f"'name' is {'not a text' if 'name' in said else 'missing'}; {form}"}
    return name


def _say_unmatched() -> None:
    """Name the reviewed lines whose name no place's records hold: to be looked at, never deleted by a program."""
    from analysis import agencies, build

    built = [place for place in places.all_places() if (place.processed / "searches.parquet").is_file()]
    column = "searching_agency_as_released"
    names = {name for place in built for name in build.open_searches(place, [column])[column].unique()}
    lines = agencies.read_overrides()
    left = agencies.unused(lines, names)
    of = f"{len(left)} of {len(lines)} lines of data/hand/agencies.csv"
    _print(f"{of} match no name in the records of any place built here")
    _print(*left, sep="\n")


if __name__ == "__main__":
    sys.exit(main())
