"""Providers that take mail by their API, and what each wants to know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MailProvider:
    """A provider: the backend that speaks to it, what it calls its key, and the one more thing some ask for."""

    label: str
    backend: str
    key: str = "api_key"
    extra: str = ""
    extra_label: str = ""


PROVIDERS = {
    "brevo": MailProvider("Brevo", "anymail.backends.brevo.EmailBackend"),
    "mailersend": MailProvider("MailerSend", "anymail.backends.mailersend.EmailBackend", "api_token"),
    "mailgun": MailProvider("Mailgun", "anymail.backends.mailgun.EmailBackend", "api_key", "sender_domain", "Sender domain"),
    "mailjet": MailProvider("Mailjet", "anymail.backends.mailjet.EmailBackend", "api_key", "secret_key", "Secret key"),
    "mailtrap": MailProvider("Mailtrap", "anymail.backends.mailtrap.EmailBackend", "api_token"),
    "mandrill": MailProvider("Mandrill (Mailchimp)", "anymail.backends.mandrill.EmailBackend"),
    "postal": MailProvider("Postal", "anymail.backends.postal.EmailBackend"),
    "postmark": MailProvider("Postmark", "anymail.backends.postmark.EmailBackend", "server_token"),
    "resend": MailProvider("Resend", "anymail.backends.resend.EmailBackend"),
    "scaleway": MailProvider("Scaleway", "anymail.backends.scaleway.EmailBackend", "secret_key", "project_id", "Project id"),
    "sendgrid": MailProvider("SendGrid", "anymail.backends.sendgrid.EmailBackend"),
    "sparkpost": MailProvider("SparkPost", "anymail.backends.sparkpost.EmailBackend"),
    "unisender_go": MailProvider("Unisender Go", "anymail.backends.unisender_go.EmailBackend"),
}  # fmt: skip
