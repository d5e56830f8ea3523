"""What a person types; the actions read the values, so that pages and API understand them alike."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.people.models import CustomField, FieldType, Health, IdentityKind, Stage, Tag
from regulars.team.models import Member, Team

DAY = forms.TextInput(attrs={"type": "date"})
MOMENT = forms.TextInput(attrs={"type": "datetime-local"})


class IdentityForm(forms.Form):
    """One address, number or handle."""

    kind = forms.ChoiceField(label=_("Kind"), choices=IdentityKind.choices)
    value = forms.CharField(label=_("Address, number or id"), max_length=320)
    label = forms.CharField(label=_("Label"), max_length=60, required=False, help_text=_("Work, home, …"))
    is_primary = forms.BooleanField(label=_("Use this one first"), required=False)
    is_shared = forms.BooleanField(label=_("Shared by several people"), required=False)


class CorrectionForm(forms.Form):
    """An address, number or handle as it should be, and what it is called."""

    value = forms.CharField(label=_("Address, number or id"), max_length=320)
    label = forms.CharField(label=_("Label"), max_length=60, required=False, help_text=_("Work, home, …"))


class AddressForm(forms.Form):
    """A postal address."""

    street = forms.CharField(label=_("Street"), max_length=300, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=120, required=False)
    region = forms.CharField(label=_("Region"), max_length=120, required=False)
    country = forms.CharField(label=_("Country"), max_length=60, required=False)
    label = forms.CharField(label=_("Label"), max_length=60, required=False)


class AffiliationForm(forms.Form):
    """Where somebody belongs; a company that is not known yet is made."""

    company = forms.CharField(label=_("Company"), max_length=200)
    role = forms.CharField(label=_("Role"), max_length=120, required=False)
    from_on = forms.CharField(label=_("Since"), required=False, widget=DAY)
    is_primary = forms.BooleanField(label=_("Their main company"), required=False)


class BelongingForm(forms.Form):
    """Somebody's role at a company, and since when."""

    role = forms.CharField(label=_("Role"), max_length=120, required=False)
    from_on = forms.CharField(label=_("Since"), required=False, widget=DAY)


class TieForm(forms.Form):
    """How another person belongs to this one."""

    other = forms.CharField(
        label=_("Who"), help_text=_("Their e-mail address, phone number, name or number in Regulars.")
    )
    kind = forms.CharField(
        label=_("What they are to each other"), max_length=60, help_text=_("Spouse, colleague, referred by …")
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class StageForm(forms.Form):
    """A move by hand, with its reason."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices, required=False)
    health = forms.ChoiceField(label=_("Health"), choices=Health.choices, required=False)
    reason = forms.CharField(
        label=_("Why"), max_length=300, required=False, help_text=_("Needed when moving back.")
    )


class NoteForm(forms.Form):
    """A note in Markdown."""

    body = forms.CharField(label=_("Note"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 8}))


class TaskForm(forms.Form):
    """Something to do."""

    title = forms.CharField(label=_("What"), max_length=200)
    assignee = forms.ChoiceField(label=_("Who does it"), required=False)
    due_at = forms.CharField(label=_("Due"), required=False, widget=MOMENT)
    remind_at = forms.CharField(label=_("Remind"), required=False, widget=MOMENT)
    description = forms.CharField(
        label=_("Details"), max_length=5_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "assignee", members())


class PersonForm(forms.Form):
    """A new person: a name or a way to reach them is enough."""

    name = forms.CharField(label=_("Name"), max_length=300, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=320, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=60, required=False)
    company = forms.CharField(label=_("Company"), max_length=200, required=False)
    keeper = forms.ChoiceField(label=_("Keeper"), required=False)
    tags = forms.CharField(label=_("Tags"), required=False, help_text=_("Separated by commas."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "keeper", members())


class CompanyForm(forms.Form):
    """A new company or household."""

    name = forms.CharField(label=_("Name"), max_length=200)
    domain = forms.CharField(
        label=_("Mail domain"),
        max_length=255,
        required=False,
        help_text=_("People who write from it are suggested to belong here."),
    )
    website = forms.CharField(label=_("Website"), max_length=300, required=False)
    city = forms.CharField(label=_("City"), max_length=120, required=False)
    country = forms.CharField(label=_("Country"), max_length=60, required=False)
    is_household = forms.BooleanField(label=_("A household, not a company"), required=False)


def members() -> list[tuple[str, str]]:
    """Return the active members as choices, nobody first."""
    return [("", str(_("Nobody"))), *((str(member.pk), str(member)) for member in Member.objects.active())]


def teams() -> list[tuple[str, str]]:
    """Return the teams as choices, none first."""
    return [("", str(_("No team"))), *((str(team.pk), team.name) for team in Team.objects.all())]


def tag_names(text: str) -> list[str]:
    """Return the names in a list written with commas."""
    return [
        name.strip()[: Tag._meta.get_field("name").max_length] for name in text.split(",") if name.strip()
    ]


def set_choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    """Give a choice field its choices as they are now."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101
    field.choices = choices


class FieldForm(forms.Form):
    """A field of one's own; what it belongs to and holds is fixed once made."""

    label = forms.CharField(label=_("Name"), max_length=80)
    subject = forms.ChoiceField(
        label=_("For"), choices=[("person", _("People")), ("company", _("Companies")), ("order", _("Orders"))]
    )
    type = forms.ChoiceField(label=_("Holds"), choices=FieldType.choices)
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One on each line, where it holds choices."),
    )
    help_text = forms.CharField(label=_("Help"), max_length=200, required=False)
    is_filterable = forms.BooleanField(label=_("Filter and sort by it"), required=False, initial=True)

    def __init__(self, *args: Any, field: CustomField | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field is not None:
            del self.fields["subject"], self.fields["type"]
            if field.type not in ("choice", "choices"):
                del self.fields["choices"]


class TagForm(forms.Form):
    """A tag's name and colour."""

    TONES = ("stone", "green", "amber", "sky", "plum", "teal", "rose", "olive", "indigo", "brick")
    name = forms.CharField(label=_("Name"), max_length=60)
    colour = forms.ChoiceField(label=_("Colour"), choices=[(tone, tone) for tone in TONES])


class RuleForm(forms.Form):
    """What a rule is called; its condition comes from the filter builder."""

    name = forms.CharField(label=_("Name"), max_length=120)
    condition = forms.CharField(required=False, widget=forms.HiddenInput)


class UploadForm(forms.Form):
    """A file to take in."""

    noun = forms.ChoiceField(label=_("What the file holds"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "Choose it or drop it here: CSV of any kind, also packed (zip, gz), or an Excel or ODS workbook. Nothing is changed before you say so."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.ods,.gz,.zip,.bz2,.xz"}),
    )

    def __init__(self, *args: Any, nouns: list[tuple[str, Any]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["noun"].choices = nouns  # type: ignore[attr-defined]
