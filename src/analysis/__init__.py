"""The helper library: from released files to a printed score, in the order in which data flow.

Each module imports only what comes before it.

refused     The base of every error meant for people: its message says all that they need, so no
            traceback is shown.
wording     Says a count with its noun, a noun with its article and the names near an unknown one, as a
            person would.
paths       Makes a path inside a folder of a name that came from outside, or refuses it, and writes out
            what nobody sees.
terminal    Prints what verbs say, with every character that nobody sees as an escape.
toml        Reads TOML by its schema, and names the file, entry or line, the nearest known key and the
            remedy; writes it.
files       Writes a file or a folder whole or not at all: it is made beside its target, and renamed when
            it is finished.
processes   Lets one run at a time write, and leaves no process and no temporary folder of a run behind,
            however it ended.
places      Finds a place's folders and released files, and reads its `source.toml`, whole or not at all.
readers     Turns a container (CSV, XLSX, PDF, Parquet, NDJSON, ZIP) into numbered rows of text, losing
            none.
vendors     Holds what is a fact about one vendor: columns, masks, times, eras, menu, changes; a vendor
            is a folder in here.
reasons     Classifies each distinct reason by the published rules and says which rule and which words
            decided.
agencies    Gives each agency one spelling, a state and a kind; unknown stays unknown.
privacy     Says what of a log may be printed, and masks plates, names and numbers in all else.
repeats     Finds the records that a released file repeats, from all their cells, and keeps of these
            nothing but a count.
searches    Types the rows of a log, marks those that record one search, and answers questions about them
            as one object.
build       Rebuilds a place's dataset from its released files, whole or not at all, and opens what a
            place holds.
intake      Takes released files into a place: copies, recognizes, counts and hashes them, and asks what
            only a person knows.
measures    Computes each published number and table from searches: a register of measures, and pure
            functions for tables.
opened      Opens a place that was built: its searches as one object that knows the place's vocabulary
            and its measures.
masked      Writes masked copies of released files, and a certificate of what was masked and which
            numbers came out the same.
citation    Says where a record of a released file is found, so that it can be cited: file, checksum,
            page, address; no cell.
headlines   Says what a table shows: a finding for the title of its picture, and its values for those who
            cannot see it.
figures     Draws each published figure from one table; no arithmetic.
printed     Reads a number as it was printed, and compares and shows computed ones in its unit and to its
            digits.
claims      Compares computed numbers with what was published and keeps the score.
coding      Draws the samples people read, reads their codes back, and estimates how often the rules are
            wrong.
pages       Gives a notebook its tables, figures, numbers and claims, each captioned and kept as printed.
notebooks   Gives a notebook its parameters, runs it strictly, and strips what differs between identical
            runs.
rows        Finds the rows behind a number, and serves them in a browser with one query for each.
field       Lists every published number that is known here, and how it ended or what it waits for: the
            register of the field.
comparison  Sets places side by side: their main measures with denominators, and how far each place's
            records bear them.
tips        Writes a place's tip sheet: findings for a local reporter, each with its number, a caveat and
            whom to ask what.
site        Turns executed notebooks into one accessible, offline site.
letter      Writes the letter that asks an agency for its logs, with its state's public-records law where
            that is known.
upkeep      Holds what the repository needs for itself: the replica, twins of releases, the benchmark,
            checks, computed pages.
pipeline    The order of `make`: acquire a place's files, build its dataset, run its notebooks, publish
            them, write the site.
lookup      Answers what the rules make of a reason or an agency's name: one that is given, or one a line
            of standard input.
arguments   Says which verbs and options `python -m analysis` takes.
verbs       Does what the verbs of `python -m analysis` promise, each in a few calls of the library.

A notebook needs five of them: `pages` to open its page, `build` to open tables, `measures` to count, `figures`
to draw and, where it speaks of errors, `coding`. From a shell, `python -m analysis --help` lists the verbs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

# Notebooks hold no web identifiers to be checked; building that grammar would take over a second in each process.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

if TYPE_CHECKING:
    from analysis.rows import Shown


def place(name: str) -> Shown:
    """A place that was built, by the name of its folder in data/raw/: `analysis.place("okaloosa").searches`.

    Raises `analysis.places.UnknownPlace`.
    """
    from analysis.rows import open_place  # a verb that opens no place need not wait for pandas and DuckDB

    return open_place(name)
