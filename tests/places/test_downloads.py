"""A download ends whole, or in one clear line with nothing half-written in the file's place."""

import errno
import hashlib
import http.server
import io
import pathlib
import re
import threading
import time
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import __main__ as verbs_of
from analysis import pipeline, places
from analysis.places import downloads, sources

DATA = bytes(range(256)) * 4000
SHA, MD5 = (hashlib.new(kind, DATA).hexdigest() for kind in ("sha256", "md5"))
HTML = b'<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>'


class Server(http.server.ThreadingHTTPServer):
    """Serves `data` as it is told to: whole, cut, slow, as another status; keeps what was asked for."""

    def __init__(self):
        self.data, self.status, self.headers, self.cut, self.silent = DATA, 200, {}, None, 0.0
        self.drips, self.ranges, self.chunked, self.says_length, self.asked = False, True, False, True, []
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, *_):
        """Whoever asked has gone: that is what is tested."""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/log.csv"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server, data = self.server, self.server.data
        asked = self.headers.get("Range")
        server.asked.append(asked)
        status = server.status
        start = int(re.match(r"bytes=(\d+)-", asked)[1]) if asked and server.ranges and status == 200 else 0
        if start:
            status = 206
        self.send_response(status)
        for name, value in server.headers.items():
            self.send_header(name, value)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        body = data[start:]
        if server.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif server.says_length:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        if server.chunked:
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
            return
        for byte in body[:1000] if server.drips else b"":
            self.wfile.write(bytes([byte]))
            time.sleep(0.05)
        self.wfile.write(body[: server.cut])
        if server.silent:
            self.wfile.flush()
            time.sleep(server.silent)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.delenv("RECORDS", raising=False)
    with Server() as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


def make(tmp_path, url, said=f'sha256 = "{SHA}"', name="log.csv", at="tarnwick"):
    folder = tmp_path / "data" / "raw" / at
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "source.toml").write_text(
        f'[[file]]\nname = "{name}"\nlog = "network audit"\ncamera_owner = "Tarnwick ISD"\nurl = "{url}"\n{said}\n'
    )
    return places.find(at, tmp_path)


def left(place):
    return sorted(path.name for path in place.raw.iterdir() if path.name != "source.toml")


def fetch(place, **more):
    return sources.fetch(place, progress=False, **more)


def refused(place, error, message, **more):
    with pytest.raises(error, match=message) as caught:
        fetch(place, **more)
    assert str(caught.value).startswith(f"{place.name}/")
    assert not (place.raw / place.files[0].name).exists()


KNOWN = [f'sha256 = "{SHA}"', f'md5 = "{MD5}"', f'sha256_begins = "{SHA[:12]}"']


@pytest.mark.parametrize("said", KNOWN)
@pytest.mark.parametrize(
    "headers", [{}, {"ETag": '"one"'}, {"Last-Modified": "Sun, 01 Feb 2026 10:00:00 GMT"}]
)
def test_a_download_that_was_cut_goes_on_where_it_broke_off(tmp_path, server, said, headers):
    place, server.cut, server.headers = make(tmp_path, server.url, said), 300_000, headers
    refused(place, sources.NoAnswer, r"broke off .* after 0\.3 MB of 1\.0 MB\. The same command goes on")
    (part,) = left(place)
    assert part.endswith(".part")
    assert sources.unlisted(place) == []
    server.cut = None
    lines = []
    fetch(place, say=lines.append)
    assert (place.raw / "log.csv").read_bytes() == DATA
    assert server.asked == [None, "bytes=300000-"]
    assert not any(name.endswith(".part") for name in left(place))
    assert "downloading" in lines[0]
    assert "downloaded data/raw/tarnwick/log.csv" in lines[1]


@pytest.mark.parametrize("said", ["", KNOWN[0]])
def test_what_changed_at_the_address_meanwhile_is_downloaded_from_its_beginning(tmp_path, server, said):
    place, server.cut, server.headers = make(tmp_path, server.url, said), 300_000, {"ETag": '"old"'}
    server.data = DATA[::-1]
    refused(place, sources.NoAnswer, "goes on from there")
    server.cut, server.headers, server.data = None, {"ETag": '"new"'}, DATA
    fetch(place)
    assert (place.raw / "log.csv").read_bytes() == DATA
    assert server.asked == [None, "bytes=300000-", None]


