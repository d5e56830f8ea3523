"""Which templates a member is offered, what fills their gaps, and how they fared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.commerce.models import Order
from regulars.inbox.engine.gaps import chosen
from regulars.inbox.engine.vectors import fused
from regulars.inbox.models import Conversation, Template
from regulars.kit.clock import today
from regulars.kit.money import format_money
from regulars.people.engine.names import fold
from regulars.team.models import Business, Member

GAPS: dict[str, str | Promise] = {
    "person.first_name": _("the customer's first name"),
    "person.name": _("the customer's name"),
    "person.company": _("the customer's company"),
    "order.number": _("the number of their last order"),
    "order.total": _("what their last order came to"),
    "order.placed_on": _("the day of their last order"),
    "conversation.subject": _("what the conversation is about"),
    "member.name": _("your name"),
    "member.first_name": _("your first name"),
    "business.name": _("the business's name"),
    "today": _("today's date"),
    "facts.missing": _("what a rule asks the customer for"),
}
MOST_OFFERED = 30


def values_for(conversation: Conversation, member: Member | None) -> dict[str, str]:
    """Return what fills the gaps in an answer to a conversation; what is not known is empty."""
    person, business = conversation.person, Business.current()
    language = (person.language if person else "") or translation.get_language() or "en"
    with translation.override(language):
        values = {
            "conversation.subject": conversation.subject,
            "member.name": member.name if member else "",
            "member.first_name": member.name.partition(" ")[0] if member else "",
            "business.name": business.name,
            "today": formats.date_format(today(business.time_zone), "DATE_FORMAT"),
        }
        if person is not None:
            values |= {"person.first_name": person.first_name, "person.name": person.name}
            values |= {"person.company": _company(person.pk)} | _last_order(person.pk)
    return values


def _company(person_id: int) -> str:
    sql = """SELECT c.name FROM people_affiliation a JOIN people_company c ON c.id = a.company_id
        WHERE a.person_id = %s AND a.to_on IS NULL AND c.deleted_at IS NULL ORDER BY a.is_primary DESC, a.id LIMIT 1"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [person_id])
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def _last_order(person_id: int) -> dict[str, str]:
    rows: Any = Order.objects.filter(person=person_id)
    order = rows.live().order_by("-placed_at", "-pk").first()
    if order is None:
        return {}
    return {
        "order.number": order.number,
        "order.total": format_money(order.total_minor, order.currency),
        "order.placed_on": formats.date_format(order.placed_at.date(), "DATE_FORMAT"),
    }


def languages_for(conversation: Conversation, texts: Mapping[str, str]) -> str:
    """Return in which of a template's languages a customer is answered: their own, the business's, English, any."""
    person = conversation.person
    ours = Business.current().languages or []
    wanted = [person.language if person and person.language else "", *ours, "en"]
    return chosen(texts, tuple(one for one in wanted if one))


def offered(seer: Any, words: str = "", like: Sequence[int] = ()) -> list[Template]:
    """Return the templates a member may use whose name, note or text holds every word.

    Those used most come first, together with those that answered `like` questions, nearest first.
    """
    rows: Any = Template.objects.all()
    rows = rows.usable_by(seer).annotate(times=Count("uses", distinct=True), last=Max("uses__at"))
    found = list(
        rows.prefetch_related("versions").order_by("-times", F("last").desc(nulls_last=True), "name")
    )
    wanted = fold(words).split()
    held = {one.pk: one for one in found if _holds(one, wanted)}
    ranked = fused(held, [number for number in like if number in held])
    return [held[number] for number in ranked][:MOST_OFFERED]


def _holds(template: Template, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = fold(" ".join([template.name, template.note, *template.texts().values()]))
    return all(word in text for word in words)


def with_outcomes(rows: QuerySet[Template]) -> QuerySet[Template]:
    """Add to templates how often they were used and sent, and how the conversations went afterwards."""
    sent = Q(uses__sent_at__isnull=False)
    solved = sent & Q(uses__conversation__state="closed", uses__conversation__reopened_count=0)
    rated = sent & Q(uses__conversation__satisfactions__score__isnull=False)
    happy = rated & Q(uses__conversation__satisfactions__score__gte=4)
    talks = "uses__conversation"
    return rows.annotate(
        used=Count("uses", distinct=True),
        sent=Count("uses", filter=sent, distinct=True),
        solved=Count(talks, filter=solved, distinct=True),
        rated=Count(talks, filter=rated, distinct=True),
        happy=Count(talks, filter=happy, distinct=True),
    )
