"""What notes, tasks and memos share: whom they are about."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Field, Schema

from regulars.kit.api import Sent
from regulars.kit.refused import Invalid
from regulars.people.api.doors import the_company, the_person
from regulars.people.models import Company, Person


class About(Sent):
    """Whom it is about."""

    person: int | None = Field(None, examples=[17])
    company: int | None = None


class AboutOut(Schema):
    """Whom it is about."""

    person: int | None = Field(None, examples=[17])
    company: int | None = None


def subject_of(request: HttpRequest, values: About, verb: str) -> Person | Company:
    """Return the person or company that something new is about."""
    if values.person is not None:
        return the_person(request, values.person, verb)
    if values.company is None:
        raise Invalid({"person": "Say which person or company it is about."})
    return the_company(request, values.company, verb)
