from regulars.team.models.access import ApiKey, IdempotencyKey, Invitation, RateWindow, SignInLink
from regulars.team.models.audit import AuditEntry
from regulars.team.models.business import Business
from regulars.team.models.members import Member, Notice, Role, Team

__all__ = [
    "ApiKey", "AuditEntry", "Business", "IdempotencyKey", "Invitation", "Member", "Notice", "RateWindow", "Role", "SignInLink", "Team",
]  # fmt: skip
