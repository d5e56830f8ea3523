from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.people.events.imports import ListExported


@transaction.atomic
def note_export(noun: str, form: str, columns: Sequence[str], *, by: Actor) -> None:
    """Write into the audit log that a list is leaving the house, before its first row does."""
    announce(ListExported(noun=noun, format=form, columns=list(columns)), by=by)
