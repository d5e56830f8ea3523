from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.models import Macro, Priority, Template, Turn
from regulars.inbox.queries.facts import fact_labels
from regulars.inbox.queries.macros import doer_choices
from regulars.inbox.queries.skills import skill_choices
from regulars.team.models import Member, Team

SEVERAL = forms.CheckboxSelectMultiple


class RuleForm(forms.Form):
    """What a rule on arrival does; for which conversations is said by the filter beside it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)
    team = forms.ModelChoiceField(
        label=gettext_lazy("Give to the team"), queryset=Team.objects.all(), required=False
    )
    assignee = forms.ModelChoiceField(
        label=gettext_lazy("Give to"), queryset=Member.objects.none(), required=False
    )
    turn = forms.ChoiceField(label=gettext_lazy("Or to"), choices=[("", "–"), *Turn.choices], required=False)
    skill_ids = forms.MultipleChoiceField(
        label=gettext_lazy("Who can"), required=False, widget=SEVERAL,
        help_text=gettext_lazy("Only those who have all of them are given it by turn or by load."),
    )  # fmt: skip
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"), choices=[("", "–"), *Priority.choices], required=False, coerce=int, empty_value=None
    )  # fmt: skip
    tags = forms.CharField(label=gettext_lazy("Tags"), max_length=300, required=False)
    task = forms.CharField(
        label=gettext_lazy("Start a task"), max_length=200, required=False,
        help_text=gettext_lazy("Gaps such as {{ person.first_name }} and {{ conversation.subject }} are filled in."),
    )  # fmt: skip
    task_hours = forms.IntegerField(
        label=gettext_lazy("Due in so many working hours"), required=False, min_value=1, max_value=2_000
    )
    task_for = forms.ChoiceField(label=gettext_lazy("Who does it"), required=False)
    macro = forms.ModelChoiceField(
        label=gettext_lazy("Run a macro"), queryset=Macro.objects.none(), required=False
    )
    ask = forms.MultipleChoiceField(
        label=gettext_lazy("Ask the customer for"), required=False, widget=SEVERAL,
        help_text=gettext_lazy("Only for what is still unknown, once. When they answer, the rules look once more."),
    )  # fmt: skip
    answer = forms.ModelChoiceField(
        label=gettext_lazy("Answer by itself with"), queryset=Template.objects.none(), required=False,
        help_text=gettext_lazy("By mail, in the customer's language, at most once a day to one address, never to a robot or a list."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["assignee"].queryset = Member.objects.active().order_by("name")
        fields["macro"].queryset = Macro.objects.filter(archived_at=None, owner=None)
        fields["answer"].queryset = Template.objects.filter(archived_at=None)
        fields["ask"].choices = list(fact_labels().items())
        fields["skill_ids"].choices = skill_choices()
        fields["task_for"].choices = doer_choices()

    @property
    def firsts(self) -> list[forms.BoundField]:
        """What stands above the rest."""
        return [self["name"], self["is_active"]]

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The deeds by what they are about; skills only where there are some."""
        skills = ("skill_ids",) if self.fields["skill_ids"].choices else ()  # type: ignore[attr-defined]
        named = {
            _("Who answers"): ("team", "assignee", "turn", *skills),
            _("The conversation"): ("priority", "tags", "macro"),
            _("A task"): ("task", "task_hours", "task_for"),
            _("The customer"): ("ask", "answer"),
        }
        return [(label, [self[name] for name in names]) for label, names in named.items()]
