from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from regulars.kit.clock import now
from regulars.people.models import Identity, Memo, Note, Person, Task, Tie
from tests.cast import a_company, a_person

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def desk(signed_in: Any, olga: Any) -> Client:
    return signed_in(olga)


def undo_of(response: Any) -> str:
    """Return the address that takes a deed back, as the toast offers it."""
    import json

    return json.loads(response.headers["HX-Trigger"])["toast"]["undo"]


def test_the_page_shows_who_somebody_is_and_how_to_reach_them(desk: Client) -> None:
    ada = a_person("Ada Lovelace", email="ada@aalto.example", phone="+358401234567")

    page = desk.get(f"/people/{ada.pk}/").content.decode()

    assert "Ada Lovelace" in page
    assert "mailto:ada@aalto.example" in page
    assert "tel:+358401234567" in page


def test_a_field_is_changed_where_it_stands_and_taken_back(desk: Client) -> None:
    ada = a_person("Ada Lovelace", city="Turku")

    answer = desk.post(f"/people/{ada.pk}/fields/city/", {"value": "Oulu"}, headers=HTMX)
    ada.refresh_from_db()
    assert (answer.status_code, ada.city) == (200, "Oulu")

    desk.post(undo_of(answer), headers=HTMX)
    ada.refresh_from_db()
    assert ada.city == "Turku"


def test_a_value_that_cannot_be_read_is_shown_with_its_reason_and_changes_nothing(desk: Client) -> None:
    ada = a_person("Ada Lovelace")

    answer = desk.post(f"/people/{ada.pk}/fields/birthday/", {"value": "soon"}, headers=HTMX)

    ada.refresh_from_db()
    assert answer.status_code == 422
    assert ada.birthday is None
    assert b'role="alert"' in answer.content


def test_an_identity_of_somebody_else_is_refused_by_name(desk: Client) -> None:
    ada, max_ = a_person("Ada Lovelace", email="ada@aalto.example"), a_person("Max Planck")

    answer = desk.post(
        f"/people/{max_.pk}/identities/new/", {"kind": "email", "value": "ADA@aalto.example"}, headers=HTMX
    )

    assert answer.status_code in (409, 422)
    assert list(Identity.objects.values_list("person", flat=True)) == [ada.pk]


def test_an_identity_no_longer_used_comes_back_by_undo(desk: Client) -> None:
    ada = a_person("Ada Lovelace", email="ada@aalto.example")
    one = ada.identities.get()

    answer = desk.post(f"/identities/{one.pk}/ended/", headers=HTMX)
    assert not Identity.objects.filter(pk=one.pk, ended_at=None).exists()

    desk.post(undo_of(answer), headers=HTMX)
    assert Identity.objects.filter(pk=one.pk, ended_at=None).exists()


def test_notes_memos_and_tasks_are_written_from_the_page(desk: Client) -> None:
    ada = a_person("Ada Lovelace")

    desk.post(f"/people/{ada.pk}/notes/", {"body": "Likes **dark** roast"}, headers=HTMX)
    desk.post(f"/people/{ada.pk}/memos/", {"text": "Has a dog named Riku", "kind": "memo"}, headers=HTMX)
    desk.post(f"/tasks/new/?person={ada.pk}", {"title": "Call Ada"}, headers=HTMX)

    page = desk.get(f"/people/{ada.pk}/").content.decode()
    assert "<strong>dark</strong>" in page
    assert "Has a dog named Riku" in page
    assert "Call Ada" in page
    assert (Note.objects.count(), Memo.objects.count(), Task.objects.get().person_id) == (1, 1, ada.pk)


def test_a_note_can_carry_no_script(desk: Client) -> None:
    ada = a_person("Ada Lovelace")

    desk.post(
        f"/people/{ada.pk}/notes/",
        {"body": "<script>alert(1)</script> [x](javascript:alert(2))"},
        headers=HTMX,
    )

    page = desk.get(f"/people/{ada.pk}/").content.decode()
    assert "alert(1)" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_a_deleted_person_is_gone_and_comes_back_by_undo(desk: Client) -> None:
    ada = a_person("Ada Lovelace", email="ada@aalto.example")

    desk.post(f"/people/{ada.pk}/deletion/", headers=HTMX)
    assert desk.get(f"/people/{ada.pk}/").status_code == 404

    from regulars.people.views.undo import undo_url

    desk.post(undo_url("deletion", person=ada.pk), headers=HTMX)
    assert desk.get(f"/people/{ada.pk}/").status_code == 200
    assert Person.objects.get(pk=ada.pk).identities.filter(ended_at=None).count() == 1


def test_an_agent_of_another_team_sees_nothing_of_it(signed_in: Any, sam: Any, north: Any) -> None:
    ada = a_person("Ada Lovelace", team=north)
    desk = signed_in(sam)

    assert desk.get(f"/people/{ada.pk}/").status_code == 404
    assert desk.post(f"/people/{ada.pk}/fields/city/", {"value": "Oulu"}).status_code == 404
    assert b"Ada Lovelace" not in desk.get("/people/").content
    assert b"Ada" not in desk.get("/palette/?q=ada").content


