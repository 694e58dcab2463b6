"""The letter asks for exactly the exports and columns that the analysis reads, under a law that somebody has read."""

from dataclasses import replace
from datetime import date

import pytest

from analysis import letter, places
from analysis.places import states
from analysis.upkeep import readme
from analysis.vendors import named, recognition


def plain(written: letter.Letter) -> str:
    """The letter's words in one line."""
    return " ".join(written.text.split())


def test_a_law_that_was_read_is_cited_and_its_source_is_shown():
    written = letter.write("ga", "Quellmere GA PD", date(2025, 12, 1), date(2026, 1, 31))
    assert "Georgia Open Records Act" in " ".join(written.text.split())
    assert "December 1, 2025 through January 31, 2026" in " ".join(written.text.split())
    assert "Quellmere GA PD" in written.text
    assert any(states.table()["GA"].source in check for check in written.checks)


def test_a_law_that_only_lists_name_is_not_cited(monkeypatch):
    listed = {"GA": replace(states.table()["GA"], basis="lists")}
    monkeypatch.setattr(states, "table", lambda: listed)
    written = letter.write("GA")
    assert "Georgia" not in written.text
    assert "the public records law of this state" in " ".join(written.text.split())
    assert any("does not cite it" in check for check in written.checks)


def test_without_a_state_the_letter_names_no_law_and_says_so():
    written = letter.write()
    assert "[name of the agency]" in written.text
    assert "[first day]" in written.text
    assert any("STATE=GA" in check for check in written.checks)


@pytest.mark.parametrize("code", ["AL", "AR", "DE", "KY", "NH", "PA", "TN", "VA"])
def test_a_law_that_serves_some_people_alone_has_the_sender_say_so(code):
    open_letter, said = (
        plain(letter.write(code)),
        plain(letter.write(code, sender=letter.Sender(eligibility="I live in Tarnwick"))),
    )
    assert states.table()[code].eligibility in open_letter
    assert "I live in Tarnwick" in said
    assert states.table()[code].eligibility not in said


def test_virginia_warns_before_anything_is_sent():
    written = letter.write("VA")
    assert "BEFORE SENDING" in written.checks[0]
    assert "2.2-5517" in plain(written)


def test_a_state_is_known_by_its_name_and_a_slip_gets_the_nearest():
    assert plain(letter.write("illinois")) == plain(letter.write("IL"))
    assert "FOIA officer" in letter.write("Illinois").text
    assert "West Virginia Freedom" in plain(letter.write("west  virginia"))
    with pytest.raises(letter.UnknownState, match="did you mean Illinois"):
        letter.write("Ilinois")
    with pytest.raises(letter.UnknownState, match="GA or Georgia"):
        letter.write("zz")


def test_colorado_names_both_acts():
    assert "24-72-201" in plain(letter.write("CO"))
    assert "24-72-301" in plain(letter.write("CO"))


def test_the_letter_does_not_contradict_itself_on_spreadsheets():
    text = plain(letter.write("OH"))
    assert "import every column as text" in text
    assert "not opened" not in text
    assert "keep every column header and every row" in text


@pytest.mark.parametrize("code", sorted(states.table()))
def test_every_states_letter_asks_for_what_a_request_needs(code):
    text = plain(letter.write(code))
    for words in (
        "Network Audit", "Organization Audit", "shared networks", "federal searches", "local time", "[REDACTED]",
        "preserve", "December 17, 2025", "February 2026", "number of this request", "hot lists", "license",
        "[your name]", "[your postal address]", "[first day]",
    ):  # fmt: skip
        assert words in text
    assert "licen" + "ce" not in text  # American spelling


def test_what_the_sender_said_fills_the_blanks_and_a_person_is_asked_for_the_rest():
    asked = []
    sender = letter.ask(letter.Sender(name="N. Exa"), "KY", lambda question: asked.append(question) or "")
    assert sender.name == "N. Exa"
    assert not any("Your name" in question for question in asked)
    assert any("Commonwealth" in question for question in asked)
    assert "[your name]" not in letter.write("KY", sender=sender).text
    letter.ask(letter.Sender(), "OH", lambda question: asked.append(question) or "")
    assert sum("who may make a request" in question for question in asked) == 1


def test_every_waiting_place_holds_the_letter_as_it_is_today():
    held = [place for place in places.tracked() if place.waiting and (place.raw / "README.md").is_file()]
    texts = {place.name: (place.raw / "README.md").read_text(encoding="utf-8") for place in held}
    marked = {name for name, text in texts.items() if "<!-- request -->" in text}
    assert "texas" in marked
    for place in held:
        assert readme.with_letter(texts[place.name], place) == texts[place.name], (
            "run python -m analysis readme"
        )


def test_every_column_asked_for_is_one_that_the_parser_knows():
    wanted = named("flock").letter
    names = [column.partition(" (")[0] for column in wanted]
    assert recognition.recognize(names).family.name == "native audit"
    assert "License Plate" not in wanted


def test_lines_are_short_enough_for_a_letter():
    assert max(map(len, letter.write("TX").text.splitlines())) <= 90


@pytest.mark.parametrize("said", ["12/01/2025", "2025-13-01", "soon"])
def test_a_day_that_is_none_is_refused_with_the_form(said):
    with pytest.raises(letter.BadDay, match="2025-12-01"):
        letter.day(said)
