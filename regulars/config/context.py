from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from regulars.config.rooms import menu_for


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every page what its frame needs: who is signed in and where they may go."""
    member = getattr(request, "member", None)
    return {
        "member": member,
        "menu": menu_for(request, member) if member else [],
        "theme": request.COOKIES.get("theme", "system"),
    }
