from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce
from regulars.kit.refused import NotThere, Refused
from regulars.team.actions.business import change_business
from regulars.team.actions.members import join
from regulars.team.events import SignInLinkMade
from regulars.team.models import Member, Role, SignInLink

LASTS = timedelta(days=1)


class LinkSpent(NotThere):
    """Refuse a link that was used, has expired, or never was; all look the same from outside."""

    default = _("This link was used already or has expired. Ask an owner for a new one.")


class MemberInactive(Refused):
    """Refuse a sign-in link for someone who may not sign in."""

    default = _("This member is deactivated and cannot sign in.")


@transaction.atomic
def create_sign_in_link(member: Member, *, by: Actor, at: datetime | None = None) -> str:
    """Make a link that signs a member in once within a day, and return its path; earlier ones stop working."""
    if not member.is_active:
        raise MemberInactive
    SignInLink.objects.filter(member=member, used_at=None).delete()
    path = _make_link(member, at or now())
    announce(SignInLinkMade(id=member.pk, name=str(member)), by=by)
    return path


@transaction.atomic
def ensure_owner(*, by: Actor | None = None, at: datetime | None = None) -> str:
    """Return the path of the owner's one-time link: to set everything up when nobody is here yet, else to sign in."""
    owner = Member.objects.active().filter(role=Role.OWNER).order_by("pk").first()
    if owner is not None:
        return create_sign_in_link(owner, by=by or Actor.clock("console"), at=at)
    SignInLink.objects.filter(member=None).delete()
    return _make_link(None, at or now())


def read_sign_in_link(token: str, *, at: datetime) -> SignInLink:
    """Return a link that would still work, without using it."""
    link = SignInLink.objects.select_related("member").filter(token_hash=hash_token(token)).first()
    return _still_good(link, at)


@transaction.atomic
def use_sign_in_link(token: str, *, at: datetime) -> Member:
    """Spend a link and return the member it signs in."""
    link = _spend(token, at)
    if link.member is None:
        raise LinkSpent
    return link.member


@transaction.atomic
def found(token: str, values: Mapping[str, Any], *, password: str | None, by: Actor, at: datetime) -> Member:
    """Spend the very first link: write down the business and make its owner."""
    if _spend(token, at).member is not None:
        raise LinkSpent
    owner = join(values["email"], values["name"], role=Role.OWNER, password=password, by=by)
    as_owner = Actor("member", owner.pk, str(owner), by.address, by.request_id, owner.pk)
    business = {"name": values["business_name"], "country": values["country"], "currency": values["currency"]}
    change_business({**business, "time_zone": values["time_zone"]}, by=as_owner)
    return owner


def hash_token(token: str) -> str:
    """Return what is kept of a link's secret part; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _make_link(member: Member | None, at: datetime) -> str:
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(member=member, token_hash=hash_token(token), expires_at=at + LASTS)
    return f"/enter/{token}/"


def _spend(token: str, at: datetime) -> SignInLink:
    link = SignInLink.objects.select_for_update(of=("self",)).filter(token_hash=hash_token(token)).first()
    link = _still_good(link, at)
    link.used_at = at
    link.save(update_fields=["used_at"])
    return link


def _still_good(link: SignInLink | None, at: datetime) -> SignInLink:
    if link is None or link.used_at is not None or link.expires_at <= at:
        raise LinkSpent
    if link.member is None and Member.objects.filter(role=Role.OWNER).exists():
        raise LinkSpent
    if link.member is not None and not link.member.is_active:
        raise LinkSpent
    return link
