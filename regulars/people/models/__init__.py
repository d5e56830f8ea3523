from regulars.people.models.care import Attachment, Memo, Mention, Note, Preference, Task
from regulars.people.models.companies import Affiliation, Company, CompanyDomain
from regulars.people.models.fields import CustomField, FieldType, Tag, View
from regulars.people.models.imports import ImportReject, ImportRun, ImportTrace
from regulars.people.models.persons import Address, Identity, IdentityKind, Person, PersonTag, SpecialDay, Tie
from regulars.people.models.search import SearchDoc, Word, WordDeletion
from regulars.people.models.stages import Axis, Health, Stage, StageInterval, StageRule

__all__ = [
    "Address", "Affiliation", "Attachment", "Axis", "Company", "CompanyDomain", "CustomField", "FieldType", "Health", "Identity", "IdentityKind", "ImportReject",
    "ImportRun", "ImportTrace", "Memo", "Mention", "Note", "Person", "PersonTag", "Preference", "SearchDoc", "SpecialDay", "Stage",
    "StageInterval", "StageRule", "Tag", "Task", "Tie", "View", "Word", "WordDeletion",
]  # fmt: skip
