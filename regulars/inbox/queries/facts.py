"""What we can ask customers for, what is known of it already, and what a conversation still waits for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.commerce.models import Order
from regulars.inbox.engine import facts as engine
from regulars.inbox.engine.facts import EMAIL, ORDER_NUMBER, OWN, PHONE
from regulars.inbox.models import Conversation
from regulars.inbox.models.facts import Asking
from regulars.kit.wording import to_customer_lazy
from regulars.messaging.models import Direction, Message
from regulars.people.engine.sayings import Unclear
from regulars.people.engine.tidy.phones import tidy_phone
from regulars.people.models import CustomField, IdentityKind, Person
from regulars.team.models import Business

LABELS: dict[str, str | Promise] = {
    ORDER_NUMBER: _("order number"),
    EMAIL: _("e-mail address"),
    PHONE: _("telephone number"),
}
TO_CUSTOMERS: dict[str, str | Promise] = {
    ORDER_NUMBER: to_customer_lazy("order number"),
    EMAIL: to_customer_lazy("e-mail address"),
    PHONE: to_customer_lazy("telephone number"),
}
MOST_ORDERS = 500


def fact_labels() -> dict[str, str]:
    """Return what customers can be asked for, by name: three things, and the business's own fields of people."""
    own = CustomField.objects.filter(subject="person", archived_at=None).values_list("key", "label")
    return {name: str(label) for name, label in LABELS.items()} | {f"{OWN}{key}": label for key, label in own}


def facts_for_customers() -> dict[str, str]:
    """Return the same as customers read it, in the language that is active."""
    return fact_labels() | {name: str(label) for name, label in TO_CUSTOMERS.items()}


def unknown_facts(conversation: Conversation, names: Iterable[str]) -> list[str]:
    """Return which of these facts are neither kept on the person nor written in the conversation."""
    labels = fact_labels()
    wanted = [name for name in dict.fromkeys(names) if name in labels]
    letters = _letters(conversation)
    written = found_in(conversation, "\n".join(f"{one.subject}\n{one.text}" for one in letters), wanted)
    return [name for name in wanted if name not in written and not _is_kept(conversation, name, letters)]


def found_in(conversation: Conversation, text: str, names: Sequence[str]) -> dict[str, str]:
    """Return the facts a text gives, by name."""
    labels = fact_labels()
    found = engine.named_lines(
        text, {name: labels[name] for name in names if name.startswith(OWN) and name in labels}
    )
    read = {
        ORDER_NUMBER: lambda: engine.order_number(text, _orders_of(conversation.person)),
        EMAIL: lambda: engine.email(text),
        PHONE: lambda: _phone(text),
    }
    found |= {name: value for name in names if name in read and (value := read[name]())}
    return found


def asking_of(conversation: Conversation) -> dict[str, Any] | None:
    """Return what a conversation waits for and what was given, in words; None when nobody was asked."""
    asking = Asking.objects.select_related("conversation__person").filter(conversation=conversation).first()
    if asking is None:
        return None
    labels, person = fact_labels(), asking.conversation.person
    return {
        "missing": [labels.get(name, name) for name in asking.missing],
        "found": [
            _given(asking, name, labels.get(name, name), person)
            for name in asking.asked
            if name in asking.found
        ],
        "asked_at": asking.asked_at,
    }


def _given(asking: Asking, name: str, label: str, person: Person | None) -> dict[str, Any]:
    """Return a fact with whether it stands on the person's record, and what stands there instead."""
    value = asking.found[name]
    before = person.custom.get(name.removeprefix(OWN), "") if person and name.startswith(OWN) else ""
    return {
        "name": name, "label": label, "value": value, "is_used": name in asking.used, "before": before,
        "is_usable": person is not None and name != ORDER_NUMBER,
    }  # fmt: skip


def _letters(conversation: Conversation) -> list[Message]:
    rows = Message.objects.filter(thread=conversation.pk, direction=Direction.IN, erased_at=None)
    return list(rows.only("subject", "text", "sender_email").order_by("-pk")[:50])


def _is_kept(conversation: Conversation, name: str, letters: Sequence[Message]) -> bool:
    person = conversation.person
    if name == EMAIL and any(one.sender_email for one in letters):
        return True
    if person is None or name == ORDER_NUMBER:
        return False
    if name.startswith(OWN):
        return person.custom.get(name.removeprefix(OWN)) not in (None, "", [])
    kinds = (IdentityKind.EMAIL,) if name == EMAIL else (IdentityKind.PHONE, IdentityKind.WHATSAPP)
    return person.identities.filter(kind__in=kinds, ended_at__isnull=True).exists()


def _orders_of(person: Person | None) -> list[str]:
    if person is None:
        return []
    rows = Order.objects.filter(person=person, deleted_at__isnull=True).order_by("-placed_at", "-id")
    return list(rows.values_list("number", flat=True)[:MOST_ORDERS])


def _phone(text: str) -> str:
    country = Business.current().country
    for written in engine.phone_numbers(text):
        try:
            return tidy_phone(written, country)
        except Unclear:
            continue
    return ""
