"""What a person types about hours, targets, templates and satisfaction; the actions read the values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from regulars.inbox.engine.times import BadTimes, read_length
from regulars.inbox.models.hours import WEEKDAYS, BusinessHours
from regulars.inbox.models.templates import Situation
from regulars.kit.countries import countries, time_zones
from regulars.team.models import Member, Team

DAY = forms.TextInput(attrs={"type": "date"})
MOMENT = forms.TextInput(attrs={"type": "datetime-local"})
TIMES = forms.TextInput(attrs={"placeholder": "09:00–17:00"})


class HoursForm(forms.Form):
    """When somebody is there: each weekday in words."""

    name = forms.CharField(label=_("Name"), max_length=60)
    time_zone = forms.ChoiceField(label=_("Time zone"))
    country = forms.ChoiceField(
        label=_("Public holidays of"),
        required=False,
        help_text=_("Closed on these days, also in the years to come."),
    )
    is_default = forms.BooleanField(label=_("Use these where no target says otherwise"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "time_zone", [(zone, zone.replace("_", " ")) for zone in time_zones()])
        named = sorted(((one.code, one.name) for one in countries().values()), key=lambda pair: pair[1])
        set_choices(self, "country", [("", str(_("No public holidays"))), *named])
        for number, day in enumerate(WEEKDAYS):
            self.fields[f"day_{number}"] = forms.CharField(
                label=day,
                required=False,
                max_length=120,
                widget=forms.TextInput(attrs={"placeholder": _("closed")}),
            )

    def week(self) -> list[str]:
        """Return the seven days as they were typed."""
        return [self.cleaned_data[f"day_{number}"] for number in range(7)]


class HolidayForm(forms.Form):
    """A day that differs."""

    on = forms.DateField(label=_("Day"), widget=DAY)
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    times = forms.CharField(
        label=_("Open"),
        max_length=120,
        required=False,
        widget=TIMES,
        help_text=_("Leave it empty when closed."),
    )


class LengthField(forms.CharField):
    """A length of time as people write it, in minutes."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return read_length(text)
        except BadTimes as problem:
            raise forms.ValidationError(_(problem.sentence) % problem.words) from problem


class TargetForm(forms.Form):
    """A promise of an answer; to whom stands in the filters beside it."""

    name = forms.CharField(label=_("Name"), max_length=120)
    first_minutes = LengthField(
        label=_("First answer within"), required=False, help_text=_("30 min, 4 h, 1 h 30 min")
    )
    next_minutes = LengthField(label=_("Every next answer within"), required=False)
    resolution_minutes = LengthField(
        label=_("Resolved within"),
        required=False,
        help_text=_("Stands still while we wait for the customer."),
    )
    warn_minutes = LengthField(label=_("Warn before"), required=False)
    hours = forms.ChoiceField(label=_("Counted in"), required=False)
    escalate_to = forms.ChoiceField(label=_("When it is late, hand over to"), required=False)
    notified = forms.MultipleChoiceField(
        label=_("Tell when it is due soon and late"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever has the conversation is told in any case."),
    )  # fmt: skip
    condition = forms.CharField(required=False, widget=forms.HiddenInput)
    people = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(one.pk), one.name) for one in BusinessHours.objects.all()]
        set_choices(self, "hours", [("", str(_("Around the clock"))), *named])
        active = [(str(one.pk), str(one)) for one in Member.objects.active()]
        set_choices(self, "escalate_to", [("", str(_("Nobody"))), *active])
        set_choices(self, "notified", active)


class TemplateForm(forms.Form):
    """An answer for many, with its words in each language."""

    name = forms.CharField(label=_("Name"), max_length=80)
    situation = forms.ChoiceField(label=_("Situation"), choices=Situation.choices)
    note = forms.CharField(label=_("When to use it"), max_length=300, required=False)
    team = forms.ChoiceField(label=_("For"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(one.pk), one.name) for one in Team.objects.order_by("name")]
        set_choices(self, "team", [("", str(_("Everybody"))), *named])
        for code, name in settings.LANGUAGES:
            self.fields[f"body_{code}"] = forms.CharField(
                label=name, required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 5})
            )

    def texts(self) -> dict[str, str]:
        """Return the words by language, as they were typed."""
        return {code: self.cleaned_data[f"body_{code}"] for code, _name in settings.LANGUAGES}


class SatisfactionForm(forms.Form):
    """Whether and when customers are asked how it went."""

    is_active = forms.BooleanField(label=_("Ask how it went after a conversation was closed"), required=False)
    wait_hours = forms.IntegerField(label=_("Hours to wait after closing"), min_value=0, max_value=720)
    quiet_days = forms.IntegerField(
        label=_("Days of peace for a customer between two requests"), min_value=0, max_value=730
    )


class FollowUpForm(forms.Form):
    """When to look at a conversation again, and what for."""

    due_at = forms.DateTimeField(label=_("When"), widget=MOMENT)
    note = forms.CharField(label=_("What for"), max_length=200, required=False)


def set_choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    """Fill a choice field when the form is made: what can be chosen changes while the server runs."""
    field: Any = form.fields[name]
    field.choices = choices
