from __future__ import annotations

from functools import cached_property, partial
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from regulars.config.rooms import further_pages_for, menu_for, new_things_for
from regulars.kit.clock import now
from regulars.kit.live import heard_by, sign_ticket
from regulars.kit.middleware import live_origin
from regulars.kit.postgres.backend import PLANNED_ONCE
from regulars.team.models import Member
from regulars.team.rules import may

FRAME_SQL = f"""{PLANNED_ONCE}
SELECT (SELECT count(*) FROM people_task t WHERE assignee_id = %s AND done_at IS NULL AND deleted_at IS NULL AND due_at <= %s
        AND NOT EXISTS (SELECT FROM people_person p WHERE p.id = t.person_id AND p.deleted_at IS NOT NULL)
        AND NOT EXISTS (SELECT FROM people_company c WHERE c.id = t.company_id AND c.deleted_at IS NOT NULL)),
    (SELECT count(*) FROM team_notice WHERE member_id = %s AND read_at IS NULL), (SELECT is_demo FROM team_business WHERE id = 1),
    ARRAY(SELECT ARRAY[v.id::text, v.subject, v.name] FROM people_view v JOIN people_view_pinned_by p ON p.view_id = v.id
          WHERE p.member_id = %s ORDER BY v.name LIMIT 12)"""
LISTS = {
    "person": "people:list",
    "company": "people:companies",
    "order": "commerce:orders",
    "conversation": "inbox:inbox",
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every page what its frame needs, each read once and only when a template asks: a piece of a page asks for none."""
    member = getattr(request, "member", None)
    if member is None:
        return {"member": None}
    frame = vars(request).setdefault("_frame", Frame(request, member))
    return {"member": member, **{name: partial(getattr, frame, name) for name in FRAME}}


class Frame:
    """What stands around every page of one request."""

    def __init__(self, request: HttpRequest, member: Member) -> None:
        self._request, self._member = request, member

    @cached_property
    def menu(self) -> list[dict[str, Any]]:
        return menu_for(self._request, self._member)

    @cached_property
    def further_pages(self) -> list[dict[str, Any]]:
        return further_pages_for(self._member)

    @cached_property
    def phone_menu(self) -> list[dict[str, Any]]:
        return self.menu[:3]

    @cached_property
    def pinned_views(self) -> list[dict[str, Any]]:
        return [
            {"label": name, "icon": "pin", "url": f"{_address(LISTS[subject])}?view={number}"}
            for number, subject, name in self.read[3]
            if subject in LISTS
        ]

    @cached_property
    def create_menu(self) -> list[dict[str, Any]]:
        return new_things_for(self._member)

    @cached_property
    def account_menu(self) -> list[dict[str, Any]]:
        return [{"label": _("Settings"), "icon": "settings", "url": _address("team:settings")}]

    @cached_property
    def read(self) -> tuple[int, int, bool, list[list[str]]]:
        """Due tasks, unread notices, whether there is demo data, pinned lists: one question to the database."""
        number = self._member.pk
        with connection.cursor() as cursor:
            cursor.execute(FRAME_SQL, [number, now(), number, number])
            due, unread, is_demo, pinned = cursor.fetchone()
        return due, unread, bool(is_demo), pinned

    @property
    def tasks_count(self) -> int:
        return self.read[0]

    @property
    def notices_count(self) -> int:
        return self.read[1]

    @property
    def demo(self) -> bool:
        return self.read[2]

    @property
    def demo_url(self) -> str:
        return _address("commerce:demo") if self.demo and may(self._member, "business.change") else ""

    @property
    def notices_topic(self) -> str:
        return f"member:{self._member.pk}"

    @property
    def live_url(self) -> str:
        return f"{live_origin(self._request)}/live"

    @cached_property
    def live_ticket(self) -> str:
        wanted = [f"member:{self._member.pk}", *getattr(self._request, "live_topics", [])]
        return sign_ticket(
            settings.SECRET_KEY, topics=heard_by(self._member, wanted), member_id=self._member.pk
        )

    tasks_url = property(lambda self: _address("people:tasks"))
    palette_url = property(lambda self: _address("people:palette"))
    notices_url = property(lambda self: _address("team:notices"))
    bell_url = property(lambda self: _address("team:bell"))
    sign_out_url = property(lambda self: _address("account_logout"))


FRAME = [name for name in vars(Frame) if not name.startswith("_") and name != "read"]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
