from __future__ import annotations

import json

from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from procrastinate.contrib.django import app

from regulars.kit.secrets import decrypt, encrypt
from regulars.kit.worker import NOW

DELIVER = "team.deliver_mail"


def can_mail() -> bool:
    """Tell whether mails to colleagues can be sent at all."""
    return bool(settings.EMAIL_HOST)


def can_mail_links() -> bool:
    """Tell whether strangers may cause a mail with a link: only when our address is set, as theirs could be forged."""
    return can_mail() and bool(settings.PUBLIC_URL)


def address_for(request: HttpRequest, path: str) -> str:
    """Return the whole address of a path of ours, as colleagues reach it."""
    base = settings.PUBLIC_URL.rstrip("/")
    return f"{base}{path}" if base else request.build_absolute_uri(path)


def send_mail(to: str, subject: str, text: str) -> None:
    """Leave a mail to a colleague to the worker, sealed because it may hold a link that opens the house."""
    letter = encrypt(json.dumps({"to": to, "subject": subject, "text": text}))
    app.configure_task(DELIVER, queue=NOW).defer(letter=letter)


def deliver_mail(letter: str) -> None:
    """Hand a mail to the SMTP server."""
    parts = json.loads(decrypt(letter))
    EmailMessage(parts["subject"], parts["text"], settings.DEFAULT_FROM_EMAIL, [parts["to"]]).send()
