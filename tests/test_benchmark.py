"""The alternatives are timed on the same rows: a stacked export is taken apart for those who know one header."""

from analysis.benchmark import _parts


def test_stacked_exports_are_parted_and_nothing_is_lost(tmp_path):
    path = tmp_path / "log.csv"
    path.write_bytes(b"Name, Reason\r\na,b\r\nID, Name\r\n1,c\r\n")
    assert _parts(path) == [b"Name, Reason\r\na,b\r\n", b"ID, Name\r\n1,c\r\n"]


def test_a_single_export_is_one_part(tmp_path):
    path = tmp_path / "log.csv"
    path.write_bytes(b"Name, Reason\r\na,b\r\n")
    assert _parts(path) == [path.read_bytes()]
