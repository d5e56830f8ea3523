"""What placing a mail rests on: our secret, our own addresses, and the threads that merged ones became."""

from __future__ import annotations

from regulars.kit.secrets import derived
from regulars.messaging.engine.kinds import COMPLAINT, HARD_BOUNCE, SOFT_BOUNCE
from regulars.messaging.models import Channel, Mailbox, Thread
from regulars.team.models import Member

RETURNED = (HARD_BOUNCE, SOFT_BOUNCE, COMPLAINT)
MOST_CLUES, MOST_MERGES = 100, 50


def thread_secret() -> bytes:
    """Return the key with which this installation seals the tokens of its threads."""
    return derived("threads")


def survivor_of(thread: Thread) -> Thread:
    """Return the thread that a merged one became part of, itself when it stands alone."""
    for _step in range(MOST_MERGES):
        if thread.merged_into is None:
            break
        thread = thread.merged_into
    return thread


def colleagues() -> set[str]:
    """Return the addresses of our own members."""
    return {email.lower() for email in Member.objects.active().values_list("email", flat=True)}


def own_addresses() -> set[str]:
    """Return the addresses we receive at and send from."""
    channels = Channel.objects.values_list("address", flat=True)
    return {*channels.union(Mailbox.objects.values_list("address", flat=True))} - {""}


def channel_of(recipient: str) -> Channel | None:
    """Return whose desk an address is: desk@… and desk+anything@… alike; None when it is none of ours."""
    local, sign, domain = recipient.strip().lower().rpartition("@")
    if not sign:
        return None
    address = f"{local.partition('+')[0]}@{domain}"
    wanted = {address, f"{local}@{domain}"}
    found = Channel.objects.filter(address__in=wanted).first()
    mailbox = Mailbox.objects.filter(address__in=wanted).select_related("channel").first()
    return found or (mailbox.channel if mailbox else None)
