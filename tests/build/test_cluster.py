"""A cluster gives the same bytes as one machine, also when a worker dies half way; and what it lacks is said."""

import os
import shutil
import signal
import subprocess
import sys

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

    cluster.build_on(place, released(place), str(place.processed), two_workers.scheduler_address, say)
    assert killed
    assert tables_of(place) == here
    assert build.build(place) is False


def test_any_file_system_is_read_and_written_and_nothing_is_made_twice(place, two_workers, tmp_path):
    address = f"file://{tmp_path}/bucket"
    lie = {name: f"file://{path}" for name, path in released(place).items()}
    said = []
    on = place, lie, address, two_workers.scheduler_address, said.append
    assert cluster.build_on(*on) is True
    assert len(said) == 6
    build.build(place)
    bucket = tmp_path / "bucket"
    there = {p.relative_to(bucket).as_posix(): p.read_bytes() for p in bucket.rglob("*") if p.is_file()}
    assert there.pop("stamps.json") == (place.processed / "stamps.json").read_bytes()
    assert there == tables_of(place)
    assert cluster.build_on(*on) is False
    assert len(said) == 6


def test_a_file_that_is_no_longer_released_leaves_a_dataset_that_lies_elsewhere(root, two_workers, tmp_path):  # noqa: F811
    release(root, [row("theft")], name="first.csv")
    place = release(root, [row("ICE hold")], name="second.csv")
    address = f"file://{tmp_path}/bucket"
    for files in (place.files, place.files[1:]):
        one, names = place.replace(files=files), [f"{file.name}.parquet" for file in files]
        cluster.build_on(one, released(one), address, two_workers.scheduler_address, str)
        for table in ("searches", "rejected"):
            assert sorted(p.name for p in (tmp_path / "bucket" / table).iterdir()) == names


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


def test_a_worker_that_ends_leaves_no_folder_behind(tmp_path):
    code = "from analysis.build import cluster\nprint(*cluster._unpacked((('x.toml', b''),)).rglob('*.toml'))"
    order = [sys.executable, "-c", code]
    done = subprocess.run(order, env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, check=True)
    assert done.stdout.decode().strip().endswith("/data/hand/x.toml")
    assert list(tmp_path.iterdir()) == []
