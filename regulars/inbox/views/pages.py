"""The page: lists on the left, rows in the middle, the conversation, and the person beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from regulars.inbox.engine.addresses import write_line
from regulars.inbox.models import Conversation, Priority
from regulars.inbox.queries.drafts import drafts_of_others
from regulars.inbox.queries.facts import asking_of
from regulars.inbox.queries.lists import BOXES, Box, box_spec, counts, saved_lists
from regulars.inbox.queries.opened import Opened, OwnDraft, opened
from regulars.inbox.queries.rows import rows_of
from regulars.inbox.queries.story import others_of, told_story
from regulars.inbox.queries.writing import answering_channel, goes_by_letter, recipients_line
from regulars.inbox.rules import ANSWER, ASSIGN, CHANGE, SEE, TOPIC, also_reaches, topics_of
from regulars.inbox.views.common import box_of, find
from regulars.kit.clock import now
from regulars.kit.filters import Asker
from regulars.kit.htmx import wants_fragment
from regulars.kit.lists import ListPage, compact, list_page
from regulars.kit.panels import Panel, panel
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.messaging.models import ChannelKind, Mailbox
from regulars.messaging.queries.texting import leeway
from regulars.messaging.queries.ways_out import why_stuck
from regulars.people.models import View
from regulars.team.gate import asker_of, needs
from regulars.team.rules import may, reaches

PAGE = 25
# What is seen beside a conversation on most screens; the rest of the list comes as it is scrolled to.
PAGE_BESIDE = 15
BESIDE = ("identities", "worth", "orders", "tasks", "memos", "details")


@require_GET
@needs(SEE)
def inbox(request: Request) -> HttpResponse:
    """Show a list with nothing opened yet, or only its rows when the page asks for them."""
    if wants_fragment(request):
        return render(request, "inbox/_rows.html", _rows(request))
    request.live_topics = [TOPIC, *topics_of(request.member)]  # type: ignore[attr-defined]
    return render(request, "inbox/inbox.html", _around(request))


@require_GET
@needs(SEE)
def boxes(request: Request) -> HttpResponse:
    """Show the lists with their counts."""
    return render(request, "inbox/_boxes.html", _boxes(request, counts(request.member)))


@require_GET
@needs(SEE)
def conversation(request: Request, conversation_id: int) -> HttpResponse:
    """Show a conversation in the page, or only its pane when the page asks for it."""
    found = _opened(request, conversation_id)
    if found.conversation.merged_into_id:
        return HttpResponseRedirect(reverse("inbox:conversation", args=[found.conversation.merged_into_id]))
    if wants_fragment(request):
        return render(request, "inbox/_pane.html", _pane(request, found))
    request.live_topics = [TOPIC, *topics_of(request.member)]  # type: ignore[attr-defined]
    return render(request, "inbox/inbox.html", {**_around(request, PAGE_BESIDE), **_pane(request, found)})


@require_GET
@needs(SEE)
def thread(request: Request, conversation_id: int) -> HttpResponse:
    """Show the head and the letters of a conversation anew; what is being typed below stays."""
    found = _opened(request, conversation_id)
    return render(request, "inbox/_thread.html", _thread(request, found))


@require_GET
@needs(SEE)
def person(request: Request, conversation_id: int) -> HttpResponse:
    """Show with whom the conversation is: how they stand, what they bought, what else they wrote."""
    found = find(request, conversation_id)
    who = found.person
    seen = who is not None and reaches(request.member, "people.see", who)
    context = {
        "conversation": found,
        "person": who,
        "is_seen": seen,
        "panels": [_panel(request, one, who) for one in _offered(request)] if seen else [],
        "others": others_of(found, request.member),
    }
    return render(request, "inbox/_person.html", context)


def _around(request: Request, size: int = PAGE) -> dict[str, Any]:
    return {**_boxes(request), **_rows(request, size), "conversation": None}


def _boxes(request: Request, number: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Return the lists; the page shows them at once and asks for the counts afterwards."""
    current = box_of(request)
    views = saved_lists(request.member.pk)
    view = next((number for number, _name in views if str(number) == request.GET.get("view")), None)
    shown = [one for one in BOXES if one.name != "team" or request.member.team_ids]
    return {
        "may_report": may(request.member, "reports.see"),
        # All that the lists without their counts are made of, for the page to know them by.
        "boxes_key": f"{current.name if view is None else ''} {len(shown)}",
        "boxes": [
            {
                "name": one.name, "label": one.label, "icon": one.icon, "count": (number or {}).get(one.name),
                "is_current": view is None and one == current,
            }
            for one in shown
        ],
        "views": [{"number": one, "name": name, "is_current": one == view} for one, name in views],
    }  # fmt: skip


def _rows(request: Request, size: int = PAGE) -> dict[str, Any]:
    current, view = box_of(request), _view(request)
    page = _page(request, current, view, size)
    found = [row.id for row in page.rows]
    return {
        "current": current,
        "view": view,
        "title": view.name if view else current.label,
        "rows": rows_of(found, request.member.pk, now()),
        "next_cursor": page.next_cursor,
        "problem": page.problem,
        "tree": page.query.filter or {},
        "query": _address(current, view, page.query.filter),
        "is_more": bool(request.GET.get("after")),
        "may_connect": not found and may(request.member, "mailboxes.change") and not Mailbox.objects.exists(),
    }


