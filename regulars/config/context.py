from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from regulars.config.rooms import menu_for, new_things_for
from regulars.kit.clock import now
from regulars.kit.live import sign_ticket
from regulars.kit.middleware import live_origin
from regulars.people.models import Task, View
from regulars.team.models import Business, Member, Notice

LISTS = {"person": "people:list", "company": "people:companies", "order": "commerce:orders"}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every page what its frame needs; a fragment has no frame, so nothing is read for it."""
    member = getattr(request, "member", None)
    if member is None or request.headers.get("HX-Request-Type") == "partial":
        return {"member": member}
    menu = menu_for(request, member)
    return {
        "member": member,
        "menu": menu,
        "phone_menu": menu[:3],
        "pinned_views": _pinned_views(member),
        "create_menu": new_things_for(member),
        "account_menu": [{"label": _("Settings"), "icon": "settings", "url": _address("team:settings")}],
        "tasks_url": _address("people:tasks"),
        "palette_url": _address("people:palette"),
        "sign_out_url": _address("account_logout"),
        **_counts(member),
        **_live(request, member),
    }


def _counts(member: Member) -> dict[str, Any]:
    due = Task.objects.filter(assignee=member, done_at=None, deleted_at=None, due_at__lte=now()).count()
    unread = Notice.objects.filter(member=member, read_at=None).count()
    is_demo = Business.current().is_demo
    return {
        "tasks_count": due,
        "notices_count": unread,
        "notices_url": _address("team:notices"),
        "notices_topic": f"member:{member.pk}",
        "bell_url": _address("team:bell"),
        "demo": is_demo,
        "demo_url": _address("commerce:demo") if is_demo else "",
    }


def _pinned_views(member: Member) -> list[dict[str, Any]]:
    pinned = View.objects.filter(pinned_by=member)[:12]
    return [
        {"label": view.name, "icon": "pin", "url": f"{_address(LISTS[view.subject])}?view={view.pk}"}
        for view in pinned
        if view.subject in LISTS
    ]


def _live(request: HttpRequest, member: Member) -> dict[str, str]:
    topics = [f"member:{member.pk}", *getattr(request, "live_topics", [])]
    return {
        "live_url": f"{live_origin(request)}/live",
        "live_ticket": sign_ticket(settings.SECRET_KEY, topics=topics, member_id=member.pk),
    }


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