def test_a_forged_undo_address_is_refused(desk: Client) -> None:
    assert desk.post("/undo/not-signed-here/", headers=HTMX).status_code == 409


@pytest.mark.parametrize("people", [1, 3])
def test_the_list_asks_the_database_as_often_for_three_as_for_one(
    desk: Client, people: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(people):
        a_person(f"Customer {number}", email=f"c{number}@aalto.example")

    with django_assert_max_num_queries(20):
        page = desk.get("/people/")

    assert page.content.count(b"row-link") == people


def test_a_filter_and_a_sort_are_read_from_the_address(desk: Client) -> None:
    a_person("Ada Lovelace", stage="acquired")
    a_person("Max Planck", stage="reached")

    page = desk.get(
        "/people/", {"filter": '{"field":"stage","op":"is","value":"acquired"}', "sort": "-name"}
    ).content

    assert b"Ada Lovelace" in page
    assert b"Max Planck" not in page


def test_a_filter_that_cannot_be_read_says_why(desk: Client) -> None:
    a_person("Ada Lovelace")

    page = desk.get("/people/", {"filter": '{"field":"stag","op":"is","value":"x"}'}).content.decode()

    assert "stage" in page
    assert "Ada Lovelace" not in page


def test_many_are_tagged_and_deleted_from_the_list_and_taken_back(desk: Client) -> None:
    people = [a_person(f"Customer {number}") for number in range(3)]
    keys = ",".join(str(person.pk) for person in people[:2])

    tagged = desk.post("/people/bulk/tag/", {"keys": keys, "value": "vip"}, headers=HTMX)
    assert [bool(Person.objects.get(pk=person.pk).tag_ids) for person in people] == [True, True, False]
    desk.post(undo_of(tagged), headers=HTMX)
    assert [bool(Person.objects.get(pk=person.pk).tag_ids) for person in people] == [False, False, False]

    deleted = desk.post("/people/bulk/delete/", {"keys": keys}, headers=HTMX)
    assert Person.objects.filter(deleted_at=None).count() == 1
    desk.post(undo_of(deleted), headers=HTMX)
    assert Person.objects.filter(deleted_at=None).count() == 3


def test_nobody_is_touched_beyond_a_members_reach(signed_in: Any, sam: Any, north: Any) -> None:
    ada = a_person("Ada Lovelace", team=north)

    answer = signed_in(sam).post("/people/bulk/tag/", {"keys": str(ada.pk), "value": "vip"}, headers=HTMX)

    ada.refresh_from_db()
    assert (answer.status_code, ada.tag_ids) == (422, [])


def test_a_list_is_saved_pinned_and_opened_again(desk: Client) -> None:
    a_person("Ada Lovelace", stage="acquired")
    a_person("Max Planck", stage="reached")
    tree = '{"field":"stage","op":"is","value":"acquired"}'

    made = desk.post(
        "/lists/person/?" + f"filter={tree}&sort=name", {"name": "Buyers", "pin": "on"}, headers=HTMX
    )

    page = desk.get(made.headers["HX-Redirect"]).content
    assert b"Buyers" in page
    assert b"Ada Lovelace" in page
    assert b"Max Planck" not in page


def test_stage_is_moved_by_hand_and_back_only_with_a_reason(desk: Client) -> None:
    ada = a_person("Ada Lovelace")
    url = f"/people/{ada.pk}/stage/"

    assert desk.post(url, {"stage": "acquired", "health": ""}, headers=HTMX).status_code == 204
    assert desk.post(url, {"stage": "reached", "health": ""}, headers=HTMX).status_code in (409, 422)
    assert (
        desk.post(url, {"stage": "reached", "health": "", "reason": "a mistake"}, headers=HTMX).status_code
        == 204
    )
    assert b"a mistake" in desk.get(f"{url}history/").content


def test_a_tie_names_nobody_the_member_may_not_see(signed_in: Any, aino: Any, north: Any, south: Any) -> None:
    ada, eve = a_person("Ada Lovelace", team=north), a_person("Eve Hidden", team=south)
    Tie.objects.create(person=ada, other=eve, kind="colleague", created_at=now())

    page = signed_in(aino).get(f"/people/{ada.pk}/panels/companies/").content

    assert Person.objects.filter(name="Eve Hidden").exists()
    assert b"Eve Hidden" not in page


def test_a_companys_field_is_changed_where_it_stands_and_taken_back(desk: Client) -> None:
    company = a_company("Nordlicht Kaffee", city="Oslo")

    answer = desk.post(f"/companies/{company.pk}/fields/city/", {"value": "Bergen"}, headers=HTMX)
    company.refresh_from_db()
    assert (answer.status_code, company.city) == (200, "Bergen")

    desk.post(undo_of(answer), headers=HTMX)
    company.refresh_from_db()
    assert company.city == "Oslo"
