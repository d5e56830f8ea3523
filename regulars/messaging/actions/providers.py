"""Mail by a provider's API, through django-anymail's backends."""

from __future__ import annotations

import json
from email.utils import formataddr
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.translation import gettext as _

from regulars.kit.secrets import decrypt
from regulars.messaging.actions.carrying import Declined, TryLater, Unknown, Unreachable
from regulars.messaging.engine.mail_providers import PROVIDERS
from regulars.messaging.engine.outgoing import Recipient, Written, headers_of, whole_html, whole_text
from regulars.messaging.models import Outlet

# What the backends take as attributes and not as headers.
ATTRIBUTES = ("From", "To", "Cc", "Subject", "Reply-To")
AGAIN = (408, 425, 429)


class ProviderCarrier:
    """A provider; it signs and throttles by itself, so letters go without our signature."""

    def __init__(self, outlet: Outlet) -> None:
        provider = PROVIDERS.get(outlet.provider)
        if provider is None:
            raise Unreachable(_("There is no such provider."))
        try:
            options = json.loads(decrypt(outlet.sealed_options)) if outlet.sealed_options else {}
            self.backend = get_connection(provider.backend, **options)
        except Exception as problem:
            raise Unreachable(f"{provider.label}: {problem}"[:500]) from problem

    def carry(self, written: Written, email: str) -> str:
        """Hand a letter over for one recipient; return what the provider calls it."""
        from anymail.exceptions import AnymailAPIError, AnymailError
        from requests import ConnectTimeout

        letter = _letter(written, email)
        try:
            self.backend.send_messages([letter])
        except ConnectTimeout as problem:
            raise TryLater(str(problem)[:1000]) from problem
        except AnymailAPIError as problem:
            raise _trouble(problem) from problem
        except AnymailError as problem:
            raise Declined(str(problem)[:1000]) from problem
        except OSError as problem:
            # The library of HTTP does not say whether the provider had the request when the line broke.
            raise Unknown(str(problem)[:1000]) from problem
        return _name_of(letter, email)

    def close(self) -> None:
        """Let the provider go."""
        self.backend.close()


def _letter(written: Written, email: str) -> EmailMultiAlternatives:
    # Providers send to everybody a letter names, and each sending is for one: so each copy names its own recipient only.
    name = next((one.name for one in (*written.to, *written.cc) if one.email == email), "")
    headers = {key: value for key, value in headers_of(written) if key not in ATTRIBUTES}
    letter = EmailMultiAlternatives(
        written.subject,
        whole_text(written),
        _named(written.sender),
        [_named(Recipient(email, name))],
        headers=headers,
        reply_to=[written.reply_to] if written.reply_to else None,
    )
    html = whole_html(written)
    if html:
        letter.attach_alternative(html, "text/html")
    for one in written.files:
        letter.attach(one.name, one.content, one.content_type or "application/octet-stream")
    return letter


def _named(one: Recipient) -> str:
    return formataddr((one.name, one.email))


def _name_of(letter: EmailMultiAlternatives, email: str) -> str:
    status: Any = getattr(letter, "anymail_status", None)
    recipients = getattr(status, "recipients", None) or {}
    found = recipients.get(email)
    if found is not None and found.status in ("rejected", "invalid", "failed"):
        raise Declined(_("The provider does not send to this address."), is_address=found.status == "invalid")
    said = getattr(found, "message_id", "") or getattr(status, "message_id", "") or ""
    if not said and getattr(found, "status", None) in (None, "unknown"):
        raise Unknown(_("The provider did not say what became of it."))
    return "" if isinstance(said, set) else str(said)[:200]


def _trouble(problem: Any) -> Exception:
    code, words = getattr(problem, "status_code", None), str(problem)[:1000]
    if code is None:
        return Unknown(words)
    return TryLater(words) if code >= 500 or code in AGAIN else Declined(words)
