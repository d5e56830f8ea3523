"""Every event is said by somebody, documented, and shown with words and an icon where it stands on a timeline."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from regulars.config.event_page import PAGE, event_page
from regulars.config.tracing import heard_by, our_events, said_by
from regulars.kit.events import Event
from regulars.kit.events.listening import _reactions
from regulars.kit.markup import ICONS


@pytest.mark.parametrize("event", our_events(), ids=lambda event: event.kind)
def test_every_event_is_announced_somewhere_and_says_what_happened(event: type[Event]) -> None:
    assert said_by(event)
    assert (event.__doc__ or "").strip().endswith(".")
    assert event.icon in ICONS
    assert event.label or not event.on_timeline


def test_the_page_of_events_is_as_the_source_says() -> None:
    assert PAGE.read_text() == event_page(), "Run: python manage.py document_events"


def test_every_reaction_says_what_it_does() -> None:
    silent = [
        one.full_name for event in our_events() for one in heard_by(event) if not one.docstring.endswith(".")
    ]

    assert silent == []


def test_reactions_live_in_their_rooms_reactions() -> None:
    homes = {reaction.__module__ for known in _reactions.values() for reaction in known}

    assert [home for home in homes if ".tests." not in home and ".reactions" not in home] == []


def test_trace_prints_what_an_action_announces_and_who_hears_it() -> None:
    told = StringIO()
    call_command("trace", "erase_people", stdout=told, skip_checks=True)

    lines = told.getvalue().splitlines()
    assert lines[0].startswith("erase_people  regulars/people/actions/")
    assert any(line.startswith("PersonErased (person.erased)") for line in lines)
    assert any("heard by" in line and "take_words_out" in line and "reactions.py:" in line for line in lines)


def test_trace_of_something_unknown_says_so() -> None:
    with pytest.raises(CommandError, match="Neither a function nor an event"):
        call_command("trace", "make_coffee", skip_checks=True)
