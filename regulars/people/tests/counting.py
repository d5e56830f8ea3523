from regulars.people.actions.imports import counts
from regulars.people.models import ImportReject, ImportRun


def counted(run: ImportRun) -> tuple[int, ...]:
    found = counts(run)
    assert found["seen"] == found["created"] + found["updated"] + found["unchanged"] + found["rejected"]
    return tuple(found.values())


def reasons(run: ImportRun) -> dict[int, str]:
    return dict(ImportReject.objects.filter(run=run).values_list("row", "reason"))
