"""This room's pages of the settings area, in their order; other rooms register theirs in the same way."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.kit.settings_pages import register_settings_page

YOU, TEAM, SAFETY = _("You"), _("Business"), _("Safety")
PAGES = [
    (_("Profile"), "user-circle", "team:settings", "", 10, YOU),
    (_("Sign-in and safety"), "lock", "team:security", "", 11, YOU),
    (_("Notices"), "bell", "team:notices", "", 12, YOU),
    (_("Business"), "building-store", "team:business", "business.change", 20, TEAM),
    (_("Members"), "users", "team:members", "members.see", 21, TEAM),
    (_("Teams"), "users-group", "team:teams", "members.see", 22, TEAM),
    (_("Permissions"), "shield", "team:permissions", "members.see", 23, TEAM),
    (_("API keys"), "key", "team:keys", "keys.change", 80, SAFETY),
    (_("OpenID sign-in"), "login-2", "team:provider", "business.change", 81, SAFETY),
    (_("Audit log"), "history", "team:audit", "audit.see", 82, SAFETY),
]


def register() -> None:
    """Offer the pages."""
    for label, icon, url_name, verb, order, section in PAGES:
        register_settings_page(label, icon, url_name, verb, order, section)
