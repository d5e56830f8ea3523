"""One example of everything an address can name, all of it about Adalheid, a customer of the northern team."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver

from regulars.commerce import models as commerce
from regulars.inbox import models as inbox
from regulars.inbox.actions import attach, take_message, write_conversation_note
from regulars.inbox.actions.articles import create_article
from regulars.inbox.actions.hours import create_hours
from regulars.inbox.actions.macros import create_macro
from regulars.inbox.actions.targets import create_target
from regulars.inbox.actions.templates import create_template
from regulars.inbox.models import ArrivalRule
from regulars.insights.actions.caring import enter_cost
from regulars.insights.models import Dashboard, Goal
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging import models as messaging
from regulars.messaging.actions.chat.sites import add_chat_site
from regulars.messaging.actions.connections import connect
from regulars.messaging.actions.web_forms import add_web_form
from regulars.people import models as people
from regulars.people.actions.imports.starting import draft_upload
from regulars.team.actions.invitations import invite
from regulars.team.models import Member, Notice, Team
from tests.cast import a_company, a_mail, a_message, a_person, an_api_key, an_order

SECRET = "Adalheid Zyzyx"
FIRM = "Zyzyx Works"


def world(everybody: dict[str, Member], north: Team) -> dict[str, Any]:
    """Make an example for every argument an address may have, by the argument's name."""
    owner, moment = everybody["owner"], now()
    ada = a_person(SECRET, email="zyzyx@example.com", team=north)
    firm = a_company(FIRM, team=north)
    about = {"person": ada, "created_at": moment}
    note = people.Note.objects.create(**about, body=f"{SECRET} likes oats", author=owner, updated_at=moment)
    task = people.Task.objects.create(**about, title=f"Call {SECRET}", updated_at=moment)
    field = people.CustomField.objects.create(subject="person", key="shoe", label="Shoe", type="number")
    invitation, _path = invite(
        "i@aalto.example", role="agent", inviter=owner, by=Actor.clock("test"), at=moment
    )
    order = an_order(ada)
    return {
        "person_id": ada.pk,
        "company_id": firm.pk,
        "identity_id": ada.identities.get().pk,
        "address_id": people.Address.objects.create(**about, city="Turku", street=f"{SECRET} lane").pk,
        "affiliation_id": (bond := people.Affiliation.objects.create(**about, company=firm)).pk,
        "belonging_id": bond.pk,
        "tie_id": people.Tie.objects.create(**about, other=a_person("Other", team=north), kind="friend").pk,
        "note_id": note.pk,
        "memo_id": people.Memo.objects.create(**about, text=f"{SECRET} has a dog").pk,
        "preference_id": people.Preference.objects.create(**about, text="oats").pk,
        "task_id": task.pk,
        "file_id": people.Attachment.objects.create(
            **about, name="letter.txt", content_type="text/plain", size=5, content=SECRET.encode()
        ).pk,
        "tag_id": people.Tag.objects.create(name="vip").pk,
        "field_id": field.pk,
        "cost_id": enter_cost(
            {"first_on": moment, "last_on": moment, "kind": "gifts", "aim": "keep", "amount_minor": 1},
            by=Actor.clock("test"),
            at=moment,
        ).pk,
        "goal_id": Goal.objects.create(
            metric="customers",
            baseline=1,
            baseline_on=moment,
            target=2,
            due_on=moment + timedelta(days=9),
            created_at=moment,
        ).pk,
        "view_id": people.View.objects.create(subject="person", name="Mine", author=owner, is_shared=True).pk,
        "order_id": order.pk,
        "line_id": order.lines.first().pk,
        "product_id": order.lines.first().product_id,
        "member_id": everybody["analyst"].pk,
        "team_id": Team.objects.create(name="East").pk,
        "key_id": an_api_key().pk,
        "invitation_id": invitation.pk,
        "notice_id": Notice.objects.create(member=everybody["agent"], text="Look").pk,
        "rule_id": a_rule().pk,
        "arrival_rule_id": ArrivalRule.objects.create(name="Tag it", tags="late").pk,
        "refund_id": commerce.Refund.objects.create(
            order=order, person=ada, refunded_at=moment, amount_minor=100, currency="EUR", created_at=moment
        ).pk,
        "subscription_id": commerce.Subscription.objects.create(
            **about,
            name=f"Beans for {SECRET}",
            amount_minor=900,
            currency="EUR",
            started_on=moment,
            updated_at=moment,
        ).pk,
        "kind_id": commerce.Kind.objects.create(name="Coffee").pk,
        "rate_id": commerce.ExchangeRate.objects.create(currency="NOK", day=moment, rate="0.085").pk,
        "run_id": (run := an_import()).pk,
        "import_id": run.pk,
        **a_letter(ada),
        **a_chat_and_a_form(),
        "dashboard_id": Dashboard.objects.create(
            name="Mine", author=owner, created_at=moment, updated_at=moment
        ).pk,
        "board": "value",
        "metric": "repurchase_rate",
        "form": "csv",
        "tile": "1",
        "deed": "tag",
        "token": "nothing-like-this",
        "subject": "person",
        "name": "notes",
        "mark": "primary",
        "source": "jobs",
        "status": 404,
        "number": 1,
        "service": "postmark",
        "desk": 1,
        "secret": "guess",
        "provider_id": "business",
        "uidb36": "1",
        "key": "set-password",
    }


