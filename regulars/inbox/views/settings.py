from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.kit.settings_pages import register_settings_page


def register_settings() -> None:
    """Offer the pages where the inbox is set up."""
    section = _("Conversations")
    register_settings_page(_("Response targets"), "target", "inbox:targets", "targets.change", 64, section)
    register_settings_page(_("Business hours"), "clock", "inbox:hours", "targets.change", 65, section)
    register_settings_page(_("Templates"), "template", "inbox:templates", "templates.change", 66, section)
    register_settings_page(_("Skills"), "user-search", "inbox:skills", "skills.change", 66, section)
    register_settings_page(_("Macros"), "bolt", "inbox:macros", "macros.change", 66, section)
    register_settings_page(
        _("Satisfaction request"), "mood-smile", "inbox:satisfaction_settings", "targets.change", 67, section
    )
