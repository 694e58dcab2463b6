"""A corpus of hostile releases: every quirk of real exports in every container, made anew for each test run.

Each file knows what was written into it: how many records, which of them are no searches and why, and the reasons
word for word. Every name in it is invented.
"""

import gzip
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial

import containers

HEADER = [
    "ID", " Name", " Org Name", " Total Networks Searched", " Total Devices Searched", " Time Frame",
    " License Plate", " Reason", " Case #", " Filters", " Search Time", " Search Type", " Text Prompt", " Moderation",
]  # fmt: skip
SHORTER = ["Name", "Org Name", "Total Networks Searched", "Reason", "Search Time", "Search Type"]
FRAME = "12/01/2025, 01:00:00 AM UTC\n12/02/2025, 01:00:00 AM UTC"
REASON, TIME, MODERATION, ID = 7, 10, 13, 0
SYSTEM = "An issue was identified that caused the system to initiate unprocessed search activity"


@dataclass(frozen=True)
class Good:
    """A file that is read: its records in all, those that are no searches by why, the others' reasons in order."""

    name: str
    write: Callable[[], bytes]
    records: int
    aside: Counter
    reasons: tuple[str, ...]

    @cached_property
    def data(self) -> bytes:
        return self.write()  # not before a test reads it: every process that runs tests lists all of them


@dataclass(frozen=True)
class Bad:
    """A file that is refused whole, and what the refusal must say."""

    name: str
    data: bytes
    says: str


def row(number, reason="theft", **changes):
    """One invented search; `changes` are by the number of the cell."""
    cells = [
        f"{number:08x}-0000-4000-8000-000000000000", "O. Inv", "Quellmere GA PD", "1480", "20000", FRAME, "XX0XX00",
        reason, "25-77", "SUV", f"12/02/2025, 12:{number // 60 % 60:02}:{number % 60:02} AM UTC", "lookup", "", "",
    ]  # fmt: skip
    for at, text in changes.items():
        cells[int(at.removeprefix("c"))] = text
    return cells


WORDS = (
    "N/A", "None", "null", "nan", "007", "1E5", "1480.0", "TRUE", "-", "#N/A", "'", '"', 'he said "stop"', "a, b; c",
    "a\tb", "=1+1", "@SUM(A1)", "+1", "<script>alert(1)</script>", "[x](javascript:1)", "$x$", "| a | b |", "\\", "%s",
    " two  blanks ", "Burglary - ", "line one\nline two", "caf\u00e9", "\u201ccurly\u201d", "en\u2013dash",
)  # fmt: skip
"""Reasons that a careless reader changes; all of them can be written in cp1252."""
FAR = (
    "日本語",
    "🚓 pursuit",
    "e\u0301",
    "\u202eright to left",
    "\u2028 separator",
    "zero\u200bwidth",
    "——",
    "***",
)
"""Reasons that need Unicode, and two masks."""


ODD = (
    "", " ", "0", "-1", "1e308", "9" * 40, "-0.0", "1,480", "nan", "NaN", "inf", "None", "NULL", "N/A", "NaT", "TRUE",
    "***", "REDACTED", "(b)(6)", "\u2014\u2014", "=1+1", "@SUM(A1)", "+1", "'", '"', "a;b|c\td", "line\nline\r\nline",
    "\x01\x1b[31m\x7f", "\u202eright to left", "zero\u200bwidth\ufeff", "e\u0301\u0327", "\U0001f693", "\uff11\uff12",
    "<script>alert(1)</script>", "[x](javascript:1)", "$x$", "a" * 10_000, "1/1/0001", "13/05/2025 14:07", "06/05/2025",
    "01/01/0001, 12:00:00 AM UTC", "12/31/1969, 11:59:59 PM UTC", "01/01/3025, 12:00:00 AM UTC",
    "12/31/9999, 11:59:59 PM UTC", "9999-12-31 23:59:59", "0000-00-00", "2025-12-02T07:05:09+99:00", "45993.5",
    "99999.9", "Sept 3, 2025 2:05 PM", "24:00",
    "12/31/9999, 11:59:59 PM UTC\n01/01/0001, 12:00:00 AM UTC",
    "12/31/1969, 11:59:55 PM UTC\n01/01/1970, 12:00:05 AM UTC",
    "12/02/2025, 12:00:00 AM UTC\n01/19/2038, 03:14:07 AM UTC",
    "12/02/2025, 12:00:00 AM UTC\n12/01/2025, 12:00:00 AM UTC",
)  # fmt: skip
"""What stands in a cell now and then, and what somebody may have put there."""


