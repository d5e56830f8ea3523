from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.messaging.models.sendings import MessageClass
from regulars.people.models import Identity


class ConsentState(models.TextChoices):
    """What somebody said about a purpose."""

    GRANTED = "granted", _("Agreed")
    PENDING = "pending", _("Asked, not confirmed yet")
    WITHDRAWN = "withdrawn", _("Declined")
    LAPSED = "lapsed", _("Not confirmed in time")


class LegalBasis(models.TextChoices):
    """By what right we write for a purpose."""

    CONSENT = "consent", _("Consent")
    INTEREST = "interest", _("Legitimate interest")
    CONTRACT = "contract", _("Contract")
    LAW = "law", _("Law")


class ConsentChannel(models.TextChoices):
    """By what means somebody agreed to be reached."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    WHATSAPP = "whatsapp", "WhatsApp"
    PHONE = "phone", _("Phone call")
    POST = "post", _("Post")


class Purpose(models.Model):
    """What we write to people for, in the words they agree to; `key` is what other rooms name it by.

    `words` holds its name and description in other languages: {"fi": ["Uutiskirje", "Kerran kuussa."]}.
    """

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("what people agree to"), max_length=300, blank=True)
    words = models.JSONField(default=dict, blank=True)
    message_class = models.CharField(
        _("kind of message"), max_length=8, choices=MessageClass.choices, default=MessageClass.SELLING
    )
    legal_basis = models.CharField(
        _("legal basis"), max_length=10, choices=LegalBasis.choices, default=LegalBasis.CONSENT
    )
    needs_confirming = models.BooleanField(_("confirmed by a link in a mail"), default=False)
    confirm_days = models.PositiveSmallIntegerField(_("days to confirm"), default=7)
    wording_version = models.PositiveIntegerField(default=1)
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def needs_yes(self) -> bool:
        """Tell whether nobody may be written to who has not agreed."""
        return self.legal_basis == LegalBasis.CONSENT

    def must_be_confirmed(self, channel_kind: str) -> bool:
        """Tell whether a yes counts only after the button behind a mailed link was pressed."""
        return self.needs_confirming and channel_kind == ConsentChannel.EMAIL

    def name_in(self, language: str) -> str:
        """Return its name in a language, in the business's own words where there is none."""
        return self._word(language, 0) or self.name

    def description_in(self, language: str) -> str:
        """Return what people agree to, in a language."""
        return self._word(language, 1) or self.description

    def _word(self, language: str, place: int) -> str:
        said = self.words.get(language) or []
        return str(said[place]) if len(said) > place else ""


class ConsentEntry(models.Model):
    """One line of the consent ledger; it is only ever added to, by the database's own word.

    The line outlives the address it is about: its number stays, and `address_key` tells whether an address is the same.
    """

    append_only = True

    identity = models.ForeignKey(
        Identity, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="consents"
    )
    person_id = models.BigIntegerField()
    address_key = models.CharField(max_length=64, db_collation="C")
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="entries")
    channel_kind = models.CharField(
        max_length=12, choices=ConsentChannel.choices, default=ConsentChannel.EMAIL
    )
    state = models.CharField(max_length=10, choices=ConsentState.choices)
    legal_basis = models.CharField(max_length=10, choices=LegalBasis.choices, default=LegalBasis.CONSENT)
    wording_version = models.PositiveIntegerField(default=1)
    wording = models.CharField(max_length=400, blank=True)
    source = models.CharField(max_length=60)
    proof = models.CharField(max_length=500, blank=True)
    actor_label = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ("id",)
        indexes: ClassVar = [
            models.Index(fields=["identity", "purpose", "channel_kind", "-id"], name="consent_now"),
            models.Index(fields=["person_id", "-id"], name="consent_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose_id} {self.channel_kind} {self.state}"


class ConsentNow(models.Model):
    """What holds now for one identity, purpose and means: a view of the ledger's newest lines, never written to."""

    entry = models.OneToOneField(
        ConsentEntry, on_delete=models.DO_NOTHING, primary_key=True, db_column="id", related_name="+"
    )
    identity = models.ForeignKey(Identity, on_delete=models.DO_NOTHING, related_name="consents_now")
    person_id = models.BigIntegerField()
    purpose = models.ForeignKey(Purpose, on_delete=models.DO_NOTHING, related_name="+")
    channel_kind = models.CharField(max_length=12, choices=ConsentChannel.choices)
    state = models.CharField(max_length=10, choices=ConsentState.choices)
    wording_version = models.PositiveIntegerField()
    source = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "messaging_consent_now"

    def __str__(self) -> str:
        return f"{self.purpose_id} {self.channel_kind} {self.state}"


class SuppressionReason(models.TextChoices):
    """Why an address is not written to."""

    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
    BOUNCED = "bounced", _("Mail does not arrive")
    COMPLAINED = "complained", _("Reported us as spam")
    BLOCKED = "blocked", _("Blocked by hand")


class Suppression(models.Model):
    """An address that is not written to. `address_key` outlives the address, so that erased people stay unbothered."""

    address = models.CharField(_("address"), max_length=320, blank=True, db_collation="C")
    address_key = models.CharField(max_length=64, db_collation="C")
    channel_kind = models.CharField(
        max_length=12, choices=ConsentChannel.choices, default=ConsentChannel.EMAIL
    )
    reason = models.CharField(_("reason"), max_length=12, choices=SuppressionReason.choices)
    source = models.CharField(_("source"), max_length=120, blank=True)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["address_key", "channel_kind", "reason"], name="suppression_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["address"], name="suppression_by_address", condition=~Q(address="")),
        ]

    def __str__(self) -> str:
        return self.address or self.address_key[:12]


class Rhythm(models.Model):
    """How often somebody wants to hear from us at most: one message of care or selling in so many days."""

    # Without a rule of the database: an address may be erased while this stays, telling nothing.
    identity = models.OneToOneField(
        Identity, on_delete=models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="rhythm"
    )
    days = models.PositiveSmallIntegerField()
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.days}"


class SendingRule(models.Model):
    """How much of one class a person gets at most, and between which hours of their day nothing of it is sent."""

    message_class = models.CharField(max_length=8, choices=MessageClass.choices, primary_key=True)
    most = models.PositiveSmallIntegerField(_("messages at most"), null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("in so many days"), default=7)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)

    class Meta:
        verbose_name = _("sending rule")
        verbose_name_plural = _("sending rules")

    def __str__(self) -> str:
        return self.message_class
