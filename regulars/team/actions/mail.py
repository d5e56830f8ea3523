from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Enclosure:
    """A file that goes with a mail to a colleague."""

    name: str
    content_type: str
    content: bytes


def send_mail(to: str, subject: str, text: str, *, files: Sequence[Enclosure] = ()) -> None:
    """Leave a mail to a colleague to the worker, sealed because it may hold a link that opens the house."""
    kept = [[one.name, one.content_type, b64encode(one.content).decode()] for one in files]
    letter = encrypt(json.dumps({"to": to, "subject": subject, "text": text, "files": kept}))
    app.configure_task(DELIVER, queue=NOW).defer(letter=letter)


def deliver_mail(letter: str) -> None:
    """Hand a mail to the SMTP server."""
    parts = json.loads(decrypt(letter))
    mail = EmailMessage(parts["subject"], parts["text"], settings.DEFAULT_FROM_EMAIL, [parts["to"]])
    # Letters of an earlier version have no files.
    for name, content_type, content in parts.get("files", ()):
        mail.attach(name, b64decode(content), content_type)
    mail.send()
