"""Says which verbs and options `python -m analysis` takes."""

from __future__ import annotations

import argparse
from typing import Any

from analysis.places import LOGS

PLACE = "a folder under data/raw/"
ONE_PLACE: dict[str, Any] = {"help": f"one place only: {PLACE}"}
FLAG: dict[str, Any] = {"action": "store_true"}


class _Parser(argparse.ArgumentParser):
    """Shows what a verb takes where it is given something else: argparse would show the list of verbs."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return found, rest


def parser() -> argparse.ArgumentParser:
    """The parser of a command line; the verb is in `verb`."""
    whole = _Parser(prog="python -m analysis", description="The verbs of the Makefile, for every machine.")
    verbs = whole.add_subparsers(required=True, metavar="verb", dest="verb")
    for name, (says, options) in VERBS.items():
        added = verbs.add_parser(name, help=says, description=says)
        for option, settings in options.items():
            added.add_argument(option, **settings)
    return whole


def _lines_of(what: str) -> dict[str, dict[str, Any]]:
    """The options of a verb that answers about one text, or about one a line."""
    lines = f'read one {what} a line from standard input: the bare text, or a JSON object {{"{what}": …}}'
    return {
        what: {"nargs": "?", "help": f"the {what} as released"},
        "--stdin": {**FLAG, "help": lines},
        "--json": {**FLAG, "help": "answer in JSON, one object a line"},
    }


VERBS: dict[str, tuple[str, dict[str, dict[str, Any]]]] = {
    "all": (
        "rebuild every place that has its records, run the notebooks, print the score",
        {
            "--place": ONE_PLACE,
            "--offline": {**FLAG, "help": "download nothing; OFFLINE=1 in the environment says the same"},
        },
    ),
    "rows": ("the rows behind every number, in a browser, with Datasette", {"--place": ONE_PLACE}),
    "records": ("download records that have a public address, and check them", {"--place": ONE_PLACE}),
    "verify": (
        "rebuild from nothing and fail if results/ would change",
        {
            "--place": ONE_PLACE,
            "--python": {"help": "another Python that has the lock, to rebuild with"},
        },
    ),
    "report": ("the offline site of every place in site/, and as PDF where a Chromium is installed", {}),
    "place": (
        "take released files into a place: new, or more of one that is there",
        {
            "--at": {"required": True, "help": f"the place's name: {PLACE}, such as georgia"},
            "--from": {
                "dest": "given",
                "action": "append",
                "default": [],
                "help": "a file, folder or archive that was released",
            },
            "--by": {"help": "who released the records"},
            "--request": {"help": "number and date of the request"},
            "--cameras": {"help": "whose cameras the logs are about, for all files given"},
            "--zone": {"help": "time zone of the place's days, as America/New_York"},
            "--redacted": {"help": "what the agency took out or masked"},
            "--log": {"help": f"the kind of log, for all files given: {', '.join(LOGS)}"},
            "--own": {"help": "the camera owner's own police, as the log spells it"},
            "--columns": {"help": "what unknown columns are: 'Shoe Size=ignored; Purpose=reason'"},
        },
    ),
    "mask": (
        "write masked copies of a place's released files, with a certificate and a proof",
        {"--place": {"required": True, "help": PLACE}},
    ),
    "cite": (
        "say where records of a released file are found: file, checksum, page or sheet, address; none of their words",
        {
            "records": {
                "nargs": "+",
                "type": int,
                "help": "numbers of records; the first below the header is 1",
            },
            "--place": {"required": True, "help": PLACE},
            "--file": {"default": "", "help": "the released file, where several have such a record"},
        },
    ),
    "field": (
        "every published number known here: reproduced, differs, cannot be checked, or waiting and for what",
        {"--csv": {**FLAG, "help": "print the whole register as CSV"}},
    ),
    "compare": (
        "set places side by side: main measures, denominators, trust grades",
        {"places": {"nargs": "+", "help": "folders under data/raw/ that have results"}},
    ),
    "request": (
        "the letter that asks an agency for its logs",
        {
            option: {"default": "", "help": says}
            for option, says in {
                "--state": "the agency's state, as GA or Georgia; its law is cited where it was read",
                "--agency": "the agency's name",
                "--first": "first day asked for, as 2025-12-01",
                "--last": "last day asked for",
                "--sender": "your name",
                "--address": "your postal address",
                "--email": "your e-mail address",
                "--phone": "your telephone number",
                "--eligible": "why the state's law serves you, where it serves residents or citizens only",
            }.items()
        },
    ),
    "build": (
        "rebuild the tables alone, here or on a cluster",
        {
            "--place": ONE_PLACE,
            "--engine": {
                "choices": ("here", "dask"),
                "default": "here",
                "help": "this machine, or an existing Dask cluster",
            },
            "--scheduler": {"help": "the address of the cluster's scheduler, as tcp://10.0.0.1:8786"},
            "--from": {"dest": "released", "help": "where the released files lie, as s3://bucket/released"},
            "--to": {
                "help": "where the parts are put, as s3://bucket/searches; the place's own folder without it"
            },
        },
    ),
    "test": ("the tests", {}),
    "readme": ("bring the computed parts of README.md and of the library's list up to date", {}),
    "lab": ("JupyterLab in this environment", {}),
    "bench": (
        "speed and memory, beside the alternatives, in one run",
        {
            "--rows": {
                "type": int,
                "help": "synthetic searches in the largest corpus (5 million; a goal is set for 100 million)",
            }
        },
    ),
    "coverage": (
        "simulate every interval and bound that the pages print; fail where one does not hold as often as promised",
        {"--draws": {"type": int, "help": "simulated draws of each (2,000)"}},
    ),
    "twin": (
        "write an invented release in the layout of an open one, of any size, with an account of what is in it",
        {
            "name": {"help": "a place's name, as kenner-la; any other word lists those that there are"},
            "--to": {"required": True, "help": "a new folder; the account is written beside it"},
            "--rows": {"type": int, "help": "rows in all (3,000)"},
            "--seed": {"type": int, "default": 74, "help": "another number gives other rows"},
        },
    ),
    "explain": (
        "say what the rules make of a reason, and why; with --place, how a measure is counted there",
        {
            **_lines_of("reason"),
            "--state": {"help": "the searching agency's state, as IL: DHS may be another department"},
            "--place": {"help": "a place: then what is given is a measure, as immigration_agencies.core"},
            "--unmatched": {**FLAG, "help": "list the rules that matched no reason in any place's results"},
        },
    ),
    "claims": (
        "say how every claim would end by the numbers that are there, without running anything",
        {"places": {"nargs": "*", "help": "folders under data/raw/; all tracked ones without any"}},
    ),
    "agency": (
        "say what the rules make of a name, and why",
        {
            **_lines_of("name"),
            "--unmatched": {**FLAG, "help": "name the lines of data/hand/agencies.csv that match nothing"},
        },
    ),
    "code": (
        "a sheet of reasons for people to code; reads finished sheets back",
        {
            "--place": {"required": True, "help": PLACE},
            "--sheet": {"help": "a finished sheet (XLSX or CSV) to check and keep"},
            "--coder": {"help": "who coded it: a name or a role, kept beside every code"},
        },
    ),
}
"""For each verb what it does, and its options."""
