"""Files that providers keep for a while: fetched after the text was filed, again until they come or are given up."""

from __future__ import annotations

from django.db import transaction

from regulars.kit.keeping import keep
from regulars.messaging.actions.calling import OutcomeUnknown, carry
from regulars.messaging.actions.texts import connection_of
from regulars.messaging.engine.providers.values import AccessEnded, NotAccepted, RemoteFile, TryLater
from regulars.messaging.models import MessageFile
from regulars.messaging.models.messages import FILES


class NotYet(Exception):
    """The file could not be fetched just now."""


def fetch_file(file_id: int) -> None:
    """Fetch a file from its provider; NotYet when another try may help. Safe to run twice."""
    file = (
        MessageFile.objects.select_related("message__channel")
        .filter(pk=file_id)
        .exclude(remote_key="")
        .first()
    )
    if file is None or file.message.erased_at is not None:
        return
    connection, provider = connection_of(file.message.channel)
    wanted = RemoteFile(file.remote_key, file.name, file.content_type)
    try:
        content = carry(provider.fetch(connection.settings, wanted), seconds=60)
    except (TryLater, OutcomeUnknown, AccessEnded) as problem:
        raise NotYet(str(problem)) from problem
    except NotAccepted:
        return
    with transaction.atomic():
        _keep(file.pk, content)


def _keep(number: int, content: bytes) -> None:
    file = MessageFile.objects.select_for_update().exclude(remote_key="").filter(pk=number).first()
    if file is None:
        return
    kept = keep(FILES, content)
    file.content, file.path, file.size, file.remote_key = kept.content, kept.path, len(content), ""
    file.save(update_fields=["content", "path", "size", "remote_key"])
