"""Answers where no way to send is set up: said before anybody writes, said on the message, sent when there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.config.doctor import ways_out
from regulars.inbox.tests.test_templates import a_conversation
from regulars.kit.clock import now
from regulars.messaging.actions.outbox import deliver_everything
from regulars.messaging.actions.outlets import save_channel
from regulars.messaging.models import Channel, Outlet, Sending
from regulars.team.models import Business, Member
from tests.mail_server import MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[[Member], Client]


@pytest.fixture(autouse=True)
def _no_server(settings: Any, business: Business) -> None:
    settings.EMAIL_HOST = ""


@pytest.fixture
def server() -> Any:
    running = MailServer()
    running.start()
    yield running
    running.stop()


def page(client: Client, number: int) -> str:
    return str(client.get(reverse("inbox:conversation", args=[number])).content.decode())


def set_up(server: MailServer, olga_actor: Any, **more: Any) -> None:
    values = {"name": "Mail", "address": "care@aalto.example", "via": "smtp", "host": "127.0.0.1", "port": server.port, "security": "none"}  # fmt: skip
    save_channel(Channel.objects.get(), values | more, by=olga_actor, at=now())


def test_it_is_said_before_writing_on_the_message_and_leaves_when_there_is_a_way(
    signed_in: SignIn, olga: Member, by_olga: Any, server: MailServer
) -> None:
    desk, talk = signed_in(olga), a_conversation()
    before = page(desk, talk.pk)
    assert ways_out().is_ok

    desk.post(reverse("inbox:reply", args=[talk.pk]), {"text": "Hello", "sequence": str(talk.sequence)})
    Sending.objects.update(due_at=now())
    deliver_everything()
    waits, found = page(desk, talk.pk), ways_out()
    set_up(server, by_olga)
    deliver_everything()
    after = page(desk, talk.pk)

    assert "No way to send mail is set up for" in before
    assert reverse("messaging:channel", args=[talk.channel_id]) in before
    assert "Waits: no way to send mail is set up" in waits
    assert "About to be sent" not in waits
    assert (found.is_ok, found.found) == (False, f"1 wait in {Channel.objects.get().name}") or not found.is_ok
    assert Sending.objects.get().state == "sent"
    assert len(server.taken) == 1
    assert "No way to send" not in after
    assert ways_out().is_ok


def test_who_may_not_set_it_up_is_told_whom_to_ask(signed_in: SignIn, everybody: dict[str, Member]) -> None:
    talk = a_conversation()

    shown = page(signed_in(everybody["agent"]), talk.pk)

    assert "Ask an owner to set it up." in shown
    assert reverse("messaging:channel", args=[talk.channel_id]) not in shown


def test_what_is_switched_off_says_so_and_goes_on_when_switched_on(
    signed_in: SignIn, olga: Member, by_olga: Any, server: MailServer
) -> None:
    desk, talk = signed_in(olga), a_conversation()
    set_up(server, by_olga, is_active=False)

    desk.post(reverse("inbox:reply", args=[talk.pk]), {"text": "Hello", "sequence": str(talk.sequence)})
    Sending.objects.update(due_at=now())
    deliver_everything()
    shown = page(desk, talk.pk)
    set_up(server, by_olga, is_active=True)
    deliver_everything()

    assert "Waits: sending is switched off" in shown
    assert (Sending.objects.get().state, Outlet.objects.get().is_active) == ("sent", True)


def test_the_installations_own_server_is_a_way(signed_in: SignIn, olga: Member, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.aalto.example"
    talk = a_conversation()

    assert "No way to send" not in page(signed_in(olga), talk.pk)
