from __future__ import annotations

from itertools import groupby
from typing import Any

from django import template

from regulars.kit.settings_pages import settings_pages
from regulars.team.actions import mail
from regulars.team.rules import may

register = template.Library()


@register.simple_tag
def can_mail_links() -> bool:
    """Tell whether a link to choose a new password can be mailed."""
    return mail.can_mail_links()


@register.inclusion_tag("team/_settings_nav.html", takes_context=True)
def settings_nav(context: template.Context) -> dict[str, Any]:
    """Show the settings pages this member may open, with the current one marked; any room's settings page uses it."""
    request = context["request"]
    pages = settings_pages(lambda verb: may(request.member, verb))
    here = max((url for _page, url in pages if request.path.startswith(url)), key=len, default="")
    entries = [
        {"label": page.label, "icon": page.icon, "url": url, "active": url == here, "section": page.section}
        for page, url in pages
    ]
    sections = [(name, list(group)) for name, group in groupby(entries, key=lambda entry: entry["section"])]
    return {"sections": sections, "current": next((one for one in entries if one["active"]), None)}
