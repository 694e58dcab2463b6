"""Invents a release with private text of every kind wherever text can be, and looks for it in files."""

import base64
import contextlib
import csv
import gzip
import html
import io
import json
import re
import sqlite3
import struct
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import containers
import pyarrow.parquet as pq
import pypdfium2
import xlsxwriter
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream
from pdfminer.utils import decode_text
from reportlab.pdfgen.canvas import Canvas

MARKED = {
    "a name": "{Zanna Qwertz}",
    "a surname alone": "{Vexmoor}",
    "a surname before a hold": "{Quarnlington} hold",
    "a hyphenated name": "{Ilsebet Kroonvik-Yarrowby}",
    "a name with an apostrophe": "{Feodor O'Zhevnik}",
    "a name with two surnames": "{Xiomarella Quezaltepez y Barrondox}",
    "a name with initials": "{J. R. Blothwick}",
    "a name with accents": "{Žofijka Þorvaldýn}",
    "a name in another script": "{Зуфранова Плинжета}",
    "a name of two common words": "{Hunter Banks} warrant",
    "last, first before a date of birth": "{DRAVENKOLT, MYRRA} DOB {03/17/1984}",
    "last, first behind a hold": "hold for {SPINDLEWAX, TORBEN}",
    "last, first behind a warrant": "warrant: {Grubnitz, Odalrik M}",
    "a name on a second line": "stolen vehicle\n{Pelluca Wrenfax}",
    "a name behind a rank": "stolen vehicle per Sgt {Hobrukk}",
    "a name with an age": "missing juvenile {Wimbrella}, 14 yo",
    "a nickname in quotes": 'theft suspect aka "{Lil Zorgomat}"',
    "a name behind a menu word": "Weapons Offense - {Ulfgar Brisketmoor}",
    "a name behind a menu word with a bracket": "Immigration (criminal) - {Quoxleyander}",
    "a name behind the software's words": "More like this: {Tubbledrome}",
    "a name with direction characters": "theft {Nix\u202ebalthor\u2066}",
    "a name with characters of no width": "theft {Thrim\u200bwald Osk\u00aderby}",
    "a name with a terminal's commands": "theft {Gorbl\x1b[31mefax}",
    "a name in wide letters": "{Ｑｕｉｂｂｌｅｘ}",
    "a name in markup": "<b>{Mordwenna}</b> & {Plimsquat}",
    "a name in a formula": '=HYPERLINK("https://x.example/","{Frumbledore}")',
    "a name in Markdown": "[theft](https://x.example/{Kazoolian})",
    "a name with underscores": "{snorri_blatherstone}",
    "a name with dots": "{wilmetta.grackenfoss}",
    "a name run together": "{OttolineVexmere}",
    "a plate": "{QZY4425}",
    "a plate with a blank": "{QZX 4417}",
    "a plate with a hyphen": "{QZ-44178}",
    "a plate that begins with a digit": "{8QVX443}",
    "a plate in three groups": "{8 QZX 441}",
    "a plate spelled one by one": "plate {Q Z V 4 4 7}",
    "a plate in small letters": "{qzv4419}",
    "a vanity plate": "plate {ZORKEEN}",
    "a vanity tag": "tag: {VYXWUTT}",
    "a vanity license": "lic# {KWYJIBO}",
    "a plate of letters behind lp": "lp {bloptar}",
    "a plate with wildcards": "{QZW?991*}",
    "a vehicle's number": "VIN {1QZXW82633A004352}",
    "an A-number": "ICE {A 219 448 807}",
    "an A-number with hyphens": "ICE {A219-557-906}",
    "a social security number": "{219-44-8807}",
    "a date of birth in words": "dob {march 3 1985}",
    "a date of birth with dots": "DOB {03.17.1984}",
    "a date of birth abroad": "born {3 Sept 1971}",
    "a telephone number with dots": "{555.193.4567}",
    "a telephone number with brackets": "call {(555) 193-7721}",
    "a telephone number from abroad": "{+1 555 193 8812}",
    "an e-mail address": "{x.quarnley@vellumbrook.example}",
    "an e-mail address spelt out": "{wrobbel (at) vellumbrook.example}",
    "a street address": "burglary {4821 Grunstleaf Hollowmere Rd}",
    "a case number": "{c25-14476}",
    "a case number of digits": "{2025-01118}",
    "a case number of a court": "{24CR1975}",
    "a long case number": "theft {25-7741932}",
    "a badge number": "badge {#773412}",
    "an IP address": "{203.0.113.177}",
    "a URL": "{https://quibblenook.example/zwanziger}",
    "a position": "{33.74913, -84.38877}",
    "a user's UUID": "{8f14e45f-ceea-467f-a3c9-1de2b7c0aa57}",
    "a passport number": "passport {C03005988}",
    "a driver's license number": "OLN {S530-4602-8193}",
    "a handle": "{@zindle_varquist}",
    "an account": "{TARNW\\vprattlesby}",
    "a device's number": "IMEI {490154203237518}",
}
"""Private texts by their kind; what is private in each is in braces."""

