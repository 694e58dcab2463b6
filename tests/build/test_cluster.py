"""A cluster gives the same bytes as one machine, also when a worker dies half way; and what it lacks is said."""

import os
import shutil
import signal

import pytest
from test_build import release, root, row, tables_of  # noqa: F401 - root is a fixture

from analysis import build, places
from analysis.build import cluster, engine, parts
from analysis.places import sources

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.xdist_group("cluster")


@pytest.fixture(scope="module")
def two_workers():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, memory_limit=None, silence_logs=50
    ) as found:
        yield found


@pytest.fixture
def place(root):  # noqa: F811
    for at in range(6):
        rows = [row(f"{reason} {n}", at=f"{1 + n % 11:02}:{at:02}:{n % 60:02} AM")
                for n in range(700) for reason in ("theft", "ICE hold", "case")]  # fmt: skip
        release(root, rows, name=f"month-{at}.csv")
    return places.find("tarnwick", root)


def released(place):
    return {name: str(path) for name, path in sources.locate(place).items()}


def test_a_worker_that_dies_half_way_changes_no_byte(place, two_workers):
    build.build(place)
    here = tables_of(place)
    shutil.rmtree(place.processed)
    with distributed.Client(two_workers.scheduler_address) as client:
        first, _ = client.run(os.getpid).values()
    killed = []

    def say(line):
        if not killed:
            os.kill(first, signal.SIGKILL)
            killed.append(line)

    cluster.make_parts(place, released(place), str(place.processed), two_workers.scheduler_address, say)
    assert killed
    made = sorted((place.processed / "parts").iterdir())
    assert len(made) == 6
    build.build(place, run=lambda tasks: pytest.fail("a part was made again") if tasks else iter(()))
    assert {name: data for name, data in tables_of(place).items() if name in here} == here


def test_any_file_system_is_read_and_written_and_nothing_is_made_twice(place, two_workers, tmp_path):
    address = f"file://{tmp_path}/bucket"
    lie = {name: f"file://{path}" for name, path in released(place).items()}
    said = []
    made = cluster.make_parts(place, lie, address, two_workers.scheduler_address, said.append)
    assert len(said) == 6
    build.build(place)
    whole = [parts.open_part(folder) for folder in (place.processed / "parts").iterdir()]
    assert {p.folder.name for p in whole} == {part.rsplit("/", 1)[1] for part in made}
    for name in ("searches.parquet", "rejected.parquet", "part.json"):
        for part in made:
            key = part.rsplit("/", 1)[1]
            there = (tmp_path / "bucket" / "parts" / key / name).read_bytes()
            assert there == (place.processed / "parts" / key / name).read_bytes()
    for name in ("files.csv", "ledger.csv"):
        assert (tmp_path / "bucket" / name).read_text() == (place.processed / name).read_text()
    assert cluster.make_parts(place, lie, address, two_workers.scheduler_address, said.append) == made
    assert len(said) == 6


def test_a_file_that_is_another_and_a_library_that_is_another_are_refused(place, two_workers, tmp_path):
    file = place.files[0].replace(sha256="0" * 64)
    path = released(place)[file.name]
    task = engine.Task(file, path, str(tmp_path / "part"), parts.recipe(place))
    with pytest.raises(sources.WrongChecksum, match="nothing was read"):
        cluster.work(task, cluster.typed_by_people(place), cluster.code_checksum())
    with distributed.Client(two_workers.scheduler_address) as client:
        future = client.submit(cluster.work, task, {}, "another")
        with pytest.raises(cluster.AnotherVersion, match="install the same one"):
            future.result()
    assert not (tmp_path / "part").exists()