def every_odd_cell():
    """A log in which each cell takes each odd value once, the others of its row as usual; how many records it has."""
    rows = [
        row(at * len(ODD) + n, **{f"c{at}": odd}) for at in range(len(HEADER)) for n, odd in enumerate(ODD)
    ]
    return containers.delimited([HEADER, *rows]), len(rows)


@dataclass
class Log:
    """What a quirk wrote: rows, how many records they are, and what becomes of each."""

    rows: list
    records: int
    aside: dict = field(default_factory=dict)
    reasons: tuple = ()


def _log(reasons, **more):
    return Log(
        [HEADER, *(row(n, reason) for n, reason in enumerate(reasons))],
        len(reasons),
        reasons=tuple(reasons),
        **more,
    )


def plain():
    return _log(["theft", "stolen car", ""])


def many():
    return _log([f"reason {n}" for n in range(3000)])


def words():
    return _log(WORDS)


def far_words():
    return _log(FAR)


def header_only():
    return _log([])


def repeated_header():
    return Log([HEADER, row(1), HEADER, row(2, "two"), HEADER], 4, {"repeated header": 2}, ("theft", "two"))


def total_line():
    total = ["Total", *[""] * 2, "2960", *[""] * 10]
    return Log([HEADER, row(1), row(2), total], 3, {"total line": 1}, ("theft", "theft"))


def blank_records():
    blank = [""] * 14
    rows = [HEADER, row(1), blank, blank, row(2, "two")]
    return Log(rows, 4, {"blank record": 2}, ("theft", "two"))


def bad_times():
    times = ["", "13/45/2025, 01:00:00 AM UTC", "yesterday", "12/02/2025, 01:00:00 AM XYZ"]
    rows = [HEADER, row(1), *(row(n, c10=time) for n, time in enumerate(times, 2))]
    return Log(rows, 5, {"no search time": 1, "search time not readable": 3}, ("theft",))


def machine_rows():
    return Log([HEADER, row(1), row(2, c13=SYSTEM)], 2, {"system activity of the vendor": 1}, ("theft",))


def equal_rows():
    return Log([HEADER, *[row(1)] * 5], 5, reasons=("theft",) * 5)


def masked_ids():
    return Log([HEADER, *(row(n, c0="***") for n in range(3))], 3, reasons=("theft",) * 3)


def loud_header():
    return Log([[f"  {name.upper()} " for name in HEADER], row(1)], 1, reasons=("theft",))


def other_order():
    return Log([line[::-1] for line in (HEADER, row(1), row(2, "two"))], 2, reasons=("theft", "two"))


def helper_columns():
    rows = [[*HEADER, "", "1"], [*row(1), "", "1"], [*[""] * 14, "", "1"], [*row(2, "two"), "", "1"]]
    return Log(rows, 3, {"blank record": 1}, ("theft", "two"))


def long_cell():
    return _log(["x" * 30_000, "short"])


def above_header():
    rows = [["Released by Tarnwick"], ["Request 12"], HEADER, row(1)]
    return Log(rows, 3, {"above the header": 2}, ("theft",))


def stacked_exports():
    rows = [HEADER, row(1), SHORTER, ["O. Inv", "Quellmere GA PD", "5", "two", row(2)[TIME], "lookup"]]
    return Log(rows, 3, {"repeated header": 1}, ("theft", "two"))


def odd_widths():
    rows = [HEADER, row(1), [*row(2), "extra"], row(3)[:-2], row(4, "two")]
    # The third lacks its last two cells, which are empty in such a row: nothing of it is missing.
    return Log(rows, 4, {"wrong number of cells": 1}, ("theft", "theft", "two"))


QUIRKS = (
    plain, many, words, far_words, header_only, repeated_header, total_line, blank_records, bad_times, machine_rows,
    equal_rows, masked_ids, loud_header, other_order, helper_columns, long_cell, above_header, stacked_exports,
    odd_widths,
)  # fmt: skip
_FLAT = {above_header, stacked_exports, odd_widths}  # what a table of columns cannot hold


def _squared(rows):
    """Rows of one width, as sheets have them."""
    width = max(map(len, rows))
    return [[*line, *[""] * (width - len(line))] for line in rows]


def _tabbed(rows):
    return containers.delimited(rows, "\t", "\r\n")


