from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from regulars.kit.clock import now
from regulars.kit.markup import ago, chip, chips, day, who
from regulars.kit.tables import Column, Empty, Table
from regulars.team.models import ApiKey, Invitation, Member, Role

TONES = {"owner": "amber", "manager": "plum", "agent": "green", "marketer": "rose", "analyst": "sky"}


def member_table(members: Iterable[Member], *, may_change: bool) -> Table:
    """Return the list of members."""
    columns = [
        Column("name", _("Name"), _who, css="cell-main"),
        Column(
            "role",
            _("Role"),
            lambda one: role_chip(one.role) if one.is_active else chip(_("Deactivated"), "stone"),
        ),
        Column("teams", _("Teams"), lambda one: chips([team.name for team in one.teams.all()])),
        Column("seen", _("Last here"), lambda one: ago(one.last_seen_at), align="end", css="cell-tight"),
    ]
    if may_change:
        columns.append(_edit("team:member", _("Change %(name)s")))
    return Table(columns, list(members), name="members", caption=_("Members"))


def invitation_table(invitations: Iterable[Invitation]) -> Table:
    """Return the list of invitations nobody has accepted yet."""
    columns = [
        Column("email", _("E-mail"), lambda one: one.email, css="cell-main"),
        Column("role", _("Role"), lambda one: role_chip(one.role)),
        Column("teams", _("Teams"), lambda one: chips([team.name for team in one.teams.all()])),
        Column("by", _("Invited by"), lambda one: one.invited_by),
        Column("until", _("Works until"), _until, align="end", css="cell-tight"),
        _post_button("team:invitation-revocation", _("Take back"), _("Take back the invitation of %(name)s")),
    ]
    return Table(columns, list(invitations), name="invitations", caption=_("Invitations"))


def team_table(teams: Iterable[Any], *, may_change: bool) -> Table:
    """Return the list of teams; each has its `size`."""
    columns = [
        Column("name", _("Name"), lambda one: one.name, css="cell-main"),
        Column(
            "members", _("Members"), lambda one: chips([member.name for member in one.members.all()], most=5)
        ),
        Column("size", _("Active"), lambda one: one.size, align="end", css="cell-tight"),
    ]
    if may_change:
        columns.append(_edit("team:team", _("Change %(name)s")))
    empty = Empty(
        _("No teams yet"),
        _("A team is a group of members who share customers: agents see the customers of their teams."),
        "users-group",
        reverse("team:new-team") if may_change else "",
        _("Make a team") if may_change else "",
    )
    return Table(columns, list(teams), name="teams", caption=_("Teams"), empty=empty)


def key_table(keys: Iterable[ApiKey]) -> Table:
    """Return the list of API keys, without their secrets."""
    columns = [
        Column("name", _("Name"), _key_name, css="cell-main"),
        Column("role", _("Role"), lambda one: role_chip(one.role)),
        Column(
            "scopes", _("Only"), lambda one: chips(one.scopes) if one.scopes else _("All its role may do")
        ),
        Column("by", _("Made by"), lambda one: one.created_by),
        Column("used", _("Last used"), lambda one: ago(one.last_used_at), css="cell-tight"),
        Column("state", _("State"), _key_state),
        _post_button(
            "team:key-revocation",
            _("Revoke"),
            _("Revoke the key %(name)s"),
            when=lambda one: not one.revoked_at,
        ),
    ]
    empty = Empty(
        _("No API keys yet"),
        _("A key lets a program of yours read and write through the API, with a role and an end of its own."),
        "key",
        reverse("team:new-key"),
        _("Make an API key"),
    )
    return Table(columns, list(keys), name="keys", caption=_("API keys"), empty=empty)


def role_chip(role: str) -> SafeString:
    """Show a role in its colour."""
    return chip(Role(role).label, TONES.get(role, ""))


def _who(member: Member) -> SafeString:
    return who(member.name, key=member.pk, sub=" · ".join(filter(None, [member.email, member.job_title])))


def _key_name(key: ApiKey) -> SafeString:
    return format_html(
        '<span class="who-text"><span class="who-name">{}</span><span class="who-sub"><code>{}…</code></span></span>',
        key.name,
        key.prefix,
    )


def _key_state(key: ApiKey) -> SafeString | str:
    if key.revoked_at:
        return chip(_("Revoked"), "stone")
    if key.expires_at and key.expires_at <= now():
        return chip(_("Expired"), "brick")
    return (
        format_html(_("until {}"), day(key.expires_at))
        if key.expires_at
        else chip(_("Works"), "green", dot=True)
    )


def _until(invitation: Invitation) -> SafeString:
    return chip(_("Expired"), "brick") if invitation.expires_at <= now() else ago(invitation.expires_at)


def _edit(url_name: str, label: str) -> Column:
    def button(one: Any) -> SafeString:
        url = reverse(url_name, args=[one.pk])
        return format_html(
            '<a class="btn btn-ghost btn-sm" href="{}" hx-get="{}" hx-target="#modal-body" aria-label="{}">{}</a>',
            url, url, label % {"name": one}, _("Change"),
        )  # fmt: skip

    return Column("edit", _("Change"), button, align="end", css="cell-tight", hidden_label=True)


def _post_button(url_name: str, text: str, label: str, when: Any = lambda one: True) -> Column:
    def button(one: Any) -> SafeString:
        if not when(one):
            return mark_safe(" ")
        return format_html(
            '<button type="button" class="btn btn-ghost btn-sm" hx-post="{}" hx-swap="none" hx-confirm="{}" '
            'data-confirm-title="{}" data-confirm-yes="{}">{}</button>',
            reverse(url_name, args=[one.pk]), _("This cannot be undone."), label % {"name": one} + "?", text, text,
        )  # fmt: skip

    return Column("act", text, button, align="end", css="cell-tight", hidden_label=True)