def _view(request: Request) -> View | None:
    number = request.GET.get("view", "")
    if not (number.isdecimal() and len(number) < 19):
        return None
    rows = View.objects.filter(pk=number, subject="conversation")
    return rows.filter(Q(is_shared=True) | Q(author=request.member)).first()


def _page(request: Request, current: Box, view: View | None, size: int) -> ListPage:
    """Return the rows of a list; a saved one narrows everything, and sorts as it says."""
    params = {name: request.GET.get(name, "") for name in ("filter", "after")}
    if view is not None:
        current = next(one for one in BOXES if one.name == "all")
        params["filter"] = params["filter"] or (compact(view.filter) if view.filter else "")
        params["sort"] = view.sort
    params["limit"] = str(size)
    return list_page(box_spec(current), params, seer=request.member, asker=_asker(request))


def _asker(request: Request) -> Asker:
    return asker_of(request.member)


def _address(current: Box, view: View | None, tree: Any) -> str:
    told = {"view": str(view.pk)} if view else {"in": current.name}
    return urlencode(told | ({"filter": compact(tree)} if tree and not view else {}))


def _pane(request: Request, found: Opened) -> dict[str, Any]:
    talk = found.conversation
    shown = _thread(request, found)
    draft: OwnDraft | None = shown["draft"]
    by_letter = goes_by_letter(talk)
    to, cc = (
        (draft.to, draft.cc) if draft and draft.to else (_recipients(talk, shown) if by_letter else "", "")
    )
    room = None if by_letter else leeway(talk.thread, talk.channel)
    # Where only approved texts may be sent, there is no place for free words, unless some wait there already.
    has_words = bool(draft and draft.text and not draft.is_note)
    return {
        **shown,
        "may_reply": shown["may_answer"] and (room is None or room.is_open or has_words),
        "to": to,
        "cc": cc,
        "by_letter": by_letter,
        "no_way_out": _no_way_out(request, talk) if by_letter else None,
        "leeway": room,
        "sequence": draft.sequence if draft and draft.text else talk.sequence,
        "person_url": reverse("inbox:person", args=[talk.pk]),
    }


def _no_way_out(request: Request, found: Conversation) -> dict[str, Any] | None:
    """Return what to say, and where it is mended, when an answer could not leave."""
    channel = answering_channel(found)
    reason = why_stuck(channel)
    if not reason:
        return None
    is_mail = channel.kind == ChannelKind.EMAIL
    place = reverse("messaging:channel", args=[channel.pk]) if is_mail else reverse("messaging:channels")
    url = place if may(request.member, "channels.change") else ""
    return {"reason": reason, "channel": channel, "url": url}


def _recipients(talk: Conversation, shown: dict[str, Any]) -> str:
    """Return to whom an answer goes: who wrote last of those shown, else whoever it may be."""
    if not shown["is_newest"]:
        return recipients_line(talk)
    letters = [one["message"] for one in shown["entries"] if one["kind"] == "letter"]
    theirs = (one for one in reversed(letters) if one.direction == "in" and one.kind == "human")
    last = next((one for one in theirs if one.sender_email), None)
    return write_line([(last.sender_email, last.sender_name)]) if last else recipients_line(talk)


def _thread(request: Request, found: Opened) -> dict[str, Any]:
    before = request.GET.get("before", "")
    number = int(before) if before.isdecimal() and len(before) < 19 else None
    member, talk = request.member, found.conversation
    story, rest = told_story(found, member, now(), before=number)
    return {
        "conversation": talk,
        **story,
        **vars(rest),
        "asking": asking_of(talk) if rest.has_asking else None,
        "facts_url": reverse("inbox:fact", args=[talk.pk]),
        "other_drafts": drafts_of_others(talk, member) if rest.has_drafts else [],
        "is_newest": number is None,
        "priorities": Priority.choices,
        "may_answer": also_reaches(member, ANSWER, talk),
        "may_change": also_reaches(member, CHANGE, talk),
        "may_assign": also_reaches(member, ASSIGN, talk),
        "query": request.GET.urlencode(),
    }


def _opened(request: Request, conversation_id: int) -> Opened:
    found = opened(request.member, conversation_id)
    if found is None:
        raise NotThere
    return found


def _offered(request: Request) -> list[Panel]:
    known = [panel("person", name) for name in BESIDE]
    return [one for one in known if one and (not one.see or may(request.member, one.see))]


def _panel(request: Request, one: Panel, who: Any) -> dict[str, Any]:
    html = render_to_string(
        one.template, {"panel": one, "person": who, **one.context(request, who)}, request=request
    )
    url = reverse("people:panel", args=[who.pk, one.name])
    return {"name": one.name, "url": url, "html": mark_safe(html)}  # noqa: S308  our own template
