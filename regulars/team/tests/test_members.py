"""Members, roles and teams: who may become what, and that the business never loses its last owner."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Invalid
from regulars.team.actions.members import (
    LastOwner,
    NotYourself,
    change_member,
    deactivate_member,
    join,
    reactivate_member,
)
from regulars.team.actions.notices import notify, read_notices
from regulars.team.actions.teams import change_team, create_team, delete_team
from regulars.team.models import AuditEntry, Member, Notice, Role, Team
from regulars.team.queries import unread_count
from tests.cast import a_member

pytestmark = pytest.mark.django_db


def test_a_change_is_written_down_before_and_after(aino: Member, by_olga: Actor, south: Team) -> None:
    change_member(aino, {"role": Role.MANAGER, "name": "Aino"}, teams=[south], by=by_olga)

    entry = AuditEntry.objects.get(action="member.changed")
    assert entry.changes == {"role": ["agent", "manager"], "teams": [["North"], ["South"]]}
    assert (entry.actor_label, entry.address, entry.request_id) == ("Olga", "203.0.113.7", "test")
    assert (entry.subject_type, entry.subject_id, entry.label) == ("member", aino.pk, "Aino")


def test_changing_nothing_writes_nothing(aino: Member, by_olga: Actor) -> None:
    change_member(aino, {"name": "Aino"}, by=by_olga)

    assert not AuditEntry.objects.exists()


def test_the_last_owner_keeps_the_role(olga: Member, by_olga: Actor) -> None:
    with pytest.raises(LastOwner):
        change_member(olga, {"role": Role.AGENT}, by=by_olga)

    olga.refresh_from_db()
    assert olga.role == Role.OWNER


def test_the_last_owner_is_not_deactivated_by_anyone(olga: Member, aino: Member) -> None:
    by_aino = Actor("member", aino.pk, "Aino", None, None, aino.pk)

    with pytest.raises(LastOwner):
        deactivate_member(olga, by=by_aino, at=now())


def test_with_two_owners_one_may_go(olga: Member, by_olga: Actor) -> None:
    other = a_member("Oskar", Role.OWNER)

    deactivate_member(other, by=by_olga, at=now())

    with pytest.raises(LastOwner):
        change_member(olga, {"role": Role.AGENT}, by=by_olga)


def test_nobody_deactivates_themselves(olga: Member, by_olga: Actor) -> None:
    a_member("Oskar", Role.OWNER)

    with pytest.raises(NotYourself):
        deactivate_member(olga, by=by_olga, at=now())


@pytest.mark.django_db(transaction=True)
def test_two_owners_demoting_each_other_at_once_leave_one() -> None:
    olga, oskar = a_member("Olga", Role.OWNER), a_member("Oskar", Role.OWNER)
    refused: list[str] = []
    ready = threading.Barrier(2)

    def demote(one: Member, by: Member) -> None:
        try:
            ready.wait()
            change_member(one, {"role": Role.AGENT}, by=Actor("member", by.pk, str(by), None, None, by.pk))
        except LastOwner:
            refused.append(one.name)
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=pair) for pair in ((olga, oskar), (oskar, olga))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert Member.objects.filter(role=Role.OWNER).count() == 1


def test_a_reactivated_member_may_come_back(aino: Member, by_olga: Actor) -> None:
    reactivate_member(deactivate_member(aino, by=by_olga, at=now()), by=by_olga)

    aino.refresh_from_db()
    assert aino.is_active


def test_an_address_belongs_to_one_member(aino: Member, sam: Member, by_olga: Actor) -> None:
    with pytest.raises(Invalid, match="member already"):
        join("AINO@aalto.example", "Other", role=Role.AGENT, by=by_olga)
    with pytest.raises(Invalid, match="member already"):
        change_member(sam, {"email": "aino@aalto.example"}, by=by_olga)


def test_weak_passwords_are_refused_in_words(business: object, by_olga: Actor) -> None:
    with pytest.raises(Invalid, match="too short"):
        join("x@aalto.example", "X", role=Role.AGENT, password="kissa", by=by_olga)
    with pytest.raises(Invalid, match="too similar"):
        join("ilse.koskinen@aalto.example", "Ilse", role=Role.AGENT, password="ilse.koskinen", by=by_olga)


def test_teams_are_made_changed_and_deleted(aino: Member, sam: Member, by_olga: Actor) -> None:
    east = create_team("East", members=[aino], by=by_olga)
    change_team(east, "Far East", members=[sam], by=by_olga)
    delete_team(east, by=by_olga)

    entries = AuditEntry.objects.filter(subject_type="team").order_by("pk")
    assert [entry.action for entry in entries] == ["team.made", "team.changed", "team.deleted"]
    assert entries[1].changes == {"name": ["East", "Far East"], "members": [["Aino"], ["Sam"]]}
    assert not Team.objects.filter(name="Far East").exists()


def test_two_teams_have_two_names(north: Team, by_olga: Actor) -> None:
    with pytest.raises(Invalid, match="this name already"):
        create_team("north", by=by_olga)


def test_a_notice_with_a_key_is_told_once(aino: Member, sam: Member) -> None:
    notify([aino.pk, sam.pk, aino.pk], "Import done", key="import:1")
    notify([aino.pk], "Import done", key="import:1")
    notify([aino.pk], "Someone mentioned you")

    counts = [unread_count(aino), unread_count(sam)]
    read = read_notices(aino, at=now())

    assert counts == [2, 1]
    assert (read, unread_count(aino), unread_count(sam)) == (2, 0, 1)


def test_opening_a_notice_reads_it_and_leads_to_what_it_is_about(
    aino: Member, sam: Member, signed_in: Callable[[Member], Client]
) -> None:
    notify([aino.pk], "Look", url="/settings/teams/")
    notify([aino.pk], "Elsewhere", url="https://elsewhere.example/")
    look, elsewhere = Notice.objects.order_by("pk")

    ours = signed_in(aino).get(f"/settings/notices/{look.pk}/")
    theirs = signed_in(aino).get(f"/settings/notices/{elsewhere.pk}/")
    not_mine = signed_in(sam).get(f"/settings/notices/{look.pk}/")

    assert [ours["Location"], theirs["Location"]] == ["/settings/teams/", "/settings/notices/"]
    assert not_mine.status_code == 404
    assert unread_count(aino) == 0


def test_owners_change_members_on_the_page(
    olga: Member, aino: Member, signed_in: Callable[[Member], Client]
) -> None:
    client = signed_in(olga)
    form = {"name": "Aino K", "email": "aino@aalto.example", "role": "manager", "job_title": "", "teams": []}

    answer = client.post(f"/settings/members/{aino.pk}/", form)
    wrong = client.post(f"/settings/members/{olga.pk}/", form | {"email": "aino@aalto.example"})
    last = client.post(f"/settings/members/{olga.pk}/", form | {"email": "olga@aalto.example"})

    aino.refresh_from_db()
    assert [answer.status_code, wrong.status_code, last.status_code] == [302, 422, 409]
    assert (aino.name, aino.role, aino.team_ids) == ("Aino K", "manager", [])


@pytest.mark.parametrize("count", [1, 3])
def test_the_members_page_asks_as_often_for_three_as_for_one(
    olga: Member,
    count: int,
    north: Team,
    signed_in: Callable[[Member], Client],
    django_assert_max_num_queries: object,
) -> None:
    for number in range(count):
        a_member(f"M{number}", Role.AGENT, north)
    client = signed_in(olga)
    client.get("/settings/members/")

    with django_assert_max_num_queries(16):  # type: ignore[operator]
        client.get("/settings/members/")
