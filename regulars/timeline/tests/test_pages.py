from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce, announce_many
from regulars.people.models import Person
from regulars.team.models import AuditEntry, Member
from regulars.timeline.actions.failures import note_job_failure
from regulars.timeline.actions.hearing import MOST_ATTEMPTS, hear_everything
from regulars.timeline.actions.posting import Draft, define_touchpoint_kind, post_touchpoint
from regulars.timeline.models import Hearing, JobFailure
from regulars.timeline.queries.feed import Place
from regulars.timeline.tests import happenings
from regulars.timeline.tests.happenings import Poked, failing, traces
from tests.cast import a_company, a_person

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]
HTMX = {"headers": {"hx-request": "true"}}


@pytest.fixture
def owner(olga: Member, signed_in: SignIn) -> Client:
    return signed_in(olga)


def test_the_timeline_shows_what_happened_by_day_and_goes_on_when_scrolled(owner: Client, by: Actor) -> None:
    ada = a_person("Ada")
    moments = [now() - timedelta(hours=6 * n) for n in range(50)]
    announce_many([Poked(person_id=ada.pk, n=n) for n in range(50)], by=by, occurred_at=moments)

    first = owner.get(f"/people/{ada.pk}/timeline/").content.decode()
    older = first.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    second = owner.get(older).content.decode()

    assert first.count('class="moment"') == 30
    assert "Today" in first
    assert second.count('class="moment"') == 20
    assert "Today" not in second
    ids = [part.split('"')[0] for page in (first, second) for part in page.split('id="moment-')[1:]]
    assert len(set(ids)) == 50


def test_a_day_that_goes_on_over_two_pages_has_one_heading(owner: Client, by: Actor) -> None:
    ada = a_person()
    noon = now().replace(hour=12, minute=0) - timedelta(days=3)
    announce_many([Poked(person_id=ada.pk) for _ in range(40)], by=by, occurred_at=[noon] * 40)

    first = owner.get(f"/people/{ada.pk}/timeline/").content.decode()
    second = owner.get(first.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")).content.decode()

    assert first.count("timeline-day") == 1
    assert second.count("timeline-day") == 0
    assert second.count('class="moment"') == 10


def test_a_jump_to_a_day_shows_that_day_first_and_a_way_back(owner: Client, by: Actor) -> None:
    ada = a_person()
    days = [now() - timedelta(days=n) for n in range(20)]
    announce_many([Poked(person_id=ada.pk, n=n) for n in range(20)], by=by, occurred_at=days)
    wanted = days[7].date()

    page = owner.get(f"/people/{ada.pk}/timeline/", {"day": wanted.isoformat()}).content.decode()

    assert page.count('class="moment"') == 13
    assert f'id="day-{wanted}"' in page
    assert "Newer" in page


def test_the_timeline_is_narrowed_by_kind(owner: Client, by: Actor) -> None:
    ada = a_person()
    announce(Poked(person_id=ada.pk), by=by)
    define_touchpoint_kind("custom.visit", label="Came by", icon="building-store", by=by)
    post_touchpoint(
        Draft(about=ada, kind="custom.visit", label="Kamppi", payload={"min": 5}), by=by, at=now()
    )

    page = owner.get(f"/people/{ada.pk}/timeline/", {"kind": "custom.visit"}).content.decode()
    nonsense = owner.get(f"/people/{ada.pk}/timeline/", {"kind": "nothing", "day": "x"}).content.decode()

    assert page.count('class="moment"') == 1
    assert "Came by" in page
    assert "Kamppi" in page
    assert nonsense.count('class="moment"') == 2


def test_news_stand_above_what_is_shown(owner: Client, by: Actor) -> None:
    ada = a_person()
    announce(Poked(person_id=ada.pk), by=by)
    shown = owner.get(f"/people/{ada.pk}/timeline/").content.decode()
    newest = shown.split('name="newest" value="')[1].split('"')[0]
    url = f"/people/{ada.pk}/timeline/news/"

    assert owner.get(url, {"newest": newest}, **HTMX).status_code == 204
    announce(Poked(person_id=ada.pk), by=by)
    answer = owner.get(url, {"newest": newest}, **HTMX)
    page = answer.content.decode()

    assert page.count("moment-new") == 1
    assert answer.headers["HX-Reswap"] == "afterend"
    assert answer.headers["HX-Retarget"].startswith("#day-")
    assert owner.get(url, {"newest": page.split('value="')[1].split('"')[0]}, **HTMX).status_code == 204
    first_ever = owner.get(url, {"newest": "0.0"}, **HTMX)
    assert (first_ever.headers["HX-Reswap"], first_ever.headers["HX-Retarget"]) == ("afterbegin", "#moments")


def test_a_change_is_told_to_the_windows_that_show_the_person(transactional_db: None, by: Actor) -> None:
    ada, aalto = a_person(), a_company()
    with connection.cursor() as cursor:
        cursor.execute("LISTEN regulars_live")
    with transaction.atomic():
        number = announce(Poked(person_id=ada.pk, company_id=aalto.pk), by=by)

    told = [notice.payload for notice in connection.connection.notifies(timeout=2, stop_after=2)]

    assert sorted(told) == sorted(
        f'{{"topic" : "{topic}", "change" : {{"kind" : "test.poked", "id" : {number}}}}}'
        for topic in (f"person:{ada.pk}", f"company:{aalto.pk}")
    )


@pytest.mark.parametrize("what", ["", "news/"])
def test_a_timeline_out_of_reach_is_not_there(
    signed_in: SignIn, sam: Member, north: object, what: str
) -> None:
    far: Person = a_person(team=north)

    assert signed_in(sam).get(f"/people/{far.pk}/timeline/{what}", {"newest": "0.0"}).status_code == 404
    assert Client().get(f"/people/{far.pk}/timeline/{what}").status_code == 302


def test_the_person_page_has_the_timeline_as_a_panel(owner: Client, by: Actor) -> None:
    ada = a_person("Ada")
    announce(Poked(person_id=ada.pk), by=by)

    page = owner.get(f"/people/{ada.pk}/").content.decode()

    assert 'id="timeline-list"' in page
    assert f'data-topic="person:{ada.pk}"' in page
    assert page.count('class="moment"') >= 1


def a_failed_reaction(by: Actor) -> Hearing:
    def refuse(n: int) -> None:
        raise ValueError(f"Cannot answer {n}")

    happenings.also["answer"] = refuse
    announce(Poked(person_id=a_person().pk, n=3), by=by)
    for _ in range(MOST_ATTEMPTS):
        hear_everything()
        Hearing.objects.update(due_at=now() - timedelta(seconds=1))
    happenings.also.clear()
    return Hearing.objects.get()


def a_failed_job() -> int:
    job_id = int(failing.defer(person_id=1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [job_id])
    note_job_failure(job_id, ValueError("No such till"))
    return job_id


def test_the_owner_sees_what_failed_and_why_and_nobody_else_does(
    owner: Client, by: Actor, signed_in: SignIn, max_: Member
) -> None:
    a_failed_reaction(by)
    a_failed_job()

    page = owner.get("/settings/jobs/").content.decode()

    assert "ValueError: Cannot answer 3" in page
    assert "ValueError: No such till" in page
    assert signed_in(max_).get("/settings/jobs/").status_code == 403


def test_a_failed_reaction_is_tried_again_by_hand_and_audited(owner: Client, by: Actor) -> None:
    failed = a_failed_reaction(by)

    answer = owner.post(f"/settings/jobs/reaction/{failed.pk}/retry/", **HTMX)
    hear_everything()

    assert answer.status_code == 200
    assert traces() == ["answer 3", "remember 3"]
    entry = AuditEntry.objects.get(action="job.retried")
    assert (entry.actor_kind, entry.label) == ("member", "regulars.timeline.tests.happenings.answer_poke")
    assert owner.post(f"/settings/jobs/reaction/{failed.pk}/retry/", **HTMX).status_code == 404


def test_everything_failed_is_tried_again_at_once(owner: Client, by: Actor) -> None:
    a_failed_reaction(by)
    job_id = a_failed_job()

    owner.post("/settings/jobs/retry/", **HTMX)
    hear_everything()

    assert not Hearing.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job_id])
        assert cursor.fetchone() == ("todo",)


