"""What the inbox draws without the template engine: rows stand on every one of its pages, and are drawn anew at each change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.inbox.models import Priority
from regulars.inbox.queries.due import Due
from regulars.inbox.queries.rows import Present, Row
from regulars.kit.markup import ago, avatar, chip, escape, exact, icon, teller, who
from regulars.messaging.models import Sending, SendingState

register = template.Library()
MOST_TAGS = 3


@register.simple_tag
def inbox_rows(rows: Sequence[Row], query: str) -> SafeString:
    """Draw the rows of a list; `query` is the list's own address, which each row leads on."""
    link = (
        reverse("inbox:conversation", args=[0]).replace("0", "%d", 1) + "?" + escape(query).replace("%", "%%")
    )
    pick, unread = _("Pick the conversation with %(who)s"), escape(_("Not read:"))
    tell = teller()
    return SafeString("".join(_row(one, link % one.id, pick, unread, tell) for one in rows))


def _row(one: Row, link: str, pick: str, unread: str, tell: Callable[[datetime], str]) -> str:
    whom = escape(one.with_whom)
    classes = (
        "inbox-row" + (" is-unread" if one.is_unread else "") + (" is-pressing" if one.priority > 1 else "")
    )
    not_read = f'<span class="visually-hidden">{unread} </span>' if one.is_unread else ""
    since = one.waiting_since or one.last_message_at
    tags = "".join(chip(name, colour) for name, colour in one.tags[:MOST_TAGS])
    return (
        f'<li class="{classes}" data-id="{one.id}" data-sequence="{one.sequence}">\n'
        f'<input type="checkbox" class="form-check-input inbox-pick" value="{one.id}" aria-label="{escape(pick % {"who": one.with_whom})}">\n'
        f'<a class="inbox-link" href="{link}">\n'
        f'<span class="inbox-line"><span class="inbox-who truncate">{not_read}{whom}</span>'
        f'<span class="inbox-when{" is-waiting" if one.waiting_since else ""}">{tell(since)}</span></span>\n'
        f'<span class="inbox-line"><span class="inbox-subject truncate">{escape(one.subject)}</span>{_marks(one)}</span>\n'
        f'<span class="inbox-line"><span class="inbox-beginning truncate">{escape(one.beginning)}</span></span>\n'
        + (f'<span class="inbox-line inbox-tags">{tags}</span>\n' if tags else "")
        + f'<span class="inbox-present" data-present="{one.id}">{presence(one.present)}</span>\n</a></li>'
    )


def _marks(one: Row) -> str:
    flag = icon("flag", "icon-s priority-mark", str(Priority(one.priority).label)) if one.priority > 1 else ""
    face = avatar(one.assignee[1], one.assignee[0], "xs") if one.assignee else ""
    return due_ring(one.due, is_small=True) + flag + face


@register.simple_tag
def letter(entry: Mapping[str, Any], may_change: bool) -> SafeString:
    """Draw a letter that came and is nothing but text, as messaging's own template draws it."""
    message, person = entry["message"], entry["person"]
    url = _person_url() % person.pk if person else ""
    faces = who(str(entry["name"]), url, person.pk if person else message.sender_email, message.sender_email)
    sent = ago(message.sent_at) if message.sent_at else ""
    split = _split_menu(get_language() or "").replace(_NUMBER, str(message.pk)) if may_change else ""
    parts = [
        f'<li class="letter" id="message-{message.pk}">\n<div class="letter-head">{faces}'
        f'<span class="letter-when muted">{sent}{split}</span></div>\n'
        f'<div class="letter-text" dir="auto">{escape(message.text)}</div>\n'
    ]
    if message.signature:
        parts.append(_said("letter-signature", message.signature))
    if message.quoted:
        words = f"<summary>{escape(_('Show history'))}</summary>"
        parts.append(
            f'<details class="letter-more">{words}{_said("letter-quoted", message.quoted)}</details>\n'
        )
    return SafeString("".join([*parts, "</li>"]))


@cache
def _person_url() -> str:
    return reverse("people:person", args=[0]).replace("0", "%d", 1)