CONTAINERS = {
    "csv": containers.delimited,
    "tsv": _tabbed,
    "xlsx": containers.xlsx,
    "csv.xlsx": containers.xlsx,
    "xlsb": containers.xlsb,
    "ods": containers.ods,
    "parquet": containers.parquet,
    "csv.gz": lambda rows: containers.gzipped(containers.delimited(rows)),
    "csv.zip": lambda rows: containers.zipped({"log.csv": containers.delimited(rows)}),
    "xlsx.zip": lambda rows: containers.zipped({"log.xlsx": containers.xlsx(rows)}),
    "zip.zip": lambda rows: containers.zipped(
        {"in.zip": containers.zipped({"log.csv": containers.delimited(rows), ".DS_Store": "x"})}
    ),
    "parquet.zip": lambda rows: containers.zipped({"log.parquet": containers.parquet(rows)}),
}
_SHEETS = {"xlsx", "csv.xlsx", "xlsb", "ods", "xlsx.zip"}
_TABLES = {"parquet", "parquet.zip"}


def good():
    """Every file that is to be read, by the name that it stands under in the ledger."""
    for quirk in QUIRKS:
        for container, write in CONTAINERS.items():
            if container in _TABLES and quirk in _FLAT | {helper_columns}:
                continue
            if container in _SHEETS and quirk is odd_widths:
                continue  # a sheet has one width: cells beyond the header stand in a column without a name
            log = quirk()
            yield _good(f"{quirk.__name__}.{container}", partial(write, log.rows), log)
    yield from _encodings()
    yield from _broken_quotes()
    yield from _prints()


def _good(name, write, log):
    return Good(name, write, log.records, Counter(log.aside), tuple(log.reasons))


def _encodings():
    """Every encoding, delimiter and line end that exports were seen in, crossed."""
    encodings = {
        "utf-8": ("utf-8", b""), "mark": ("utf-8", b"\xef\xbb\xbf"), "utf-16": ("utf-16-le", b"\xff\xfe"),
        "utf-16-be": ("utf-16-be", b"\xfe\xff"), "utf-16-bare": ("utf-16-le", b""), "cp1252": ("cp1252", b""),
    }  # fmt: skip
    ends = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
    log = words()
    for shown, (encoding, mark) in encodings.items():
        for sign, delimiter in {"comma": ",", "semicolon": ";", "tab": "\t"}.items():
            for end, line_end in ends.items():
                options = (delimiter, line_end, encoding, mark, end != "lf")
                write = partial(containers.delimited, log.rows, *options)
                yield _good(f"words-{shown}-{sign}-{end}.csv", write, log)


def _broken_quotes():
    """Quotes that a reader which trusts them would lose the file by, and other broken text."""
    lines = containers.delimited(
        [HEADER, *(row(n, f"reason {n}", c5="x", c9="SUV") for n in range(200))]
    ).split(b"\n")
    for name, broken in {
        "never-closed": lambda line: line.replace(b"reason 100", b'"reason 100'),
        "closed-early": lambda line: line.replace(b"reason 100", b'"reason" 100'),
    }.items():
        data = b"\n".join(map(broken, lines))
        kept = tuple(f"reason {n}" for n in range(200) if n != 100)
        yield Good(f"{name}.csv", partial(bytes, data), 200, Counter({"unreadable record": 1}), kept)
    mixed = b"".join(line + (b"\r\n", b"\n", b"\r")[at % 3] for at, line in enumerate(lines[:-1]))
    yield Good(
        "mixed-line-ends.csv", partial(bytes, mixed), 200, Counter(), tuple(f"reason {n}" for n in range(200))
    )
    nul = b"\n".join(lines).replace(b"reason 100", b"reason\x00100")
    yield Good(
        "zero-byte.csv",
        partial(bytes, nul),
        200,
        Counter(),
        tuple(f"reason {n}".replace(" 100", "\x00100") for n in range(200)),
    )


def _prints():
    """Printed tables; what a printer cannot draw or keep apart is left out of them."""
    log = _log([f"reason {n}" for n in range(150)])
    plain_words = _log(
        [word for word in WORDS if word.isascii() and word.strip() == word and word.isprintable()]
    )
    for name, made, options in (
        ("few", plain(), {}),
        ("pages", log, {}),
        ("numbered", log, {"numbers": True}),
        ("small", log, {"size": 4}),
        ("typewriter", log, {"font": "Courier", "size": 5, "page": (1900, 800)}),
        ("words", plain_words, {}),
        ("times", bad_times(), {}),
    ):
        write = partial(containers.printed, made.rows, **options)
        yield _good(f"print-{name}.pdf", write, made)
        yield _good(f"print-{name}.pdf.zip", partial(_zipped_print, write), made)


