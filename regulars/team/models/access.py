from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.team.models.members import Member, Role, Team


class ApiKey(models.Model):
    """A program's way in: shown once, kept as a hash, with a role, scopes and an end."""

    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    scopes = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    teams = models.ManyToManyField(Team, blank=True)
    created_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="api_keys")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name

    @property
    def member_id(self) -> int | None:
        return None

    @cached_property
    def team_ids(self) -> list[int]:
        """Teams this key is limited to where its role sees only its teams."""
        return sorted(self.teams.values_list("pk", flat=True))


class Invitation(models.Model):
    """A link by which a colleague joins."""

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.AGENT)
    teams = models.ManyToManyField(Team, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="invitations")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.email


class SignInLink(models.Model):
    """A link that signs one member in once; without a member it lets the first owner set everything up."""

    member = models.ForeignKey(Member, null=True, on_delete=models.CASCADE)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.member or 'first owner'}"


class IdempotencyKey(models.Model):
    """The answer once given to a POST, so that repeating it changes nothing."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    content_type = models.CharField(max_length=100, default="application/json")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["api_key", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return self.key


class RateWindow(models.Model):
    """How often something was tried in a window of time; an unlogged table shared by all processes."""

    subject = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    hits = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "starts_at"], name="rate_window_once")
        ]
        indexes: ClassVar = [models.Index(fields=["starts_at"], name="rate_window_age")]

    def __str__(self) -> str:
        return self.subject