def _said(css: str, text: str) -> str:
    return f'<div class="letter-text {css}" dir="auto">{escape(text)}</div>'


# A number no message has; it stands where the message's own goes.
_NUMBER = "987654321987"


@cache
def _split_menu(_language: str) -> str:
    return render_to_string("messaging/_split.html", {"number": int(_NUMBER)}).strip()


@register.simple_tag
def line(entry: Mapping[str, Any]) -> SafeString:
    """Draw a change that stands between the letters."""
    return SafeString(
        f'<li class="story-line muted">{icon(entry["icon"], "icon-s")}<span>{escape(entry["words"])}</span>'
        f'<span class="story-when">{ago(entry["at"])}</span></li>'
    )


@register.simple_tag
def answer(entry: Mapping[str, Any]) -> SafeString:
    """Draw a letter of ours, with how far it has come for each who should get it."""
    message, states = entry["message"], entry.get("states") or ()
    faces = who(str(entry.get("name") or ""), key=message.author_id)
    sent = ago(message.sent_at) if message.sent_at else ""
    parts = [
        f'<li class="letter letter-out" id="message-{message.pk}">\n<div class="letter-head">{faces}'
        f'<span class="letter-when muted">{"".join(map(_state, states))} {sent}</span></div>\n'
    ]
    if states:
        to = ", ".join(one["sending"].email for one in states)
        parts.append(f'<p class="letter-to muted">{escape(_("To"))} {escape(to)}</p>\n')
    parts.append(f'<div class="letter-text" dir="auto">{escape(message.text)}</div>\n')
    parts += [
        _failed(one["sending"]) for one in states if one["sending"].has_failed and one["sending"].reason
    ]
    if message.signature:
        parts.append(_said("letter-signature", message.signature))
    files = "".join(map(_file, entry.get("files") or ()))
    parts.append(f'<ul class="letter-files">{files}</ul>\n</li>' if files else "</li>")
    return SafeString("".join(parts))


def _state(one: Mapping[str, Any]) -> str:
    sending = one["sending"]
    title = f' title="{escape(sending.reason)}"' if sending.reason else ""
    waits = one.get("waits")
    shown = (
        chip(str(waits), "amber", dot=True)
        if waits
        else chip(SendingState(sending.state).label, one["tone"], dot=True)
    )
    return f"<span{title}>{shown}</span>"


def _failed(sending: Sending) -> str:
    said = f"{sending.email}: {sending.reason}"
    return f'<p class="notice notice-warn">{icon("mail-off")}<span>{escape(said)}</span></p>\n'


def _file(file: Any) -> str:
    return (
        f'<li><a class="btn btn-sm" href="{reverse("messaging:file", args=[file.pk])}" download>{icon("paperclip")}'
        f'<span class="truncate">{escape(file.name)}</span> <span class="muted">{filesizeformat(file.size)}</span></a></li>'
    )


@register.simple_tag
def presence(there: Sequence[Present]) -> SafeString:
    """Name who else looks at a conversation now, and say who of them types."""
    return SafeString("".join(_there(one) for one in there))


def _there(one: Present) -> str:
    mark = icon("pencil" if one.is_typing else "eye", "icon-s")
    typing = " is-typing" if one.is_typing else ""
    return f'<span class="presence{typing}" data-member="{one.id}">{mark}{escape(one.name)}</span>'


@register.simple_tag
def due_ring(due: Due | None, is_small: bool = False) -> SafeString:
    """Draw how a promise stands as a ring that fills; a small one says its words only to who hears the page."""
    if due is None or due.urgency == "none":
        return SafeString("")
    title = f' title="{escape(exact(due.due_at))}"' if due.due_at else ""
    return SafeString(
        f'<span class="due due-{due.urgency}"{title}><svg class="due-ring" viewBox="0 0 16 16" aria-hidden="true">'
        f'<circle cx="8" cy="8" r="6"/><circle class="due-gone" cx="8" cy="8" r="6" pathLength="100" '
        f'stroke-dasharray="{due.share} 100"/></svg>'
        f'<span class="due-words{" visually-hidden" if is_small else ""}">{escape(due.words)}</span></span>'
    )
