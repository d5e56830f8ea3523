from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "regulars.messaging"
    label = "messaging"

    def ready(self) -> None:
        from regulars.kit.settings_pages import register_settings_page
        from regulars.messaging import reactions, tasks  # noqa: F401  declare themselves
        from regulars.messaging.views.panels import register_panels

        register_panels()
        register_settings_page(
            _("SMS and social"),
            "message-2",
            "messaging:connections",
            "connections.change",
            63,
            _("Customers"),
        )
        register_settings_page(
            _("Chat on your website"), "message-circle", "messaging:chats", "channels.see", 56, _("Customers")
        )
        register_settings_page(
            _("Web forms"), "forms", "messaging:web-forms", "channels.see", 57, _("Customers")
        )
        register_settings_page(
            _("Channels"), "mail", "messaging:channels", "channels.see", 62, _("Customers")
        )
        register_settings_page(
            _("Consent and limits"),
            "shield-check",
            "messaging:purposes",
            "purposes.change",
            64,
            _("Customers"),
        )
        register_settings_page(
            _("Not written to"), "ban", "messaging:suppressions", "suppressions.see", 66, _("Customers")
        )
        register_settings_page(_("Outbox"), "send", "messaging:outbox", "outbox.see", 82, _("Safety"))
        register_settings_page(
            _("Mailboxes"), "inbox", "messaging:mailboxes", "mailboxes.see", 55, _("Customers")
        )
        register_settings_page(
            _("Mail put aside"), "mail-off", "messaging:quarantine", "quarantine.see", 84, _("Safety")
        )
