"""Mail that other servers bring: taken in and committed before they are told so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from regulars.kit.actor import Actor
from regulars.messaging.actions.intake import take_in
from regulars.messaging.actions.mailboxes import knock
from regulars.messaging.models import Channel
from regulars.messaging.queries.placing import channel_of


def receive(raw: bytes, sender: str, recipients: Sequence[str], *, by: Actor, at: datetime) -> list[bool]:
    """Take a mail in for each desk it was sent to; return for each recipient whether it is one of ours."""
    desks: dict[str, Channel | None] = {one: channel_of(one) for one in recipients}
    taken: set[int] = set()
    for recipient, channel in desks.items():
        if channel is None or channel.pk in taken:
            continue
        theirs = [one for one in recipients if desks[one] == channel] or [recipient]
        take_in(with_envelope(raw, sender, theirs), channel, by=by, at=at)
        taken.add(channel.pk)
    if taken:
        knock()
    return [desks[one] is not None for one in recipients]


def with_envelope(raw: bytes, sender: str, recipients: Sequence[str]) -> bytes:
    """Return a mail with what stood on its envelope: a bounce shows by its empty sender, a thread by its address."""
    lines = [
        f"Return-Path: <{_one_line(sender)}>",
        *(f"Delivered-To: {_one_line(one)}" for one in recipients),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace") + raw


def _one_line(text: str) -> str:
    return "".join(text.split())[:320]
