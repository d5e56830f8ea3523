from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat

from regulars.kit.keeping import forget_kept
from regulars.messaging.models import (
    DUE_STATES,
    ConsentEntry,
    Message,
    MessageFile,
    MessageTemplate,
    Participant,
    RawLetter,
    Sending,
    SendingState,
    Suppression,
    Thread,
)
from regulars.messaging.models.letters import FOLDER
from regulars.messaging.models.messages import FILES

BLANK = dict.fromkeys(
    (
        "sender_name",
        "sender_email",
        "subject",
        "message_id",
        "text",
        "signature",
        "quoted",
        "words",
        "html",
        "in_reply_to",
        "reference_ids",
    ),
    "",
)


@transaction.atomic
def forget_mail(person_ids: Sequence[int], *, at: datetime) -> int:
    """Take all words out of the mail of erased people: text, addresses, files, raw bytes; return how many messages.

    The empty rows stay with their keys, so that the same mail fetched again is known and stays away.
    """
    threads = list(Thread.objects.filter(person__in=person_ids).values_list("pk", flat=True))
    theirs = Message.objects.filter(Q(person__in=person_ids) | Q(thread__in=threads), erased_at__isnull=True)
    numbers = list(theirs.values_list("pk", flat=True))
    letters = set(theirs.exclude(raw=None).values_list("raw", flat=True))
    files = MessageFile.objects.filter(message__in=numbers)
    file_paths = list(files.exclude(path="").values_list("path", flat=True))
    files.delete()
    Message.objects.filter(pk__in=numbers).update(**BLANK, raw=None, held_back=0, erased_at=at)
    MessageTemplate.objects.filter(message__in=numbers).delete()
    _forget_sendings(numbers, at)
    _forget_consent(person_ids)
    Participant.objects.filter(Q(person__in=person_ids) | Q(thread__in=threads)).delete()
    Thread.objects.filter(pk__in=threads).update(subject="")
    forget_letters(letters)
    transaction.on_commit(lambda: forget_kept(FILES, file_paths))
    return len(numbers)


def _forget_sendings(messages: Sequence[int], at: datetime) -> None:
    """Take the addresses out of what was sent, and send nothing that still waits; who is suppressed stays so by their key."""
    rows = Sending.objects.filter(message__in=messages)
    Suppression.objects.filter(address__in=rows.values("email")).update(address="")
    rows.filter(state__in=DUE_STATES).update(state=SendingState.CANCELLED, ended_at=at)
    nobody = Concat(Value("erased:"), Cast("pk", CharField()))
    rows.update(email=nobody, name="", domain="", reason="", provider_id="")


def _forget_consent(person_ids: Sequence[int]) -> None:
    """Take the words of proof out of the ledger; its lines stay, as the law wants them proved."""
    keys = ConsentEntry.objects.filter(person_id__in=person_ids).values("address_key")
    Suppression.objects.filter(address_key__in=keys).update(address="")
    with connection.cursor() as cursor:
        cursor.execute("SELECT messaging_consent_blank(%s::bigint[])", [list(person_ids)])


def forget_letters(numbers: Collection[int]) -> None:
    """Remove raw letters that no message stands on."""
    gone = RawLetter.objects.filter(pk__in=numbers, messages__isnull=True)
    paths = list(gone.exclude(path="").values_list("path", flat=True))
    RawLetter.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).delete()
    transaction.on_commit(lambda: forget_kept(FOLDER, paths))
