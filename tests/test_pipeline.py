"""Places are made in turn, overlapping, and what stops one is said after those before it are done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event

import pytest

from analysis import pipeline, places, processes
from analysis.places import Place
from analysis.refused import Refused

FIRST, SECOND, THIRD = (places.find(name) for name in ("okaloosa", "eugene-or", "yuba-county-ca"))


class Made:
    """Stands in for the work on places: notes each step, and stops where it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, stops: Mapping[str, Callable[[], object]]) -> None:
        self.steps: list[str] = []
        self.stops = stops
        monkeypatch.setattr(pipeline, "_build", self._build)
        monkeypatch.setattr(pipeline, "_run_first", lambda place, _: self._note("run", place))
        monkeypatch.setattr(pipeline, "_publish", self._publish)

    def _note(self, step: str, place: Place) -> None:
        self.stops.get(f"{step} {place.name}", lambda: None)()
        self.steps.append(f"{step} {place.name}")

    def _build(self, place: Place, _: pipeline.Say) -> Place:
        self._note("build", place)
        return place

    def _publish(self, place: Place, *_: object) -> str:
        self._note("publish", place)
        return f"score of {place.name}"


def refuse(why: str) -> Callable[[], None]:
    def stop() -> None:
        raise Refused(why)

    return stop


def test_each_place_has_its_line_of_the_score_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(monkeypatch, {})
    assert pipeline.make([FIRST, SECOND, THIRD], lambda _: None) == [
        f"score of {place.name}" for place in (FIRST, SECOND, THIRD)
    ]
    for place in (FIRST, SECOND, THIRD):
        at = [made.steps.index(f"{name} {place.name}") for name in ("build", "run", "publish")]
        assert at == sorted(at)


def test_a_place_is_built_while_the_notebooks_of_the_one_before_run(monkeypatch: pytest.MonkeyPatch) -> None:
    built = Event()
    stops = {
        f"build {SECOND.name}": built.set,
        f"run {FIRST.name}": lambda: built.wait(60) or pytest.fail("late"),
    }
    Made(monkeypatch, stops)
    assert len(pipeline.make([FIRST, SECOND], lambda _: None)) == 2


def test_a_place_that_cannot_be_built_stops_none_before_it_and_all_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = Made(monkeypatch, {f"build {SECOND.name}": refuse("the file is cut off")})
    with pytest.raises(Refused, match="cut off"):
        pipeline.make([FIRST, SECOND, THIRD], lambda _: None)
    assert f"publish {FIRST.name}" in made.steps
    assert not any(THIRD.name in one for one in made.steps)


def test_the_fault_of_the_first_place_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(
        monkeypatch,
        {
            f"run {FIRST.name}": refuse("a notebook failed"),
            f"build {SECOND.name}": refuse("the file is cut off"),
        },
    )
    with pytest.raises(Refused, match="a notebook failed"):
        pipeline.make([FIRST, SECOND], lambda _: None)
    assert "publish" not in " ".join(made.steps)


def test_what_runs_is_ended_when_a_person_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    ended = Event()
    stops = {
        f"build {SECOND.name}": interrupt,
        f"run {FIRST.name}": lambda: ended.wait(60) or pytest.fail("late"),
    }
    Made(monkeypatch, stops)
    monkeypatch.setattr(processes, "end_all", ended.set)
    with pytest.raises(KeyboardInterrupt):
        pipeline.make([FIRST, SECOND], lambda _: None)
    assert ended.is_set()
