"""What a person types; the actions read the values, so that pages and API understand them alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from regulars.kit.refused import Invalid
from regulars.messaging.engine.mail_providers import PROVIDERS
from regulars.messaging.engine.providers.values import Provider, Setting
from regulars.messaging.models import (
    Auth,
    ChannelKind,
    ConsentState,
    Direction,
    LegalBasis,
    Mailbox,
    MailboxSecurity,
    MessageClass,
    Purpose,
    Security,
    SendingRule,
    SuppressionReason,
    Via,
)
from regulars.messaging.queries.consent import Standing

SECRET = forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False)
CLASSES = [one for one in MessageClass.choices if one[0] in ("service", "care", "selling")]


class Form(forms.Form):
    """A form that shows what an action refused beside the field it is about."""

    def refuse(self, problem: Invalid) -> None:
        """Take over the reasons of a refusal."""
        for name, reason in problem.fields.items():
            self.add_error(name if name in self.fields else None, str(reason))
        if not problem.fields:
            self.add_error(None, str(problem))


class ChannelForm(Form):
    """A mail channel and its way out."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("As your team calls it: Care, Orders, …")
    )
    address = forms.CharField(label=_("Address"), max_length=320, widget=forms.EmailInput, help_text=_("Customers write to it, and see it as the sender."))  # fmt: skip
    from_name = forms.CharField(label=_("Name of the sender"), max_length=150, required=False, help_text=_("Empty: the name of your business."))  # fmt: skip
    signature = forms.CharField(
        label=_("Signature"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    via = forms.ChoiceField(label=_("Sends by"), choices=Via.choices, initial=Via.SMTP)
    mailbox_id = forms.TypedChoiceField(label=_("Mailbox"), required=False, coerce=int, empty_value=None, help_text=_("It signs in as this mailbox does, without a password of its own."))  # fmt: skip
    host = forms.CharField(label=_("Mail server"), max_length=253, required=False)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=587)
    security = forms.ChoiceField(label=_("Encryption"), choices=Security.choices, initial=Security.STARTTLS)
    username = forms.CharField(label=_("User"), max_length=320, required=False)
    password = forms.CharField(label=_("Password"), required=False, strip=False, widget=SECRET, help_text=_("Kept encrypted. Leave it empty to keep the one that is there."))  # fmt: skip
    provider = forms.ChoiceField(label=_("Provider"), required=False, choices=[("", _("None")), *((key, one.label) for key, one in PROVIDERS.items())])  # fmt: skip
    api_key = forms.CharField(label=_("The provider's key"), required=False, widget=SECRET, help_text=_("Kept encrypted. Leave it empty to keep the one that is there."))  # fmt: skip
    extra = forms.CharField(label=_("What the provider asks for besides"), required=False, max_length=300, help_text=_("Mailgun: sender domain. Mailjet: secret key. Scaleway: project id."))  # fmt: skip
    api_url = forms.URLField(label=_("The provider's address"), required=False, assume_scheme="https", help_text=_("Only for regions of their own, and for Postal."))  # fmt: skip
    marks_address = forms.BooleanField(label=_("Answers come to a marked address (care+…@)"), required=False, initial=True, help_text=_("Turn it off if your server does not take such addresses."))  # fmt: skip
    dkim_domain = forms.CharField(label=_("DKIM domain"), max_length=253, required=False, help_text=_("Only if your server does not sign by itself."))  # fmt: skip
    dkim_selector = forms.CharField(label=_("DKIM selector"), max_length=63, required=False)
    dkim_key = forms.CharField(label=_("DKIM key (PEM)"), required=False, widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}))  # fmt: skip
    per_minute = forms.IntegerField(label=_("Mails a minute"), min_value=1, max_value=100_000, initial=300)
    per_domain_minute = forms.IntegerField(label=_("Mails a minute to one domain"), min_value=1, max_value=100_000, initial=60)  # fmt: skip
    is_active = forms.BooleanField(label=_("It sends"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Mailbox.objects.exclude(auth=Auth.PASSWORD)
        field = self.fields["mailbox_id"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101  declared above
        field.choices = [
            ("", _("None")),
            *((one.pk, f"{one.user} · {one.get_auth_display()}") for one in rows),
        ]


class ConsentForm(Form):
    """What somebody said about a purpose."""

    about = forms.ChoiceField(label=_("Purpose and address"))
    state = forms.ChoiceField(
        label=_("They"), choices=[one for one in ConsentState.choices if one[0] != ConsentState.LAPSED]
    )
    source = forms.CharField(
        label=_("Where was it said?"), max_length=60, help_text=_("By phone, in the shop, in a mail …")
    )
    proof = forms.CharField(label=_("Proof"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("What you could show if somebody asks: the mail, the form, who heard it and when."))  # fmt: skip

    def __init__(self, shown: list[Standing], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown = {f"{one.purpose.pk}-{one.identity.pk}-{one.channel_kind}": one for one in shown}
        field = self.fields["about"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [(key, f"{one.purpose} · {one.identity.value}") for key, one in self.shown.items()]


class SuppressionForm(Form):
    """An address not to write to."""

    address = forms.CharField(label=_("Address"), max_length=320, widget=forms.EmailInput)
    reason = forms.ChoiceField(
        label=_("Reason"), choices=SuppressionReason.choices, initial=SuppressionReason.BLOCKED
    )
    source = forms.CharField(label=_("Who asked, and how?"), max_length=120, required=False)


class PurposeForm(Form):
    """Something people can agree to, in the languages of the house."""

    OWN = (
        "name",
        "description",
        "message_class",
        "legal_basis",
        "needs_confirming",
        "confirm_days",
        "is_active",
    )
    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(label=_("What people agree to"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip
    message_class = forms.ChoiceField(
        label=_("Kind of message"), choices=CLASSES, initial=MessageClass.SELLING
    )
    legal_basis = forms.ChoiceField(label=_("Legal basis"), choices=LegalBasis.choices, initial=LegalBasis.CONSENT, help_text=_("Consent: only who agreed is written to. Otherwise everybody, until they decline."))  # fmt: skip
    needs_confirming = forms.BooleanField(label=_("Confirmed by a link in a mail"), required=False, help_text=_("A yes by e-mail counts only when they press the button behind the link we mail them (double opt-in)."))  # fmt: skip
    confirm_days = forms.IntegerField(
        label=_("Days to confirm"), min_value=1, max_value=60, initial=7, required=False
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, purpose: Purpose | None = None, **kwargs: Any) -> None:
        if purpose is not None:
            kwargs["initial"] = {name: getattr(purpose, name) for name in self.OWN}
        super().__init__(*args, **kwargs)
        for code, label in settings.LANGUAGES:
            said = (purpose.words.get(code) if purpose else None) or ["", ""]
            given: dict[str, Any] = {"required": False, "max_length": 300}
            self.fields[f"name_{code}"] = forms.CharField(
                label=_("Name") + f" · {label}", initial=said[0], **given
            )
            self.fields[f"description_{code}"] = forms.CharField(
                label=_("What people agree to") + f" · {label}", initial=(said + [""])[1], **given
            )

    def values(self) -> dict[str, Any]:
        """Return the values as the action takes them, the languages put together."""
        said = self.cleaned_data
        words = {
            code: [said[f"name_{code}"], said[f"description_{code}"]]
            for code, _label in settings.LANGUAGES
            if said[f"name_{code}"] or said[f"description_{code}"]
        }
        # Days that are left out stay as they were.
        return {name: said[name] for name in self.OWN if said[name] is not None} | {"words": words}


class SendingRuleForm(Form):
    """How much of a class is enough, and when people sleep."""

    most = forms.IntegerField(label=_("Messages at most"), min_value=1, max_value=1000, required=False, help_text=_("Empty: as many as there are."))  # fmt: skip
    days = forms.IntegerField(label=_("In so many days"), min_value=1, max_value=365, initial=7)
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))  # fmt: skip
    quiet_until = forms.TimeField(label=_("Quiet until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), help_text=_("By the clock where the person lives."))  # fmt: skip

    @classmethod
    def of(cls, rule: SendingRule) -> dict[str, Any]:
        """Return what the form shows of a rule."""
        return {name: getattr(rule, name) for name in ("most", "days", "quiet_from", "quiet_until")}


class ConnectionForm(Form):
    """What has to be entered to connect a channel: its name, and what its provider asks for. Secrets are never shown again."""

    name = forms.CharField(label=_("Name"), max_length=60)

    def __init__(
        self, provider: Provider, *args: Any, kept: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.provider = provider
        for one in provider.settings:
            self.fields[one.name] = _field(one, kept)
        if kept is not None:
            self.fields["is_active"] = forms.BooleanField(
                label=_("Sends and receives"), required=False, initial=True
            )

    @property
    def entered(self) -> dict[str, str]:
        """What was entered for the provider."""
        return {one.name: str(self.cleaned_data.get(one.name, "")) for one in self.provider.settings}


class ContactForm(Form):
    """What is said of a call or visit that took place."""

    kind = forms.ChoiceField(
        label=_("What it was"), choices=[(ChannelKind.PHONE, _("A call")), (ChannelKind.VISIT, _("A visit"))]
    )
    direction = forms.ChoiceField(
        label=_("Who began it"), choices=[(Direction.IN, _("They did")), (Direction.OUT, _("We did"))]
    )
    happened_at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=24 * 60)
    text = forms.CharField(
        label=_("What it was about"), widget=forms.Textarea(attrs={"rows": 5, "autofocus": True})
    )


def _field(one: Setting, kept: Mapping[str, str] | None) -> forms.CharField:
    has_secret = bool(kept and one.is_secret and kept.get(one.name))
    is_long = one.name in ("body", "headers")
    widget: forms.Widget = forms.Textarea(attrs={"rows": 3}) if is_long else forms.TextInput()
    if one.is_secret and not is_long:
        widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return forms.CharField(
        label=one.label,
        required=one.is_required and not has_secret,
        max_length=4_000,
        widget=widget,
        initial="" if one.is_secret else (kept or {}).get(one.name, ""),
        help_text=_("Kept. Leave it blank to keep it.") if has_secret else "",
    )


HOSTS = {Auth.GOOGLE: "imap.gmail.com", Auth.MICROSOFT: "outlook.office365.com"}


class MailboxForm(forms.Form):
    """Where a mailbox is and how we get in."""

    address = forms.EmailField(
        label=_("Address"),
        max_length=320,
        help_text=_("What customers write to, such as support@example.com."),
    )
    channel = forms.CharField(
        label=_("Channel"),
        max_length=60,
        required=False,
        help_text=_("What the team calls it. Mailboxes of one channel are one desk; left blank: Mail."),
    )
    auth = forms.ChoiceField(label=_("Sign-in"), choices=Auth.choices, initial=Auth.PASSWORD)
    host = forms.CharField(
        label=_("Server"), max_length=255, required=False, help_text=_("Not needed for Google and Microsoft.")
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=993)
    security = forms.ChoiceField(
        label=_("Security"), choices=MailboxSecurity.choices, initial=MailboxSecurity.TLS
    )
    user = forms.CharField(
        label=_("User name"), max_length=320, required=False, help_text=_("Left blank, it is the address.")
    )
    password = forms.CharField(label=_("Password"), max_length=500, required=False, widget=SECRET)
    client_id = forms.CharField(label=_("Client id"), max_length=300, required=False)
    client_secret = forms.CharField(label=_("Client secret"), max_length=500, required=False, widget=SECRET)
    tenant = forms.CharField(
        label=_("Tenant"), max_length=100, required=False, help_text=_("Microsoft only; left blank: any.")
    )
    folder = forms.CharField(label=_("Folder"), max_length=200, initial="INBOX")
    days = forms.IntegerField(
        label=_("Mail of the last days"),
        min_value=0,
        max_value=3650,
        initial=0,
        required=False,
        help_text=_("0: only mail that comes from now on. Nothing is answered because it was fetched."),
    )
    trusted_id = forms.CharField(
        label=_("The provider’s own id"),
        max_length=255,
        required=False,
        help_text=_("The first word of “Authentication-Results” in your mail, such as mx.google.com."),
    )

    def __init__(self, *args: Any, known: Mailbox | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.known = known
        if known is not None:
            for name in ("address", "channel", "days"):
                del self.fields[name]
            self.fields["password"].help_text = _("Left blank, it stays as it is.")
            self.fields["client_secret"].help_text = _("Left blank, it stays as it is.")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        auth = values.get("auth", "")
        values["user"] = values.get("user") or values.get("address", "").lower()
        values["host"] = (values.get("host") or HOSTS.get(auth, "")).strip().lower()
        if not values["host"]:
            self.add_error("host", _("Where is the mailbox? Your provider calls it the IMAP server."))
        if self.known is None and auth == Auth.PASSWORD and not values.get("password"):
            self.add_error("password", _("Without it we cannot get in."))
        has_client = self.known is not None and self.known.uses_oauth
        if auth in HOSTS and not (values.get("client_id") or has_client):
            self.add_error("client_id", _("The provider gives it to you when you register Regulars there."))
        if values.get("security") == MailboxSecurity.NONE and not _is_near(values["host"]):
            self.add_error("security", _("The password would travel in the open. Choose TLS."))
        return values


def _is_near(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