def _zipped_print(write):
    return containers.zipped({"log.pdf": write()})


# Files that are refused -----------------------------------------------------------------------------------------


def bad():
    """Every file that is to be refused, with words that the refusal must hold."""
    yield from _unknown()
    yield from _cut_off()
    yield from _not_tables()
    yield from _archives()
    yield from _small_files_that_ask_for_much()


def _unknown():
    headers = {
        "unknown-column": ([*HEADER, "Shoe Size"], "'Shoe Size' .of its first values, 1 whole number.*COLUMNS="),
        "event-log": (
            ["Timestamp", "User", "Event Type", "Entity Type", "Entity Details", "Event Id"], "event log"
        ),
        "fusus": (["user", "user_organization", "object_type", "operation", "client"], "Axon Fusus"),
        "colors": (["color", "shape", "weight"], "no known (header|export)|no sheet has a known header"),
    }  # fmt: skip
    for name, (header, says) in headers.items():
        line = [*row(1), "42"][-len(header) :] if name == "unknown-column" else ["x"] * len(header)
        for container, write in CONTAINERS.items():
            yield Bad(f"{name}.{container}", write([header, line]), says)
        yield Bad(
            f"{name}.pdf",
            containers.printed([header, line]),
            f"{says}|nobody could say",
        )