def test_a_server_that_tells_no_state_and_changed_its_file_is_found_out_by_the_checksum(tmp_path, server):
    place, server.cut, server.data = make(tmp_path, server.url), 300_000, DATA[::-1]
    refused(place, sources.NoAnswer, "goes on from there")
    server.cut, server.data = None, DATA
    fetch(place)
    assert (place.raw / "log.csv").read_bytes() == DATA


def test_without_a_checksum_and_a_state_nothing_is_gone_on_with(tmp_path, server):
    place, server.cut = make(tmp_path, server.url, ""), 300_000
    refused(place, sources.NoAnswer, "Run the same command again")
    assert left(place) == []


def test_a_server_that_knows_no_ranges_sends_all_of_it_again(tmp_path, server):
    place, server.cut, server.ranges = make(tmp_path, server.url), 300_000, False
    refused(place, sources.NoAnswer, "goes on from there")
    server.cut = None
    fetch(place)
    assert (place.raw / "log.csv").read_bytes() == DATA


def test_a_server_that_falls_silent_is_left(tmp_path, server):
    place, server.cut, server.silent = make(tmp_path, server.url), 300_000, 3
    refused(place, sources.NoAnswer, r"broke off \(ReadTimeoutError\)", seconds=0.3)
    server.cut = 0
    other = make(tmp_path / "other", server.url)
    refused(other, sources.NoAnswer, "broke off", seconds=0.3)
    assert left(other) == []


def test_a_server_that_drips_is_left(tmp_path, server):
    server.drips = True
    refused(make(tmp_path, server.url), downloads.BrokeOff, "it is too slow", seconds=0.2)


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path, server, monkeypatch):
    def no(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    place = make(tmp_path, server.url, name="deep/log.csv")
    monkeypatch.setattr(pathlib.Path, "mkdir", no)
    refused(place, sources.NotDownloaded, "it cannot be written here: Permission denied")


def test_what_is_not_there_in_time_is_left(tmp_path, server):
    refused(make(tmp_path, server.url), sources.NoAnswer, "it is too slow", until=time.monotonic())


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, r"lets no program in \(403\)"),
        (404, "no such file"),
        (410, "no longer"),
        (500, r"an error \(500\)"),
    ],
)
def test_an_answer_that_is_no_file_says_what_to_do(tmp_path, server, status, said):
    place, server.data, server.status = make(tmp_path, server.url), HTML, status
    refused(
        place,
        sources.NotDownloaded,
        rf"{said}.* in a browser, or put the file into data/raw/tarnwick/ by hand",
    )
    assert left(place) == []


@pytest.mark.parametrize("said", ["", *KNOWN])
def test_a_web_page_in_place_of_the_file_is_refused(tmp_path, server, said):
    place, server.data = make(tmp_path, server.url, said), b"\n " + HTML
    refused(place, sources.WrongChecksum, r"it is a web page and not the file\. .* in a browser")
    assert left(place) == []


def test_a_zip_that_is_none_is_refused(tmp_path, server):
    place = make(tmp_path, server.url, "", "logs.zip")
    refused(place, sources.WrongChecksum, "it is no ZIP, whatever its name says")
    assert left(place) == []


@pytest.mark.parametrize(("said", "kind"), list(zip(KNOWN, ["sha256", "md5", "sha256"])))
def test_another_file_than_the_one_described_is_refused_and_not_kept(tmp_path, server, said, kind):
    place, server.data = make(tmp_path, server.url, said), DATA[::-1]
    refused(place, sources.WrongChecksum, rf"gave a file whose {kind} is [0-9a-f]+, source\.toml says")
    assert left(place) == []


def test_a_file_of_another_size_is_not_downloaded(tmp_path, server):
    place = make(tmp_path, server.url, f"bytes = {len(DATA) + 1}")
    refused(place, sources.WrongChecksum, r"has 1,024,000 bytes, source\.toml says 1,024,001")
    assert left(place) == []


