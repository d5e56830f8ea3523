"""What a member types or chooses; the actions check it, so that pages and API understand it alike."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.models import Priority, Turn
from regulars.messaging.models import Channel
from regulars.team.models import Member, Team

MORNING = time(9)


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


def snooze_moments(at: datetime) -> dict[str, tuple[str, datetime]]:
    """Return the usual times to be reminded, in the member's own time zone."""
    local = timezone.localtime(at)

    def morning(days: int) -> datetime:
        day = local.date() + timedelta(days=days)
        return timezone.make_aware(datetime.combine(day, MORNING))

    return {
        "later": (_("In three hours"), at + timedelta(hours=3)),
        "tomorrow": (_("Tomorrow morning"), morning(1)),
        "monday": (_("Monday morning"), morning(7 - local.weekday())),
        "week": (_("In a week"), morning(7)),
    }


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


class RuleForm(forms.Form):
    """What a rule on arrival does; for which conversations is said by the filter beside it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    team = forms.ModelChoiceField(
        label=gettext_lazy("Give to the team"), queryset=Team.objects.all(), required=False
    )
    assignee = forms.ModelChoiceField(
        label=gettext_lazy("Give to"), queryset=Member.objects.none(), required=False
    )
    turn = forms.ChoiceField(label=gettext_lazy("Or to"), choices=[("", "–"), *Turn.choices], required=False)
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"), choices=[("", "–"), *Priority.choices], required=False, coerce=int, empty_value=None
    )  # fmt: skip
    tags = forms.CharField(label=gettext_lazy("Tags"), max_length=300, required=False)
    task = forms.CharField(label=gettext_lazy("Task"), max_length=200, required=False)
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = Member.objects.active().order_by("name")  # type: ignore[attr-defined]