@pytest.mark.parametrize("source", ["reaction", "job"])
def test_something_failed_is_given_up_only_for_a_reason(owner: Client, by: Actor, source: str) -> None:
    number = a_failed_reaction(by).pk if source == "reaction" else a_failed_job()
    url = f"/settings/jobs/{source}/{number}/discard/"

    assert owner.get(url, **HTMX).status_code == 200
    assert owner.post(url, {"reason": " "}, **HTMX).status_code == 422
    assert owner.post(url, {"reason": "The till is gone"}, **HTMX).status_code == 200

    assert owner.get(url, **HTMX).status_code == 404
    entry = AuditEntry.objects.get(action="job.discarded")
    assert entry.changes["reason"] == [None, "The till is gone"]


def test_reasons_of_jobs_that_are_gone_are_forgotten() -> None:
    from regulars.timeline.actions.failures import forget_old_failures

    kept = a_failed_job()
    note_job_failure(kept + 1_000_000, ValueError())

    forget_old_failures()

    assert list(JobFailure.objects.values_list("pk", flat=True)) == [kept]


def test_a_place_in_an_address_of_the_next_page_keeps_the_narrowing(owner: Client, by: Actor) -> None:
    ada = a_person()
    announce_many([Poked(person_id=ada.pk) for _ in range(40)], by=by)

    page = owner.get(
        f"/people/{ada.pk}/timeline/", {"kind": "test.poked", "actor": "automatic"}
    ).content.decode()
    query = parse_qs(urlsplit(page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")).query)

    assert (query["kind"], query["actor"]) == (["test.poked"], ["automatic"])
    assert Place.read(query["before"][0]) is not None
