"""How tests are dealt out to two processes: by group or by file, the longest first."""

LONGEST_FIRST = (
    "small place", "planted", "tests/readers/test_hostile_files.py", "twins", "second vendor", "new place",
    "small site", "tests/measures/test_anywhere.py", "tests/upkeep/test_benchmark.py", "tests/twins/test_twins.py",
    "tests/masked/test_masked.py", "tests/twins/test_mutated.py", "coverage",
)  # fmt: skip
"""Groups and files that take longest: begun first, so that neither process is left with one when the other is done."""


def dealt_with(nodeid: str) -> str:
    """The group that a test is dealt out with; its file where it has none: to deal six thousand tests one by one
    takes longer than most of them."""
    return nodeid.rpartition("@")[2] if nodeid.rfind("@") > nodeid.rfind("]") else nodeid.partition("::")[0]
