"""Asking customers by itself for what is still unknown, and hearing it in their answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import translation

from regulars.inbox.actions.answering import answer_by_itself
from regulars.inbox.actions.moving import WAKING, locked, moved
from regulars.inbox.actions.templates import GapsLeft, filled_for, open_gaps
from regulars.inbox.actions.using_facts import use_what_is_sure
from regulars.inbox.engine.facts import OWN, short_answer
from regulars.inbox.models import Conversation, State, Template
from regulars.inbox.models.facts import Asking
from regulars.inbox.queries.facts import fact_labels, facts_for_customers, found_in, unknown_facts
from regulars.inbox.queries.satisfaction import language_of
from regulars.kit.actor import Actor
from regulars.kit.wording import to_customer as _
from regulars.messaging.models import Message
from regulars.team.models import Business

# Where a template says so, the list of what is missing stands there; else it comes after the template's words.
GAP = "facts.missing"


@transaction.atomic
def ask_for_facts(
    conversation: Conversation,
    names: Sequence[str],
    *,
    template: Template | None = None,
    by: Actor,
    at: datetime,
) -> list[str]:
    """Ask a customer for those of these facts that are still unknown, once in a conversation, and wait for them.

    Return what was asked for; nothing when all is known or was asked for before.
    """
    found = locked(conversation)
    if Asking.objects.filter(conversation=found).exists():
        return []
    missing = unknown_facts(found, names)
    if not missing:
        return []
    message = answer_by_itself(found, _words(found, missing, template), by=by, at=at)
    found.refresh_from_db()
    Asking.objects.create(
        conversation=found, asked=missing, missing=missing, message_id=message.pk, asked_at=at
    )
    found.state, found.waiting_since = State.WAITING, None
    moved(found, "asked", by=by, at=at, fields=WAKING, name=_listed(missing))
    return missing


@transaction.atomic
def hear_facts(conversation: Conversation, message: Message, *, by: Actor, at: datetime) -> Asking | None:
    """Take what was asked for from a customer's answer; return the asking when the rules should look again, else None."""
    asking = Asking.objects.select_for_update().filter(conversation=conversation).first()
    if asking is None or not (asking.missing or asking.looked_again_at is None):
        return None
    given = found_in(conversation, f"{message.subject}\n{message.text}", asking.missing)
    only = asking.missing[0] if len(asking.missing) == 1 else ""
    if only.startswith(OWN) and only not in given and short_answer(message.text):
        given[only] = short_answer(message.text)
    still = [name for name in asking.missing if name not in given]
    is_first = asking.looked_again_at is None
    asking.found |= given
    asking.missing, asking.answered_at, asking.looked_again_at = still, at, asking.looked_again_at or at
    asking.save()
    if given:
        moved(conversation, "facts", by=by, at=at, name=_listed(given), missing=_listed(still))
        use_what_is_sure(conversation, given, message, at=at)
        conversation.refresh_from_db()
    return asking if is_first else None


def note_followed(conversation: Conversation, rules: Iterable[int]) -> None:
    """Remember which rules did their work, so that none does it twice when they look again."""
    asking = Asking.objects.select_for_update().filter(conversation=conversation).first()
    if asking is not None:
        asking.followed = sorted({*asking.followed, *rules})
        asking.save(update_fields=["followed"])


def _words(conversation: Conversation, missing: Sequence[str], template: Template | None) -> str:
    """Write the letter in the customer's language."""
    with translation.override(language_of(conversation.person)):
        labels = facts_for_customers()
        wanted = "\n".join(f"- {labels[name]}" for name in missing)
        if template is not None:
            return _templated(conversation, template, wanted)
        first = conversation.person.first_name if conversation.person else ""
        hello = _("Hello %(name)s,") % {"name": first} if first else _("Hello,")
        asks = _("thank you for your message. So that we can help you at once, please tell us:")
        ends = _("Simply answer this letter.")
        return "\n\n".join([hello, asks, wanted, ends, Business.current().name])


def _templated(conversation: Conversation, template: Template, wanted: str) -> str:
    _language, filled = filled_for(template, conversation, member=None, more={GAP: wanted})
    if filled.missing:
        raise GapsLeft(open_gaps(filled.missing), gaps=list(filled.missing))
    return filled.text if wanted in filled.text else f"{filled.text.rstrip()}\n\n{wanted}"


def _listed(names: Iterable[str]) -> str:
    labels = fact_labels()
    return ", ".join(labels.get(name, name) for name in names)
