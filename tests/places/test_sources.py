"""A released file is handed out only if it is the one described."""

import hashlib
import http.server
import threading

import pytest

from analysis import places
from analysis.places import sources

DATA = b"released as is\n"
SHA = hashlib.sha256(DATA).hexdigest()


def make(tmp_path, url=""):
    folder = tmp_path / "data" / "raw" / "tarnwick"
    folder.mkdir(parents=True)
    address = f'url = "{url}"' if url else ""
    (folder / "source.toml").write_text(
        f'title = "T"\n[[file]]\nname = "log.csv"\nsha256 = "{SHA}"\nbytes = {len(DATA)}\nlog = "network audit"\n'
        f'camera_owner = "Tarnwick ISD"\n{address}\n'
    )
    return places.find("tarnwick", tmp_path)


def test_a_file_in_the_place_with_the_right_checksum_is_handed_out(tmp_path):
    place = make(tmp_path)
    (place.raw / "log.csv").write_bytes(DATA)
    assert sources.locate(place) == {"log.csv": place.raw / "log.csv"}


def test_a_changed_file_stops_with_both_checksums(tmp_path):
    place = make(tmp_path)
    (place.raw / "log.csv").write_bytes(DATA + b"edited")
    with pytest.raises(sources.WrongChecksum, match=rf"tarnwick/log\.csv.*{SHA}"):
        sources.locate(place)


def test_a_file_is_found_by_checksum_under_any_name(tmp_path, monkeypatch):
    place = make(tmp_path / "repository")
    elsewhere = tmp_path / "records" / "deep"
    elsewhere.mkdir(parents=True)
    (elsewhere / "other name.csv").write_bytes(DATA)
    (elsewhere / "same size.csv").write_bytes(DATA[::-1])
    monkeypatch.setenv("RECORDS", str(tmp_path / "records"))
    assert sources.locate(place) == {"log.csv": elsewhere / "other name.csv"}


def test_a_missing_file_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.delenv("RECORDS", raising=False)
    with pytest.raises(sources.MissingRecords, match=r"data/raw/tarnwick/README\.md says how to ask"):
        sources.locate(make(tmp_path))


def test_a_missing_file_with_an_address_says_make_records(tmp_path, monkeypatch):
    monkeypatch.delenv("RECORDS", raising=False)
    with pytest.raises(sources.MissingRecords, match="make records"):
        sources.locate(make(tmp_path, "http://files.invalid/log.csv"))


def test_many_missing_files_with_an_address_are_one_line(tmp_path, monkeypatch):
    monkeypatch.delenv("RECORDS", raising=False)
    place = make(tmp_path, "https://files.invalid/log.csv")
    many = tuple(place.files[0].replace(name=f"{number}.csv", bytes=3_000_000) for number in range(4))
    asked = place.files[0].replace(name="own.csv", url=None)
    with pytest.raises(sources.MissingRecords) as missing:
        sources.locate(place.replace(files=(*many, asked)))
    first, second = str(missing.value).splitlines()
    assert first.endswith("`make records PLACE=tarnwick` downloads 4 files (12 MB) from files.invalid")
    assert second.startswith("tarnwick/own.csv (network audit of Tarnwick ISD) is missing")


@pytest.fixture
def server(tmp_path):
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{running.server_port}/log.csv"
        running.shutdown()


def test_records_are_downloaded_and_checked(tmp_path, server, monkeypatch):
    monkeypatch.delenv("RECORDS", raising=False)
    folder, url = server
    (folder / "log.csv").write_bytes(DATA)
    place = make(tmp_path, url)
    assert sources.fetch(place, progress=False) == [place.raw / "log.csv"]
    assert (place.raw / "log.csv").read_bytes() == DATA
    assert sources.fetch(place, progress=False) == []


