"""Bulk actions must say and do exactly what so many single ones would."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kit.actor import Actor
from regulars.kit.refused import Invalid
from regulars.people.actions import (
    ReasonNeeded,
    change_person,
    create_person,
    delete_people,
    delete_person,
    keep_people,
    move_stage,
    move_stages,
    restore_people,
    restore_person,
    tag_people,
    tag_person,
    untag_people,
    untag_person,
)
from regulars.people.models import Identity, Person, SearchDoc, StageInterval, Tag
from regulars.team.models import AuditEntry, Member, Team
from regulars.timeline.models import Touchpoint
from tests.cast import a_person

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
BY = Actor.clock("test")
STAGES = ("reached", "acquired", "nurtured", "retained", "advocate")
WORDS = st.lists(st.sampled_from(["VIP", "vip", "Coffee", "Tea", "New"]), max_size=3)
SHAPES = st.lists(st.tuples(WORDS, st.sampled_from(STAGES), st.booleans()), min_size=1, max_size=4)
many_examples = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def people_like(shapes: list[Any], mark: str) -> list[Person]:
    """Make people with tags, in stages, some deleted."""
    made = []
    for place, (tags, stage, is_deleted) in enumerate(shapes):
        values = {"name": f"P{place}", "email": f"p{place}@{mark}.example", "tags": tags}
        person = create_person(values, by=BY, at=AT)
        if stage != "reached":
            person = move_stage(person, stage, by=BY, at=AT + timedelta(hours=1))
        if is_deleted:
            delete_person(person, by=BY, at=AT + timedelta(hours=2))
        made.append(person)
    return made


def told(people: list[Person]) -> list[Any]:
    """Read all that is kept about people, without what tells them apart."""
    rows: list[Any] = []
    for person in people:
        person.refresh_from_db()
        mine = {"person_id": person.pk}
        rows.append(
            [
                (person.stage, person.stage_since, person.tag_ids, person.keeper_id, person.team_id, person.deleted_at,
                 person.version, person.updated_at),
                sorted(person.person_tags.values_list("tag_id", flat=True)),
                sorted((one.kind, one.is_primary, one.ended_at) for one in Identity.objects.filter(**mine)),
                SearchDoc.objects.filter(subject="person", subject_id=person.pk).count(),
                [(one.value, one.during, one.reason, one.is_by_rule) for one in StageInterval.objects.filter(**mine)],
                list(Touchpoint.objects.filter(**mine).order_by("id").values_list("kind", "label", "occurred_at", "payload")),
                list(AuditEntry.objects.filter(subject_type="person", subject_id=person.pk).order_by("id")
                     .values_list("action", "label", "changes")),
            ]
        )  # fmt: skip
    for row in rows:
        row[6] = [entry for entry in row[6] if entry[0] != "person.created"]
    return rows


def compare(
    shapes: list[Any], many: Callable[[list[int]], Any], one: Callable[[Person], Any], only: Any
) -> None:
    first = people_like(shapes, "bulk")
    second = people_like(shapes, "single")
    many([person.pk for person in first])
    for person in second:
        person.refresh_from_db()
        if only(person):
            one(person)
    assert told(first) == told(second)
    for person in (*first, *second):
        Identity.objects.filter(person=person).delete()


def is_live(person: Person) -> bool:
    return person.deleted_at is None


LATER = AT + timedelta(days=1)


@pytest.mark.django_db
@many_examples
@given(SHAPES, WORDS)
def test_tagging_many_is_tagging_each(shapes: list[Any], words: list[str]) -> None:
    compare(
        shapes,
        lambda ids: tag_people(ids, words, by=BY, at=LATER),
        lambda person: tag_person(person, words, by=BY, at=LATER),
        is_live,
    )


@pytest.mark.django_db
@many_examples
@given(SHAPES, WORDS)
def test_untagging_many_is_untagging_each(shapes: list[Any], words: list[str]) -> None:
    compare(
        shapes,
        lambda ids: untag_people(ids, words, by=BY, at=LATER),
        lambda person: untag_person(person, words, by=BY, at=LATER),
        is_live,
    )


@pytest.mark.django_db
@many_examples
@given(SHAPES, st.sampled_from(STAGES))
def test_moving_many_is_moving_each(shapes: list[Any], stage: str) -> None:
    compare(
        shapes,
        lambda ids: move_stages(ids, stage, reason="Because", by=BY, at=LATER),
        lambda person: move_stage(person, stage, reason="Because", by=BY, at=LATER),
        is_live,
    )


@pytest.mark.django_db
@many_examples
@given(SHAPES)
def test_deleting_many_is_deleting_each(shapes: list[Any]) -> None:
    compare(
        shapes,
        lambda ids: delete_people(ids, by=BY, at=LATER),
        lambda person: delete_person(person, by=BY, at=LATER),
        is_live,
    )


@pytest.mark.django_db
@many_examples
@given(SHAPES)
def test_bringing_many_back_is_bringing_each_back(shapes: list[Any]) -> None:
    compare(
        shapes,
        lambda ids: restore_people(ids, by=BY, at=LATER),
        lambda person: restore_person(person, by=BY, at=LATER),
        lambda person: not is_live(person),
    )


def test_handing_many_over_is_handing_each_over(aino: Member, north: Team) -> None:
    shapes = [([], "reached", False), (["VIP"], "acquired", False), ([], "reached", True)]

    compare(
        shapes,
        lambda ids: keep_people(ids, keeper=aino, team=north.pk, by=BY, at=LATER),
        lambda person: change_person(person, keeper=aino, team=north.pk, by=BY, at=LATER),
        is_live,
    )
    assert Touchpoint.objects.filter(kind="person.kept", label="Aino · North").count() == 4


@pytest.mark.django_db
def test_many_take_as_many_statements_as_few(django_assert_max_num_queries: Any) -> None:
    ids = [a_person(f"P{n}").pk for n in range(60)]

    with django_assert_max_num_queries(12):
        assert tag_people(ids, ["VIP"], by=BY, at=AT) == 60
    with django_assert_max_num_queries(12):
        assert move_stages(ids, "acquired", by=BY, at=LATER) == 60
    with django_assert_max_num_queries(10):
        assert len(delete_people(ids, by=BY, at=LATER)) == 60
    with django_assert_max_num_queries(14):
        assert restore_people(ids, by=BY, at=LATER) == 60
    assert Tag.objects.count() == 1


@pytest.mark.django_db
def test_bulk_refusals_refuse_everything() -> None:
    ada = create_person({"name": "Ada"}, by=BY, at=AT)
    move_stage(ada, "retained", by=BY, at=AT)

    with pytest.raises(ReasonNeeded):
        move_stages([ada.pk], "acquired", by=BY, at=LATER)
    with pytest.raises(Invalid):
        move_stages([ada.pk], "legend", by=BY, at=LATER)
    with pytest.raises(Invalid):
        keep_people([ada.pk], by=BY, at=LATER)
    with pytest.raises(Invalid):
        keep_people([ada.pk], keeper=404, by=BY, at=LATER)
    assert tag_people([], ["x"], by=BY, at=AT) == 0
    ada.refresh_from_db()
    assert ada.stage == "retained"


@pytest.mark.django_db
def test_of_two_deleted_with_one_address_only_one_gets_it_back() -> None:
    ada = create_person({"name": "Ada", "email": "ada@aalto.example"}, by=BY, at=AT)
    delete_person(ada, by=BY, at=AT)
    again = create_person({"name": "Ada again", "email": "ada@aalto.example"}, by=BY, at=AT)
    delete_person(again, by=BY, at=AT)

    assert restore_people([ada.pk, again.pk], by=BY, at=LATER) == 2

    assert list(Identity.objects.filter(ended_at=None).values_list("person", flat=True)) == [ada.pk]
