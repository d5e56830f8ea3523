"""Sessions in the database, read together with the member they belong to and the business: one statement for every page."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import connection, models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from regulars.kit.postgres.backend import PLANNED_ONCE
from regulars.team.models import Business, Member

Row = TypeVar("Row", bound=models.Model)
MOST_REMEMBERED = 10_000
# Only guesses whom a session belongs to, from the last time it was read; what the session says decides.
_owners: dict[str, int] = {}


class SessionStore(DatabaseSessions):
    """A session that brings its member and the business along; each may be missing and is then read on its own."""

    member: Member | None = None
    business: Business | None = None

    @classmethod
    def get_model_class(cls) -> type[Any]:
        return DatabaseSessions.get_model_class()

    def load(self) -> dict[str, Any]:
        key = self.session_key or ""
        with connection.cursor() as cursor:
            cursor.execute(_sql(), [_owners.get(key), key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        said: dict[str, Any] = self.decode(row[0])
        width = len(_columns(Member)) + 1
        self.member = _made(Member, row[1:width])
        self.business = _made(Business, row[width:-1]) or Business(pk=1)
        if self.member is not None:
            self.member.team_ids = row[-1]
        self._remember(key, said)
        return said

    def _remember(self, key: str, said: dict[str, Any]) -> None:
        owner = str(said.get(SESSION_KEY, ""))
        if self.member is not None and str(self.member.pk) != owner:
            self.member = None
        if owner.isdigit() and _owners.get(key) != int(owner):
            if len(_owners) >= MOST_REMEMBERED:
                _owners.clear()
            _owners[key] = int(owner)


def member_of(request: HttpRequest) -> Member | AnonymousUser:
    """Return who signed in with this session: the member it brought along where all is as it should be, else as Django finds out."""
    session = request.session
    said = session.get(HASH_SESSION_KEY, "")  # reads the session
    member = getattr(session, "member", None)
    is_well = (
        member is not None
        and member.is_active
        and session.get(SESSION_KEY) == str(member.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(said, member.get_session_auth_hash())
    )
    return member if member is not None and is_well else get_user(request)


@cache
def _columns(model: type[models.Model]) -> tuple[models.Field[Any, Any], ...]:
    return tuple(model._meta.concrete_fields)


@lru_cache(maxsize=1)
def _sql() -> str:
    columns = ", ".join(
        f'{letter}."{field.column}"'
        for letter, model in (("m", Member), ("b", Business))
        for field in _columns(model)
    )
    return (
        f"{PLANNED_ONCE}SELECT s.session_data, {columns}, ARRAY(SELECT t.team_id FROM team_member_teams t WHERE t.member_id = m.id "
        "ORDER BY 1) FROM django_session s LEFT JOIN team_member m ON m.id = %s "
        "LEFT JOIN team_business b ON b.id = 1 WHERE s.session_key = %s AND s.expire_date > %s"
    )


def _made(model: type[Row], values: tuple[Any, ...]) -> Row | None:
    """Return the row as Django would have read it, None when the join found none."""
    if values[0] is None:
        return None
    fields = _columns(model)
    read = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, values, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], read)
