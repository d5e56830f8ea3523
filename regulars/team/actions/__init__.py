"""Every write of this room, one verb each; the most used by others are here."""

from regulars.team.actions.keys import authenticate_key, create_api_key
from regulars.team.actions.limits import hit
from regulars.team.actions.links import create_sign_in_link, ensure_owner
from regulars.team.actions.notices import notify

__all__ = ["authenticate_key", "create_api_key", "create_sign_in_link", "ensure_owner", "hit", "notify"]
