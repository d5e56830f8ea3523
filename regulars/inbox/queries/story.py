"""What stands in a conversation: letters, notes and the thin lines between them, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.models import Conversation, ConversationNote, Line
from regulars.inbox.queries.writing import is_taken_back, states_of
from regulars.kit.markup import exact
from regulars.messaging.models import Message, MessageFile, Thread
from regulars.messaging.queries.story import files_of, messages_of
from regulars.people.engine.markdown import to_html
from regulars.team.rules import reaches

# What a letter or a note shows by itself needs no line.
SILENT = ("opened", "received", "answered", "noted", "begun")
WORDS: dict[str, tuple[Any, str]] = {
    "closed": (gettext_lazy("%(who)s closed it"), "circle-check"),
    "reopened": (gettext_lazy("%(who)s reopened it"), "refresh"),
    "snoozed": (gettext_lazy("%(who)s put it aside until %(until)s"), "clock-pause"),
    "woke": (gettext_lazy("It is back from being put aside"), "alarm"),
    "spam": (gettext_lazy("%(who)s called it spam"), "ban"),
    "priority": (gettext_lazy("%(who)s changed the priority"), "flag"),
    "tagged": (gettext_lazy("%(who)s changed the tags: %(tags)s"), "tag"),
    "assigned": (gettext_lazy("%(who)s gave it to %(to)s"), "user-share"),
    "taken": (gettext_lazy("%(who)s took it"), "user-check"),
    "unassigned": (gettext_lazy("%(who)s gave it to nobody"), "user-minus"),
    "team": (gettext_lazy("%(who)s gave it to %(to)s"), "users"),
    "taken_back": (gettext_lazy("%(who)s took an answer back"), "arrow-back-up"),
    "put_back": (gettext_lazy("%(who)s took it back"), "arrow-back-up"),
    "note_deleted": (gettext_lazy("%(who)s deleted a note"), "trash"),
    "merged": (gettext_lazy("%(who)s merged “%(subject)s” into it"), "git-merge"),
    "merged_away": (gettext_lazy("%(who)s merged it into another"), "git-merge"),
    "failed": (gettext_lazy("An answer did not arrive: %(reason)s"), "mail-off"),
}
NEWS: dict[str, tuple[Any, str]] = {
    "opened": (gettext_lazy("The customer wrote"), "mail"),
    "received": (gettext_lazy("The customer wrote"), "mail"),
    "answered": (gettext_lazy("%(who)s answered"), "arrow-back-up"),
    "noted": (gettext_lazy("%(who)s wrote a note"), "note"),
    "begun": (gettext_lazy("%(who)s began it"), "messages"),
    **WORDS,
}


def story_of(conversation: Conversation, seer: Any, *, before: int | None = None) -> dict[str, Any]:
    """Return the newest entries of a conversation, oldest first, and the letter before which there is more."""
    messages, has_earlier = messages_of(conversation.thread, before=before)
    since = messages[0].sent_at if messages and has_earlier else None
    notes = ConversationNote.objects.filter(conversation=conversation, deleted_at=None)
    lines = Line.objects.filter(conversation=conversation).exclude(kind__in=SILENT)
    if since is not None:
        notes, lines = notes.filter(created_at__gte=since), lines.filter(at__gte=since)
    if before is not None and messages:
        notes = notes.filter(created_at__lt=messages[-1].sent_at)
        lines = lines.filter(at__lt=messages[-1].sent_at)
    entries = [
        *_letters(messages, seer),
        *({"kind": "note", "at": one.created_at, "note": one, "html": _html(one.body)} for one in notes),
        *(_line(one) for one in lines.order_by("sequence")),
    ]
    entries.sort(key=_at)
    return {"entries": entries, "earlier": messages[0].pk if has_earlier else None}


def visible_letters(
    conversation: Conversation, seer: Any, *, before: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """Return the newest letters of a conversation, oldest first, and the one before which there are more."""
    messages, has_earlier = messages_of(conversation.thread, before=before)
    return _letters(messages, seer), messages[0].pk if has_earlier else None


def _at(entry: dict[str, Any]) -> datetime:
    at: datetime = entry["at"]
    return at


def _letters(messages: Sequence[Message], seer: Any) -> list[dict[str, Any]]:
    files = files_of(messages)
    others = {one.could_join_id for one in messages if one.could_join_id is not None}
    rows: Any = Thread.objects.filter(pk__in=others)
    seen = set(rows.visible_to(seer).values_list("pk", flat=True)) if others else set()
    states = states_of(messages)
    return [
        {**_letter(one, files.get(one.pk, []), seen, seer), "states": states.get(one.pk, [])}
        for one in messages
        if not is_taken_back(states.get(one.pk, []))
    ]


def _letter(message: Message, files: list[MessageFile], seen: set[int], seer: Any) -> dict[str, Any]:
    """Return a letter as messaging's own template shows it."""
    person = message.person if message.direction == "in" else None
    if person is not None and not reaches(seer, "people.see", person):
        person = None
    has_html = getattr(message, "has_html", False)
    name = message.author_label if message.direction == "out" else message.sender_name
    return {
        "kind": "letter",
        "at": message.received_at if message.direction == "in" else message.sent_at,
        "message": message,
        "name": name or (person.name if person else "") or message.sender,
        "files": files,
        "has_html": has_html and message.direction == "in",
        "shows_html": has_html and not message.text.strip(),
        "could_join": message.could_join if message.could_join_id in seen else None,
        "person": person,
    }


def _html(body: str) -> str:
    return mark_safe(to_html(body))  # noqa: S308  cleaned by to_html


def _line(line: Line) -> dict[str, Any]:
    words, icon = told(line)
    return {"kind": "line", "at": line.at, "words": words, "icon": icon}


def told(line: Line) -> tuple[str, str]:
    """Return a change in words, and its icon."""
    kind = line.kind
    if kind in ("assigned", "team") and not line.about.get("to"):
        kind = "unassigned"
    elif line.about.get("me"):
        kind = "taken"
    words, icon = NEWS.get(kind, (gettext_lazy("%(who)s changed it"), "edit"))
    about = line.about
    until = about.get("until", "")
    values = {
        "who": line.actor_label or _("The clock"),
        "to": about.get("to", ""),
        "until": exact(datetime.fromisoformat(until)) if until else "",
        "tags": about.get("after") or "–",
        "subject": about.get("subject", ""),
        "reason": about.get("reason", ""),
    }
    return str(words) % values, icon


def others_of(conversation: Conversation, seer: Any, most: int = 6) -> list[Conversation]:
    """Return the other conversations with the same person, newest first."""
    if conversation.person_id is None:
        return []
    rows: Any = Conversation.objects.filter(person=conversation.person_id).exclude(pk=conversation.pk)
    return list(rows.whole().visible_to(seer).order_by("-last_message_at")[:most])
