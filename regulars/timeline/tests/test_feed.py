from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce, announce_many
from regulars.kit.refused import NotAllowed
from regulars.people.models import Affiliation, Company, Person
from regulars.team.models import Member, Team
from regulars.timeline.models import Touchpoint
from regulars.timeline.queries.feed import Narrowing, Place, channels_of, feed, kinds_of
from regulars.timeline.tests.happenings import Described, Poked
from tests.cast import a_company, a_person

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def happen(
    person: Person, count: int, *, by: Actor, start: datetime = START, channel: str = ""
) -> list[int | None]:
    moments = [start + timedelta(hours=n) for n in range(count)]
    return announce_many(
        [Poked(person_id=person.pk, n=n) for n in range(count)], by=by, occurred_at=moments, channel=channel
    )


def numbers(touchpoints: list[Touchpoint]) -> list[int]:
    return [one.pk for one in touchpoints]


def test_a_feed_is_read_page_by_page_without_gap_or_repetition(by: Actor, olga: Member) -> None:
    ada = a_person()
    same_moment = announce_many([Poked(person_id=ada.pk) for _ in range(5)], by=by, occurred_at=[START] * 5)
    booked = [*same_moment, *happen(ada, 20, by=by, start=START + timedelta(hours=1))]

    seen, before = [], None
    while True:
        page = feed(ada, olga, before=before, limit=4)
        seen += numbers(page.touchpoints)
        if page.older is None:
            break
        before = Place.read(str(page.older))

    assert seen == list(reversed(booked))


def test_a_jump_to_a_day_can_go_on_to_both_sides(by: Actor, olga: Member) -> None:
    ada = a_person()
    booked = happen(ada, 30, by=by)
    middle = Place.end_of(START + timedelta(hours=15))

    page = feed(ada, olga, before=middle, limit=5)
    newer = feed(ada, olga, after=page.newer, limit=5)
    newest = feed(ada, olga, after=Place.of(Touchpoint.objects.get(pk=booked[27])), limit=5)

    assert numbers(page.touchpoints) == booked[14:9:-1]
    assert numbers(newer.touchpoints) == booked[19:14:-1]
    assert newer.newer is not None
    assert numbers(newest.touchpoints) == [booked[29], booked[28]]
    assert newest.newer is None


def test_a_feed_can_be_narrowed_by_kind_channel_and_actor(by: Actor, by_olga: Actor, olga: Member) -> None:
    ada = a_person()
    happen(ada, 3, by=by)
    chat = announce(Poked(person_id=ada.pk), by=by, channel="chat")
    described = announce(Described(person_id=ada.pk, words="x"), by=by_olga)

    assert numbers(feed(ada, olga, narrowing=Narrowing(kinds=("test.described",))).touchpoints) == [described]
    assert numbers(feed(ada, olga, narrowing=Narrowing(channel="chat")).touchpoints) == [chat]
    assert numbers(feed(ada, olga, narrowing=Narrowing(actor="team")).touchpoints) == [described]
    both = Narrowing(kinds=("test.described", "test.poked"))
    assert len(feed(ada, olga, narrowing=both).touchpoints) == 5


def test_kinds_and_channels_are_counted(by: Actor) -> None:
    ada, bob = a_person(), a_person()
    happen(ada, 120, by=by)
    happen(ada, 2, by=by, channel="chat")
    announce(Described(person_id=ada.pk, words=""), by=by)
    happen(bob, 1, by=by)

    assert kinds_of(ada) == {"test.poked": 100, "test.described": 1}
    assert channels_of(ada) == {"chat": 2}
    assert kinds_of(a_person()) == {}


def test_a_company_shows_what_happened_with_its_people(by: Actor, olga: Member) -> None:
    aalto, ada, bob = a_company(), a_person("Ada"), a_person("Bob")
    for person, to_on in ((ada, None), (bob, now().date())):
        Affiliation.objects.create(person=person, company=aalto, to_on=to_on, created_at=now())
    own = announce(Poked(company_id=aalto.pk), by=by, occurred_at=START)
    of_both = announce(
        Poked(company_id=aalto.pk, person_id=ada.pk), by=by, occurred_at=START + timedelta(hours=1)
    )
    of_ada = announce(Poked(person_id=ada.pk), by=by, occurred_at=START + timedelta(hours=2))
    announce(Poked(person_id=bob.pk), by=by, occurred_at=START)

    assert numbers(feed(aalto, olga).touchpoints) == [of_ada, of_both, own]
    assert kinds_of(aalto) == {"test.poked": 2}


def test_an_agent_sees_of_a_company_only_the_people_within_reach(
    by: Actor, aino: Member, north: Team, south: Team
) -> None:
    aalto = a_company(team=north)
    near, far = a_person("Near", team=north), a_person("Far", team=south)
    for person in (near, far):
        Affiliation.objects.create(person=person, company=aalto, created_at=now())
    seen = announce(Poked(person_id=near.pk), by=by)
    announce(Poked(person_id=far.pk), by=by)

    assert numbers(feed(aalto, aino).touchpoints) == [seen]


def test_nobody_reads_the_feed_of_somebody_out_of_reach(sam: Member, north: Team) -> None:
    with pytest.raises(NotAllowed):
        feed(a_person(team=north), sam)
    with pytest.raises(NotAllowed):
        feed(a_person(), None)


def test_a_place_survives_its_way_through_an_address() -> None:
    for at in (START, datetime(1913, 5, 6, 7, 8, 9, 123456, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)):
        assert Place.read(str(Place(at, 77))) == Place(at, 77)
    for nonsense in ("", "x", "1.", ".1", "1.x", "9" * 40 + ".1"):
        assert Place.read(nonsense) is None


@pytest.mark.parametrize("subject", ["person", "company"])
def test_a_page_costs_one_query_however_long_the_history(by: Actor, olga: Member, subject: str) -> None:
    about: Person | Company = a_person() if subject == "person" else a_company()
    key = f"{subject}_id"

    def queries(count: int) -> int:
        announce_many([Poked(**{key: about.pk}) for _ in range(count)], by=by)
        with CaptureQueriesContext(connection) as asked:
            feed(about, olga)
        return len(asked.captured_queries)

    assert queries(1) == queries(200)
