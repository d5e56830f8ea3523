"""The consent ledger: what somebody said about a purpose is added to it, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid, Refused
from regulars.messaging.actions.suppressing import lift_suppression
from regulars.messaging.events import ConsentRecorded, PurposeChanged, RhythmChosen, SendingRuleChanged
from regulars.messaging.models import (
    ConsentChannel,
    ConsentEntry,
    ConsentState,
    LegalBasis,
    MessageClass,
    Purpose,
    Rhythm,
    SendingRule,
    Suppression,
    SuppressionReason,
)
from regulars.messaging.queries.consent import IDENTITY_OF, address_key
from regulars.people.models import Identity

RHYTHMS = (0, 7, 30)
PURPOSE_FIELDS = (
    "name", "description", "words", "message_class", "legal_basis", "needs_confirming", "confirm_days", "is_active",
)  # fmt: skip
# Another wording is another thing agreed to.
WORDING_FIELDS = ("name", "description", "words")


class NotConfirmed(Refused):
    """A purpose whose yes counts only after the button behind a mailed link was pressed."""

    code = "not_confirmed"
    default = gettext_lazy("For this purpose people confirm by a link we mail them. Sign them up instead.")


@dataclass(frozen=True)
class Wording:
    """The words somebody saw, and their version."""

    version: int
    text: str


@transaction.atomic
def record_consent(  # noqa: PLR0913  the ledger asks for all of it
    identity: Identity,
    purpose: Purpose,
    state: str,
    *,
    channel_kind: str = ConsentChannel.EMAIL,
    source: str,
    proof: str = "",
    wording: Wording | None = None,
    is_confirmed: bool = False,
    by: Actor,
    at: datetime,
) -> ConsentEntry:
    """Add to the ledger what somebody said about a purpose, with the wording they saw, where it was said and the proof.

    Refused with NotConfirmed for a yes that has to be confirmed and was not: `sign_up` asks for it.
    """
    _check(identity, state, channel_kind, source, by)
    if state == ConsentState.GRANTED and purpose.must_be_confirmed(channel_kind) and not is_confirmed:
        raise NotConfirmed
    seen = wording or Wording(purpose.wording_version, f"{purpose.name}: {purpose.description}")
    entry = ConsentEntry.objects.create(
        identity=identity, person_id=identity.person_id, address_key=address_key(identity.value), purpose=purpose,
        channel_kind=channel_kind, state=state, legal_basis=purpose.legal_basis, wording_version=seen.version,
        wording=seen.text[:400], source=" ".join(source.split())[:60],
        proof=proof.strip()[:500], actor_label=by.label[:150], at=at,
    )  # fmt: skip
    if state == ConsentState.GRANTED and by.kind == "customer":
        _welcome_back(identity, channel_kind, by=by, at=at)
    announce(
        ConsentRecorded(
            person_id=identity.person_id, entry_id=entry.pk, purpose=purpose.key, purpose_name=purpose.name,
            channel_kind=channel_kind, state=state, source=entry.source,
        ),
        by=by,
        occurred_at=at,
        changes={"consent": [None, state]},
    )  # fmt: skip
    return entry


@transaction.atomic
def choose_rhythm(identity: Identity, days: int, *, by: Actor, at: datetime) -> None:
    """Keep how often somebody wants to hear from us at most; 0 leaves it to us."""
    if days not in RHYTHMS:
        raise Invalid({"rhythm": _("Choose one of the rhythms offered.")})
    before = Rhythm.objects.filter(pk=identity.pk).values_list("days", flat=True).first() or 0
    if days == before:
        return
    if days:
        Rhythm.objects.update_or_create(pk=identity.pk, defaults={"days": days, "set_at": at})
    else:
        Rhythm.objects.filter(pk=identity.pk).delete()
    announce(
        RhythmChosen(person_id=identity.person_id, days=days),
        by=by,
        occurred_at=at,
        changes={"days": [before, days]},
    )


@transaction.atomic
def add_purpose(values: Mapping[str, Any], *, by: Actor, at: datetime) -> Purpose:
    """Add something that people can agree to or decline."""
    purpose = Purpose(key=_free_key(values), created_at=at)
    for name in PURPOSE_FIELDS:
        setattr(purpose, name, values.get(name, getattr(purpose, name)))
    _check_purpose(purpose)
    purpose.save(force_insert=True)
    announce(
        PurposeChanged(purpose_id=purpose.pk, name=purpose.name),
        by=by,
        changes={"name": [None, purpose.name]},
    )
    return purpose


@transaction.atomic
def change_purpose(purpose: Purpose, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Purpose:
    """Change a purpose; other words are a new version, and what was agreed to before keeps the old one."""
    purpose = Purpose.objects.select_for_update().get(pk=purpose.pk)
    before = {name: getattr(purpose, name) for name in PURPOSE_FIELDS}
    for name in PURPOSE_FIELDS:
        setattr(purpose, name, values.get(name, before[name]))
    _check_purpose(purpose)
    changes = changed(before, {name: getattr(purpose, name) for name in PURPOSE_FIELDS})
    if not changes:
        return purpose
    purpose.wording_version += any(name in changes for name in WORDING_FIELDS)
    purpose.save()
    announce(PurposeChanged(purpose_id=purpose.pk, name=purpose.name), by=by, occurred_at=at, changes=changes)
    return purpose


@transaction.atomic
def set_sending_rule(
    message_class: str,
    *,
    most: int | None,
    days: int,
    quiet_from: time | None,
    quiet_until: time | None,
    by: Actor,
) -> SendingRule:
    """Say how much of a class a person gets at most, and in which hours of theirs none of it is sent."""
    if message_class not in (MessageClass.SERVICE, MessageClass.CARE, MessageClass.SELLING):
        raise Invalid({"message_class": _("Answers and what the law requires are never held back.")})
    if not 1 <= days <= 365:
        raise Invalid({"days": _("Choose from 1 to 365 days.")})
    if (quiet_from is None) != (quiet_until is None):
        raise Invalid({"quiet_until": _("Quiet hours need a beginning and an end.")})
    values = {"most": most, "days": days, "quiet_from": quiet_from, "quiet_until": quiet_until}
    old = SendingRule.objects.filter(pk=message_class).first() or SendingRule(pk=message_class)
    changes = changed({name: getattr(old, name) for name in values}, values)
    row, _is_new = SendingRule.objects.update_or_create(pk=message_class, defaults=values)
    if changes:
        announce(SendingRuleChanged(message_class=message_class), by=by, changes=changes)
    return row


def _check(identity: Identity, state: str, channel_kind: str, source: str, by: Actor) -> None:
    problems: dict[str, Any] = {}
    if state not in ConsentState.values or (state == ConsentState.LAPSED and by.kind != "clock"):
        problems["state"] = _("Say granted, pending or withdrawn.")
    if channel_kind not in ConsentChannel.values:
        problems["channel"] = _("There is no such means.")
    elif IDENTITY_OF.get(ConsentChannel(channel_kind), identity.kind) != identity.kind:
        problems["channel"] = _("This address is not reached by that means.")
    if not source.strip():
        problems["source"] = _("Say where it was said.")
    if problems:
        raise Invalid(problems)


def _welcome_back(identity: Identity, channel_kind: str, *, by: Actor, at: datetime) -> None:
    """Forget that they left: who agrees again with their own hand means it."""
    left = Suppression.objects.filter(
        address_key=address_key(identity.value),
        channel_kind=channel_kind,
        reason=SuppressionReason.UNSUBSCRIBED,
    )
    for row in left:
        lift_suppression(row, by=by, at=at)


def _check_purpose(purpose: Purpose) -> None:
    purpose.name, purpose.description = purpose.name.strip(), purpose.description.strip()
    if not purpose.name:
        raise Invalid({"name": _("A purpose needs a name.")})
    if purpose.message_class not in (MessageClass.SERVICE, MessageClass.CARE, MessageClass.SELLING):
        raise Invalid({"message_class": _("Answers and what the law requires need no purpose.")})
    if purpose.legal_basis not in LegalBasis.values:
        raise Invalid({"legal_basis": _("There is no such legal basis.")})
    if purpose.needs_confirming and not purpose.needs_yes:
        raise Invalid({"needs_confirming": _("Only what people have to agree to is confirmed by a link.")})
    if not 1 <= purpose.confirm_days <= 60:
        raise Invalid({"confirm_days": _("Choose from 1 to 60 days.")})
    known = dict(settings.LANGUAGES)
    if not all(language in known and len(said) <= 2 for language, said in purpose.words.items()):
        raise Invalid({"words": _("Words are a name and a description for each language.")})


def _free_key(values: Mapping[str, Any]) -> str:
    wanted = slugify(str(values.get("key") or values.get("name", "")))[:36] or "purpose"
    taken = set(Purpose.objects.filter(key__startswith=wanted).values_list("key", flat=True))
    if values.get("key") and wanted in taken:
        raise Invalid({"key": _("There is such a purpose already.")})
    return next(
        key for key in (wanted, *(f"{wanted}-{number}" for number in range(2, 999))) if key not in taken
    )
