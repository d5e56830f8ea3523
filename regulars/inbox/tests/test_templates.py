"""Templates: what fills itself in, what holds an answer back, which are offered, how they fared."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from regulars.inbox.actions.satisfaction import say_how_it_went
from regulars.inbox.actions.templates import (
    GapsLeft,
    archive_template,
    change_template,
    create_template,
    load_starters,
    starters,
    use_template,
)
from regulars.inbox.actions.work import close_conversation
from regulars.inbox.actions.writing import answer_conversation
from regulars.inbox.engine.gaps import fill, gaps_in, left_open
from regulars.inbox.models import Conversation, Satisfaction, Template, TemplateUse
from regulars.inbox.queries.templates import GAPS, offered, with_outcomes
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Invalid
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.models import Message
from regulars.team.models import Member, Team
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CLOCK = Actor.clock("test")
SignIn = Callable[[Member], Client]


def a_template(name: str = "Late", **values: Any) -> Template:
    given = {
        "name": name,
        "texts": {"en": "Hello {{ person.first_name }}, order {{ order.number }} is late."},
    }
    return create_template({**given, **values}, by=CLOCK, at=now())


def a_conversation(text: str = "Where is my parcel?", **headers: str) -> Conversation:
    message = a_message(a_mail(text, **headers))
    hear_everything()
    return Conversation.objects.select_related("person", "thread", "channel").get(pk=message.thread_id)


def by(member: Member) -> Actor:
    return Actor("member", member.pk, member.name, member_id=member.pk)


def test_gaps_are_filled_from_the_customer_and_their_last_order(north: Team, aino: Member) -> None:
    ada = a_person("Ada Lovelace", email="ada@example.com", team=north)
    an_order(ada, number="A-7")

    _language, filled = use_template(a_template(), a_conversation(), member=aino, at=now())

    assert (filled.text, filled.missing) == ("Hello Ada, order A-7 is late.", ())


def test_what_is_missing_stays_in_the_text_and_is_named(north: Team, aino: Member) -> None:
    a_person("Ada Lovelace", email="ada@example.com", team=north)

    _language, filled = use_template(a_template(), a_conversation(), member=aino, at=now())

    assert (filled.text, filled.missing) == (
        "Hello Ada, order {{ order.number }} is late.",
        ("order.number",),
    )


def test_an_open_gap_holds_the_answer_back_and_nothing_is_stored(north: Team, aino: Member) -> None:
    a_person("Ada", email="ada@example.com", team=north)
    talk = a_conversation()

    with pytest.raises(GapsLeft, match=re.escape("{{ order.number }}")):
        answer_conversation(talk, OutgoingLetter(text="Order {{ order.number }}"), by=by(aino), at=now())

    assert Message.objects.filter(direction="out").count() == 0


def test_a_customer_called_like_a_gap_is_not_filled_in() -> None:
    filled = fill(
        "{{ person.name }} and {{ order.number }}", {"person.name": "{{ order.number }}", "order.number": "7"}
    )

    assert filled.text == "{{ order.number }} and 7"


def test_a_gap_with_a_bar_is_never_missing() -> None:
    assert fill("Hello {{ person.first_name | there }}, {{ a | }}x", {}) == fill("Hello there,x", {})


def test_the_customers_language_is_chosen_then_the_business_s_then_english(
    business: Any, north: Team, aino: Member
) -> None:
    template = a_template(texts={"en": "Hello", "fi": "Hei", "lt": "Sveiki"})
    business.languages = ["lt"]
    business.save()
    a_person("Ada", email="ada@example.com", team=north, language="fi")
    a_person("Bo", email="bo@example.com", team=north, language="sv")

    found = [
        use_template(template, talk, member=aino, at=now())[1].text
        for talk in (a_conversation(), a_conversation(from_="bo@example.com"))
    ]

    assert found == ["Hei", "Sveiki"]


@pytest.mark.parametrize("body", ["Hi {{ person.nickname }}", "Hi {{ Person Name }}"])
def test_a_gap_nobody_knows_is_refused_when_the_template_is_written(business: Any, body: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_template(texts={"en": body})

    assert "person.first_name" in str(refused.value.fields["body_en"])


def test_a_template_needs_words(business: Any) -> None:
    with pytest.raises(Invalid):
        a_template(texts={"en": "  "})


def test_templates_of_a_team_are_offered_to_it_only(
    north: Team, south: Team, aino: Member, sam: Member
) -> None:
    everybody, theirs = a_template("Everybody"), a_template("North only", team=north.pk)
    away = a_template("Away")
    archive_template(away, by=CLOCK, at=now())

    assert {one.name for one in offered(aino)} == {everybody.name, theirs.name}
    assert {one.name for one in offered(sam)} == {everybody.name}
    assert [one.name for one in offered(aino, "nórth")] == [theirs.name]


def test_uses_and_outcomes_are_counted_when_the_answer_left(north: Team, aino: Member) -> None:
    ada = a_person("Ada", email="ada@example.com", team=north)
    template, talk = a_template(texts={"en": "Hello"}), a_conversation()
    use_template(template, talk, member=aino, at=now())
    used_only = with_outcomes(Template.objects.all()).get()
    answer_conversation(talk, OutgoingLetter(text="Hello"), by=by(aino), at=now())
    hear_everything()
    close_conversation(talk, by=by(aino), at=now())
    one = Satisfaction.objects.create(conversation=talk, person=ada, secret="s", created_at=now())
    say_how_it_went(one, score=5, at=now())

    after = with_outcomes(Template.objects.all()).get()

    assert (used_only.used, used_only.sent) == (1, 0)
    assert (after.used, after.sent, after.solved, after.rated, after.happy) == (1, 1, 1, 1, 1)


def test_languages_that_are_emptied_go_and_those_not_named_stay(business: Any) -> None:
    template = a_template(texts={"en": "Hello", "fi": "Hei", "hu": "Szia"})

    change_template(template, {"texts": {"fi": "", "en": "Hi"}}, by=CLOCK)

    assert Template.objects.get().texts() == {"en": "Hi", "hu": "Szia"}


def test_the_starters_are_whole_in_five_languages_and_their_gaps_are_known() -> None:
    found = starters()
    languages = [code for code, _name in settings.LANGUAGES]

    assert len(found) == 16
    assert {one["situation"] for one in found} == {"good", "bad", "everyday"}
    for one in found:
        assert [code for code in languages if not one.get(code, "").strip()] == [], one["key"]
        texts = [one[code] for code in languages]
        assert all(set(gaps_in(text)) <= set(GAPS) for text in texts), one["key"]
        assert all(gaps_in(gap) for text in texts for gap in left_open(text)), one["key"]
        needed = [set(gaps_in(text)) - {"person.first_name"} for text in texts]
        assert all(gaps == needed[0] for gaps in needed), one["key"]


def test_loading_the_starters_twice_adds_them_once_and_keeps_what_was_changed(business: Any) -> None:
    assert load_starters(by=CLOCK, at=now()) == 16
    change_template(Template.objects.get(starter="damaged"), {"name": "Broken"}, by=CLOCK)

    assert load_starters(by=CLOCK, at=now()) == 0
    assert Template.objects.count() == 16


def test_the_picker_offers_templates_and_past_answers_within_reach(
    north: Team, south: Team, aino: Member, signed_in: SignIn
) -> None:
    a_person("Ada", email="ada@example.com", team=north)
    a_person("Cyd", email="cyd@example.com", team=south)
    before, hidden = (
        a_conversation("My parcel is lost"),
        a_conversation("My parcel is gone", from_="cyd@example.com"),
    )
    for talk, words in ((before, "It comes on Monday."), (hidden, "A secret of the south.")):
        answer_conversation(talk, OutgoingLetter(text=words), by=CLOCK, at=now())
    hear_everything()
    template, talk = a_template("About parcels", note="When lost"), a_conversation("Is my parcel lost?")

    page = signed_in(aino).get(f"/inbox/{talk.pk}/templates/").content.decode()

    assert f"/inbox/{talk.pk}/templates/{template.pk}/" in page
    assert "It comes on Monday." in page
    assert "secret of the south" not in page
    assert "secret of the south" in signed_in_page(hidden, talk)


def signed_in_page(hidden: Conversation, talk: Conversation) -> str:
    """What somebody who may see everything is offered, so that there was something to leak."""
    from regulars.inbox.queries.suggestions import suggested
    from tests.cast import a_member

    return " ".join(one.text for one in suggested(talk, a_member("Otto", "owner")))


def test_putting_a_template_in_answers_with_its_words_and_counts_the_use(
    north: Team, aino: Member, signed_in: SignIn
) -> None:
    a_person("Ada", email="ada@example.com", team=north)
    template, talk = a_template(), a_conversation()

    found = signed_in(aino).post(f"/inbox/{talk.pk}/templates/{template.pk}/").json()

    assert found["text"] == "Hello Ada, order {{ order.number }} is late."
    assert "number of their last order" in found["said"]
    assert TemplateUse.objects.get().member == aino
