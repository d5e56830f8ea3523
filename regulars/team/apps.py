from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

YOU, BUSINESS, SAFETY = _("You"), _("Business"), _("Safety")
SETTINGS_PAGES = [
    (_("Profile"), "user-circle", "team:settings", "", 10, YOU),
    (_("Sign-in and safety"), "lock", "team:security", "", 11, YOU),
    (_("Notices"), "bell", "team:notices", "", 12, YOU),
    (_("Business"), "building-store", "team:business", "business.change", 20, BUSINESS),
    (_("Members"), "users", "team:members", "members.see", 21, BUSINESS),
    (_("Teams"), "users-group", "team:teams", "members.see", 22, BUSINESS),
    (_("Permissions"), "shield", "team:permissions", "members.see", 23, BUSINESS),
    (_("API keys"), "key", "team:keys", "keys.change", 80, SAFETY),
    (_("OpenID sign-in"), "login-2", "team:provider", "business.change", 81, SAFETY),
    (_("Audit log"), "history", "team:audit", "audit.see", 82, SAFETY),
]


class TeamConfig(AppConfig):
    name = "regulars.team"
    label = "team"

    def ready(self) -> None:
        from regulars.kit.events import register_writer
        from regulars.kit.middleware import allow_forms_to
        from regulars.kit.settings_pages import register_settings_page
        from regulars.team import adapters, tasks  # noqa: F401  tasks declares them
        from regulars.team.actions.audit import book_audit_entry

        register_writer("audit", book_audit_entry)
        allow_forms_to(adapters.provider_origins)
        adapters.listen()
        for page in SETTINGS_PAGES:
            register_settings_page(*page)