def test_a_server_that_sends_without_end_is_left(tmp_path, server, monkeypatch):
    server.chunked = True
    place = make(tmp_path, server.url, "bytes = 1000")
    refused(place, sources.WrongChecksum, "sends more than the 1,000 bytes that it should have")
    monkeypatch.setattr(downloads, "MOST", 5000)
    refused(make(tmp_path, server.url, ""), sources.WrongChecksum, "sends more than the 5,000 bytes")
    assert left(place) == []


def test_a_file_of_unknown_length_is_whole_only_where_a_checksum_says_so(tmp_path, server):
    server.says_length = False
    refused(make(tmp_path, server.url, ""), sources.NotDownloaded, "does not say how long the file is")
    fetch(make(tmp_path, server.url))
    server.chunked = True  # its end is marked
    fetch(make(tmp_path / "other", server.url, ""))


def test_an_address_that_leads_nowhere_or_is_not_safe_is_refused(tmp_path, server):
    server.status, server.headers = 302, {"Location": "/log.csv"}
    refused(make(tmp_path, server.url), sources.NotDownloaded, "from one address to the next without end")
    server.headers = {"Location": "http://files.invalid/log.csv"}
    refused(
        make(tmp_path, server.url), sources.NotDownloaded, r"http://files\.invalid/log\.csv is not an https"
    )
    for url in ("http://files.invalid/log.csv", "ftp://files.invalid/x", "file:///etc/hostname", "log.csv"):
        refused(make(tmp_path, url), sources.NotDownloaded, "is not an https address")
    refused(make(tmp_path, "https://[x/log.csv"), sources.NotDownloaded, "gave nothing")


def test_a_disk_without_room_is_said_before_and_while(tmp_path, server, monkeypatch):
    place = make(tmp_path, server.url)
    with monkeypatch.context() as patched:
        patched.setattr(downloads.shutil, "disk_usage", lambda _: SimpleNamespace(free=500_000))
        refused(place, sources.NotDownloaded, r"1\.0 MB are needed, and 0\.5 MB are free.*Make room")

    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    opened = pathlib.Path.open
    full = lambda path, mode="r", *more, **other: (  # noqa: E731
        opened(path, mode, *more, **other) and Full()
        if path.suffix == ".part" and mode == "wb"
        else opened(path, mode)
    )
    monkeypatch.setattr(pathlib.Path, "open", full)
    refused(place, sources.NotDownloaded, "the disk is full, and what was downloaded was removed. Make room")
    assert left(place) == []


def test_a_name_that_leads_out_by_a_link_is_not_written_to(tmp_path, server):
    place = make(tmp_path, server.url, name="deep/log.csv")
    (tmp_path / "elsewhere").mkdir()
    (place.raw / "deep").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Exception, match="leads out of the folder"):
        fetch(place)
    assert not any((tmp_path / "elsewhere").iterdir())
    other = make(tmp_path / "other", server.url)
    (other.raw / ".log.csv.unknown.part").symlink_to(tmp_path / "elsewhere" / "x")
    fetch(other)
    assert not any((tmp_path / "elsewhere").iterdir())


def test_the_first_download_is_held_to_where_nobody_published_a_checksum(tmp_path, server):
    place = make(tmp_path, server.url, "")
    lines = []
    fetch(place, say=lines.append)
    assert "its checksum was learned, since nobody published one" in lines[1]
    (file,) = places.find("tarnwick", tmp_path).files
    assert (file.sha256, file.bytes, file.by_hand) == (SHA, len(DATA), False)
    assert file.checksum == f"sha256 {SHA[:12]}…, checksum learned at download on {date.today()}"
    assert len(sources.learn(place).files) == (place.raw / places.LEARNED).read_text().count("[[file]]") == 1
    (place.raw / "log.csv").unlink()
    server.data = DATA[::-1]
    refused(places.find("tarnwick", tmp_path), sources.WrongChecksum, rf"learned\.toml, since .*, says {SHA}")


def test_a_server_that_does_not_answer_is_asked_once(tmp_path):
    gone = make(tmp_path, "http://127.0.0.1:9/log.csv")
    silent = set()
    refused(gone, sources.NoAnswer, "gave nothing", silent=silent)
    refused(
        gone, sources.NoAnswer, "127.0.0.1:9 did not answer before, and was not asked again", silent=silent
    )


