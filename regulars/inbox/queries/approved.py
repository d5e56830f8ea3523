"""Which approved texts an answer may be when free words may not be sent any more, and what fills their gaps at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.inbox.models import Conversation
from regulars.inbox.queries.templates import values_for
from regulars.messaging.models import TextTemplate
from regulars.people.engine.names import fold
from regulars.team.models import Business, Member

# What named gaps are commonly called, and what of ours fills them.
KNOWN = {
    "name": "person.first_name", "first_name": "person.first_name", "customer_name": "person.name",
    "full_name": "person.name", "order_number": "order.number", "order_id": "order.number",
    "order_total": "order.total", "company": "person.company", "agent_name": "member.first_name",
    "business_name": "business.name",
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A text by its name, with its languages: (number, language)."""

    name: str
    languages: tuple[tuple[int, str], ...]


def choices_for(conversation: Conversation) -> list[TextTemplate]:
    """Return the texts that may be sent in a conversation, by name and language."""
    return list(TextTemplate.objects.filter(channel=conversation.channel_id).sendable())


def by_name(found: Sequence[TextTemplate]) -> list[Choice]:
    """Return texts gathered by their name."""
    names = dict.fromkeys(one.name for one in found)
    return [
        Choice(name, tuple((one.pk, one.language) for one in found if one.name == name)) for name in names
    ]


def picked(
    found: Sequence[TextTemplate], conversation: Conversation, *, name: str = "", language: str = ""
) -> TextTemplate | None:
    """Return the text of a name in a language, else in the customer's, else in the business's, else in any."""
    named = [one for one in found if one.name == (name or (found[0].name if found else ""))]
    person = conversation.person
    wanted = [language, person.language if person else "", *(Business.current().languages or []), "en"]
    for code in filter(None, wanted):
        for one in named:
            if fold(one.language.replace("-", "_")) == fold(code) or one.language.partition("_")[0] == code:
                return one
    return named[0] if named else None


def first_values(
    template: TextTemplate, conversation: Conversation, member: Member | None, typed: Mapping[str, str]
) -> dict[str, str]:
    """Return what stands in the gaps before anybody types: what was typed, else what we know under the gap's name."""
    known = values_for(conversation, member) if template.is_named else {}
    return {
        one.key: typed.get(one.key, known.get(KNOWN.get(one.name, ""), "")) for one in template.value.gaps
    }


def typed_values(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the gaps' values of a form or a program."""
    return {name.removeprefix("gap."): str(value) for name, value in given.items() if name.startswith("gap.")}