KINDS = {kind: re.sub("[{}]", "", text) for kind, text in MARKED.items()}

DROPPED = {
    "name": "{Drozhkalin Mumfreyson}", "plate": "{QXW 55831}", "case": "{c26-88713}", "filters": "{Yelvarine} SUV",
    "prompt": "man called {Throckbane} in a poncho",
}  # fmt: skip
"""What no file that is made may hold, by the column it is planted in: these cells are dropped as they are read."""

ORDINARY = ("stolen vehicle", "warrant", "Robbery - ", "ICE+ERO hold", "Immigration (criminal) - ")
"""Reasons that name nobody, and are printed."""

AGENCIES = ("Quellmere GA PD", "Tarnfield County FL SO", "Larkhythe IN PD")
OWNER = "Tarnwick ISD"
HEADER = (
    "Name", "Org Name", "Total Networks Searched", "Total Devices Searched", "Time Frame", "License Plate", "Reason",
    "Case #", "Filters", "Search Time", "Search Type", "Text Prompt", "Moderation", "Offense Type",
)  # fmt: skip
LOG = f"12_1_2025-12_31_2025-{OWNER}-Network-Audit.csv"
OFTEN = 54
"""Rows of each private reason, of three agencies: however common a text is, it may name a person."""


# What is looked for -----------------------------------------------------------------------------------------


