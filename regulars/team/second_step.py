"""The sign-in library tells by Django signals, its only way, when a second step was added, removed or failed."""

from __future__ import annotations

from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from regulars.team.actions.members import note_sign_in_failed
from regulars.team.actions.second_step import note_second_step
from regulars.team.middleware import actor_of
from regulars.team.models import Member


def listen() -> None:
    """Have changes of second steps written into the audit log."""
    signals.authenticator_added.connect(_added)
    signals.authenticator_reset.connect(_added)
    signals.authenticator_removed.connect(_removed)
    signals.authentication_failed.connect(_failed)


def _added(request: HttpRequest, user: Member, authenticator: Authenticator, **kwargs: Any) -> None:
    note_second_step(user, authenticator.type, added=True, by=actor_of(request, user))


def _removed(request: HttpRequest, user: Member, authenticator: Authenticator, **kwargs: Any) -> None:
    note_second_step(user, authenticator.type, added=False, by=actor_of(request, user))


def _failed(request: HttpRequest, user: Member, **kwargs: Any) -> None:
    note_sign_in_failed(user, by=actor_of(request, None))
