"""Proof of who a visitor is: a short-lived token that the business signs with the chat's identity key.

Only HS256 is read, whatever the token says of itself, and only with an end within the hour: a copied proof is soon worth nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

LONGEST_SECONDS, LEEWAY_SECONDS = 3600, 60
LONGEST_TOKEN = 4096
ALGORITHM = "HS256"


class BadProof(Exception):
    """A proof that is not believed; `code` says why, for the page that presented it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Proof:
    """Whom the business vouches for."""

    subject: str
    email: str = ""
    name: str = ""
    # What the business calls this proof, empty when it has no name; and when it ends, in seconds since 1970.
    mark: str = ""
    ends_at: float = 0


def read_proof(token: str, key: str, *, at: datetime) -> Proof:
    """Return whom a token vouches for, or raise BadProof: forged, expired, without an end, too long, of another algorithm, nobody named."""
    claims = _claims(token, key)
    _check_times(claims, at.timestamp())
    email, name, subject = (_text(claims.get(field)) for field in ("email", "name", "sub"))
    email = email.lower()
    if not (subject or email) or len(subject) > 200 or len(email) > 320:
        raise BadProof("identity_nobody")
    who = f"sub:{subject}" if subject else f"email:{email}"
    return Proof(who, email, name[:150], _text(claims.get("jti"))[:300], float(claims["exp"]))


def _claims(token: str, key: str) -> dict[str, Any]:
    # Here, because the library is only needed when somebody comes with a proof.
    import jwt

    if not key or len(token) > LONGEST_TOKEN:
        raise BadProof("identity_forged")
    options: Any = {
        "require": ["exp"],
        # The times are checked below against the moment we are told, not the library's clock.
        **dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_iss"), False),
    }
    try:
        return dict(jwt.decode(token, key, algorithms=[ALGORITHM], options=options))
    except jwt.MissingRequiredClaimError:
        raise BadProof("identity_without_end") from None
    except jwt.InvalidAlgorithmError:
        raise BadProof("identity_algorithm") from None
    except (jwt.InvalidTokenError, ValueError, TypeError):
        raise BadProof("identity_forged") from None


def _check_times(claims: dict[str, Any], moment: float) -> None:
    ends = claims.get("exp")
    if not isinstance(ends, int | float) or isinstance(ends, bool):
        raise BadProof("identity_without_end")
    if ends <= moment - LEEWAY_SECONDS:
        raise BadProof("identity_expired")
    if not ends <= moment + LONGEST_SECONDS + LEEWAY_SECONDS:
        raise BadProof("identity_too_long")
    begins = claims.get("nbf", 0)
    if not isinstance(begins, int | float) or begins > moment + LEEWAY_SECONDS:
        raise BadProof("identity_expired")


def _text(value: Any) -> str:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return " ".join(text.replace("\0", "").split())
