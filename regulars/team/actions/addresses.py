from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from regulars.kit.refused import Invalid


def clean_email(text: str) -> str:
    """Return a colleague's e-mail address in small letters, or refuse what is none."""
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid({"email": _("This is not an e-mail address.")}) from None
    return email
