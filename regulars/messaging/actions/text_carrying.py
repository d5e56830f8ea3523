"""The carrier of texts: hands one text to its provider and says, as the carriers of mail do, how far it came."""

from __future__ import annotations

from django.conf import settings
from django.core.signing import TimestampSigner
from django.urls import reverse

from regulars.messaging.actions.calling import OutcomeUnknown, carry
from regulars.messaging.actions.carrying import Declined, TryLater, Unknown, Unreachable
from regulars.messaging.actions.texts import sender_on
from regulars.messaging.engine.providers import values
from regulars.messaging.models import Connection, Message, MessageFile, MessageTemplate, Outlet, Sending
from regulars.messaging.queries.providers import provider_of
from regulars.messaging.queries.texting import answered_by, seconds_since_theirs

LINK_PURPOSE = "regulars.messaging.file"


class TextCarrier:
    """A provider that is connected; it keeps no line open."""

    def __init__(self, connection: Connection) -> None:
        provider = provider_of(connection.provider)
        if provider is None or not connection.is_active:
            raise Unreachable("The channel is paused." if provider else "The channel's plug-in is missing.")
        self.connection, self.provider = connection, provider
        self.settings = connection.settings

    def prepare(self, sending: Sending, outlet: Outlet) -> values.OutgoingText:
        """Return the text as the provider gets it."""
        message = sending.message
        answered = answered_by(message)
        return values.OutgoingText(
            to=sender_on(message.channel, sending.email),
            text=message.text,
            answers=answered.message_id if answered else "",
            is_public=bool(answered and answered.is_public),
            file_links=tuple(file_link(one) for one in message.files.order_by("pk")),
            callback=hook_link(self.connection),
            template=_template(message),
            since_theirs=seconds_since_theirs(message.thread, message.channel),
        )

    def carry(self, letter: values.OutgoingText, email: str) -> str:
        """Hand a text over; return what the provider calls it."""
        try:
            key = carry(self.provider.send(self.settings, letter))
        except values.TryLater as problem:
            raise TryLater(str(problem)) from problem
        except values.NotAccepted as problem:
            raise Declined(str(problem), is_address=problem.blocks) from problem
        except values.AccessEnded as problem:
            said = str(problem)[:1_000]
            Connection.objects.filter(pk=self.connection.pk).update(problem=said, token_problem=said)
            raise TryLater(str(problem)) from problem
        except (values.PartlySent, OutcomeUnknown) as problem:
            raise Unknown(str(problem)) from problem
        if self.connection.token_problem:
            # It works again, whoever mended it.
            Connection.objects.filter(pk=self.connection.pk).update(problem="", token_problem="")
        return key

    def close(self) -> None:
        """Nothing is open."""


def _template(message: Message) -> values.Template | None:
    kept = MessageTemplate.objects.filter(message=message).first()
    if kept is None:
        return None
    fillings = tuple(values.Filling(**one) for one in kept.fillings)
    return values.Template(kept.name, kept.language, fillings)


def hook_link(connection: Connection) -> str:
    """Return the address a provider calls, empty while the installation has no public one."""
    path = reverse("messaging:hook", args=[connection.hook_key])
    return settings.PUBLIC_URL.rstrip("/") + path if settings.PUBLIC_URL else ""


def file_link(file: MessageFile) -> str:
    """Return a link by which a provider fetches a file for a day."""
    sealed = TimestampSigner(salt=LINK_PURPOSE).sign(str(file.pk))
    return settings.PUBLIC_URL.rstrip("/") + reverse("messaging:provider_file", args=[sealed])
