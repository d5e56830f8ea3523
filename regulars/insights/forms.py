from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.insights.models import Aim, CostKind, Mailing
from regulars.insights.queries.boards import READY
from regulars.kit.metrics import Metric
from regulars.kit.money import exponent, to_minor
from regulars.people.actions.reading import Reading
from regulars.team.models import Business, Role

SIZES = (("", _("As it suits it")), ("s", _("Small")), ("m", _("Medium")), ("l", _("As wide as the page")))
DRAWN = (
    ("", _("As it suits it")), ("number", _("A number")), ("line", _("A line over time")), ("bar", _("Bars")),
    ("grid", _("A grid")), ("distribution", _("A distribution")),
)  # fmt: skip


class BoardForm(forms.Form):
    """A dashboard's name, and who sees it."""

    name = forms.CharField(label=_("Name"), max_length=80)
    roles = forms.MultipleChoiceField(
        label=_("Who sees it besides you"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    stands_for = forms.ChoiceField(
        label=_("For them it stands in the place of"),
        required=False,
        choices=[
            ("", _("None; it has a tab of its own")),
            *((slug, one.name) for slug, one in READY.items()),
        ],
    )


class TileForm(forms.Form):
    """A tile: which metric, told apart by what, drawn how, how wide."""

    metric = forms.ChoiceField(label=_("Measure"))
    by = forms.ChoiceField(label=_("Told apart by"), required=False)
    drawn = forms.ChoiceField(label=_("Drawn as"), choices=DRAWN, required=False)
    size = forms.ChoiceField(label=_("Width"), choices=SIZES, required=False)

    def __init__(
        self, *args: Any, metrics: list[tuple[str, Any]], groups: list[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = metrics  # type: ignore[attr-defined]
        self.fields["by"].choices = [("", _("Nothing: all together")), *groups]  # type: ignore[attr-defined]


class MailingForm(forms.Form):
    """How often a dashboard comes by mail."""

    every = forms.ChoiceField(
        label=_("Send it to me"), required=False, choices=[("", _("Not at all")), *Mailing.Every.choices]
    )


class AnnotationForm(forms.Form):
    """What happened on a day."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    text = forms.CharField(label=_("What happened"), max_length=120)


class NumberField(forms.CharField):
    """A number as somebody types it in their country: with a comma or a point, with or without spaces."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=30, **more)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self, value: Any) -> float | None:
        """Return the number; None when nothing was typed."""
        reading = Reading()
        number = reading.number("number", super().clean(value))
        for problem in reading.problems.values():
            raise forms.ValidationError(str(problem))
        return number


class MoneyField(NumberField):
    """An amount in the business's currency; gives minor units."""

    def clean(self, value: Any) -> int | None:
        """Return minor units; None when nothing was typed."""
        number = super().clean(value)
        return None if number is None else to_minor(str(number), Business.current().currency)


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more
    )


class CostForm(forms.Form):
    """What was spent, when, on what, and what for."""

    amount = MoneyField(label=_("Amount"))
    kind = forms.ChoiceField(label=_("On what"), choices=CostKind.choices)
    aim = forms.ChoiceField(
        label=_("What for"), choices=Aim.choices, widget=forms.RadioSelect, initial=Aim.KEEP
    )
    first_on = _day(_("From"))
    last_on = _day(_("To"), help_text=_("It is spread evenly over these days."))
    programme = forms.CharField(label=_("Programme or campaign"), max_length=80, required=False)
    people = forms.ChoiceField(
        label=_("For whom"),
        required=False,
        help_text=_(
            "A shared list: what these people brought again is set beside the cost of the programme."
        ),
    )
    channel = forms.CharField(
        label=_("Channel"),
        max_length=60,
        required=False,
        help_text=_(
            "Where customers were won: written as on their pages, what it cost stands beside what they bring. So does a campaign."
        ),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(
        self, *args: Any, lists: list[tuple[str, Any]], programmes: list[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = [("", _("Nobody in particular")), *lists]  # type: ignore[attr-defined]
        self.fields["amount"].label = _("Amount in %(currency)s") % {"currency": Business.current().currency}
        if programmes:
            known = _("Costs of one name belong together. So far: %(names)s.")
            self.fields["programme"].help_text = known % {"names": ", ".join(programmes)}


class HourForm(forms.Form):
    """What answering costs: an hour of work, and how long a conversation takes."""

    hourly = MoneyField(label=_("An hour of work costs"), required=False)
    minutes_per_conversation = NumberField(label=_("Minutes that a conversation takes"), required=False)


class GoalForm(forms.Form):
    """A measure of the scorecard: where it stands, where it shall stand by when, and who cares for it.

    Numbers are typed as they are read: rates in per cent, money in whole units; `stored` turns them into the measure's own unit.
    """

    metric = forms.ChoiceField(label=_("Measure"))
    people = forms.ChoiceField(label=_("Whose figures"), required=False)
    target = NumberField(label=_("Target"), help_text=_("As the measure is read: a rate in per cent."))
    due_on = _day(_("By"))
    baseline = NumberField(
        label=_("Baseline"),
        required=False,
        help_text=_("Left blank: what the measure is on the day of the baseline."),
    )
    baseline_on = _day(_("Day of the baseline"))
    owner = forms.ChoiceField(label=_("Who cares for it"), required=False)

    def __init__(
        self, *args: Any, metrics: list[tuple[str, Any]], lists: list[tuple[str, Any]],
        members: list[tuple[str, Any]], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = metrics  # type: ignore[attr-defined]
        self.fields["people"].choices = [("", _("All customers")), *lists]  # type: ignore[attr-defined]
        self.fields["owner"].choices = [("", _("Nobody yet")), *members]  # type: ignore[attr-defined]


class DeedForm(forms.Form):
    """What is done for a goal, and since when."""

    text = forms.CharField(label=_("What is done"), max_length=200)
    on = _day(_("Since"))


def stored(metric: Metric, number: float) -> float:
    """Return a number as it is typed in the measure's own unit: 45 per cent is 0.45, 12.50 is 1250 cents."""
    if metric.unit == "rate":
        return number / 100
    return number * 10 ** exponent(Business.current().currency) if metric.unit == "money" else number


def typed(metric: Metric, number: float) -> float:
    """Return a number of the measure's own unit as it is typed."""
    if metric.unit == "rate":
        return round(number * 100, 4)
    return number / 10 ** exponent(Business.current().currency) if metric.unit == "money" else number
