"""Downloads a file from a public address whole or not at all, and goes on where an earlier download broke off."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import re
import shutil
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from analysis.refused import Refused
from analysis.wording import megabytes

if TYPE_CHECKING:
    from requests import Response

MOST = 1 << 34
"""Bytes of one file: no release is larger, and a server may send without end."""

_AT_ONCE, _SNIFFED, _REDIRECTS, _RESERVE = 1 << 18, 512, 10, 1 << 26
_SLOWEST = 1000  # bytes a second: below that a server counts as silent
_HERE = ("localhost", "127.0.0.1", "::1")
_STATUS = {
    401: "wants a password (401)", 403: "lets no program in (403)", 404: "has no such file (404)",
    410: "no longer has the file (410)", 429: "was asked too often (429)",
}  # fmt: skip


class WrongChecksum(Refused):
    """A file that is not the one that source.toml describes; nothing was read from it."""


class NotDownloaded(Refused):
    """An address that gave no file; the message says which, why, and what else to do."""


class NoAnswer(NotDownloaded):
    """No server answered, or it fell silent: there is no network, or the server is down or hangs."""


class BrokeOff(NoAnswer):
    """A download that began and did not end; the message says whether the same command goes on from there."""


class _Broken(Exception):
    """A download that ended before its end, and how."""


def not_the_file(start: bytes, name: str) -> str:
    """Why a file that begins so cannot be one called `name`, in words; "" where it can."""
    ending = Path(name).suffix.casefold()
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<") and ending not in (".html", ".htm", ".xml"):
        return "it is a web page and not the file"
    if ending == ".zip" and not start.startswith(b"PK"):
        return "it is no ZIP, whatever its name says"
    return ""


def parts(target: Path) -> list[Path]:
    """What earlier downloads of `target` left beside it."""
    name = re.compile(rf"\.{re.escape(target.name)}\.([0-9a-f]{{8}}|unknown)\.part")
    beside = target.parent.iterdir() if target.parent.is_dir() else ()
    return [path for path in beside if name.fullmatch(path.name) and not path.is_symlink()]


@dataclass(frozen=True)
class Address:
    """A public address of one file: what messages call the file, what a person may do where a program cannot get it,
    how many bytes it has, and whether a checksum will show if it is the right one, as far as that is known.

    A server that says nothing for so many `seconds` is left, and one that has not sent all by `until`, a reading of
    `time.monotonic`.
    """

    url: str
    called: str
    by_hand: str
    size: int | None = None
    checkable: bool = True
    seconds: float = 60
    until: float = float("inf")

    @property
    def host(self) -> str:
        """The server's name, for messages."""
        return re.sub(r"^\w+://([^/@]*@)?([^/]*).*", r"\2", self.url)

    def says_size(self) -> int | None:
        """How many bytes the server says its file has; None where it does not say. Raises `NotDownloaded`."""
        with self._answer() as answer:
            return _length(answer)

    def is_there(self) -> bool:
        """Whether anything answers within `seconds`: without a network, looking up a name may take far longer."""
        found: list[bool] = []

        def connect() -> None:
            try:
                self.says_size()
            except NoAnswer:
                return
            except NotDownloaded:  # an answer all the same
                pass
            found.append(True)

        thread = threading.Thread(target=connect, daemon=True)
        thread.start()
        thread.join(self.seconds)
        return bool(found)

    def download(self, target: Path, progress: bool = True) -> Path:
        """Download what will be `target` into a file beside it whose name ends in .part; gives that file's path.

        An earlier .part of the same address, and of the same file there by its ETag or day, is gone on with where the
        server can. Raises `NotDownloaded` and `WrongChecksum`; what cannot be gone on with is then removed.
        """
        begun = next(iter(parts(target)), None)
        start = begun.stat().st_size if begun else 0
        if begun and start == self.size:
            return begun
        with self._answer(start) as answer:
            state = _state(answer)
            part = target.with_name(f".{target.name}.{state}.part")
            if part.is_symlink():
                part.unlink()
            can_go_on = self.checkable or state != "unknown"
            if begun and not (begun == part and can_go_on and _begins_at(answer) == start):
                begun.unlink()
                if answer.status_code != 200:  # the rest of another file
                    return self.download(target, progress)
                start = 0
            length = _length(answer)
            whole = self.size if length is None else start + length
            try:
                pieces = self._pieces(answer)
                first = b""
                while len(first) < _SNIFFED and (piece := next(pieces, b"")):
                    first += piece
                self._check(answer, target, b"" if start else first, whole)
                self._write(part, chain([first], pieces), start, whole, progress)
            except Refused:
                part.unlink(missing_ok=True)
                raise
            except _Broken as broken:
                kept = part.stat().st_size if part.is_file() and can_go_on else 0
                if not kept:
                    part.unlink(missing_ok=True)
                in_all = f" of {megabytes(whole)}" if whole else ""
                after = (
                    f" after {megabytes(kept)}{in_all}. The same command goes on from there" if kept else ""
                )
                then = after or ". Run the same command again"
                where = f"{self.called}: the download from {self.host}"
                raise BrokeOff(f"{where} broke off ({broken}){then}.") from None
        return part

    def _check(self, answer: Response, target: Path, start: bytes, whole: int | None) -> None:
        """Refuse what is not the file, or has no room, before a byte of it is written."""
        if why := start and not_the_file(start, target.name):
            raise WrongChecksum(
                f"{self.called}: {self.host} answered, but {why}. Nothing was kept. Open {self.url} in a browser, or "
                f"{self.by_hand}"
            )
        if self.size is not None and whole != self.size:
            raise WrongChecksum(
                f"{self.called}: the file at {self.url} has {whole:,} bytes, source.toml says {self.size:,}. It was "
                "changed, or is another release: nothing was downloaded. Describe it in source.toml if it is the right "
                f"one, or {self.by_hand}"
            )
        if whole is None and not self.checkable and "transfer-encoding" not in answer.headers:
            raise NotDownloaded(
                f"{self.called}: {self.host} does not say how long the file is, so nobody could tell whether all of it "
                f"came. Write its size as bytes into source.toml, or {self.by_hand}"
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(target.parent).free
        if whole and whole + _RESERVE - sum(part.stat().st_size for part in parts(target)) > free:
            raise _no_room(self.called, f"{megabytes(whole)} are needed, and {megabytes(free)} are free")

    def _write(self, part: Path, pieces: Iterable[bytes], start: int, whole: int | None, show: bool) -> None:
        """Write what comes to the end of the part. Raises `_Broken` where it ends early."""
        from tqdm import tqdm

        most, total = self.size or MOST, start
        bar = tqdm(
            desc=self.called, total=whole, initial=start, unit="B", unit_scale=True, file=sys.stderr, leave=False,
            disable=None if show else True,
        )  # fmt: skip
        try:
            with bar, part.open("ab" if start else "wb") as file:
                for piece in pieces:
                    total += len(piece)
                    if total > most:
                        raise WrongChecksum(
                            f"{self.called}: {self.host} sends more than the {most:,} bytes that it should have. "
                            f"Nothing was kept; {self.by_hand}"
                        )
                    file.write(piece)
                    bar.update(len(piece))
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise _no_room(self.called, "the disk is full, and what was downloaded was removed") from None
        if whole is not None and total < whole:
            raise _Broken("it ended too early")

    def _pieces(self, answer: Response) -> Iterator[bytes]:
        """What the server sends, as it comes. Raises `_Broken`."""
        from urllib3.exceptions import HTTPError

        began, sent = time.monotonic(), 0
        try:
            while piece := answer.raw.read1(_AT_ONCE, decode_content=False):
                sent += len(piece)
                now = time.monotonic()
                if now > self.until or now - began > max(self.seconds, sent / _SLOWEST):
                    raise _Broken("it is too slow")
                yield piece
        except (HTTPError, OSError) as error:
            raise _Broken(type(error).__name__) from None

    @contextlib.contextmanager
    def _answer(self, start: int = 0) -> Iterator[Response]:
        """The answer of the server that has the file, from the byte `start`; what it sends is not read yet."""
        import requests

        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        url = self.url
        for _ in range(_REDIRECTS):
            try:
                here = {urlsplit(address).hostname for address in (self.url, url)} <= {*_HERE}
                if urlsplit(url).scheme != "https" and not here:
                    raise NotDownloaded(
                        f"{self.called}: {url} is not an https address, so anyone on the way could change the file. "
                        f"Write its https address into source.toml, or {self.by_hand}"
                    )
                times = (min(self.seconds, 10), self.seconds)
                answer = requests.get(url, headers=headers, stream=True, allow_redirects=False, timeout=times)
            except (requests.ConnectionError, requests.Timeout) as error:
                raise self._nothing(NoAnswer, type(error).__name__) from None
            except (requests.RequestException, OSError, ValueError) as error:
                raise self._nothing(NotDownloaded, type(error).__name__) from None
            if not answer.is_redirect:
                break
            url = urljoin(url, answer.headers["location"])
            answer.close()
        else:
            raise NotDownloaded(
                f"{self.called}: {self.url} leads from one address to the next without end. Look for the file's own "
                f"address, or {self.by_hand}"
            )
        with answer:
            if answer.status_code not in (200, 206) and not (start and answer.status_code == 416):
                said = _STATUS.get(answer.status_code, f"answers with an error ({answer.status_code})")
                raise NotDownloaded(
                    f"{self.called}: {self.host} {said}. Open {self.url} in a browser, or {self.by_hand}"
                )
            yield answer

    def _nothing(self, error: type[NotDownloaded], why: str) -> NotDownloaded:
        return error(
            f"{self.called}: {self.url} gave nothing ({why}). Try again with a network, or {self.by_hand}"
        )


def _no_room(called: str, why: str) -> NotDownloaded:
    return NotDownloaded(f"{called}: {why}. Make room on this disk, and run the same command again.")


def _length(answer: Response) -> int | None:
    length = answer.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() else None


def _begins_at(answer: Response) -> int | None:
    """At which byte of the file an answer begins that holds a part of it; None for any other answer."""
    said = re.match(r"bytes (\d+)-", answer.headers.get("content-range", ""))
    return int(said[1]) if said and answer.status_code == 206 else None


def _state(answer: Response) -> str:
    """What changes when the file at an address does: eight digits, or "unknown" where the server does not tell."""
    tag = answer.headers.get("etag", "")
    state = answer.headers.get("last-modified", "") if not tag or tag.startswith("W/") else tag
    return hashlib.sha256(state.encode()).hexdigest()[:8] if state else "unknown"
