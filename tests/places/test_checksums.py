"""A file without a published sha256 is held to what was published, or to what it was when it first was there."""

import hashlib
from datetime import date

import pytest

from analysis import places
from analysis.places import sources

DATA = b"released as is\n"
SHA, MD5 = (hashlib.new(kind, DATA).hexdigest() for kind in ("sha256", "md5"))
URL = 'url = "https://files.invalid/log.csv"'


def make(tmp_path, said):
    folder = tmp_path / "data" / "raw" / "tarnwick"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "source.toml").write_text(
        f'[[file]]\nname = "log.csv"\nlog = "network audit"\ncamera_owner = "Tarnwick ISD"\n{said}\n'
    )
    return places.find("tarnwick", tmp_path)


def put(place, data=DATA):
    (place.raw / "log.csv").write_bytes(data)


PUBLISHED = [f'md5 = "{MD5}"', f'sha256_begins = "{SHA[:12]}"', URL, f"{URL}\nbytes = {len(DATA)}"]


@pytest.mark.parametrize("said", PUBLISHED)
def test_what_was_not_published_is_learned_from_the_file_with_its_day_and_held(tmp_path, said):
    place = make(tmp_path, said)
    assert place.files[0].sha256 == ""
    put(place)
    learned = sources.learn(place).files[0]
    assert (learned.sha256, learned.bytes, learned.learned, learned.by_hand) == (SHA, 15, date.today(), True)
    assert f"checksum learned from the file put there by hand on {date.today()}" in learned.checksum
    again = places.find("tarnwick", tmp_path)
    assert again.files[0] == learned
    assert sources.learn(again) is again
    put(place, DATA[::-1])
    with pytest.raises(sources.WrongChecksum, match=rf"learned\.toml, since {date.today()}, says {SHA}"):
        sources.locate(again)
    assert sources.unlisted(again) == []


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (PUBLISHED[0], f"its md5 is [0-9a-f]+, source.toml says {MD5}"),
        (PUBLISHED[1], f"its sha256 is [0-9a-f]+, source.toml says {SHA[:12]}…"),
        (PUBLISHED[3], "its size is 16 bytes, source.toml says 15"),
    ],
)
def test_a_file_that_differs_from_what_was_published_is_refused_and_not_learned(tmp_path, said, message):
    place = make(tmp_path, said)
    put(place, DATA + b"x")
    with pytest.raises(sources.WrongChecksum, match=message):
        sources.learn(place)
    assert not (place.raw / places.LEARNED).exists()


def test_a_web_page_that_was_saved_as_the_file_is_not_learned(tmp_path):
    place = make(tmp_path, URL)
    put(place, b"\xef\xbb\xbf\n <!DOCTYPE html><html><title>Just a moment...</title>")
    with pytest.raises(sources.WrongChecksum, match=r"tarnwick/log\.csv: it is a web page and not the file"):
        sources.learn(place)


def test_a_file_with_a_published_md5_is_found_under_any_name(tmp_path, monkeypatch):
    place = make(tmp_path / "repository", PUBLISHED[0])
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "other.csv").write_bytes(DATA)
    monkeypatch.setenv("RECORDS", str(tmp_path / "records"))
    assert sources.learn(place).files[0].sha256 == SHA
    assert make(tmp_path / "second", URL) == sources.learn(
        make(tmp_path / "second", URL)
    )  # nothing to know it by


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("", "'sha256' is missing; give it, or the md5 or sha256_begins"),
        ('md5 = "xyz"', "md5 has 32 digits"),
        (f'sha256_begins = "{SHA[:3]}"', "at least six"),
    ],
)
def test_an_entry_needs_a_checksum_or_an_address(tmp_path, said, message):
    with pytest.raises(places.BadSource, match=message):
        make(tmp_path, said)


def test_a_learned_checksum_must_fit_what_was_published(tmp_path):
    place = make(tmp_path, URL)
    put(place)
    sources.learn(place)
    with pytest.raises(
        places.BadSource, match=r"learned\.toml gives the sha256 .* sha256_begins says abcdef012345"
    ):
        make(tmp_path, 'sha256_begins = "abcdef012345"')
    assert make(tmp_path, f'sha256 = "{"0" * 64}"').files[0].learned is None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (f'sha256 = "{SHA}"', f"sha256 {SHA[:12]}…"),
        (PUBLISHED[0], f"md5 {MD5}, as published"),
        (PUBLISHED[1], f"sha256 published only as {SHA[:12]}…"),
        (URL, "no checksum published; it is learned at download"),
    ],
)
def test_what_is_said_of_a_checksum_says_who_says_so(tmp_path, said, words):
    assert make(tmp_path, said).files[0].checksum == words