def a_letter(ada: people.Person) -> dict[str, Any]:
    """Take in a mail of hers with a file, and one that could not be read."""
    parts = (
        f"--b\nContent-Type: text/html\n\n<p>{SECRET} likes <b>oats</b></p>\n"
        f"--b\nContent-Type: text/plain; name=a.txt\nContent-Disposition: attachment; filename=a.txt\n\n{SECRET}\n--b--"
    )
    her = f"{SECRET} <{ada.identities.get().value}>"
    raw = a_mail(parts, from_=her, Subject=f"From {SECRET}", Content_Type="multipart/mixed; boundary=b")
    message = a_message(raw)
    aside = messaging.Arrival.objects.create(
        channel=message.channel, raw=message.raw, arrived_at=now(), state="quarantined", reason="No"
    )
    mailbox = messaging.Mailbox.objects.create(
        channel=message.channel, host="127.0.0.1", port=1, security="none", user="desk", starts_at=now(),
        changed_at=now(), created_at=now(),
    )  # fmt: skip
    return {
        "mailbox_id": mailbox.pk,
        "thread_id": message.thread_id,
        "other_id": a_message(a_mail(from_=her, Subject=f"Also from {SECRET}")).thread_id,
        "message_id": message.pk,
        "enclosure_id": message.files.get().pk,
        "arrival_id": aside.pk,
        **a_conversation(message),
        "provider_kind": "telegram",
        "connection_id": a_connection().pk,
        "channel_id": message.channel_id,
        "sending_id": messaging.Sending.objects.create(
            message=message, email=ada.identities.get().value, due_at=now(), created_at=now()
        ).pk,
        "purpose_id": messaging.Purpose.objects.get_or_create(
            key="news", defaults={"name": "News", "created_at": now()}
        )[0].pk,
        "suppression_id": messaging.Suppression.objects.create(
            address="bo@example.com", address_key="0" * 64, reason="blocked", since=now()
        ).pk,
        "message_class": "care",
    }


def a_connection() -> messaging.Connection:
    """Connect a channel of texts."""
    settings = {"token": "1:a", "secret": "b"}
    return connect("telegram", "Bot", settings, by=Actor.clock("test"), at=now())


def a_conversation(message: messaging.Message) -> dict[str, Any]:
    """Let her letter begin a conversation with a note, and a colleague's draft with a file."""
    found = take_message(message.pk, by=Actor.clock("test"), at=now())
    assert found is not None
    note = write_conversation_note(found, f"{SECRET} likes oats", by=Actor.clock("test"), at=now())
    file = attach(
        found, Member.objects.get(role="owner"), name="a.txt", content_type="", content=b"a", at=now()
    )
    return {
        "conversation_id": found.pk, "remark_id": note.pk, "draft_file_id": file.pk, "draft_id": file.draft_id, **promises(found)
    }  # fmt: skip


