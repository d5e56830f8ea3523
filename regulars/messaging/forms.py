from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.messaging.models import Auth, Mailbox, Security

HOSTS = {Auth.GOOGLE: "imap.gmail.com", Auth.MICROSOFT: "outlook.office365.com"}
SECRET = forms.PasswordInput(attrs={"autocomplete": "new-password"})


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
    security = forms.ChoiceField(label=_("Security"), choices=Security.choices, initial=Security.TLS)
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
        if values.get("security") == Security.NONE and not _is_near(values["host"]):
            self.add_error("security", _("The password would travel in the open. Choose TLS."))
        return values


def _is_near(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
