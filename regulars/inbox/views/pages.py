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

from regulars.inbox.actions.moving import TOPIC
from regulars.inbox.models import Conversation, Draft, Priority
from regulars.inbox.queries.due import promises_of
from regulars.inbox.queries.lists import BOXES, Box, box_spec, counts, presence_of, rows_of
from regulars.inbox.queries.satisfaction import reminders_of, said_about
from regulars.inbox.queries.story import others_of, story_of
from regulars.inbox.queries.writing import goes_by_letter, recipients_line
from regulars.inbox.rules import ANSWER, ASSIGN, CHANGE, SEE, reaches_conversation
from regulars.inbox.views.common import box_of, find
from regulars.kit.clock import now
from regulars.kit.filters import Asker
from regulars.kit.htmx import wants_fragment
from regulars.kit.lists import ListPage, compact, list_page
from regulars.kit.panels import Panel, panel
from regulars.kit.requests import Request
from regulars.messaging.models import Mailbox
from regulars.messaging.queries.texting import leeway
from regulars.people.models import Tag, View
from regulars.team.gate import asker_of, needs
from regulars.team.rules import may, reaches

PAGE = 25
BESIDE = ("identities", "orders", "tasks", "memos")


@require_GET
@needs(SEE)
def inbox(request: Request) -> HttpResponse:
    """Show a list with nothing opened yet, or only its rows when the page asks for them."""
    if wants_fragment(request):
        return render(request, "inbox/_rows.html", _rows(request))
    request.live_topics = [TOPIC]  # type: ignore[attr-defined]
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
    found = find(request, conversation_id)
    if found.merged_into_id:
        return HttpResponseRedirect(reverse("inbox:conversation", args=[found.merged_into_id]))
    if wants_fragment(request):
        return render(request, "inbox/_pane.html", _pane(request, found))
    request.live_topics = [TOPIC]  # type: ignore[attr-defined]
    return render(request, "inbox/inbox.html", {**_around(request), **_pane(request, found)})


@require_GET
@needs(SEE)
def thread(request: Request, conversation_id: int) -> HttpResponse:
    """Show the head and the letters of a conversation anew; what is being typed below stays."""
    found = find(request, conversation_id)
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


def _around(request: Request) -> dict[str, Any]:
    return {**_boxes(request), **_rows(request), "conversation": None}


def _boxes(request: Request, number: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Return the lists; the page shows them at once and asks for the counts afterwards."""
    current = box_of(request)
    views = _views(request)
    view = next((one for one in views if str(one.pk) == request.GET.get("view")), None)
    shown = [one for one in BOXES if one.name != "team" or request.member.team_ids]
    return {
        "may_report": may(request.member, "reports.see"),
        "boxes": [
            {"box": one, "count": (number or {}).get(one.name), "is_current": view is None and one == current}
            for one in shown
        ],
        "views": [{"view": one, "is_current": one == view} for one in views],
    }


def _views(request: Request) -> list[View]:
    rows = View.objects.filter(subject="conversation").filter(Q(is_shared=True) | Q(author=request.member))
    return list(rows.order_by("name")[:30])


def _rows(request: Request) -> dict[str, Any]:
    current, view = box_of(request), _view(request)
    page = _page(request, current, view)
    found = [row.object for row in page.rows if row.object is not None]
    return {
        "current": current,
        "view": view,
        "title": view.name if view else current.label,
        "rows": rows_of(found, request.member, now()),
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


def _page(request: Request, current: Box, view: View | None) -> ListPage:
    """Return the rows of a list; a saved one narrows everything, and sorts as it says."""
    params = {name: request.GET.get(name, "") for name in ("filter", "after")}
    if view is not None:
        current = next(one for one in BOXES if one.name == "all")
        params["filter"] = params["filter"] or (compact(view.filter) if view.filter else "")
        params["sort"] = view.sort
    params["limit"] = str(PAGE)
    return list_page(box_spec(current), params, seer=request.member, asker=_asker(request))


def _asker(request: Request) -> Asker:
    return asker_of(request.member)


def _address(current: Box, view: View | None, tree: Any) -> str:
    told = {"view": str(view.pk)} if view else {"in": current.name}
    return urlencode(told | ({"filter": compact(tree)} if tree and not view else {}))


def _pane(request: Request, found: Conversation) -> dict[str, Any]:
    draft = Draft.objects.filter(conversation=found, author=request.member).prefetch_related("files").first()
    by_letter = goes_by_letter(found)
    to, cc = (draft.to, draft.cc) if draft and draft.to else (recipients_line(found) if by_letter else "", "")
    return {
        **_thread(request, found),
        "draft": draft,
        "to": to,
        "cc": cc,
        "by_letter": by_letter,
        "leeway": None if by_letter else leeway(found.thread, found.channel),
        "sequence": draft.sequence if draft and draft.text else found.sequence,
        "person_url": reverse("inbox:person", args=[found.pk]),
    }


def _thread(request: Request, found: Conversation) -> dict[str, Any]:
    before = request.GET.get("before", "")
    number = int(before) if before.isdecimal() and len(before) < 19 else None
    member = request.member
    return {
        "conversation": found,
        **story_of(found, member, before=number),
        "tags": list(Tag.objects.filter(pk__in=found.tag_ids)) if found.tag_ids else [],
        "present": presence_of([found.pk], member, now()).get(found.pk, []),
        "promises": promises_of(found, now()),
        "said": said_about(found),
        "reminders": reminders_of(found, member),
        "is_followed": found.followers.filter(member=member).exists(),
        "priorities": Priority.choices,
        "other_drafts": list(
            Draft.objects.filter(conversation=found).exclude(author=member).select_related("author")
        ),
        "may_answer": reaches_conversation(member, ANSWER, found),
        "may_change": reaches_conversation(member, CHANGE, found),
        "may_assign": reaches_conversation(member, ASSIGN, found),
        "query": request.GET.urlencode(),
    }


def _offered(request: Request) -> list[Panel]:
    known = [panel("person", name) for name in BESIDE]
    return [one for one in known if one and (not one.see or may(request.member, one.see))]


def _panel(request: Request, one: Panel, who: Any) -> dict[str, Any]:
    html = render_to_string(
        one.template, {"panel": one, "person": who, **one.context(request, who)}, request=request
    )
    url = reverse("people:panel", args=[who.pk, one.name])
    return {"name": one.name, "url": url, "html": mark_safe(html)}  # noqa: S308  our own template
