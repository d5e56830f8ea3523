from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.shortcuts import redirect as go
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from regulars.kit.clock import now
from regulars.kit.htmx import fragment, reload_page, wants_fragment
from regulars.kit.requests import Request
from regulars.team.actions.notices import read_notices
from regulars.team.gate import members_only
from regulars.team.models import Notice
from regulars.team.queries import notices as notices_of
from regulars.team.queries import unread_count

PAGE = 30


@require_safe
@members_only
def notices(request: Request) -> HttpResponse:
    """Show what a member should see, newest first: as a page, a side panel or the next rows."""
    before = request.GET.get("before", "")
    found = notices_of(request.member, int(before) if before.isdigit() else None, PAGE + 1)
    context: dict[str, Any] = {
        "notices": found[:PAGE],
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "unread": unread_count(request.member),
    }
    if wants_fragment(request):
        return fragment(request, "team/_notice_rows.html" if before else "team/_notices.html", **context)
    return render(request, "team/notices.html", context)


@require_safe
@members_only
def bell(request: Request) -> HttpResponse:
    """Show the bell anew, with how many notices wait; asked for when a live change says that one came."""
    context = {
        "notices_count": unread_count(request.member),
        "notices_url": reverse("team:notices"),
        "notices_topic": f"member:{request.member.pk}",
        "bell_url": request.path,
    }
    return render(request, "kit/_bell.html", context)


@require_POST
@members_only
def reading(request: Request) -> HttpResponse:
    """Mark all notices as read."""
    read_notices(request.member, at=now())
    return reload_page() if request.headers.get("HX-Request") else go("team:notices")


@require_safe
@members_only
def notice(request: Request, notice_id: int) -> HttpResponse:
    """Go to what a notice is about; it counts as read then."""
    one = get_object_or_404(Notice, pk=notice_id, member=request.member)
    read_notices(request.member, at=now(), notice_id=one.pk)
    is_ours = url_has_allowed_host_and_scheme(one.url, allowed_hosts=None)
    return go(one.url if one.url and is_ours else "team:notices")