def _cut_off():
    """Every container that has an end, cut at several places; a delimited file has none."""
    rows = many().rows[:400]
    for container in ("xlsx", "xlsb", "ods", "parquet", "csv.gz", "csv.zip", "zip.zip"):
        data = CONTAINERS[container](rows)
        for tenth in (1, 5, 9):
            yield Bad(
                f"cut-{tenth}.{container}",
                data[: len(data) * tenth // 10],
                "broken|cannot be (opened|unpacked)",
            )
    data = containers.printed(rows[:40])
    yield Bad("cut-1.pdf", data[: len(data) // 10], "cannot be opened|no known header|no text|no pages")


def _not_tables():
    yield Bad("empty.csv", b"", "empty")
    yield Bad("blanks.csv", b" \n\n\t", "empty")
    yield Bad("letter.txt", b"Dear requester,\nno records were found.\n", "no known header")
    yield Bad("page.html", b"<!doctype html><html><body>Sign in</body></html>", "no known header")
    yield Bad("answer.json", b'{"error": "not found"}', "no known header")
    yield Bad("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "a picture")
    yield Bad("picture.jpg", b"\xff\xd8\xff\xe0" + bytes(50), "a picture")
    for name, stream, says in (
        ("old.xls", "Workbook", r"Excel's old format \(\.xls\).*save it as XLSX or CSV"),
        ("locked.xlsx", "EncryptedPackage", "a workbook locked with a password.*save it without one"),
        ("letter.doc", "WordDocument", "an old Word document"),
        ("mail.msg", "__properties_version1.0", r"an e-mail saved by Outlook \(\.msg\).*attachments"),
        ("other.ole", "", "an old workbook or document"),
    ):
        yield Bad(name, containers.old_container(stream), says)
    parts = containers.parts(containers.ods(plain().rows))
    locked = parts["META-INF/manifest.xml"].replace(
        b"/></manifest", b"><manifest:encryption-data/></manifest", 1
    )
    yield Bad(
        "locked.ods", containers.zipped({**parts, "META-INF/manifest.xml": locked}), "locked with a password"
    )
    yield Bad("other.7z", b"7z\xbc\xaf\x27\x1c" + bytes(50), "Unpack it")
    yield Bad("other.rar", b"Rar!\x1a\x07\x00" + bytes(50), "Unpack it")
    yield Bad(
        "document.docx", containers.zipped({"[Content_Types].xml": "", "word/document.xml": ""}), "a document"
    )
    yield Bad(
        "letter.pdf", containers.printed([["Dear requester,"], ["no records were found."]]), "no known header"
    )
    yield Bad("scan.pdf", containers.printed([[""]]), "scan or blank")
    yield Bad("zeros.bin", bytes(5000), "no known header|empty")
    yield Bad("noise.bin", random.Random(0).randbytes(5000), "no known header")
    download = containers.delimited([HEADER, row(1), ["# ERROR: download incomplete — please retry"]])
    yield Bad("incomplete.csv", download, "not whole")


def _archives():
    good_log = containers.delimited(plain().rows)
    yield Bad("empty.zip", containers.zipped({}), "it is empty")
    yield Bad(
        "letters.zip",
        containers.zipped({"letter.txt": "Dear requester"}),
        "nothing in this archive could be read",
    )
    yield Bad("above.zip", containers.zipped({"../log.csv": good_log}), "points outside")
    yield Bad("root.zip", containers.zipped({"/log.csv": good_log}), "points outside")
    yield Bad("deep.zip", _nested(good_log, 4), "more than 2 deep")
    yield Bad("bomb.zip", containers.zipped({"log.csv": bytes(80_000_000)}), "would unpack to")
    yield Bad("bomb.csv.gz", gzip.compress(bytes(80_000_000), mtime=0), "would unpack to")
    yield Bad(
        "bomb.xlsx",
        containers.zipped({"xl/workbook.xml": "", "xl/a.xml": bytes(80_000_000)}),
        "would unpack to",
    )
    yield Bad(
        "one-bad.zip",
        containers.zipped({"log.csv": good_log, "b.csv": b"color,shape\n"}),
        r"one-bad\.zip/b\.csv",
    )
    locked = bytearray(containers.zipped({"log.csv": good_log}))
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        locked[locked.index(mark) + at] |= 1
    yield Bad("locked.zip", bytes(locked), "password")
    yield Bad("far.xlsx", _far_corner(), "beyond any audit")


def _nested(data, depth):
    for level in range(depth):
        data = containers.zipped({f"{level}.zip" if level else "log.csv": data})
    return data


def _far_corner():
    """A workbook with one cell in the last row of the last column."""
    return _workbook("</sheetData", _LAST_ROW.replace("A1048576", "XFD1048576"))


_LAST_ROW = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
_SHEET = "xl/worksheets/sheet1.xml"


def _workbook(before, text, part=_SHEET):
    """A workbook of three sound records with more text in one of its parts."""
    parts = containers.parts(containers.xlsx(plain().rows))
    return containers.zipped(
        {**parts, part: parts[part].replace(before.encode(), text.encode() + before.encode(), 1)}
    )


def _small_files_that_ask_for_much():
    """Files of some kilobytes that take minutes or gigabytes where a reader does not look out for them."""
    for name, text in (
        ("values", "<v " * 80_000),
        ("rows", "<row " * 80_000),
        ("one-tag", f"<row {' hidden' * 80_000}>"),
        ("cells", f"<c {' t=' * 80_000}"),
    ):
        yield Bad(f"open-{name}.xlsx", _workbook("</sheetData", text), "cannot be opened|broken")
    yield Bad(
        "last-row.xlsx", _workbook("</sheetData", _LAST_ROW), "below 1,048,571 blank rows, beyond any audit"
    )
    laughs = '<!DOCTYPE l [<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    yield Bad(
        "laughs.xlsx", _workbook("<workbook", f"{laughs}]>", "xl/workbook.xml"), "the workbook is broken"
    )
    ods = containers.parts(containers.ods(plain().rows))
    number = '<table:table-cell office:value-type="float" office:value="1"/>'
    for name, text, says in (
        ("open-tables", "<table:table x>" * 20_000, "cannot be opened|broken"),
        ("open-rows", "<table:table-row x>" * 20_000, "cannot be opened|broken"),
        (
            "many-rows",
            f'<table:table-row table:number-rows-repeated="{"9" * 900}">{number}</table:table-row>',
            "broken",
        ),
        (
            "many-columns",
            f'<table:table-row><table:table-cell table:number-columns-repeated="9999999"/>{number}</table:table-row>',
            "beyond any audit",
        ),
    ):
        before = b"</office:spreadsheet>" if name == "open-tables" else b"</table:table>"
        content = ods["content.xml"].replace(before, text.encode() + before, 1)
        yield Bad(f"{name}.ods", containers.zipped({**ods, "content.xml": content}), says)
    yield Bad(
        "columns.csv",
        containers.delimited([HEADER]).strip() + b"," * 900_000 + b"\n1,2\n",
        "beyond any audit",
    )
    yield Bad("commas.csv", b"," * 100_000 + b"\n1,2\n", "no known header")
