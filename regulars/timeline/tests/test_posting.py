from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce, hears, listening
from regulars.kit.refused import Invalid
from regulars.people.events import PersonErased
from regulars.timeline.actions.hearing import hear_everything
from regulars.timeline.actions.posting import Draft, define_touchpoint_kind, post_touchpoint, post_touchpoints
from regulars.timeline.events import CustomTouchpoint
from regulars.timeline.models import Touchpoint, TouchpointKind
from regulars.timeline.tests.happenings import Poked
from tests.cast import a_company, a_person

pytestmark = pytest.mark.django_db


def test_a_program_posts_a_touchpoint_of_its_own_kind_with_an_old_date(by: Actor) -> None:
    ada, at = a_person(), now()
    long_ago = at - timedelta(days=400)

    touchpoint, is_new = post_touchpoint(
        Draft(
            about=ada,
            kind="custom.store_visit",
            occurred_at=long_ago,
            label="Kamppi",
            payload={"minutes": 7},
            channel="store",
        ),
        by=by,
        at=at,
    )

    assert is_new
    assert (touchpoint.kind, touchpoint.label, touchpoint.occurred_at, touchpoint.channel) == (
        "custom.store_visit",
        "Kamppi",
        long_ago,
        "store",
    )
    assert touchpoint.payload["facts"] == {"minutes": 7}
    assert TouchpointKind.objects.get().label == "Store visit"


def test_the_same_source_key_counts_once(by: Actor) -> None:
    draft = Draft(about=a_company(), kind="custom.visit", source_key="till:1")

    first, is_new = post_touchpoint(draft, by=by, at=now())
    again, is_new_again = post_touchpoint(draft, by=by, at=now())

    assert (is_new, is_new_again) == (True, False)
    assert first == again
    assert Touchpoint.objects.count() == 1


def test_many_are_posted_at_once(by: Actor) -> None:
    ada = a_person()
    post_touchpoint(Draft(about=ada, kind="custom.visit", source_key="1"), by=by, at=now())
    drafts = [
        Draft(
            about=ada, kind="custom.visit", source_key=str(n), channel="store" if n % 2 else "", label=str(n)
        )
        for n in range(6)
    ]

    numbers = post_touchpoints(drafts, by=by, at=now())

    assert [number is None for number in numbers] == [n == 1 for n in range(6)]
    labels = dict(Touchpoint.objects.values_list("pk", "label"))
    assert [labels[number] for number in numbers if number] == ["0", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("kind", {"kind": "order.placed"}),
        ("kind", {"kind": "custom.Big Words"}),
        ("kind", {"kind": "custom." + "a" * 60}),
        ("payload", {"payload": {"words": "x" * 8000}}),
        ("payload", {"payload": {"words": "\0"}}),
        ("payload", {"label": "half \ud800"}),
        ("label", {"label": "x" * 301}),
        ("occurred_at", {"occurred_at": now() + timedelta(days=2)}),
        ("source_key", {"source_key": "x" * 191}),
    ],
)
def test_what_cannot_be_kept_is_refused_field_by_field(
    by: Actor, field: str, values: dict[str, object]
) -> None:
    draft = Draft(**{"about": a_person(), "kind": "custom.visit", **values})  # type: ignore[arg-type]

    with pytest.raises(Invalid) as refused:
        post_touchpoint(draft, by=by, at=now())

    assert list(refused.value.fields) == [field]
    assert not Touchpoint.objects.exists()


def test_a_reaction_hears_every_custom_kind(by: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[CustomTouchpoint] = []
    monkeypatch.setitem(listening._reactions, "custom.*", [])

    @hears(CustomTouchpoint)
    def listen(event: CustomTouchpoint, heard: object) -> None:
        told.append(event)

    ada = a_person()
    post_touchpoint(Draft(about=ada, kind="custom.visit", label="Hi", payload={"a": 1}), by=by, at=now())
    hear_everything()

    assert [(event.name, event.facts, event.person_id) for event in told] == [("visit", {"a": 1}, ada.pk)]


def test_a_kind_is_given_its_words_and_icon(by: Actor) -> None:
    define_touchpoint_kind("custom.visit", label="Came by", icon="building-store", by=by)

    kind = TouchpointKind.objects.get()
    assert (kind.label, kind.icon) == ("Came by", "building-store")


def test_erasing_a_person_takes_the_words_out_of_their_timeline(by: Actor) -> None:
    ada, bob = a_person("Ada"), a_person("Bob")
    for person in (ada, bob):
        post_touchpoint(Draft(about=person, kind="custom.visit", label="Secret"), by=by, at=now())
    announce(Poked(person_id=ada.pk, n=3), by=by)

    announce(PersonErased(person_id=ada.pk, words="Ada"), by=by)
    hear_everything()

    assert set(Touchpoint.objects.filter(person=ada).values_list("label", flat=True)) == {""}
    assert list(Touchpoint.objects.filter(person=bob).values_list("label", flat=True)) == ["Secret"]
