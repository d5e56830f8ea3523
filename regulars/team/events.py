from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.events import Event

Label = str | Promise


@dataclass(frozen=True, kw_only=True)
class _Named(Event):
    """What all events of this room tell: which thing, and its name as it was."""

    about: ClassVar[str] = ""
    icon: ClassVar[str] = "user"
    id: int
    name: str = ""

    def subject(self) -> tuple[str, int | None]:
        return self.about, self.id

    def title(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class _OfMember(_Named):
    about: ClassVar[str] = "member"


@dataclass(frozen=True, kw_only=True)
class MemberJoined(_OfMember):
    """Someone became a member of the team."""

    kind: ClassVar[str] = "member.joined"
    label: ClassVar[Label] = _("Joined the team")


@dataclass(frozen=True, kw_only=True)
class MemberChanged(_OfMember):
    """A member's name, role, teams or preferences were changed."""

    kind: ClassVar[str] = "member.changed"
    label: ClassVar[Label] = _("Member changed")


@dataclass(frozen=True, kw_only=True)
class MemberDeactivated(_OfMember):
    """A member may no longer sign in; all their sessions ended."""

    kind: ClassVar[str] = "member.deactivated"
    label: ClassVar[Label] = _("Member deactivated")


@dataclass(frozen=True, kw_only=True)
class MemberReactivated(_OfMember):
    """A deactivated member may sign in again."""

    kind: ClassVar[str] = "member.reactivated"
    label: ClassVar[Label] = _("Member reactivated")


@dataclass(frozen=True, kw_only=True)
class SignedIn(_OfMember):
    """A member signed in."""

    kind: ClassVar[str] = "member.signed_in"
    label: ClassVar[Label] = _("Signed in")


@dataclass(frozen=True, kw_only=True)
class SignInFailed(_OfMember):
    """Someone tried to sign in as a member and could not."""

    kind: ClassVar[str] = "member.sign_in_failed"
    label: ClassVar[Label] = _("Sign-in failed")


@dataclass(frozen=True, kw_only=True)
class SessionsEnded(_OfMember):
    """A member was signed out on every device."""

    kind: ClassVar[str] = "member.signed_out_everywhere"
    label: ClassVar[Label] = _("Signed out everywhere")


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(_OfMember):
    """A member set, changed or reset their password."""

    kind: ClassVar[str] = "member.password_changed"
    label: ClassVar[Label] = _("Password changed")


@dataclass(frozen=True, kw_only=True)
class SecondStepChanged(_OfMember):
    """A passkey, authenticator app or set of recovery codes was added or removed."""

    kind: ClassVar[str] = "member.second_step_changed"
    label: ClassVar[Label] = _("Second step of sign-in changed")


@dataclass(frozen=True, kw_only=True)
class SignInLinkMade(_OfMember):
    """A one-time link was made by which a member can sign in."""

    kind: ClassVar[str] = "member.sign_in_link_made"
    label: ClassVar[Label] = _("Sign-in link made")


@dataclass(frozen=True, kw_only=True)
class Invited(_Named):
    """Someone was invited to join."""

    kind: ClassVar[str] = "invitation.made"
    label: ClassVar[Label] = _("Invited")
    about: ClassVar[str] = "invitation"


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(_Named):
    """An invitation was taken back."""

    kind: ClassVar[str] = "invitation.revoked"
    label: ClassVar[Label] = _("Invitation taken back")
    about: ClassVar[str] = "invitation"


@dataclass(frozen=True, kw_only=True)
class TeamMade(_Named):
    """A team was made."""

    kind: ClassVar[str] = "team.made"
    label: ClassVar[Label] = _("Team made")
    about: ClassVar[str] = "team"


@dataclass(frozen=True, kw_only=True)
class TeamChanged(_Named):
    """A team was renamed or its members changed."""

    kind: ClassVar[str] = "team.changed"
    label: ClassVar[Label] = _("Team changed")
    about: ClassVar[str] = "team"


@dataclass(frozen=True, kw_only=True)
class TeamDeleted(_Named):
    """A team was deleted."""

    kind: ClassVar[str] = "team.deleted"
    label: ClassVar[Label] = _("Team deleted")
    about: ClassVar[str] = "team"


@dataclass(frozen=True, kw_only=True)
class ApiKeyMade(_Named):
    """An API key was made."""

    kind: ClassVar[str] = "key.made"
    label: ClassVar[Label] = _("API key made")
    about: ClassVar[str] = "key"


@dataclass(frozen=True, kw_only=True)
class ApiKeyRevoked(_Named):
    """An API key was revoked and opens nothing any more."""

    kind: ClassVar[str] = "key.revoked"
    label: ClassVar[Label] = _("API key revoked")
    about: ClassVar[str] = "key"


@dataclass(frozen=True, kw_only=True)
class BusinessChanged(_Named):
    """The business's name, country, currency, time zone, languages or product level was changed."""

    kind: ClassVar[str] = "business.changed"
    label: ClassVar[Label] = _("Business changed")
    about: ClassVar[str] = "business"


@dataclass(frozen=True, kw_only=True)
class SignInProviderChanged(_Named):
    """The OpenID Connect provider of the business was set, changed or removed."""

    kind: ClassVar[str] = "sign_in_provider.changed"
    label: ClassVar[Label] = _("Sign-in provider changed")
    about: ClassVar[str] = "business"