def test_a_download_that_is_something_else_is_refused_and_deleted(tmp_path, server, monkeypatch):
    monkeypatch.delenv("RECORDS", raising=False)
    folder, url = server
    (folder / "log.csv").write_bytes(b"<html>moved</html>")
    place = make(tmp_path, url)
    with pytest.raises(sources.WrongChecksum, match=r"tarnwick/log\.csv"):
        sources.fetch(place, progress=False)
    assert not (place.raw / "log.csv").exists()


def test_an_address_that_gives_nothing_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.delenv("RECORDS", raising=False)
    place = make(tmp_path, "http://127.0.0.1:9/log.csv")
    with pytest.raises(sources.NotDownloaded, match=r"tarnwick/log\.csv: .* gave nothing .*by hand"):
        sources.fetch(place, progress=False)
    assert not (place.raw / "log.csv").exists()


def test_a_file_that_nobody_described_is_named(tmp_path):
    place = make(tmp_path)
    (place.raw / "new.csv").write_text("x")
    (place.raw / "reference").mkdir()
    (place.raw / "reference" / "list.csv").write_text("x")
    assert sources.unlisted(place) == ["new.csv"]


MASKED = b"released ** is\n"


def masked_place(tmp_path, more=""):
    """A place whose log may be read from a masked copy, and the folder of its files."""
    place = make(tmp_path / "repository")
    path = place.raw / "source.toml"
    sha = hashlib.sha256(MASKED).hexdigest()
    path.write_text(f'{path.read_text()}[file.masked]\nsha256 = "{sha}"\nmasked = "names"\n{more}')
    return places.find("tarnwick", place.root)


def read(place):
    """Which copy of the place's only file is read, with its checksum, and the name of the file that it lies in."""
    found, paths = sources.located(place)
    assert list(paths) == ["log.csv"]
    return found.files[0].copy, found.files[0].sha256, paths["log.csv"].name


def test_the_released_file_comes_before_its_masked_copy(tmp_path, monkeypatch):
    place, records = masked_place(tmp_path), tmp_path / "records"
    records.mkdir()
    monkeypatch.setenv("RECORDS", str(records))
    sha = hashlib.sha256(MASKED).hexdigest()
    (records / "any.csv").write_bytes(MASKED)
    assert read(place) == ("masked", sha, "any.csv")
    (place.raw / "masked-log.csv").write_bytes(MASKED)
    assert read(place) == ("masked", sha, "masked-log.csv")
    (records / "one.csv").write_bytes(DATA)
    assert read(place) == ("released", SHA, "one.csv")
    (place.raw / "log.csv").write_bytes(MASKED)
    assert read(place) == ("released", SHA, "one.csv"), (
        "whatever the file is called, its checksum says what it is"
    )
    (place.raw / "log.csv").write_bytes(DATA)
    assert read(place) == ("released", SHA, "log.csv")
    assert sources.unlisted(place) == []


@pytest.mark.parametrize("name", ["log.csv", "copies/m.csv"])
def test_a_changed_masked_copy_stops_with_its_checksum(tmp_path, name):
    place = masked_place(tmp_path, 'name = "copies/m.csv"\n')
    (place.raw / name).parent.mkdir(exist_ok=True)
    (place.raw / name).write_bytes(MASKED + b"edited")
    sha = hashlib.sha256(MASKED).hexdigest()
    with pytest.raises(sources.WrongChecksum, match=rf"tarnwick/{name}.*masked copy {sha}"):
        sources.locate(place)


@pytest.mark.parametrize(
    ("more", "said"),
    [('name = "../m.csv"', "Give the file another name"), ('whose = "ours"', "unknown key 'whose'")],
)
def test_a_masked_copy_that_cannot_be_is_refused(tmp_path, more, said):
    with pytest.raises(places.BadSource, match=said):
        masked_place(tmp_path, more)


def test_a_masked_copy_is_another_file(tmp_path):
    path = make(tmp_path).raw / "source.toml"
    path.write_text(f'{path.read_text()}[file.masked]\nsha256 = "{SHA}"\nmasked = "names"\n')
    with pytest.raises(places.BadSource, match=r"file 'log\.csv': its masked copy has the checksum"):
        places.find("tarnwick", tmp_path)
