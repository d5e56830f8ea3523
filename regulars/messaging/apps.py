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
            _("SMS and social"), "message-2", "messaging:connections", "connections.change", 62, _("Channels")
        )
        register_settings_page(
            _("Mail put aside"), "mail-off", "messaging:quarantine", "quarantine.see", 84, _("Safety")
        )
