"""What stands in a conversation: letters, notes and the thin lines between them, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.models import Conversation, Line, Satisfaction
from regulars.inbox.queries.letters import Letter, letters_of
from regulars.inbox.queries.opened import Around, Opened, around
from regulars.inbox.queries.writing import is_taken_back
from regulars.kit.markup import exact
from regulars.messaging.engine.logos import apart
from regulars.messaging.models import Thread
from regulars.messaging.queries.story import with_merged
from regulars.people.engine.markdown import to_html
from regulars.team.rules import reaches

# What a letter or a note shows by itself needs no line.
SILENT = ("opened", "received", "answered", "auto_answered", "noted", "begun")
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
    "macro": (gettext_lazy("%(who)s ran “%(name)s”"), "bolt"),
    "split_off": (gettext_lazy("%(who)s split “%(subject)s” off"), "git-fork"),
    "split_from": (gettext_lazy("%(who)s split it from “%(subject)s”"), "git-fork"),
    "draft_shared": (gettext_lazy("%(who)s shares a draft"), "pencil"),
    "draft_hidden": (gettext_lazy("%(who)s shares the draft no longer"), "pencil"),
    "draft_taken": (gettext_lazy("%(who)s took over the draft of %(name)s"), "pencil"),
    "auto_answered": (gettext_lazy("%(who)s answered by itself"), "arrow-back-up"),
    "asked": (gettext_lazy("%(who)s asked for: %(name)s"), "help-circle"),
    "facts": (gettext_lazy("The customer gave: %(name)s"), "list-check"),
    "fact_used": (gettext_lazy("%(who)s kept on the customer’s record: %(name)s"), "user-check"),
    "fact_unused": (gettext_lazy("%(who)s took off the customer’s record: %(name)s"), "user-minus"),
    "skills": (gettext_lazy("%(who)s asks for somebody with: %(name)s"), "user-search"),
    "nobody_free": (gettext_lazy("Given to nobody. %(reason)s"), "user-minus"),
    "stopped": (gettext_lazy("%(who)s could not do all of it. %(reason)s"), "alert-triangle"),
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


def told_story(
    found: Opened, seer: Any, at: datetime, *, before: int | None = None
) -> tuple[dict[str, Any], Around]:
    """Return the newest entries of a conversation, oldest first, and the letter before which there is more; and what stands around."""
    letters, has_earlier = letters_of(found.threads, before=before)
    since = letters[0].message.sent_at if letters and has_earlier else None
    until = letters[-1].message.sent_at if letters and before is not None else None
    rest = around(found.conversation, seer.pk, at, silent=SILENT, since=since, until=until)
    entries = [
        *_shown(letters, seer),
        *({"kind": "note", "at": one.created_at, "note": one, "html": _html(one.body)} for one in rest.notes),
        *(_line(one) for one in rest.lines),
    ]
    entries.sort(key=_at)
    return {"entries": entries, "earlier": letters[0].message.pk if has_earlier else None}, rest


def visible_letters(
    conversation: Conversation, seer: Any, *, before: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """Return the newest letters of a conversation, oldest first, and the one before which there are more."""
    letters, has_earlier = letters_of(sorted(with_merged(conversation.thread)), before=before)
    return _shown(letters, seer), letters[0].message.pk if has_earlier else None


def _at(entry: dict[str, Any]) -> datetime:
    at: datetime = entry["at"]
    return at


def _shown(letters: Sequence[Letter], seer: Any) -> list[dict[str, Any]]:
    joins = _could_join(letters, seer)
    return [_letter(one, joins, seer) for one in letters if not is_taken_back(one.states)]


def _could_join(letters: Sequence[Letter], seer: Any) -> dict[int, Thread]:
    others = {one.message.could_join_id for one in letters if one.message.could_join_id is not None}
    if not others:
        return {}
    rows: Any = Thread.objects.filter(pk__in=others)
    return {one.pk: one for one in rows.visible_to(seer)}


def _letter(letter: Letter, joins: Mapping[int, Thread], seer: Any) -> dict[str, Any]:
    """Return a letter as messaging's own template shows it."""
    message = letter.message
    person = message.person if message.direction == "in" else None
    if person is not None and not reaches(seer, "people.see", person):
        person = None
    name = message.author_label if message.direction == "out" else message.sender_name
    files, logos = apart(letter.files) if message.direction == "in" else (letter.files, [])
    more = (files, logos, letter.states, letter.has_html, message.could_join_id, message.erased_at)
    return {
        "kind": "letter",
        # Most are nothing but text; they are drawn without the template engine.
        "is_plain": bool(message.text)
        and message.proof != "fail"
        and not (any(more) or message.is_automatic),
        "at": message.received_at if message.direction == "in" else message.sent_at,
        "message": message,
        "name": name or (person.name if person else "") or message.sender,
        "files": files,
        "logos": logos,
        "states": letter.states,
        "has_html": letter.has_html and message.direction == "in",
        "shows_html": letter.has_html and not message.text.strip(),
        "could_join": joins.get(message.could_join_id or 0),
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
        "name": about.get("name", ""),
    }
    return str(words) % values, icon


def others_of(conversation: Conversation, seer: Any, most: int = 6) -> list[Conversation]:
    """Return the other conversations with the same person, newest first, each with the last `score` it was given."""
    if conversation.person_id is None:
        return []
    rows: Any = Conversation.objects.filter(person=conversation.person_id).exclude(pk=conversation.pk)
    given = Satisfaction.objects.filter(conversation=OuterRef("pk"), score__isnull=False)
    found = rows.annotate(score=Subquery(given.order_by("-answered_at").values("score")[:1]))
    return list(found.whole().visible_to(seer).order_by("-last_message_at")[:most])
