"""Prints the pages of a built site as PDF, where a Chromium is installed."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from analysis import files, processes
from analysis.refused import Refused

QUIET = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SECONDS = 120
"""How long a page may take."""
# the time that Chromium writes into a PDF, always as long as this
_CLOCK = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")


def pdf(site: Path) -> str:
    """Print every page of a built site into a PDF beside it, where a Chromium is installed; says what was done."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        return "No Chromium is installed, so no PDF was printed; the pages in site/ are complete without it."
    # Chromium refuses to run as root inside its sandbox; the pages run no script either way
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    pages = sorted(site.rglob("*.html"))
    with processes.scratch() as folder:
        for printed, page in zip(_printed([program, *QUIET, *root], pages, folder / "profile"), pages):
            files.write(page.with_suffix(".pdf"), _CLOCK.sub(rb"/\1 (D:20000101000000", printed))
    return f"{len(pages)} pages were printed as PDF, each beside its page in {site.name}/."


class NotPrinted(Refused):
    """A page that Chromium did not print; the message names it."""


def _printed(order: Sequence[str], pages: Sequence[Path], profile: Path) -> Iterator[bytes]:
    """Each page as PDF, all from one Chromium: starting it takes longer than printing a page.

    It reads orders and writes answers in JSON, each ended by a zero byte, on its third and fourth file descriptor.
    """
    command = ["sh", "-c", 'exec "$@" 3<&0 4>&1 >/dev/null', "sh", *order, f"--user-data-dir={profile}"]
    pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(
        [*command, "--remote-debugging-pipe"], stdin=pipe, stdout=pipe, stderr=quiet
    ) as browser:
        assert browser.stdin
        assert browser.stdout
        orders, heard, numbers = browser.stdin, _messages(browser.stdout), itertools.count(1)
        meanwhile: list[dict[str, Any]] = []

        def ask(method: str, tab: str = "", **how: Any) -> dict[str, Any]:
            said = {"id": next(numbers), "method": method, "params": how}
            orders.write(json.dumps(said | ({"sessionId": tab} if tab else {})).encode() + b"\0")
            orders.flush()
            meanwhile.clear()
            while (answer := next(heard)).get("id") != said["id"]:
                meanwhile.append(answer)
            return answer["result"]

        try:
            for number, page in enumerate(pages):
                late = threading.Timer(SECONDS, processes.end, [browser.pid])
                late.start()
                try:
                    if number == 0:
                        target = ask("Target.createTarget", url="about:blank")["targetId"]
                        tab = ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
                        ask("Page.enable", tab)
                        ask("Page.setLifecycleEventsEnabled", tab, enabled=True)
                    loaded = {"loaderId": ask("Page.navigate", tab, url=page.resolve().as_uri())["loaderId"]}
                    loaded |= {"name": "load"}
                    next(
                        said
                        for said in itertools.chain(meanwhile, heard)
                        if loaded.items() <= said.get("params", {}).items()
                    )
                    how = {"printBackground": True, "preferCSSPageSize": True, "generateTaggedPDF": True}
                    printed = ask("Page.printToPDF", tab, **how)["data"]
                except (StopIteration, KeyError, OSError):
                    raise NotPrinted(
                        f"{page.name}: Chromium did not print it, or not in {SECONDS} seconds; the page itself is "
                        "complete. Try again, or do without the PDF."
                    ) from None
                finally:
                    late.cancel()
                yield base64.b64decode(printed)
        finally:
            with contextlib.suppress(OSError):  # it may have ended; without orders it ends by itself
                orders.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                browser.wait(10)
            processes.end(browser.pid)


def _messages(answers: IO[bytes]) -> Iterator[dict[str, Any]]:
    """What a Chromium says, for as long as it runs."""
    held = bytearray()
    while more := os.read(answers.fileno(), 1 << 20):
        held += more
        if b"\0" in more:
            *whole, held = held.split(b"\0")
            yield from map(json.loads, whole)
