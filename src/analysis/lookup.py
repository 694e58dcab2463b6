"""Answers what the rules make of a reason or an agency's name: one that is given, or one a line of standard input."""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from analysis import places
from analysis.paths import visible
from analysis.refused import Refused
from analysis.wording import counted, near

if TYPE_CHECKING:
    from analysis.measures.columns import Name


def explain(args: argparse.Namespace) -> None:
    """What the rules make of one reason, or of one a line; of a measure, how it is counted."""
    from analysis import reasons

    if args.place:
        _explain_measure(_given(args.reason), args.place)
        return
    rules = reasons.load(places.root() / "data" / "hand" / "reasons")
    if args.unmatched:
        tables = sorted((places.root() / "results").glob("*/tables/03-rules.csv"))
        _answer(reasons.never_matched(rules, tables))
        return
    if not args.stdin:
        said = reasons.explain(_given(args.reason), rules, args.state)
        _answer(_json(said.as_dict()) if args.json else said.as_text())
        if not args.json and re.fullmatch(r"[a-z0-9_.]+", args.reason):
            _say_if_a_measure(args.reason)
        return
    for first, lines in _objects_at_hand("reason"):
        for line, answer in zip(lines, reasons.answer_lines(lines, rules, first)):
            if args.json:
                _answer(_json(answer))
            elif "error" in answer:
                _answer(f"line {answer['line']}: {answer['error']}")
            else:
                record = json.loads(line)
                state = record.get("agency_state") or args.state
                _answer(
                    reasons.explain(record["reason"], rules, state, record.get("offense_types")).as_text()
                )
        sys.stdout.flush()


def _say_if_a_measure(text: str) -> None:
    """Say how to have a measure or a condition explained, where its name was taken for a reason."""
    from analysis.measures import MEASURES, NAMES

    if text in MEASURES or text in NAMES:
        kind = "a measure" if text in MEASURES else "a column" if NAMES[text].unit else "a condition"
        _answer(f"{text} is also {kind}. To see how it is counted, add --place and a place that has results.")


def _explain_measure(name: str, place_name: str) -> None:
    """What a measure is, its value in each scope of a place, its SQL, and where its rows are; or what a condition is.

    Of a place that was not rebuilt here the values are those published.
    """
    from analysis import measures, pages
    from analysis.build import dataset
    from analysis.opened import Opened

    place = places.find(place_name)
    if name in measures.NAMES:
        _answer("\n".join(map(_meaning, measures.names_in(name))))
        return
    if name not in measures.MEASURES:
        close = near(name, [*measures.MEASURES, *measures.NAMES])
        raise Refused(f"there is no measure, condition or column {name!r}{close}")
    measure = measures.measure(name)
    lines = [f"{name}: {measure.says} ({measure.unit})"]
    if measure.has_rows and dataset.is_built(place):
        numbers = Opened(place).count(name)
    elif (place.results / "numbers.json").is_file():
        numbers = pages.open_numbers(place)
    else:
        raise Refused(f"{place_name} has no numbers yet: run make PLACE={place_name} first")
    found = [number for number in numbers if number["measure"] == name]
    lines += [_of_scope(number) for number in found]
    if not measure.has_rows:
        where = sorted({number["notebook"] for number in found})
        lines.append(f"computed by a function, not from a query of rows: notebook {', '.join(where) or '-'}")
    else:
        words = measures.names_in(f"{measure.where} {measure.column} {measure.of} {measure.having}")
        lines += [f"  {_meaning(word)}" for word in words]
        lines += ["SQL on the table `searches` of measures.sql:", f"  {measure.select()}"]
        lines += ["its rows:", f"  analysis.place({place_name!r}).searches.behind({name!r}).frame()"]
    _answer("\n".join(lines))


def _meaning(word: Name) -> str:
    """A word of the vocabulary with what it means and its SQL."""
    says = word.says if word.unit else f"the search {word.says}"
    return f"{word.name}: {says}: {word.sql}"


