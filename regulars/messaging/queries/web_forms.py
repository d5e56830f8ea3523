"""What a web form may ask, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from regulars.messaging.models import LegalBasis, Purpose, WebForm
from regulars.messaging.queries.chat_words import FORM, words_of
from regulars.people.models import CustomField

# A box to tick, by which somebody signs up for a purpose.
SIGN_UP = "consent."
PLAIN = ("name", "phone", "city", "job_title")
AUTOCOMPLETE = {
    "name": "name",
    "phone": "tel",
    "city": "address-level2",
    "job_title": "organization-title",
    "email": "email",
}


@dataclass(frozen=True)
class Asked:
    """One field as the form shows it."""

    name: str
    label: str
    needed: bool
    kind: str = "text"
    autocomplete: str = ""
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name of the input."""
        return self.name.replace(".", "-")


def form_of_key(public_key: str) -> WebForm | None:
    """Return the form that an address names, if it is open."""
    rows = WebForm.objects.select_related("channel", "team")
    return rows.filter(public_key=public_key, is_active=True).first()


def field_choices() -> list[tuple[str, str]]:
    """Return what a form may ask besides e-mail and message: fields of a person, and the business's own."""
    plain = {"name": _("Name"), "phone": _("Phone"), "city": _("City"), "job_title": _("Job title")}
    own = [(f"custom.{one.key}", one.label) for one in _own_fields()]
    agreed = [(f"{SIGN_UP}{one.key}", _("Sign-up: %(purpose)s") % {"purpose": one}) for one in _purposes()]
    return [*plain.items(), *own, *agreed]


def asked_by(form: WebForm, language: str) -> list[Asked]:
    """Return the fields a form shows, in their order, with their labels in a language; fields that are gone are left out."""
    words, own = words_of(FORM, language), {one.key: one for one in _own_fields()}
    offered = {f"{SIGN_UP}{one.key}": one for one in _purposes()}
    found = []
    for said in form.fields:
        name, needed = str(said.get("name", "")), bool(said.get("needed"))
        custom = own.get(name.removeprefix("custom.")) if name.startswith("custom.") else None
        if custom is not None:
            kind = {"number": "number", "date": "date"}.get(custom.type, "text")
            found.append(Asked(name, custom.label, needed, kind, "", tuple(_choices(custom))))
        elif name in offered:
            purpose = offered[name]
            label = purpose.description_in(language) or purpose.name_in(language)
            found.append(Asked(name, label, needed, "checkbox"))
        elif name in PLAIN:
            kind = "tel" if name == "phone" else "text"
            found.append(Asked(name, words[name], needed, kind, AUTOCOMPLETE[name]))
    return found


def _purposes() -> list[Purpose]:
    return list(Purpose.objects.filter(is_active=True, legal_basis=LegalBasis.CONSENT))


def _own_fields() -> list[CustomField]:
    rows = CustomField.objects.filter(subject="person", archived_at__isnull=True).order_by("pk")
    return [one for one in rows if one.type in ("text", "number", "date", "choice")]


def _choices(field: Any) -> list[str]:
    return [str(one) for one in (field.choices or [])] if field.type == "choice" else []