def folded(text: str) -> str:
    """A text as it is looked for: one alphabet of compatible letters, small, nothing between letters and digits."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def secrets(marked: dict[str, str] | None = None) -> dict[str, str]:
    """What must be found nowhere, folded, with its kind: each private text whole, its odd words and long numbers."""
    found = {}
    for kind, text in (marked or MARKED).items():
        for private in re.findall(r"\{(.*?)\}", text):
            whole = re.sub("[\x00-\x1f]", "", private)
            # The last of what a mask may leave: a name's one word, a number's last group.
            words = re.findall(r"[^\W\d_]{6,}|\d{5,}", re.sub("[\u200b\u202e\u00ad\u2066]", "", whole))
            for one in (whole, *words):
                if len(folded(one)) > 5 and folded(one) not in ("hunter", "example"):
                    found[folded(one)] = kind
    return found


def spellings(text: str) -> Iterator[str]:
    """A text as it is, and read as HTML, as a part of an address, and as JSON, twice over: one may hold another."""
    yield text
    for _ in range(2):
        text = html.unescape(text)
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
        text = re.sub(r"\\x([0-9a-fA-F]{2})|\\[nrt]", lambda found: chr(int(found[1] or "20", 16)), text)
        text = urllib.parse.unquote(text)
        yield text


def leaked(text: str, secrets: dict[str, str]) -> set[str]:
    """The kinds of private text that a text holds, in any spelling."""
    return among(spelled(text), secrets)


def spelled(text: str) -> frozenset[str]:
    """Every spelling of a text, folded: what private texts are looked for in."""
    return frozenset(map(folded, dict.fromkeys(spellings(text))))


def among(wholes: frozenset[str], secrets: dict[str, str]) -> set[str]:
    """The kinds of private text in a text that was spelled before."""
    return {kind for secret, kind in secrets.items() if any(secret in whole for whole in wholes)}


def texts(path: Path) -> str:
    """All text of a file: its name, the cells of tables, what is packed or coded in it, and its properties."""
    return "\n".join([path.name, *_texts(path.name, path.read_bytes(), path)])


def _texts(name: str, data: bytes, path: Path | None = None) -> Iterator[str]:
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield member
                yield from _texts(member, archive.read(member))
    elif data.startswith(b"\x1f\x8b"):
        yield from _texts(name, gzip.decompress(data))
    elif data.startswith(b"PAR1") and path:
        table = pq.read_table(path)
        yield str(table.schema)
        yield str(pq.read_metadata(path).metadata)
        yield from (json.dumps(column.to_pylist(), default=str) for column in table.columns)
    elif data.startswith(b"SQLite") and path:
        with sqlite3.connect(path) as database:
            yield "\n".join(database.iterdump())
        yield data.decode("latin-1")
    elif data.startswith(b"\x89PNG"):
        yield from _png(data)
    elif data.startswith(b"%PDF"):
        yield from _pdf(data)
    else:
        # No checksums: among their digits are a number's by chance.
        text = re.sub(r"\b(?:[0-9a-f]{40}|[0-9a-f]{64})\b", " ", data.decode("utf-8", "backslashreplace"))
        pictures = re.compile(r"iVBORw0KGgo[A-Za-z0-9+/=\\n]+")
        yield pictures.sub("", text)
        for picture in set(pictures.findall(text)):
            yield from _png(base64.b64decode(picture.replace("\\n", "")))


def _pdf(data: bytes) -> Iterator[str]:
    """The text of a print's pages, and every string it keeps beside them: properties, bookmarks, notes, file names.

    Its bytes are not looked at: among the digits of a compressed page are a number's by chance.
    """
    with contextlib.closing(pypdfium2.PdfDocument(data)) as pages:
        yield from (page.get_textpage().get_text_bounded() for page in pages)
    document = PDFDocument(PDFParser(io.BytesIO(data)))
    for number in sorted({number for xref in document.xrefs for number in xref.get_objids()}):
        held = document.getobj(number)
        yield from _strings(held)
        if isinstance(held, PDFStream) and str(held.get("Type")) == "/'Metadata'":
            yield held.get_data().decode("utf-8", "replace")


def _strings(held: object) -> Iterator[str]:
    """The strings in an object of a print, its lists and its dictionaries."""
    if isinstance(held, bytes):
        yield decode_text(held)
    elif isinstance(held, list):
        yield from (text for one in held for text in _strings(one))
    elif isinstance(held, dict | PDFStream):
        attributes = held.attrs if isinstance(held, PDFStream) else held
        yield from (text for one in attributes.values() for text in _strings(one))


def _png(data: bytes) -> Iterator[str]:
    """The text chunks of a picture."""
    at = 8
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if kind == b"zTXt":
            yield zlib.decompress(body.split(b"\0", 1)[1][1:]).decode("latin-1")
        elif kind in (b"tEXt", b"iTXt", b"eXIf"):
            yield body.decode("utf-8", "replace")
        at += length + 12


# The release ------------------------------------------------------------------------------------------------


def record(number: int, **cells: str) -> list[str]:
    """One sound record of a network audit, with some of its cells as given (`org`, `reason`, …)."""
    day, clock = 2 + number % 27, f"{1 + number % 11:02}:{number // 27 % 60:02}:{number % 59:02} AM UTC"
    usual = {
        "name": "*****", "org": AGENCIES[number % 3], "networks": str(9 + number % 5), "devices": "81",
        "frame": f"12/01/2025, 01:00:00 AM UTC\n12/{day:02}/2025, 01:00:00 AM UTC", "plate": "", "reason": "theft",
        "case": "", "filters": "", "time": f"12/{day:02}/2025, {clock}",
        "type": "lookup", "prompt": "", "moderation": "allow", "offense": "",
    } | cells  # fmt: skip
    return list(usual.values())


COLUMNS = ("name", "org", "networks", "devices", "frame", "plate", "case", "filters", "time", "type", "prompt",
           "moderation", "offense")  # fmt: skip


def records() -> list[list[str]]:
    """Every private text often as a reason, once in each other column, and in every row that is no search."""
    found = [record(number, reason=text) for text in KINDS.values() for number in range(OFTEN)]
    found += [record(number, reason=text) for text in ORDINARY for number in range(OFTEN)]
    found += [
        record(number, **{column: text, "reason": "theft"})
        for column in COLUMNS
        for number, text in enumerate(KINDS.values())
    ]
    found += [record(3, **{column: re.sub("[{}]", "", text)}) for column, text in DROPPED.items()]
    # Values of a menu of an agency's own are as common as reasons.
    common = KINDS["a name"], KINDS["a name behind a menu word"]
    found += [
        record(number, **{column: text})
        for column in ("type", "offense", "moderation", "filters", "org")
        for text in common
        for number in range(OFTEN)
    ]
    # A name that is read as an agency's holds what names a vehicle or a person; beside it one that is not read so.
    for kind in ("a plate", "a plate with a blank", "a telephone number with dots", "an e-mail address"):
        found += [record(number, org=f"{KINDS[kind]} {end}") for number, end in enumerate(("GA PD", "Hub"))]
    for text in KINDS.values():
        found += [
            [f"Total searches by {text}", "512"],
            [text],
            ["", "", text],
            [*HEADER[:9], text, *HEADER[10:]],
            [*record(1), text, text],
            record(2, time=f"ask {text}", reason=text, filters=text),
        ]
    return found


def table(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def workbook(sheet: str, rows: list[list[str]]) -> bytes:
    """A workbook with a private name for a sheet, in its properties, in a comment, and in a sheet without a header."""
    data, text = io.BytesIO(), KINDS["a name"]
    with xlsxwriter.Workbook(
        data, {"strings_to_urls": False, "strings_to_formulas": False, "in_memory": True}
    ) as book:
        book.set_properties(
            dict.fromkeys(("title", "author", "manager", "company", "keywords", "comments"), text)
        )
        one = book.add_worksheet(sheet)
        one.write_string(0, 0, f"Searches of {text}")
        one.write_comment(0, 1, text)
        for down, row in enumerate(rows, start=2):
            for across, cell in enumerate(row):
                one.write_string(down, across, cell)
        # A sheet is spoken of where merged cells are.
        one.merge_range(3, 1, 4, 1, AGENCIES[0])
        one.merge_range(8, 5, 8, 7, text)
        other = book.add_worksheet("Vexmoor")
        for down, cell in enumerate(KINDS.values()):
            other.write_string(down, 0, cell)
        other.hide()
        book.define_name("Qwertzname", "=Vexmoor!$A$1")
    return data.getvalue()


def letter(path: Path) -> None:
    """A letter as PDF that names people in its lines and in its properties."""
    canvas = Canvas(str(path))
    for say in (canvas.setTitle, canvas.setAuthor, canvas.setSubject, canvas.setKeywords, canvas.setCreator):
        say(KINDS["a name"])
    for down, text in enumerate(KINDS.values()):
        canvas.drawString(40, 800 - 11 * down, " ".join(text.split()))
    canvas.save()


def document() -> bytes:
    """A letter as a word processor keeps it."""
    lines = "".join(f"<w:p><w:r><w:t>{html.escape(text)}</w:t></w:r></w:p>" for text in KINDS.values())
    return containers.zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "word/document.xml": f"<w:document>{lines}</w:document>".encode(),
            "docProps/core.xml": f"<dc:creator>{KINDS['a name']}</dc:creator>".encode(),
        }
    )


def release(folder: Path) -> None:
    """The folder that an agency sent: logs, letters, a roster, lists and archives, with private text in all of them."""
    folder.mkdir(parents=True)
    everything = [[text] * 14 for text in KINDS.values()]
    few = [list(HEADER), *(record(number, reason=text) for number, text in enumerate(KINDS.values()))]
    zanna, last = KINDS["a name"], KINDS["last, first behind a hold"]
    files = {
        LOG: table([list(HEADER), *records()]),
        f"{zanna}.csv": table([list(HEADER), *(record(7, reason="warrant", org=AGENCIES[0]) for _ in range(3))]),
        f"officers/{zanna}/june.csv": table([list(HEADER), record(8, reason="theft")]),
        "part-2.csv": table(record(number, name=text, reason=text) for number, text in enumerate(KINDS.values())),
        "roster.csv": table([["Name", "Badge", "Phone", "E-mail"], *([text] * 4 for text in KINDS.values())]),
        "all.csv": table(everything),
        "notes.txt": "\n".join(KINDS.values()).encode("utf-8", "replace"),
        "page.html": f"<!doctype html><title>{zanna}</title><p>{'<p>'.join(KINDS.values())}".encode(),
        "points.geojson": json.dumps({"type": "FeatureCollection", "features": [], "name": zanna}).encode(),
        "lines.ndjson": "\n".join(json.dumps({"who": text, zanna: text}) for text in KINDS.values()).encode(),
        "letter.docx": document(),
        f"{last}.docx": document(),
        "sharing.csv": table([["Organizations you share with"], *([text] for text in KINDS.values())]),
        "287g-list.csv": table(
            [["State", "Law Enforcement Agency", "Type", "Support Type", "Signed"],
             *(["GEORGIA", text, "County", "Jail Enforcement Model", "1/2/2025"] for text in KINDS.values()),
             *([text, "Quellmere County SO", text, text, text] for text in KINDS.values())]
        ),
        "book.xlsx": workbook(zanna, few),
        "broken.xlsx": b"PK\x03\x04" + zanna.encode() * 50,
        "release.zip": containers.zipped(
            {
                f"Network Audit/{zanna}/a.csv": table([list(HEADER), record(11, reason="patrol")]),
                f"{last}.txt": "\n".join(KINDS.values()).encode("utf-8", "replace"),
                "Network Audit/b.csv": table([list(HEADER), record(12, reason="patrol")]),
            }
        ),
        "columns.parquet": containers.parquet([[zanna, "who"], *([text, text] for text in KINDS.values())]),
    }  # fmt: skip
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    letter(folder / "letter.pdf")


def unknown(folder: Path) -> None:
    """A folder with a log of columns that nobody knows: private text in the cells of each, and above them what is no
    plain word. A header of plain words is what a person must say the meaning of, and is quoted to them."""
    folder.mkdir(parents=True)
    heads = [text for text in KINDS.values() if re.search(r"[^\w \n'()-]|\d", text)]
    rows = [[*HEADER, *heads], *([*record(n), *[text] * len(heads)] for n, text in enumerate(KINDS.values()))]
    (folder / "log.csv").write_bytes(table(rows))