def _of_scope(number: Mapping[str, Any]) -> str:
    from analysis.measures import formatted

    shown = formatted(number["value"], number["unit"], number.get("because", ""))
    parts = [
        f"{name} {number[name]:,}" for name in ("numerator", "denominator") if number.get(name) is not None
    ]
    return f"  {number['scope']}: {shown}" + (f" ({', '.join(parts)})" if parts else "")


def claims(args: argparse.Namespace) -> int:
    """How the claims of places would end by the numbers that are there; nothing is run."""
    from analysis import claims as register
    from analysis import pages
    from analysis.build import dataset
    from analysis.measures import lookup as by_scope
    from analysis.opened import Opened

    problems: list[str] = []
    for place in [places.find(name) for name in args.places] or places.tracked():
        loaded = register.load(place)
        if not (place.results / "numbers.json").is_file():
            if loaded:
                _answer(
                    f"{place.name}: {len(loaded)} claims read; there are no numbers yet: run make PLACE={place.name}"
                )
            continue
        countable = [claim for claim in loaded if dataset.is_built(place) or not claim.among]
        left_out, loaded = len(loaded) - len(countable), countable
        opened, numbers = Opened(place), by_scope(pages.open_numbers(place))
        ends = [
            register.settle(claim, register.counted(claim, opened) if claim.among else numbers, place)
            for claim in loaded
        ]
        kept = pages.open_claims(place).to_dict("records") if (place.results / "claims.csv").is_file() else []
        rows = register.weighed(
            register.table(ends).to_dict("records"), loaded, {row["id"]: row for row in kept}
        )
        for row in rows:
            _answer(
                f"{row['id']}: {row['outcome']}: published {register.printed(row)}, computed {row['computed'] or '-'}"
            )
        for slip in register.never_met(loaded, opened) if dataset.is_built(place) else ():
            _answer(f"{place.name}: a claim's filter finds nothing: {slip}")
        if left_out:
            _answer(
                f"{place.name}: {counted(left_out, 'claim')} about some of the searches cannot be counted before the "
                f"place is rebuilt here: run make PLACE={place.name}"
            )
        wrong = register.problems(loaded, rows)
        problems += wrong
        if not left_out and not wrong:  # a score says that reasons are given
            _answer(register.score(place, rows))
    for problem in problems:
        _answer(problem)
    return int(bool(problems))


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


def agency(args: argparse.Namespace) -> None:
    """What the rules make of one agency's name, or of one a line."""
    from analysis import agencies

    if args.unmatched:
        _say_unmatched()
        return
    if not args.stdin:
        _answer_name(agencies.explain(_given(args.name)), args.json)
        return
    for first, lines in _objects_at_hand("name"):
        names = [_name(line) for line in lines]
        answers = iter(agencies.explain_all([name for name in names if isinstance(name, str)]))
        for number, name in enumerate(names, start=first):
            if isinstance(name, str):
                _answer_name(next(answers), args.json)
            elif args.json:
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
        return {"error": f"this is not JSON ({error}); {form}"}
    name = said.get("name")
    if not isinstance(name, str):
        return {"error": f"'name' is {'not a text' if 'name' in said else 'missing'}; {form}"}
    return name


def _say_unmatched() -> None:
    """Name the reviewed lines whose name no place's records hold: to be looked at, never deleted by a program."""
    from analysis import agencies, build
    from analysis.build import dataset

    built = [place for place in places.all_places() if dataset.is_built(place)]
    column = "searching_agency_as_released"
    names = {name for place in built for name in build.open_searches(place, [column])[column].unique()}
    lines = agencies.read_overrides()
    left = agencies.unused(lines, names)
    how_many = f"{len(left)} of {len(lines)} lines of data/hand/agencies.csv"
    _answer(f"{how_many} match no name in the records of any place built here")
    for line in left:
        _answer(line)
