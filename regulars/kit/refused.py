from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Refused(Exception):
    """Tell the person on screen why an action was not done; pages and API turn it into one toast or one 409."""

    status = 409
    code = "refused"
    default: ClassVar[Text] = _("That can't be done right now.")

    def __init__(self, message: Text | None = None, **details: object) -> None:
        self.message: Text = self.default if message is None else message
        self.details = details
        super().__init__(str(self.message))

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(Refused):
    """Refuse because of the role, not because of the state."""

    status = 403
    code = "not_allowed"
    default = _("Your role does not allow this. Ask an owner if you need it.")


class NotThere(Refused):
    """Refuse because the thing does not exist or may not be seen; both look the same from outside."""

    status = 404
    code = "not_found"
    default = _("It is not here. It may have been deleted, or your role may not show it.")


class Invalid(Refused):
    """Refuse input that cannot be understood, naming each field and what is wrong with it."""

    status = 422
    code = "invalid"
    default = _("Some of it could not be understood.")

    def __init__(self, fields: dict[str, Text] | None = None, message: Text | None = None) -> None:
        self.fields = fields or {}
        super().__init__(
            message or "; ".join(f"{name}: {reason}" for name, reason in self.fields.items()) or None
        )


def require(permitted: object, message: Text | None = None) -> None:
    """Raise NotAllowed unless `permitted` is true."""
    if not permitted:
        raise NotAllowed(message)