def test_a_masked_copy_is_downloaded_where_it_alone_is_public(tmp_path, server):
    masked = f'[file.masked]\nmasked = "names"\nsha256 = "{SHA}"\nurl = "{server.url}"'
    place = make(tmp_path, "", f'sha256 = "{"0" * 64}"\n{masked}')
    assert fetch(place) == [place.raw / "masked-log.csv"]
    assert sources.located(place)[0].files[0].copy == "masked"


@given(st.text(), st.text(), st.sampled_from([200, 206]))
def test_whatever_a_server_says_of_its_file_is_read_or_not_known(length, parts, status):
    answer = SimpleNamespace(headers={"content-length": length, "content-range": parts}, status_code=status)
    assert downloads._length(answer) in (None, *([int(length)] if length.isdecimal() else []))
    begins = downloads._begins_at(answer)
    assert begins is None or f"bytes {begins}-" in parts or parts.startswith("bytes 0")


def test_what_can_be_downloaded_is_though_another_file_cannot(tmp_path, server, monkeypatch, capsys):
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    make(tmp_path, "http://files.invalid/log.csv", at="brockrigg")
    place = make(tmp_path, server.url)
    assert verbs_of.main(["records"]) == 1
    said = capsys.readouterr()
    assert "brockrigg/log.csv: http://files.invalid/log.csv is not an https address" in said.err
    assert "downloaded data/raw/tarnwick/log.csv; its checksum is right" in said.out
    assert "Traceback" not in said.err
    assert left(place) == ["log.csv"]
    assert verbs_of.main(["records", "--place", "tarnwick"]) == 0


# What `make` downloads by itself ----------------------------------------------------------------------------------


@pytest.fixture
def online(monkeypatch):
    monkeypatch.setenv("OFFLINE", "")


def small(*chosen):
    lines = []
    pipeline.fetch_small(chosen, lines.append)
    return lines


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize("said", ["", f"bytes = {len(DATA)}"])
def test_make_downloads_what_is_small(tmp_path, server, said):
    place = make(tmp_path, server.url, said)
    assert "downloading" in small(place)[0]
    assert (place.raw / "log.csv").read_bytes() == DATA
    asked = len(server.asked)
    assert small(place) == []
    assert len(server.asked) == asked


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize("said", ["", f"bytes = {len(DATA)}"])
def test_make_leaves_what_is_large_to_make_records_and_asks_once_a_day(tmp_path, server, monkeypatch, said):
    monkeypatch.setattr(sources, "SMALL", len(DATA) - 1)
    place = make(tmp_path, server.url, said)
    assert small(place) == []
    asked = len(server.asked)
    assert small(place) == []
    assert len(server.asked) == asked
    assert not (place.raw / "log.csv").exists()


@pytest.mark.usefixtures("online")
def test_make_goes_on_without_a_network_after_one_attempt(tmp_path, monkeypatch):
    monkeypatch.delenv("RECORDS", raising=False)
    chosen = [make(tmp_path, "http://127.0.0.1:9/log.csv", at=name) for name in ("brockrigg", "tarnwick")]
    (line,) = small(*chosen)
    assert "127.0.0.1:9 does not answer, so nothing is downloaded" in line


@pytest.mark.usefixtures("online")
def test_make_goes_on_after_an_address_that_gives_no_file(tmp_path, server):
    gone = make(tmp_path, server.url.replace("log", "gone"), f'sha256 = "{"0" * 64}"', at="brockrigg")
    place = make(tmp_path, server.url)
    lines = small(gone, place)
    assert any("brockrigg/log.csv" in line and "gave a file whose sha256" in line for line in lines)
    assert (place.raw / "log.csv").exists()
    assert small(gone) == []  # not again today


@pytest.mark.parametrize("offline", ["1", "yes"])
def test_make_asks_nobody_where_it_is_told_so(tmp_path, server, monkeypatch, offline):
    monkeypatch.setenv("OFFLINE", offline)
    assert small(make(tmp_path, server.url)) == []
    assert server.asked == []
