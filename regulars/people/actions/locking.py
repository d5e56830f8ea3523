from django.utils.translation import gettext_lazy

from regulars.kit.events import Changes
from regulars.kit.refused import NotThere, Refused
from regulars.people.models import Company, Person


class EditConflict(Refused):
    """Somebody else changed it meanwhile; `details["fields"]` holds mine and stored for each field that differs."""

    code = "edit_conflict"
    default = gettext_lazy("Somebody else changed this while you were editing. Look at both and choose.")

    def __init__(self, version: int, changes: Changes) -> None:
        fields = {name: {"stored": before, "mine": after} for name, (before, after) in changes.items()}
        super().__init__(fields=fields, version=version)


def lock_person(person: Person) -> Person:
    """Return the live person as stored now, held until the transaction ends."""
    found = Person.objects.filter(pk=person.pk, deleted_at__isnull=True).select_for_update(of=("self",))
    stored = found.first()
    if stored is None:
        raise NotThere()
    return stored


def lock_company(company: Company) -> Company:
    """Return the live company as stored now, held until the transaction ends."""
    found = Company.objects.filter(pk=company.pk, deleted_at__isnull=True).select_for_update(of=("self",))
    stored = found.first()
    if stored is None:
        raise NotThere()
    return stored
