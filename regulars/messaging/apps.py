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
        ways, consent, safety = _("Channels"), _("Consent"), _("Safety")
        for page in (
            (_("Mailboxes"), "inbox", "messaging:mailboxes", "mailboxes.see", 61, ways),
            (_("Mail channels"), "mail", "messaging:channels", "channels.see", 61, ways),
            (_("Chat on your website"), "message-circle", "messaging:chats", "channels.see", 62, ways),
            (_("SMS and social"), "message-2", "messaging:connections", "connections.change", 62, ways),
            (_("Web forms"), "forms", "messaging:web-forms", "channels.see", 62, ways),
            (_("Consent and limits"), "shield-check", "messaging:purposes", "purposes.change", 68, consent),
            (_("Not written to"), "ban", "messaging:suppressions", "suppressions.see", 69, consent),
            (_("Outbox"), "send", "messaging:outbox", "outbox.see", 82, safety),
            (_("Mail put aside"), "mail-off", "messaging:quarantine", "quarantine.see", 84, safety),
        ):
            register_settings_page(*page)