def promises(found: inbox.Conversation) -> dict[str, Any]:
    """Promise an answer, write a template, ask how it went, and remind a colleague of the conversation."""
    by, at, owner = Actor.clock("test"), now(), Member.objects.get(role="owner")
    hours = create_hours(
        {"name": "Office", "time_zone": "UTC", "week": ["9-17"] * 7, "country": "FI"}, by=by, at=at
    )
    article = create_article({"title": "Returns", "url": "https://shop.example/returns"}, by=by, at=at)
    template = create_template({"name": "Hello", "texts": {"en": "Hello"}}, by=by, at=at)
    later = inbox.FollowUp.objects.create(conversation=found, member=owner, due_at=at, created_at=at)
    one = inbox.Satisfaction.objects.create(
        conversation=found, person=found.person, secret="s", created_at=at
    )
    return {
        "hours_id": hours.pk,
        "day_id": hours.days.all()[0].pk,
        "target_id": create_target({"name": "Mail", "first_minutes": 60}, by=by, at=at).pk,
        "template_id": template.pk,
        "skill_id": inbox.Skill.objects.create(name="Finnish").pk,
        "macro_id": create_macro({"name": "Tidy", "steps": {"ending": "close"}}, by=by, at=at).pk,
        "article_id": article.pk,
        "answer_source": "articles",
        "answer_key": str(article.pk),
        "follow_up_id": later.pk,
        "secret": one.secret,
        "measure": "began",
    }


def a_chat_and_a_form() -> dict[str, Any]:
    """Set up a chat for a website, and a web form."""
    by, moment = Actor.clock("test"), now()
    site, form = add_chat_site("Shop", by=by, at=moment), add_web_form("Contact", by=by, at=moment)
    return {
        "site_id": site.pk,
        "site_key": site.public_key,
        "web_form_id": form.pk,
        "form_key": form.public_key,
    }


def an_import() -> people.ImportRun:
    """Take in a small file of people as far as the page that asks how to read it."""
    file = SimpleUploadedFile("a.csv", b"Name,E-mail\nBo Import,bo@example.com\n")
    return draft_upload("people", file, by=Actor.clock("test"))


def a_rule() -> people.StageRule:
    """Return some stage rule."""
    found = people.StageRule.objects.first()
    return found or people.StageRule.objects.create(name="Rule", axis="stage", value="acquired", condition={})


# Arguments that name something of Adalheid's: whoever may not see her must not get it.
HERS = {"person_id", "company_id", "identity_id", "address_id", "affiliation_id", "belonging_id", "tie_id", "note_id", "memo_id",
        "preference_id", "task_id", "file_id", "order_id", "line_id", "refund_id", "subscription_id",
        "thread_id", "other_id", "message_id", "enclosure_id", "conversation_id", "remark_id"}  # fmt: skip


def doors(
    resolver: URLResolver | None = None, before: str = "", names: tuple[str, ...] = ()
) -> Iterator[tuple[str, list[str], Any]]:
    """Walk all addresses: the pattern as text, the names of its arguments, and the view behind it."""
    for one in (resolver or get_resolver()).url_patterns:
        text, arguments = (
            before + str(one.pattern),
            (*names, *one.pattern.converters, *one.pattern.regex.groupindex),
        )
        if isinstance(one, URLPattern):
            yield text, list(dict.fromkeys(arguments)), one.callback
        else:
            yield from doors(one, text, arguments)


def address(pattern: str, arguments: list[str], examples: dict[str, Any]) -> str:
    """Return the pattern with examples in the place of its arguments.

    >>> address("people/<int:person_id>/", ["person_id"], {"person_id": 7})
    '/people/7/'
    """

    def example(found: re.Match[str]) -> str:
        return str(examples.get(found.group(1) or found.group(2), 999_999))

    path = re.sub(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)", example, pattern)
    return "/" + path.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\", "")
