"""What a member types or chooses; the actions check it, so that pages and API understand it alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.engine.times import BadTimes, read_length
from regulars.inbox.models.hours import WEEKDAYS, BusinessHours
from regulars.inbox.models.templates import Situation
from regulars.inbox.queries.moments import snooze_moments
from regulars.kit.countries import countries, time_zones
from regulars.messaging.models import Channel
from regulars.team.models import Member, Team

DAY = forms.TextInput(attrs={"type": "date"})
MOMENT = forms.TextInput(attrs={"type": "datetime-local"})
TIMES = forms.TextInput(attrs={"placeholder": "09:00–17:00"})


class AssignForm(forms.Form):
    """To whom a conversation is given."""

    assignee = forms.ChoiceField(label=gettext_lazy("Who answers"), required=False)
    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)

    def __init__(self, *args: Any, me: Member, members: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [(str(one.pk), str(one)) for one in members if one.pk != me.pk]
        ways = [("turn", _("Whose turn it is")), ("load", _("Who has least to do"))]
        mine = [(str(me.pk), _("Me"))] if any(one.pk == me.pk for one in members) else []
        nobody = [("", _("Nobody"))]
        self.fields["assignee"].choices = [*mine, *others, *ways, *nobody]  # type: ignore[attr-defined]
        teams = [(str(number), name) for number, name in Team.objects.values_list("pk", "name")]
        self.fields["team"].choices = [("", _("No team")), *teams]  # type: ignore[attr-defined]


class SnoozeForm(forms.Form):
    """Until when a conversation is put aside."""

    choice = forms.ChoiceField(label=gettext_lazy("Until"), widget=forms.RadioSelect)
    until = forms.DateTimeField(
        label=gettext_lazy("At"), required=False, widget=forms.TextInput(attrs={"type": "datetime-local"})
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moments = snooze_moments(at)
        named = [(name, label) for name, (label, _moment) in self.moments.items()]
        self.fields["choice"].choices = [*named, ("at", _("Another time"))]  # type: ignore[attr-defined]

    def moment(self) -> datetime | None:
        """Return the moment that was chosen."""
        choice = self.cleaned_data["choice"]
        if choice == "at":
            chosen: datetime | None = self.cleaned_data["until"]
            return chosen
        return self.moments[choice][1]


class TagsForm(forms.Form):
    """The tags of a conversation."""

    tags = forms.CharField(
        label=gettext_lazy("Tags"), required=False, max_length=500,
        help_text=gettext_lazy("With commas between; what is new is made."),
    )  # fmt: skip


class MergeForm(forms.Form):
    """Which conversation takes this one in."""

    into = forms.ChoiceField(label=gettext_lazy("Merge into"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = choices  # type: ignore[attr-defined]


class SplitForm(forms.Form):
    """Which messages begin a conversation of their own, and what it is about."""

    messages = forms.MultipleChoiceField(
        label=gettext_lazy("These messages move"), widget=forms.CheckboxSelectMultiple
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=300, required=False)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "messages", choices)


class StartForm(forms.Form):
    """What a new conversation is about, and by which channel it goes."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=300)
    channel = forms.ChoiceField(label=gettext_lazy("From"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(str(one.pk), f"{one.name} · {one.address}".strip(" ·")) for one in Channel.objects.all()]
        self.fields["channel"].choices = rows  # type: ignore[attr-defined]


class AvailabilityForm(forms.Form):
    """Whether a member takes conversations now, and how many."""

    is_away = forms.BooleanField(label=gettext_lazy("I am away"), required=False)
    capacity = forms.IntegerField(
        label=gettext_lazy("At most so many open conversations"), required=False, min_value=1,
        help_text=gettext_lazy("Empty for no limit. Only what is given by turn or by load asks for it."),
    )  # fmt: skip


class HoursForm(forms.Form):
    """When somebody is there: each weekday in words."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    country = forms.ChoiceField(
        label=gettext_lazy("Public holidays of"),
        required=False,
        help_text=gettext_lazy("Closed on these days, also in the years to come."),
    )
    is_default = forms.BooleanField(
        label=gettext_lazy("Use these where no target says otherwise"), required=False
    )

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

    on = forms.DateField(label=gettext_lazy("Day"), widget=DAY)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    times = forms.CharField(
        label=gettext_lazy("Open"),
        max_length=120,
        required=False,
        widget=TIMES,
        help_text=gettext_lazy("Leave it empty when closed."),
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

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    first_minutes = LengthField(
        label=gettext_lazy("First answer within"),
        required=False,
        help_text=gettext_lazy("30 min, 4 h, 1 h 30 min"),
    )
    next_minutes = LengthField(label=gettext_lazy("Every next answer within"), required=False)
    resolution_minutes = LengthField(
        label=gettext_lazy("Resolved within"),
        required=False,
        help_text=gettext_lazy("Stands still while we wait for the customer."),
    )
    warn_minutes = LengthField(label=gettext_lazy("Warn before"), required=False)
    hours = forms.ChoiceField(label=gettext_lazy("Counted in"), required=False)
    escalate_to = forms.ChoiceField(label=gettext_lazy("When it is late, hand over to"), required=False)
    notified = forms.MultipleChoiceField(
        label=gettext_lazy("Tell when it is due soon and late"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Whoever has the conversation is told in any case."),
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

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    situation = forms.ChoiceField(label=gettext_lazy("Situation"), choices=Situation.choices)
    note = forms.CharField(label=gettext_lazy("When to use it"), max_length=300, required=False)
    team = forms.ChoiceField(label=gettext_lazy("For"), required=False)

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


class ArticleForm(forms.Form):
    """A page that answers a question, and by what it is found."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    url = forms.CharField(label=gettext_lazy("Address"), max_length=500, widget=forms.URLInput)
    summary = forms.CharField(
        label=gettext_lazy("What it says"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    keywords = forms.CharField(
        label=gettext_lazy("Keywords"), max_length=300, required=False,
        help_text=gettext_lazy("The words customers use for it: refund, send back, wrong size …"),
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("When to use it"), max_length=300, required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=[("", gettext_lazy("Any")), *settings.LANGUAGES],
    )


class SatisfactionForm(forms.Form):
    """Whether and when customers are asked how it went."""

    is_active = forms.BooleanField(
        label=gettext_lazy("Ask how it went after a conversation was closed"), required=False
    )
    wait_hours = forms.IntegerField(
        label=gettext_lazy("Hours to wait after closing"), min_value=0, max_value=720
    )
    quiet_days = forms.IntegerField(
        label=gettext_lazy("Days of peace for a customer between two requests"), min_value=0, max_value=730
    )


class FollowUpForm(forms.Form):
    """When to look at a conversation again, and what for."""

    due_at = forms.DateTimeField(label=gettext_lazy("When"), widget=MOMENT)
    note = forms.CharField(label=gettext_lazy("What for"), max_length=200, required=False)


def set_choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    """Fill a choice field when the form is made: what can be chosen changes while the server runs."""
    field: Any = form.fields[name]
    field.choices = choices
