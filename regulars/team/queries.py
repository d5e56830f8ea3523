from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.events import EVENTS
from regulars.team.models import ApiKey, AuditEntry, Invitation, Member, Notice, Role, Team
from regulars.team.rules import PERMISSIONS, Scope

Label = str | Promise

AREAS: dict[str, Label] = {
    "people": _("People"),
    "companies": _("Companies"),
    "timeline": _("Timeline"),
    "notes": _("Notes and memos"),
    "tasks": _("Tasks"),
    "stages": _("Stages"),
    "rules": _("Stage rules"),
    "fields": _("Custom fields"),
    "tags": _("Tags"),
    "views": _("Saved lists"),
    "orders": _("Orders"),
    "products": _("Products"),
    "costs": _("Costs and margins"),
    "messages": _("Messages"),
    "conversations": _("Conversations"),
    "unclaimed": _("Messages of nobody known"),
    "connections": _("SMS and social channels"),
    "targets": _("Response targets and business hours"),
    "templates": _("Templates"),
    "macros": _("Macros"),
    "skills": _("Skills"),
    "reports": _("Reports of the inbox"),
    "insights": _("Insights"),
    "mailboxes": _("Mailboxes"),
    "quarantine": _("Mail that could not be read"),
    "outbox": _("Outbox"),
    "channels": _("Channels"),
    "consent": _("Consent"),
    "suppressions": _("Addresses not written to"),
    "purposes": _("Purposes of mail"),
    "imports": _("Imports"),
    "jobs": _("Background jobs"),
    "members": _("Members"),
    "teams": _("Teams"),
    "keys": _("API keys"),
    "audit": _("Audit log"),
    "business": _("Business settings"),
}
DEEDS: dict[str, Label] = {
    "see": _("See"),
    "change": _("Add and change"),
    "delete": _("Delete"),
    "import": _("Import"),
    "export": _("Export"),
    "post": _("Post own touchpoints"),
    "save": _("Save"),
    "share": _("Share with everyone"),
    "answer": _("Answer"),
    "assign": _("Hand to others"),
    "retry": _("Try failed ones again"),
    "log": _("Write down calls and visits"),
    "invite": _("Invite"),
}
REACHES: dict[Scope, Label] = {
    Scope.ALL: _("Yes"),
    Scope.TEAM: _("Their teams"),
    Scope.OWN: _("Their own"),
    Scope.NONE: _("No"),
}


@dataclass(frozen=True)
class Permission:
    """One line of the permission table as people read it."""

    verb: str
    area: Label
    deed: Label
    reaches: list[Scope]


def permissions() -> list[tuple[Label, list[Permission]]]:
    """Return the permission table by area, in the order of the table itself."""
    groups: dict[str, list[Permission]] = {}
    for verb in dict.fromkeys(verb for verb, _role in PERMISSIONS):
        area, deed = verb.split(".")
        reaches = [PERMISSIONS[verb, role] for role in Role.values]
        one = Permission(verb, AREAS.get(area, area), DEEDS.get(deed, deed), reaches)
        groups.setdefault(area, []).append(one)
    return [(AREAS.get(area, area), lines) for area, lines in groups.items()]


def verb_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return all verbs by area, for choosing what a key may do."""
    return [(str(area), [(one.verb, str(one.deed)) for one in lines]) for area, lines in permissions()]


def members() -> QuerySet[Member]:
    """Return everyone, those who may sign in first."""
    return Member.objects.prefetch_related("teams").order_by("-is_active", "name", "pk")


def teams() -> QuerySet[Team]:
    """Return all teams with how many active members they have."""
    active = Count("members", filter=Q(members__is_active=True))
    return Team.objects.annotate(size=active).prefetch_related("members").order_by("name")


def open_invitations() -> QuerySet[Invitation]:
    """Return invitations nobody has accepted or taken back, also those whose time has run out."""
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None)
    return waiting.select_related("invited_by").prefetch_related("teams")


def api_keys() -> QuerySet[ApiKey]:
    """Return all API keys, the live ones first."""
    return (
        ApiKey.objects.select_related("created_by")
        .prefetch_related("teams")
        .order_by("revoked_at", "-created_at")
    )


def notices(member: Member, before: int | None = None, limit: int = 30) -> list[Notice]:
    """Return a member's newest notices, or those older than the one named."""
    mine = Notice.objects.filter(member=member).order_by("-pk")
    return list((mine.filter(pk__lt=before) if before else mine)[:limit])


def unread_count(member: Member) -> int:
    """Count the notices a member has not seen."""
    return Notice.objects.filter(member=member, read_at=None).count()


def audit_entries(asked: Mapping[str, Any]) -> QuerySet[AuditEntry]:
    """Return the audit log, newest first, narrowed by member, action, subject, days and words."""
    entries = AuditEntry.objects.order_by("-pk")
    if asked.get("member"):
        entries = entries.filter(member_id=asked["member"])
    if asked.get("action"):
        entries = entries.filter(action=asked["action"])
    if asked.get("subject"):
        kind, _colon, number = str(asked["subject"]).partition(":")
        entries = entries.filter(
            subject_type=kind, **({"subject_id": int(number)} if number.isdigit() else {})
        )
    if asked.get("from"):
        entries = entries.filter(at__gte=_start_of(asked["from"]))
    if asked.get("to"):
        entries = entries.filter(at__lt=_start_of(asked["to"] + timedelta(days=1)))
    return _with_words(entries, asked.get("words") or "")


def action_choices() -> list[tuple[str, str]]:
    """Return the kinds of entries the audit log can hold, by their label."""
    known = {kind: str(action_label(kind)) for kind, event in EVENTS.items() if event.audited}
    return sorted(known.items(), key=lambda one: one[1].casefold())


def action_label(kind: str) -> Label:
    """Return what an action of the audit log is called."""
    event = EVENTS.get(kind)
    return event.label if event and event.label else kind.replace(".", " ").replace("_", " ").capitalize()


def _with_words(entries: QuerySet[AuditEntry], words: str) -> QuerySet[AuditEntry]:
    for word in words.split()[:5]:
        entries = entries.annotate(told=Cast("changes", TextField())).filter(
            Q(label__icontains=word) | Q(actor_label__icontains=word) | Q(told__icontains=word)
        )
    return entries


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
